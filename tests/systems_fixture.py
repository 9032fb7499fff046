"""The example systems as a fixture: started once a session by the command that people use, on a state of their own.

A test takes it by its name, `systems`, and is marked `systems`.
"""

import json
import subprocess
import sys
import time
from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.own_folder import ROOT, own_folder

PATIENCE = 120


@dataclass(frozen=True, kw_only=True, slots=True)
class Systems:
    """Where the running systems are, and the answers to what they hold. `admin` is a superuser's URL of the ledger."""

    state: Path
    secrets: Path
    facts: dict[str, Any]
    truth: dict[str, Any]

    def secret(self, name: str) -> str:
        """One of keuangan_url, procurement_url, procurement_key, drop_folder, pseudonym_key."""
        return (self.secrets / name).read_text(encoding="utf-8")

    @property
    def admin(self) -> str:
        """The ledger as its owner: for tests that change it."""
        return str(self.facts["admin"])

    def rows(self, dataset: str) -> dict[str, int]:
        """The rows of a dataset by what must become of them."""
        return dict(self.truth["datasets"][dataset]["rows"])


@pytest.fixture(scope="session")
def systems() -> Generator[Systems, None, None]:
    """Start the systems, and stop them at the end of the session; changes of an earlier session are undone."""
    with own_folder("systems") as base:
        if (base / "state/data/changed").exists():
            (base / "state/data/done.json").unlink(missing_ok=True)
        yield from started(base)


def started(base: Path) -> Generator[Systems, None, None]:
    """Run the systems below a folder until the generator is closed."""
    state, secrets = base / "state", base / "secrets"
    ready = state / "ready.json"
    ready.unlink(missing_ok=True)
    base.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "examples", "up", "--state", str(state), "--secrets", str(secrets), "--leash"]
    with (base / "up.log").open("wb") as log:
        program = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=log, stderr=log)
    try:
        _wait(program, ready, base / "up.log")
        facts = json.loads(ready.read_text(encoding="utf-8"))
        truth = json.loads(Path(facts["ground_truth"]).read_text(encoding="utf-8"))
        yield Systems(state=state, secrets=secrets, facts=facts, truth=truth)
    finally:
        program.communicate(timeout=60)


def _wait(program: "subprocess.Popen[bytes]", ready: Path, log: Path) -> None:
    deadline = time.monotonic() + PATIENCE
    while not ready.exists():
        assert program.poll() is None, log.read_text(encoding="utf-8")
        assert time.monotonic() < deadline, f"the systems were not ready after {PATIENCE} s"
        time.sleep(0.05)
