"""Runs one contender as a whole process, and what the kernel says that it took: wall, CPU seconds, peak memory.

The work of the database's own processes is in the wall time of both, and in the CPU time of neither.
"""

import json
import os
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from benchmarks.systems import ROOT, Office

MIB = 1024 if sys.platform != "darwin" else 1024 * 1024  # ru_maxrss is in KiB, on macOS in bytes
FIGURES = ("wall", "cpu")


@dataclass(frozen=True, kw_only=True, slots=True)
class Run:
    """One run: seconds, MiB, and what the contender said of its rows and steps."""

    wall: float
    cpu: float
    rss: float
    said: dict[str, Any]

    def spent(self, *steps: str) -> dict[str, float]:
        """Wall and CPU seconds of steps together; "start" is all that no step was told of."""
        told = self.said["steps"]
        start = {figure: getattr(self, figure) - sum(step[figure] for step in told.values()) for figure in FIGURES}
        known = {**told, "start": start}
        return {figure: sum(known[step][figure] for step in steps) for figure in FIGURES}

    def document(self) -> dict[str, Any]:
        """The run as JSON, without paths."""
        told = {name: value for name, value in self.said.items() if name != "files"}
        return {**asdict(self), "said": told}


def run(office: Office, contender: str) -> Run:
    """Run a contender from nothing; stops the benchmark when it fails."""
    office.tidy(contender)
    output = office.output(contender)
    where = office.config if contender == "product" else office.folder
    began = time.monotonic()
    usage = started(contender, str(where), str(output))
    wall = time.monotonic() - began
    return Run(
        wall=round(wall, 2),
        cpu=round(usage.ru_utime + usage.ru_stime, 2),
        rss=round(usage.ru_maxrss / MIB, 1),
        said=json.loads((output / "said.json").read_text(encoding="utf-8")),
    )


def started(module: str, *arguments: str | Path) -> Any:
    """Run a module of this folder to its end; what it used."""
    command = [sys.executable, "-m", f"benchmarks.{module}", *map(str, arguments)]
    process = subprocess.Popen(command, cwd=ROOT)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"benchmarks.{module} ended with {process.returncode}")
    return usage
