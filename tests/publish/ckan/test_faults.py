"""Publishing to the real portal through a network that fails: the right result or a clear error, and never a loss.

Here some faults at some requests of a publication; each at each with $TERANG_TORTURE (`make torture`).
"""

import os
import random
from collections.abc import Iterator

import pyarrow as pa
import pytest

from assets.errors import TerangError
from publish.ckan import verify
from tests.portal_fixture import Portal
from tests.publish.ckan import office
from tests.publish.ckan.faulty import FAULTS, LASTING, Faults, faulty
from tests.publish.ckan.office import FEW, Make, Office

pytestmark = pytest.mark.portal


@pytest.fixture
def faults(portal: Portal, monkeypatch: pytest.MonkeyPatch) -> Iterator[Faults]:
    """A failing way to the portal; nobody waits between tries."""
    monkeypatch.setattr("tenacity.nap.time.sleep", lambda _: None)
    with faulty(portal.url) as found:
        yield found


def rows(made: Office, version: int) -> pa.Table:
    """Each version has another count of rows, one changed row, and its number in a thousand."""
    numbers = [n for n in FEW if n % 7 != version % 7] + [1000 + version]
    return office.rows(made.contract, numbers, nilai=lambda n: f"{n}.{version:02}" if n == 3 else f"{n}.05")


def cases(requests: int, some: int) -> list[tuple[str, int]]:
    """What is to go wrong, and at which request; the same ones each time."""
    every = [(kind, at) for kind in FAULTS for at in range(1, requests + 1)]
    chosen = random.Random(requests)  # noqa: S311 - nothing secret
    return every if os.environ.get("TERANG_TORTURE") else chosen.sample(every, some)


def publish(made: Office, version: int, faults: Faults, kind: str = "", at: int = 0) -> None:
    """Publish a version while one request fails; whatever is not an error of ours is raised."""
    release, failed = made.released(rows(made, version), day=version), None
    faults.set(kind, at)
    try:
        made.publish(release)
    except TerangError as error:
        failed = error
    finally:
        struck, faults.kind = faults.hit, ""
    assert failed is None or failed.facts.get("next"), str(failed)
    assert failed or not struck or kind not in LASTING, f"{kind} at {at}: {struck}"


def seen(portal: Portal, made: Office) -> tuple[str, int, int]:
    """What a reader sees: the version, and how many rows the table says it has and gives."""
    package = portal.action("package_show", token="", id=made.contract.name)
    table = portal.action("datastore_search", token="", resource_id=package["resources"][0]["id"], limit=1000)
    return package["version"], table["total"], len(table["records"])


def whole(portal: Portal, made: Office, version: int) -> None:
    """After one more run all is as if nothing had happened, and a further run has nothing to do."""
    release = made.released(rows(made, version), day=version)
    made.publish(release)
    count = rows(made, version).num_rows
    assert verify(made.contract, made.settings).rows == count
    assert seen(portal, made) == (release.version, count, count)
    assert made.publish(release).writes == 0


def test_a_change_through_a_failing_network(portal: Portal, make: Make, faults: Faults, loader: str) -> None:
    """Readers of a switched release see the old one or the new one throughout; the next run ends what was begun."""
    made = make(url=faults.url)
    publish(made, 1, faults)
    publish(made, 2, faults)
    for version, (kind, at) in enumerate(cases(faults.seen, 4), start=3):
        before = seen(portal, made)
        publish(made, version, faults, kind, at)
        after = seen(portal, made)
        if loader == "switched":
            count = rows(made, version).num_rows
            assert after in (before, (after[0], count, count)), (kind, at)
        whole(portal, made, version)


@pytest.mark.usefixtures("loader")
def test_a_first_publication_through_a_failing_network(portal: Portal, make: Make, faults: Faults) -> None:
    """Readers see nothing, or all of it; the next run ends what was begun."""
    publish(make(url=faults.url), 1, faults)
    for kind, at in cases(faults.seen, 2):
        made = make(url=faults.url)
        publish(made, 1, faults, kind, at)
        if portal.ask("package_show", token="", id=made.contract.name).is_success:
            count = rows(made, 1).num_rows
            assert seen(portal, made)[1:] == (count, count), (kind, at)
        whole(portal, made, 1)
