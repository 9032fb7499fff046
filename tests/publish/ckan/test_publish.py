"""Publishing to the real portal: first, again, and what changed."""

import json
import sys
from dataclasses import replace
from typing import Any

import httpx
import pytest

from assets.contract import Contract
from assets.errors import Blocked
from publish.ckan import apply, verify
from tests.portal_fixture import Portal
from tests.publish.ckan import office
from tests.publish.ckan.office import FEW, Make, Office

pytestmark = pytest.mark.portal


def package(portal: Portal, of: Office, token: str = "") -> dict[str, Any]:
    """The dataset as a reader without a name sees it."""
    found: dict[str, Any] = portal.action("package_show", token=token, id=of.contract.name)
    return found


def ids(portal: Portal, of: Office) -> list[str]:
    """The ids of its resources."""
    return [resource["id"] for resource in package(portal, of)["resources"]]


def test_first_publication(portal: Portal, make: Make) -> None:
    """A dataset appears whole: files with their checksums, a table with our types and dictionary, a view."""
    made = make()
    release = made.released(office.rows(made.contract, FEW))
    outcome = made.publish(release)
    shown = package(portal, made)
    assert outcome.rows == 200
    assert outcome.writes <= 7
    assert shown["private"] is False
    assert shown["title"] == "Bayaran contoh"
    assert {resource["name"] for resource in shown["resources"]} >= {"Data (CSV)", "Kamus data"}
    for resource in shown["resources"]:
        body = httpx.get(resource["url"], trust_env=False).content
        assert len(body) == resource["size"]
        assert resource["terang_version"] == release.version
    table = portal.action("datastore_info", token="", id=outcome.resource_ids["csv"])
    assert {field["id"]: field["type"] for field in table["fields"]}["nilai"] == "numeric"
    assert table["fields"][2]["info"]["notes_en"] == "Account code."
    assert table["meta"]["count"] == 200
    views = portal.action("resource_view_list", token="", id=outcome.resource_ids["csv"])
    assert [view["view_type"] for view in views] == ["datatables_view"]


def test_again_is_nothing(make: Make) -> None:
    """Publishing what is already there plans nothing and writes nothing."""
    made = make()
    release = made.released(office.rows(made.contract, FEW))
    made.publish(release)
    plan = made.planned(release)
    assert (plan.steps, plan.lines()) == ((), [])
    assert made.publish(release).writes == 0


def test_purged_and_published_again(portal: Portal, make: Make) -> None:
    """CKAN keeps the table of a dataset that was purged; publishing again makes it anew under the same id."""
    made = make()
    first = made.publish(made.released(office.rows(made.contract, FEW)))
    portal.purge(made.contract.name)
    second = made.publish(made.released(office.rows(made.contract, FEW[:50]), day=1))
    assert second.resource_ids.items() >= first.resource_ids.items()
    assert verify(made.contract, made.settings).rows == 50


def test_added_changed_removed(portal: Portal, make: Make) -> None:
    """Only rows that differ are sent; ids of resources and of rows stay."""
    made = make()
    made.publish(made.released(office.rows(made.contract, FEW)))
    before = ids(portal, made)
    changed = office.rows(
        made.contract, [*FEW[5:], 301, 302], nilai=lambda n: "123456789012345678.91" if n in {20, 21} else f"{n}000.05"
    )
    release = made.released(changed, day=31)
    plan = made.planned(release)
    assert plan.basis.kind == "release"
    assert plan.changes is not None
    assert (plan.changes.added, plan.changes.changed, plan.changes.removed) == (2, 2, 5)
    assert any("+ 2   ~ 2   - 5" in line for line in plan.lines())
    assert json.loads(json.dumps(plan.document()))["to"] == "2026-11-05"
    apply(plan, made.contract, made.settings)
    assert ids(portal, made)[: len(before)] == before
    assert package(portal, made)["issued"] == "2026-10-05"
    assert verify(made.contract, made.settings).rows == 197
    assert made.publish(release).writes == 0


def test_other_words_alone(portal: Portal, make: Make) -> None:
    """A changed label is one change of the dictionary; no row is sent."""
    made = make()
    rows = office.rows(made.contract, FEW)
    made.publish(made.released(rows))
    words = [*office.PAYMENTS]
    words[1] = {**words[1], "label": {"id": "Rekening", "en": "Account"}}
    other = replace(made, contract=office.payments(made.contract.name, columns=words, tags=["baru"], schedule=None))
    release = other.released(rows, day=1)
    plan = other.planned(release)
    assert plan.has("update dictionary", "patch fields")
    assert not plan.has("change rows", "create table", "rebuild table")
    apply(plan, other.contract, other.settings)
    shown = package(portal, made)
    assert [tag["name"] for tag in shown["tags"]] == ["baru"]
    assert not shown.get("frequency")
    assert other.publish(release).writes == 0


def test_groups_without_an_id(make: Make) -> None:
    """Rows known by several columns, one of them empty, change, come and go all the same."""
    made = make(office.monthly)
    first = [("5.01", "A", "1.00", 5), ("5.01", None, "2.00", 6), ("5.02", "A", "3.00", 7), ("5.03", None, "4.00", 8)]
    made.publish(made.released(office.groups(made.contract, first)))
    second = [("5.01", "A", "1.50", 5), ("5.01", None, "2.50", 6), ("5.02", "A", "3.00", 7), ("5.04", "B", "9.00", 9)]
    release = made.released(office.groups(made.contract, second), day=31)
    made.publish(release)
    assert verify(made.contract, made.settings).rows == 4
    assert made.publish(release).writes == 0


def formats_come_and_go(portal: Portal, made: Office) -> None:
    """A release has fewer files, the next one has them again."""
    rows = office.rows(made.contract, FEW)
    made.publish(made.released(rows))
    before = ids(portal, made)
    fewer = replace(made, contract=office.payments(made.contract.name, formats=["csv", "parquet"]))
    fewer.publish(fewer.released(rows, day=1))
    assert [id_ for id_ in ids(portal, made) if id_ in before] == [
        id_ for n, id_ in enumerate(before) if n not in {2, 3}
    ]
    made.publish(made.released(rows, day=2))
    assert set(ids(portal, made)) >= set(before)
    assert verify(made.contract, made.settings).rows == 200


def test_a_format_that_is_no_longer_released(portal: Portal, make: Make) -> None:
    """A file that a release no longer has leaves the portal, the other ids stay, and it comes back under its own."""
    formats_come_and_go(portal, make())


def test_a_gate_stops_everything(make: Make, portal: Portal, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is sent before the gate saw all of it."""
    made = make()
    release = made.released(office.rows(made.contract, FEW))

    def stop(document: dict[str, Any], _: Contract) -> None:
        assert document["resources"]
        assert document["dictionary"]
        raise Blocked("a gate stopped it", dataset=made.contract.name)

    monkeypatch.setattr(sys.modules["quality.gates.scan"], "scan_payload", stop)
    with pytest.raises(Blocked):
        made.publish(release)
    assert portal.ask("package_show", id=made.contract.name).status_code == 404
