"""No room for files on the portal's disk: readers keep the old release, and with room all is well."""

import json
import os
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa
import pytest

from assets.errors import TerangError
from publish.ckan import verify
from tests.portal_fixture import Portal
from tests.publish.ckan import office
from tests.publish.ckan.office import FEW, Make, Office
from tests.publish.ckan.test_faults import seen

pytestmark = [
    pytest.mark.portal,
    pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="finds the portal's programs through /proc"),
]
LARGEST = 20_000  # a program that may write no larger file meets what a full disk would tell it
ROWS = 2_000


def family(pid: int) -> list[int]:
    """A process and all that it started."""
    found, parents = [pid], {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            parents[int(stat.parent.name)] = int(stat.read_text(encoding="utf-8").rpartition(")")[2].split()[1])
        except OSError:
            continue
    for parent in found:
        found += [child for child, of in parents.items() if of == parent]
    return found


@contextmanager
def full(portal: Portal) -> Iterator[None]:
    """No room for larger files of the web server."""
    above = json.loads((portal.state / "ready.json").read_text(encoding="utf-8"))["pid"]
    pids = [pid for pid in family(above) if "gunicorn" in Path(f"/proc/{pid}/cmdline").read_text(encoding="utf-8")]
    assert pids
    before = {pid: resource.prlimit(pid, resource.RLIMIT_FSIZE) for pid in pids}
    for pid, (_, most) in before.items():
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (LARGEST, most))
    try:
        yield
    finally:
        for pid, limits in before.items():
            if Path(f"/proc/{pid}").exists():
                resource.prlimit(pid, resource.RLIMIT_FSIZE, limits)


def many(made: Office) -> pa.Table:
    """Rows whose texts are no shorter on disk than here."""
    table = office.rows(made.contract, list(range(1, ROWS + 1)))
    texts = pa.array([os.urandom(150).hex() for _ in range(ROWS)])
    return table.set_column(table.schema.get_field_index("uraian"), table.schema.field("uraian"), texts)


def test_a_portal_without_room(portal: Portal, make: Make, loader: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The run fails with words; a switched dataset stays as it was, and the next run with room ends what was begun."""
    made = make(formats=["csv", "parquet"])
    made.publish(made.released(office.rows(made.contract, FEW)))
    before = seen(portal, made)
    release = made.released(many(made), day=31)
    with monkeypatch.context() as hurry, full(portal):
        hurry.setattr("tenacity.nap.time.sleep", lambda _: None)
        hurry.setattr("publish.ckan.applying.PAUSE_S", 0)
        with pytest.raises(TerangError) as failed:
            made.publish(release)
    assert failed.value.facts.get("next")
    if loader == "switched":
        assert seen(portal, made) == before
    made.publish(release)
    assert verify(made.contract, made.settings).rows == ROWS
    assert made.publish(release).writes == 0
