"""The fixture `portal`: a real CKAN, started once for each test process, stopped with it, even when it is killed."""

import base64
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

from portal.supervisor import free_port
from tests.own_folder import ROOT, own_folder

OF = f"-{version}" if (version := os.environ.get("CKAN")) else ""  # `make test CKAN=2.11`
PYTHON = ROOT / f".terang/portal{OF}/venv/bin/python"


@dataclass(frozen=True, kw_only=True, slots=True)
class Portal:
    """A running portal: its folder, its address, the editor's token and organisation, and the sysadmin's token."""

    state: Path
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

    def stored(self, id_: str) -> list[Path]:
        """The files that lie on the portal's disk for a resource, the one that readers get among them."""
        folder = self.state / "data/files/resources" / id_[:3] / id_[3:6]
        return sorted(folder.glob(f"{id_[6:]}*"))

    def revoke(self, token: str) -> None:
        """Make a token of the editor one that nobody knows."""
        body = token.split(".")[1]
        self.action("api_token_revoke", jti=json.loads(base64.urlsafe_b64decode(f"{body}=="))["jti"])

    def leave_gap(self, package: str, before: int) -> None:
        """Number the resources of a dataset (by its id) from place `before` on one too high, as CKAN may under several writers."""
        import adbc_driver_postgresql.dbapi as driver  # noqa: PLC0415

        ini = (self.state / "data/ckan.ini").read_text(encoding="utf-8")
        url = next(line.partition("=")[2].strip() for line in ini.splitlines() if line.startswith("sqlalchemy.url"))
        moved = "UPDATE resource SET position = position + 1 WHERE package_id = $1 AND position >= $2"
        with driver.connect(url) as con, con.cursor() as cursor:
            cursor.execute(moved, (package, before))
            con.commit()

    def purge(self, name: str) -> None:
        """Remove a dataset for good, with its name and tables, so that a test can be run again."""
        self.ask("dataset_purge", token=self.admin_token, id=name)


@pytest.fixture(scope="session")
def portal() -> Iterator[Portal]:
    """Yield the one portal of this test process."""
    with own_folder(f"portal{OF}") as state:
        process = _start(state)
        try:
            yield read(state)
        finally:
            process.communicate(timeout=120)


def _start(state: Path) -> "subprocess.Popen[bytes]":
    """Start a portal on our leash; installs what its environment lacks."""
    with FileLock(state.parent / "portal.installing"):
        subprocess.run(["make", "-s", "install-portal"], cwd=ROOT, check=True)  # noqa: S607 (the one that is on PATH)
    state.mkdir(exist_ok=True)
    (state / "ready.json").unlink(missing_ok=True)
    options = ["--state", str(state), "--secrets", str(state / "secrets"), "--port", str(free_port()), "--leash"]
    with (state / "up.log").open("wb") as log:
        process = subprocess.Popen(
            [PYTHON, "-m", "portal", "up", *options],
            cwd=ROOT, stdin=subprocess.PIPE, stdout=log, stderr=subprocess.STDOUT, start_new_session=True,
            env={**os.environ, "CKAN__DATASTORE__SQLSEARCH__ENABLED": "true"},
        )  # fmt: skip
    _wait(process, state)
    return process


def _wait(process: "subprocess.Popen[bytes]", state: Path, *, seconds: float = 300) -> None:
    deadline = time.monotonic() + seconds
    while not (state / "ready.json").exists():
        if process.poll() is not None or time.monotonic() > deadline:
            process.kill()
            pytest.fail(f"the portal did not start:\n{(state / 'up.log').read_text(encoding='utf-8')}")
        time.sleep(0.1)


def read(state: Path) -> Portal:
    """The portal that runs on this state."""
    ready = json.loads((state / "ready.json").read_text(encoding="utf-8"))
    return Portal(
        state=state,
        url=ready["url"],
        token=Path(ready["token_file"]).read_text(encoding="utf-8"),
        admin_token=Path(ready["admin_token_file"]).read_text(encoding="utf-8"),
        organization=ready["organization"],
        editor=ready["editor"],
        groups=tuple(ready["groups"]),
        token_file=Path(ready["token_file"]),
    )
