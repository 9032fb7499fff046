"""The example ledger at one scale, and an office around it whose files lie in a folder of their own. Nothing is timed."""

import json
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
BENCH = ROOT / ".terang/bench"
DATASET, CODES = "pembayaran", "referensi-kode"
PATIENCE_S = 900


@dataclass(frozen=True, kw_only=True, slots=True)
class Office:
    """Where both contenders find the ledger, and where each of them writes."""

    scale: int
    folder: Path
    truth: dict[str, Any]

    @property
    def config(self) -> Path:
        """The settings of the office."""
        return self.folder / "terang.toml"

    def output(self, contender: str) -> Path:
        """The folder of what a contender says and, for the reference, writes."""
        return self.folder / contender

    def tidy(self, contender: str) -> None:
        """Remove what an earlier run of a contender wrote, so that each starts from nothing."""
        mine = [self.output(contender)]
        if contender == "product":
            mine += [self.folder / room / DATASET for room in ("restricted", "public", "releases")]
        for folder in mine:
            shutil.rmtree(folder, ignore_errors=True)
        self.output(contender).mkdir(parents=True)


@contextmanager
def running(scale: int) -> Iterator[Office]:
    """The ledger, made on first use and kept for the next time, until the block ends."""
    folder = BENCH / f"scale-{scale}"
    folder.mkdir(parents=True, exist_ok=True)
    ready = folder / "systems/ready.json"
    ready.unlink(missing_ok=True)
    options = ["--scale", str(scale), "--state", str(ready.parent), "--secrets", str(folder / "secrets"), "--leash"]
    with (folder / "up.log").open("wb") as log:
        command = [sys.executable, "-m", "examples", "up", *options]
        program = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=log, stderr=log)
    try:
        _wait(program, ready, folder / "up.log")
        yield _office(scale, folder, ready)
    finally:
        program.communicate(timeout=60)


def _wait(program: "subprocess.Popen[bytes]", ready: Path, log: Path) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not ready.exists():
        if program.poll() is not None or time.monotonic() > deadline:
            raise SystemExit(f"the example ledger did not start: read {log.relative_to(ROOT)}")
        time.sleep(0.1)


def _office(scale: int, folder: Path, ready: Path) -> Office:
    answers = Path(json.loads(ready.read_text(encoding="utf-8"))["ground_truth"])
    return office(scale, folder, json.loads(answers.read_text(encoding="utf-8"))["datasets"][DATASET])


def office(scale: int, folder: Path, truth: dict[str, Any]) -> Office:
    """An office with the contracts of this repository and the secrets that lie in its folder."""
    (folder / "terang.toml").write_text(
        f'contracts = ["{ROOT}/assets/contracts"]\ntransforms = "{ROOT}/assets/transforms"\n'
        'timezone = "Asia/Makassar"\nlanguages = ["id", "en"]\n'
        '[storage]\nrestricted = "restricted"\npublic = "public"\nreleases = "releases"\n'
        '[privacy]\nkey = { file = "secrets/pseudonym_key" }\n'
        '[connections.keuangan]\nurl = { file = "secrets/keuangan_url" }\n',
        encoding="utf-8",
    )
    return Office(scale=scale, folder=folder, truth=truth)
