"""`python -m examples demo`: everything of Kabupaten Contoh, from its internal systems to its open portal.

Starts the systems and the portal side by side, runs every dataset through its own Dagster job, shows what became of
each row, and keeps the portal and the Dagster UI open until Ctrl-C.
"""

import json
import os
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipelines.instance import prepare
from portal.layout import ROOT, State
from portal.supervisor import Program, Supervisor, free_port, http_answers, wait_until

HOME = ROOT / ".terang"
PORTAL_PYTHON = HOME / "portal/venv/bin/python"
PORTAL_PORT, DAGSTER_PORT = 5000, 3000
TRY = """
  Try   .terang/venv/bin/terang plan pembayaran      what publishing would change: nothing, now
        .terang/venv/bin/terang verify pembayaran    every file against its checksum and the ledger
        .terang/venv/bin/terang status               what is in force, and the newest releases
        less .terang/restricted/pembayaran/quarantine.csv     the rows that were set aside, and why"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Demo:
    """What the person asked for: how many payments (50,000 times `scale`), and whether to stop at the end."""

    scale: int = 1
    once: bool = False


def run(demo: Demo) -> int:
    """Carry the demo out; 0 when every dataset was published."""
    began = time.monotonic()
    print("Terang demo: Kabupaten Contoh (synthetic)")
    with Supervisor(logs=HOME / "logs") as programs:
        systems = _start(programs, "systems", sys.executable, "examples", "--scale", str(demo.scale))
        port = free_port(PORTAL_PORT, what="the portal")
        portal = _start(programs, "portal", PORTAL_PYTHON, "portal", "--port", str(port))
        _wait("systems", systems, State(HOME / "systems"), began)
        facts = _wait("portal", portal, State(HOME / "portal"), began)
        code = _publish(programs)
        print(f"\n  {time.monotonic() - began:.0f} s in all\n{TRY}")
        if not demo.once:
            _stay(programs, facts["url"])
    return code


def _start(programs: Supervisor, name: str, python: Path | str, module: str, *more: str) -> Program:
    State(HOME / name).ready.unlink(missing_ok=True)
    return programs.start(name, [python, "-m", module, "up", *more], cwd=ROOT, grace=30)


def _wait(name: str, program: Program, state: State, began: float) -> dict[str, Any]:
    wait_until(state.ready.exists, program=program, timeout=300)
    facts: dict[str, Any] = json.loads(state.ready.read_text(encoding="utf-8"))
    print(
        f"  {name:<10} {facts.get('url', 'PostgreSQL keuangan, procurement API, drop folder'):<60} ✓ {time.monotonic() - began:4.0f} s"
    )
    return facts


def _publish(programs: Supervisor) -> int:
    """`terang run`, as a person would type it, with its progress and its table on this terminal."""
    command = [Path(sys.executable).with_name("terang"), "run"]
    return programs.show("publishing", command, cwd=ROOT, env=_environment())


def _environment() -> dict[str, str]:
    home = os.environ.get("DAGSTER_HOME") or str(HOME / "dagster")
    return {**os.environ, "DAGSTER_HOME": str(prepare(Path(home))), "DAGSTER_DISABLE_TELEMETRY": "1"}


def _stay(programs: Supervisor, portal: str) -> None:
    port = free_port(DAGSTER_PORT, what="the Dagster UI")
    url = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "dagster", "dev", "-w", "workspace.yaml", "-h", "127.0.0.1", "-p", str(port)]
    dagster = programs.start("dagster", command, cwd=ROOT, env=_environment())
    wait_until(lambda: http_answers(url), program=dagster, timeout=120)
    print(f"\n  Dagster   {url}     portal  {portal}  (logins: .terang/portal/portal.txt)")
    print("  Ctrl-C stops everything.")
    programs.wait()
