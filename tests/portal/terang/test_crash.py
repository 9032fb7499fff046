"""Calls that die between any two statements: readers see one release, and the next call carries on or begins anew."""

import hashlib
import json
import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.portal.terang.conftest import TABLE, Dataset, rows, versions
from tests.portal_fixture import PYTHON, ROOT, Portal

pytestmark = pytest.mark.portal
LAST = 75  # statements from the first that locks a table to the end
Crash = Callable[[str, int, dict[str, Any]], int]


@pytest.fixture(scope="module")
def crash(portal: Portal) -> Iterator[Crash]:
    """Carries out an action as the editor in a process that dies before its n-th statement; -1 when it did."""
    ini = str(portal.state / "data/ckan.ini")
    own = {"PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "ignore", "CKAN_INI": ini}
    script = Path(__file__).with_name("crashing.py")
    process = subprocess.Popen(
        [PYTHON, script, ini],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env={**os.environ, **own},
    )  # fmt: skip
    assert process.stdin
    assert process.stdout
    assert process.stdout.readline() == "ready\n"

    def carry_out(action: str, n: int, data: dict[str, Any]) -> int:
        assert process.stdin
        assert process.stdout
        print(
            json.dumps({"action": action, "n": n, "data": data, "user": portal.editor}), file=process.stdin, flush=True
        )
        return int(process.stdout.readline())

    yield carry_out
    process.stdin.close()
    process.wait(30)


def version(dataset: Dataset, bodies: dict[int, bytes]) -> int:
    """The version that readers see, which must be one in file, metadata and table."""
    found = dataset.search(limit=100)
    [shown] = versions(found["records"])
    assert dataset.file() == bodies[shown]
    assert dataset.shown()["hash"] == hashlib.sha256(bodies[shown]).hexdigest()
    assert dataset.portal.action("package_show", id=dataset.name)["version"] == str(shown)
    assert found["total"] == len(found["records"]) == 10 + shown % 2
    return shown


def body_of(number: int) -> bytes:
    """Versions differ in their count of rows."""
    return rows(10 + number % 2, version=number)


def points(total: int) -> list[int]:
    """Before which statements to die: a sample, denser where readers begin to see something; all with TERANG_TORTURE."""
    if os.environ.get("TERANG_TORTURE"):
        return list(range(1, total + 1))
    return [*range(1, total - LAST, 15), *range(max(1, total - LAST), total + 1, 4)]


def test_a_switch_that_dies(dataset: Dataset, crash: Crash) -> None:
    """Wherever a switch dies, the next call ends it or leaves the old release to be switched again."""
    bodies = {number: body_of(number) for number in (1, 2)}
    dataset.publish(bodies[1], update={"version": "1"})
    dataset.load(bodies[2])
    now, outcomes = 2, list[bool]()
    for n in points(crash("terang_switch", 0, order(dataset, bodies[2], 2))):
        new = bodies[now + 1] = body_of(now + 1)
        if not outcomes or outcomes[-1]:
            assert dataset.load(new).is_success
        assert crash("terang_switch", n, order(dataset, new, now + 1)) == -1
        repaired = dataset.portal.action("terang_switch", id=dataset.name)["repaired"]
        outcomes.append(version(dataset, bodies) == now + 1)
        now += outcomes[-1]
        assert outcomes[-1] or not repaired
        assert dataset.portal.action("terang_status", id=dataset.name)["unfinished"] is False
    assert {True, False} == set(outcomes)
    assert dataset.portal.action("terang_rollback", id=dataset.name)["package"]["version"] == str(now - 1)
    assert version(dataset, bodies) == now - 1
    assert leftovers(dataset) == [".terang-previous"]


def test_a_rollback_that_dies(dataset: Dataset, crash: Crash) -> None:
    """Wherever taking back dies, readers end with one release or the other."""
    bodies = {number: body_of(number) for number in (1, 2)}
    for number, body in bodies.items():
        dataset.publish(body, update={"version": str(number)})
    seen = [version(dataset, bodies)]
    for n in points(crash("terang_rollback", 0, {"id": dataset.name})):
        assert crash("terang_rollback", n, {"id": dataset.name}) == -1
        dataset.portal.action("terang_switch", id=dataset.name)
        seen.append(version(dataset, bodies))
    assert {1, 2} == set(seen)
    dataset.publish(body_of(3), update={"version": "3"})
    assert version(dataset, {3: body_of(3)}) == 3
    assert dataset.portal.action("terang_rollback", id=dataset.name)["package"]["version"] == str(seen[-1])
    assert leftovers(dataset) == [".terang-previous"]


def test_a_load_that_dies(dataset: Dataset, crash: Crash) -> None:
    """Wherever a load dies, readers see nothing of it, it cannot be switched to, and loading again does it."""
    bodies = {number: body_of(number) for number in (1, 2)}
    dataset.publish(bodies[1], update={"version": "1"})
    data = {"resource": dataset.resource, "table": TABLE, "file": bodies[2].decode(), **order(dataset, bodies[2], 2)}
    data["sha256"] = data.pop("files")[dataset.resource]
    for n in points(crash("terang_load", 0, data)):
        assert crash("terang_load", n, data) == -1
        loads = dataset.portal.action("terang_status", id=dataset.name)["loads"]
        assert loads[dataset.resource]["state"] in {"broken", "ready"}
    assert version(dataset, bodies) == 1
    assert dataset.load(bodies[2]).is_success
    dataset.switch(bodies[2], update={"version": "2"})
    assert version(dataset, bodies) == 2
    assert leftovers(dataset) == [".terang-previous"]


def order(dataset: Dataset, body: bytes, number: int) -> dict[str, Any]:
    """The parameters of a switch."""
    files = {dataset.resource: hashlib.sha256(body).hexdigest()}
    return {"id": dataset.name, "files": files, "update": {"version": str(number)}}


def leftovers(dataset: Dataset) -> list[str]:
    """Which files lie beside the one that readers get."""
    names = [path.name.removeprefix(dataset.resource[6:]) for path in dataset.portal.stored(dataset.resource)]
    return [name for name in names if name]
