"""The fixture `portal`: a real CKAN, started once for all test processes, stopped when the last of them ends.

All processes hold the writing end of one named pipe, which is the portal's standard input: the kernel closes it when
the last one is gone, killed ones included, and `--leash` makes the portal stop at its end.
"""

import base64
import contextlib
import errno
import fcntl
import json
import os
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from filelock import FileLock

ROOT = Path(__file__).parents[1]
STATE = ROOT / ".terang/test/portal"
PYTHON = ROOT / ".terang/portal/venv/bin/python"
PORT = 5055


@dataclass(frozen=True, kw_only=True, slots=True)
class Portal:
    """A running portal: its address, the editor's token and organisation, and the sysadmin's token for inspection."""

    url: str
    token: str = field(repr=False)
    admin_token: str = field(repr=False)
    organization: str
    editor: str
    groups: tuple[str, ...]
    token_file: Path

    def action(self, name: str, /, *, token: str | None = None, **payload: Any) -> Any:
        """Call a CKAN action as editor, or with another token ("" = anonymously); an error is an AssertionError."""
        answer = self.ask(name, token=token, **payload)
        assert answer.is_success, f"{name}: {answer.status_code} {answer.text[:2000]}"
        return answer.json()["result"]

    def ask(self, name: str, /, *, token: str | None = None, **payload: Any) -> httpx.Response:
        """Call a CKAN action, and return its answer as it is."""
        headers = {"Authorization": self.token if token is None else token}
        wanted = {key: value for key, value in headers.items() if value}
        return httpx.post(f"{self.url}/api/3/action/{name}", json=payload, headers=wanted, timeout=600, trust_env=False)

    def new_token(self) -> str:
        """Another token of the editor."""
        token: str = self.action("api_token_create", user=self.editor, name=f"uji-{os.urandom(4).hex()}")["token"]
        return token

    def revoke(self, token: str) -> None:
        """Make a token of the editor one that nobody knows."""
        body = token.split(".")[1]
        self.action("api_token_revoke", jti=json.loads(base64.urlsafe_b64decode(f"{body}=="))["jti"])

    def purge(self, name: str) -> None:
        """Remove a dataset for good, with its name and tables, so that a test can be run again."""
        self.ask("dataset_purge", token=self.admin_token, id=name)


@pytest.fixture(scope="session")
def portal() -> Iterator[Portal]:
    """Yield the one portal of this test run."""
    STATE.mkdir(parents=True, exist_ok=True)
    with FileLock(STATE.parent / "portal.starting"):
        pipe, process = _join()
    try:
        yield read(STATE)
    finally:
        os.close(pipe)
        if process:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(120)  # the other test processes may still use it


def _join() -> tuple[int, "subprocess.Popen[bytes] | None"]:
    """Take hold of the running portal's pipe, or start a portal."""
    fifo = STATE.parent / "portal.leash"
    if not fifo.exists():
        os.mkfifo(fifo, 0o600)
    with contextlib.suppress(OSError):
        return _running(fifo), None
    return _start(fifo)


def _running(fifo: Path) -> int:
    """Open the pipe for writing, which the kernel refuses (ENXIO) when no portal reads it."""
    pipe = os.open(fifo, os.O_WRONLY | os.O_NONBLOCK)
    if not (STATE / "ready.json").exists():  # it is stopping
        os.close(pipe)
        raise OSError(errno.ENXIO, "no portal is ready")
    return pipe


def _start(fifo: Path) -> tuple[int, "subprocess.Popen[bytes]"]:
    """Start a portal whose standard input is the pipe; installs what its environment lacks."""
    subprocess.run(["make", "-s", "install-portal"], cwd=ROOT, check=True)  # noqa: S607 (the one that is on PATH)
    (STATE / "ready.json").unlink(missing_ok=True)
    reading = os.open(fifo, os.O_RDONLY | os.O_NONBLOCK)
    pipe = os.open(fifo, os.O_WRONLY)
    fcntl.fcntl(reading, fcntl.F_SETFL, fcntl.fcntl(reading, fcntl.F_GETFL) & ~os.O_NONBLOCK)
    options = ["--state", str(STATE), "--secrets", str(STATE / "secrets"), "--port", str(PORT), "--leash"]
    with (STATE / "up.log").open("wb") as log:
        process = subprocess.Popen(
            [PYTHON, "-m", "portal", "up", *options],
            cwd=ROOT, stdin=reading, stdout=log, stderr=subprocess.STDOUT, start_new_session=True,
            env={**os.environ, "CKAN__DATASTORE__SQLSEARCH__ENABLED": "true"},
        )  # fmt: skip
    os.close(reading)
    _wait(process)
    return pipe, process


def _wait(process: "subprocess.Popen[bytes]", *, seconds: float = 300) -> None:
    deadline = time.monotonic() + seconds
    while not (STATE / "ready.json").exists():
        if process.poll() is not None or time.monotonic() > deadline:
            process.kill()
            pytest.fail(f"the portal did not start:\n{(STATE / 'up.log').read_text(encoding='utf-8')}")
        time.sleep(0.1)


def read(state: Path) -> Portal:
    """The portal that runs on this state."""
    ready = json.loads((state / "ready.json").read_text(encoding="utf-8"))
    return Portal(
        url=ready["url"],
        token=Path(ready["token_file"]).read_text(encoding="utf-8"),
        admin_token=Path(ready["admin_token_file"]).read_text(encoding="utf-8"),
        organization=ready["organization"],
        editor=ready["editor"],
        groups=tuple(ready["groups"]),
        token_file=Path(ready["token_file"]),
    )
