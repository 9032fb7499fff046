"""Earlier versions on the real portal: files with ids of their own, tables of the last ones, and what is too old goes."""

import hashlib
from dataclasses import replace
from typing import Any

import httpx
import pytest

from assets.store import store_of
from publish import ledger
from publish.ckan import verify
from publish.ckan.resources import resource_id
from publish.release import find
from publish.verify import verify_file, verify_release
from tests.portal_fixture import Portal
from tests.publish.ckan import office
from tests.publish.ckan.office import Make, Office

pytestmark = pytest.mark.portal

DAYS = ("2026-10-05", "2026-10-06", "2026-10-07", "2026-10-08")


@pytest.fixture(params=["plain", "extended"], autouse=True)
def loader(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Both loaders."""
    if request.param == "extended":
        monkeypatch.setattr("publish.ckan.capabilities.SWITCH_PLUGIN", "terang")
    return str(request.param)


def shown(portal: Portal, of: Office) -> dict[str, dict[str, Any]]:
    """The resources by id, as a reader without a name sees them."""
    found = portal.action("package_show", token="", id=of.contract.name)
    return {resource["id"]: resource for resource in found["resources"]}


def ours(of: Office, kind: str) -> str:
    """The id of a resource."""
    return resource_id(of.contract.name, kind)


def published(of: Office, day: int) -> None:
    """A release of other rows, on the portal."""
    of.publish(of.released(office.rows(of.contract, [*range(1, 11), 20 + day]), day=day))


def test_each_version_at_its_own_url(portal: Portal, make: Make) -> None:
    """Two versions stay as files, the last as a table; the oldest goes from portal and store, and is provable still."""
    made = make(versions={"keep": 2, "tables": 1})
    published(made, 0)
    first = {path.name: path.read_bytes() for path in found(made, DAYS[0]).iterdir()}
    for day in (1, 2, 3):
        published(made, day)
        again = made.planned(made.released(office.rows(made.contract, [*range(1, 11), 20 + day]), day=day))
        assert again.lines() == []
    resources = shown(portal, made)
    kept = {kind: resources[ours(made, kind)] for kind in (f"csv {DAYS[2]}", f"csv {DAYS[1]}", f"changes {DAYS[2]}")}
    assert {resource["name"] for resource in kept.values()} == {
        "Versi 2026-10-07 (CSV)", "Versi 2026-10-06 (CSV)", "Perubahan versi 2026-10-07 (CSV)",
    }  # fmt: skip
    for kind, resource in kept.items():
        body = httpx.get(resource["url"], trust_env=False).content
        assert hashlib.sha256(body).hexdigest() == resource["hash"]
        assert body == (found(made, kind[-10:]) / resource_file(made, kind)).read_bytes()
    assert ours(made, f"csv {DAYS[0]}") not in resources
    assert found_none(made, DAYS[0])
    rows = portal.action("datastore_search", token="", resource_id=ours(made, f"csv {DAYS[2]}"), sort="id")
    assert [row["id"] for row in rows["records"]] == [office.row_id(n) for n in [*range(1, 11), 22]]
    assert portal.ask("datastore_info", id=ours(made, f"csv {DAYS[1]}")).status_code == 404
    assert not resources[ours(made, f"csv {DAYS[1]}")]["datastore_active"]
    assert verify(made.contract, made.settings).version == DAYS[3]
    is_told_as_retired(made, first)


def found(of: Office, version: str) -> Any:
    """The folder of a release."""
    release = find(of.contract, of.settings, version)
    assert release is not None
    return release.path


def found_none(of: Office, version: str) -> bool:
    """Whether a release is not there any more."""
    return find(of.contract, of.settings, version) is None


def resource_file(of: Office, kind: str) -> str:
    """What the file of a version is called in its release."""
    return f"{of.contract.name}.csv" if kind.startswith("csv") else "changes.csv"


def is_told_as_retired(of: Office, first: dict[str, bytes]) -> None:
    """The ledger tells that it was retired; a copy of a file of it is still known."""
    store = store_of(of.contract.name, of.settings)
    assert [(e.event, e.version) for e in ledger.check(store) if e.event == "retired"] == [("retired", DAYS[0])]
    proof = verify_release(store, DAYS[0])
    assert (proof.passed, proof.retired) == (True, True)
    copy = of.settings.root / "unduhan.csv"
    copy.write_bytes(first[f"{of.contract.name}.csv"])
    origin = verify_file(copy, of.settings)
    assert origin is not None
    assert (origin.version, origin.current, origin.retired) == (DAYS[0], False, True)


def test_fewer_versions_are_wanted(portal: Portal, make: Make) -> None:
    """With none kept, files, tables and folders of earlier versions go, in one publication, and nothing is left to do."""
    made = make(versions={"keep": 2, "tables": 2})
    for day in (0, 1, 2):
        published(made, day)
    table = ours(made, f"csv {DAYS[0]}")
    assert portal.action("datastore_info", token="", id=table)["meta"]["count"] == 11
    fewer = replace(made, contract=office.payments(made.contract.name, versions={"keep": 0}))
    published(fewer, 3)
    assert {resource["terang_version"] for resource in shown(portal, made).values()} == {DAYS[3]}
    assert portal.ask("datastore_search", resource_id=table).status_code == 404
    assert not fewer.planned(fewer.released(office.rows(fewer.contract, [*range(1, 11), 23]), day=3))


def test_a_purged_dataset_gets_its_versions_again(portal: Portal, make: Make) -> None:
    """A first publication brings the versions that are kept, with their tables, and a second one writes nothing."""
    made = make(versions={"keep": 2, "tables": 1})
    published(made, 0)
    portal.purge(made.contract.name)
    release = made.released(office.rows(made.contract, [1, 2, 3]), day=1)
    made.publish(release)
    assert portal.action("datastore_info", token="", id=ours(made, f"csv {DAYS[0]}"))["meta"]["count"] == 11
    assert made.publish(release).writes == 0


def test_a_version_of_other_columns(portal: Portal, make: Make) -> None:
    """The table of a version has the columns and words that it had then."""
    made = make(versions={"keep": 1, "tables": 1})
    published(made, 0)
    columns = [{**spec, "label": {"id": "Lain", "en": "Other"}} for spec in office.PAYMENTS if spec["name"] != "uraian"]
    other = replace(
        made, contract=office.payments(made.contract.name, columns=columns, versions={"keep": 1, "tables": 1})
    )
    release = other.released(office.rows(other.contract, [1, 2]), day=1)
    other.publish(release)
    table = portal.action("datastore_info", token="", id=ours(made, f"csv {DAYS[0]}"))
    assert {field["id"]: field["info"].get("label") for field in table["fields"]}["uraian"] == "Uraian"
    assert other.publish(release).writes == 0


@pytest.mark.parametrize("stop", [1, 3, 5, 7])
def test_killed_anywhere(portal: Portal, make: Make, stop: int) -> None:
    """Broken off at any point, the next run ends with the same versions and tables."""
    made = make(versions={"keep": 1, "tables": 1})
    published(made, 0)
    release = made.released(office.rows(made.contract, [1, 2, 3]), day=1)
    seen = 0

    def at(_: str) -> None:
        nonlocal seen
        seen += 1
        if seen == stop:
            raise KeyboardInterrupt

    try:
        made.publish(release, at=at)
    except KeyboardInterrupt:
        made.publish(release)
    assert portal.action("datastore_info", token="", id=ours(made, f"csv {DAYS[0]}"))["meta"]["count"] == 11
    assert verify(made.contract, made.settings).rows == 3
    assert made.publish(release).writes == 0
