"""Where the portal keeps what: one state folder per portal, and the jars that all portals of an environment share."""

import fcntl
import json
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from portal.supervisor import ProgramError

HERE = Path(__file__).parent.resolve()
ROOT = HERE.parent
JARS = Path(sys.prefix).parent / "jars"  # beside the environment, `.terang/portal/venv`


@dataclass(frozen=True, slots=True)
class State:
    """The files of one portal; everything but `logs` and the notes for people is inside `data`."""

    folder: Path

    @property
    def data(self) -> Path:
        """What `reset` removes."""
        return self.folder / "data"

    @property
    def logs(self) -> Path:
        """One log per program."""
        return self.folder / "logs"

    @property
    def ini(self) -> Path:
        """CKAN's configuration, written anew at each start."""
        return self.data / "ckan.ini"

    @property
    def done(self) -> Path:
        """The marker of a complete provisioning: a JSON of what it was made from."""
        return self.data / "done.json"

    @property
    def ready(self) -> Path:
        """The JSON that tells that the portal answers, and where; absent while it does not."""
        return self.folder / "ready.json"

    @property
    def logins(self) -> Path:
        """URL and logins, for the person at this machine; readable by its owner only."""
        return self.folder / "portal.txt"


@contextmanager
def only_one(state: State, *, what: str = "portal", patience: float = 30) -> Iterator[int]:
    """Hold the state's lock, and yield its descriptor: given to every leash, it stays locked until the last one ends.

    `what` names in the error what holds it already.
    """
    state.folder.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(state.folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    deadline = time.monotonic() + patience
    try:
        while not _locked(descriptor):
            if _alive(state) or time.monotonic() > deadline:
                raise ProgramError(f"another {what} runs on {state.folder}; stop it, or choose another --state")
            time.sleep(0.2)
        yield descriptor
    finally:
        os.close(descriptor)


def _locked(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _alive(state: State) -> bool:
    """Tell whether the process that wrote `ready.json` still runs: a killed one leaves the file."""
    try:
        os.kill(int(json.loads(state.ready.read_text(encoding="utf-8"))["pid"]), 0)
    except (OSError, ValueError, KeyError):
        return False
    return True


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner can read, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.draft")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as out:
        out.write(text)
    draft.replace(path)
