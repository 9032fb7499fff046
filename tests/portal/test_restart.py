"""A portal that was interrupted leaves nothing running and comes up whole; two portals live side by side."""

import json
import re
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.portal.test_supervisor import gone
from tests.portal_fixture import PYTHON, ROOT, Portal

pytestmark = pytest.mark.portal


def up(state: Path, *, port: int) -> "subprocess.Popen[str]":
    """Start a portal on a state of its own, on a leash."""
    places = ["--state", str(state), "--secrets", str(state / "secrets"), "--port", str(port)]
    command = [str(PYTHON), "-m", "portal", "up", *places, "--leash"]
    pipe = subprocess.PIPE
    return subprocess.Popen(command, cwd=ROOT, stdin=pipe, stdout=pipe, stderr=subprocess.STDOUT, text=True)


def below(process: "subprocess.Popen[str]", state: Path) -> list[int]:
    """List the processes whose command line names the state, or that such a process started."""
    shown = subprocess.run(["/bin/ps", "-ww", "-eo", "pid=,ppid=,command="], capture_output=True, text=True, check=True)
    rows = [line.split(None, 2) for line in shown.stdout.splitlines() if len(line.split(None, 2)) == 3]
    ours = {int(pid) for pid, _, command in rows if str(state) in command}
    while True:
        more = {int(pid) for pid, parent, _ in rows if int(parent) in ours} - ours
        if not more:
            return sorted(ours - {process.pid})
        ours |= more


def wait_for(found: Callable[[], bool], process: "subprocess.Popen[str]", *, seconds: float = 120) -> None:
    """Wait until a call says yes; a portal that ended instead, or was too slow, fails with what it said."""
    deadline = time.monotonic() + seconds
    while not found():
        if process.poll() is not None or time.monotonic() > deadline:
            process.kill()
            pytest.fail(f"the portal did not start: {process.communicate()[0]}")
        time.sleep(0.05)


def ready(state: Path, process: "subprocess.Popen[str]") -> dict[str, Any]:
    """Wait for the portal to be ready."""
    file = state / "ready.json"
    wait_for(file.exists, process)
    found: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return found


def test_interrupted_start_is_made_good(portal: Portal, folder: Path) -> None:
    """Killed in the middle of its first start it leaves no process; the next start works, on another port if need be."""
    state = folder / "state"
    taken = int(portal.url.rsplit(":", 1)[1])
    first = up(state, port=taken)
    log = state / "logs/seed.log"
    wait_for(lambda: log.exists() and "INFO" in log.read_text(encoding="utf-8"), first)
    family = below(first, state)
    assert len(family) >= 4
    first.kill()
    first.wait()
    assert gone(family, seconds=30)

    second = up(state, port=taken)
    try:
        found = ready(state, second)
        port = int(found["url"].rsplit(":", 1)[1])
        assert port != taken
        site = httpx.get(f"{found['url']}/api/3/action/status_show").json()["result"]["site_url"]
        assert site == found["url"]
        assert httpx.get(f"{portal.url}/api/3/action/status_show").is_success
        assert (state / "secrets/portal_token").stat().st_mode & 0o777 == 0o600
        family = below(second, state)
    finally:
        out, _ = second.communicate(timeout=60)  # closes its standard input
    assert f"port {taken} is taken: the portal uses {port}" in out
    assert second.returncode == 0
    assert gone(family)
    assert not (state / "ready.json").exists()


def test_second_portal_on_one_state_is_refused(portal: Portal) -> None:
    """A state that a portal runs on is not touched by another."""
    state = portal.token_file.parents[1]
    second = up(state, port=0)
    assert second.wait(60) == 1  # its standard input stays open until here
    out, _ = second.communicate()
    assert re.search(r"another portal runs on .*choose another --state", out)
    assert httpx.get(f"{portal.url}/api/3/action/status_show").is_success
