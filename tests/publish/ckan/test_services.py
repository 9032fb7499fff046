"""Programs of the portal die while we publish: the run says so, and once the portal is up again all comes to the same end."""

import os
import shutil
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from assets.errors import TerangError
from portal.supervisor import free_port
from publish.ckan import verify
from tests.portal.test_restart import below, ready, up
from tests.portal_fixture import ROOT, Portal, read
from tests.publish.ckan import office
from tests.publish.ckan.office import FEW

pytestmark = [pytest.mark.portal, pytest.mark.usefixtures("extended")]
PROGRAMS = ("gunicorn", "postgres", "solr", "valkey")
STEPS = ("sent", "switched") if os.environ.get("TERANG_TORTURE") else ("sent",)


@dataclass(slots=True)
class Own:
    """A portal of this test's own, which is started again on the same state and port."""

    state: Path
    port: int = field(default_factory=free_port)
    process: "subprocess.Popen[str] | None" = None
    killed: list[int] = field(default_factory=list)

    def start(self) -> Portal:
        """Start it, again if it ended."""
        self.process = up(self.state, port=self.port)
        ready(self.state, self.process)
        return read(self.state)

    def kill(self, program: str) -> None:
        """End a program as a machine that loses its memory does: all its processes at once."""
        assert self.process
        found = [pid for pid in below(self.process, self.state) if program in command(pid)]
        assert found, program
        for pid in found:
            os.kill(pid, signal.SIGKILL)
        self.killed += found

    def ended(self) -> None:
        """Wait until the portal has noticed, and stopped what was left."""
        assert self.process
        self.process.communicate(timeout=90)
        deadline = time.monotonic() + 60
        while any(
            Path(f"/proc/{pid}").exists() for pid in self.killed
        ):  # PostgreSQL takes a dead one for a running one
            assert time.monotonic() < deadline, "a killed program is still in the list of processes"
            time.sleep(0.05)


def command(pid: int) -> str:
    """The command line of a process."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_text(encoding="utf-8")
    except OSError:
        return ""


@pytest.fixture
def own(portal: Portal) -> Iterator[Own]:
    """Waits for the shared portal first, which installs what both need."""
    assert portal.url
    state = ROOT / f".terang/test/own-{uuid.uuid4().hex[:8]}"
    found = Own(state)
    yield found
    if found.process and found.process.poll() is None:
        found.ended()
    sys.stderr.write((state / "logs/ckan.log").read_text(encoding="utf-8")[-20_000:])  # shown where the test failed
    shutil.rmtree(state, ignore_errors=True)


@pytest.mark.skipif(not Path("/proc/self/cmdline").exists(), reason="finds the portal's programs through /proc")
@pytest.mark.parametrize("step", STEPS)
def test_a_program_of_the_portal_dies(own: Own, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str) -> None:
    """Web server, database, search and queue, each in the middle of a publication; readers then see old or new, whole."""
    office.trust(monkeypatch)
    shop = own.start()
    contract = office.payments("uji-layanan")
    made = office.office(tmp_path, contract, url=shop.url, token=shop.token, organization=shop.organization)
    made.publish(made.released(office.rows(contract, FEW)))
    for day, program in enumerate(PROGRAMS, start=1):
        rows = office.rows(contract, FEW[day:])
        release = made.released(rows, day=day)
        dead: list[str] = []

        def at(done: str, *, program: str = program, dead: list[str] = dead) -> None:
            if done == step and not dead:
                dead.append(program)
                own.kill(program)

        with monkeypatch.context() as hurry, suppress(TerangError):  # the queue is not missed by everything
            hurry.setattr("tenacity.nap.time.sleep", lambda _: None)
            made.publish(release, at=at)
        assert dead == [program]
        own.ended()
        shop = own.start()
        package = shop.action("package_show", token="", id=contract.name)
        table = shop.action("datastore_search", token="", resource_id=package["resources"][0]["id"], limit=1000)
        counts = {release.version: rows.num_rows}
        assert table["total"] == len(table["records"]) == counts.get(package["version"], rows.num_rows + 1), program
        made.publish(release)
        assert verify(contract, made.settings).rows == rows.num_rows
        assert made.publish(release).writes == 0
