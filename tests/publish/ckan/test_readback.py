"""A portal that shows something else than what was released is found out."""

from pathlib import Path
from typing import Any

import httpx
import pytest

from assets.errors import PortalMismatch
from publish.ckan import apply, verify
from tests.portal_fixture import Portal
from tests.publish.ckan import office
from tests.publish.ckan.office import FEW, Make

pytestmark = pytest.mark.portal


def test_somebody_changed_the_table(portal: Portal, make: Make) -> None:
    """A row removed on the portal by hand is found by the plan and put back."""
    made = make()
    release = made.released(office.rows(made.contract, FEW))
    outcome = made.publish(release)
    table = outcome.resource_ids["csv"]
    portal.action("datastore_delete", resource_id=table, force=True, filters={"id": [office.row_id(7)]})
    with pytest.raises(PortalMismatch, match="other count of rows"):
        verify(made.contract, made.settings)
    plan = made.planned(release)
    assert plan.basis.reason == "somebody changed the table on the portal"
    apply(plan, made.contract, made.settings)
    assert verify(made.contract, made.settings).rows == 200


def test_a_value_that_reads_otherwise(portal: Portal, make: Make) -> None:
    """An amount changed on the portal is found by its sum, and a text by comparing rows; neither is shown."""
    made = make()
    outcome = made.publish(made.released(office.rows(made.contract, FEW)))
    table = outcome.resource_ids["csv"]
    forced: dict[str, Any] = {"resource_id": table, "force": True, "method": "update"}
    portal.action("datastore_upsert", **forced, records=[{"id": office.row_id(7), "nilai": "7000.06"}])
    with pytest.raises(PortalMismatch) as caught:
        verify(made.contract, made.settings)
    assert caught.value.facts["column"] == "nilai"
    assert caught.value.facts["allowed"] == "20100010.00"
    portal.action(
        "datastore_upsert", **forced, records=[{"id": office.row_id(7), "nilai": "7000.05", "uraian": "lain"}]
    )
    with pytest.raises(PortalMismatch, match="other rows") as caught:
        verify(made.contract, made.settings)
    assert "lain" not in caught.value.facts["found"].replace("main", "")


@pytest.mark.parametrize("spoilt", ["", "added", "changed", "removed", "more"])
def test_few_rows_of_a_large_table(portal: Portal, make: Make, monkeypatch: pytest.MonkeyPatch, spoilt: str) -> None:
    """Where few rows of many changed, those and the count are compared: what reads otherwise is found all the same."""
    monkeypatch.setattr("publish.ckan.planning.LARGE", 0)
    made = make()
    made.publish(made.released(office.rows(made.contract, FEW)))
    now = office.rows(made.contract, [*FEW[1:], 301], nilai=lambda n: "1.00" if n == 20 else f"{n}000.05")
    release = made.released(now, day=31)
    plan = made.planned(release)
    monkeypatch.setattr("publish.ckan.planning.FEW", 50)
    assert plan.few
    wrong: dict[str, Any] = {
        "added": ("datastore_delete", {"filters": {"id": [office.row_id(301)]}}),
        "changed": ("datastore_upsert", {"records": [{"id": office.row_id(20), "nilai": "2"}], "method": "update"}),
        "removed": ("datastore_upsert", {"records": [{"id": office.row_id(1)}], "method": "insert"}),
        "more": ("datastore_upsert", {"records": [{"id": "orang"}], "method": "insert"}),
    }

    def spoil(done: str) -> None:
        if done == "loaded" and spoilt:
            action, data = wrong[spoilt]
            portal.action(action, resource_id=plan.desired.data.id, force=True, **data)

    if spoilt:
        with pytest.raises(PortalMismatch):
            apply(plan, made.contract, made.settings, at=spoil)
        made.publish(release)
    else:
        apply(plan, made.contract, made.settings)
    assert verify(made.contract, made.settings).rows == 200
    assert made.publish(release).writes == 0


def test_a_table_that_differs_is_not_made_public(portal: Portal, make: Make) -> None:
    """When what was loaded reads otherwise, a first release stays private, and the next run mends it."""
    made = make()
    release = made.released(office.rows(made.contract, FEW))

    def spoil(done: str) -> None:
        if done == "loaded":
            table = made.planned(release).desired.data.id
            portal.action("datastore_delete", resource_id=table, force=True, filters={"id": [office.row_id(3)]})

    with pytest.raises(PortalMismatch):
        made.publish(release, at=spoil)
    assert portal.ask("package_show", token="", id=made.contract.name).status_code == 403
    made.publish(release)
    assert verify(made.contract, made.settings).rows == 200


def test_a_file_that_differs_is_sent_again(portal: Portal, make: Make, tmp_path: Path) -> None:
    """A file replaced on the portal is found by its SHA-256."""
    made = make()
    outcome = made.publish(made.released(office.rows(made.contract, FEW)))
    other = tmp_path / "lain.csv"
    other.write_text("bukan,ini\n", encoding="utf-8")
    with other.open("rb") as file:
        answer = httpx.post(
            f"{portal.url}/api/action/resource_patch",
            data={"id": outcome.resource_ids["csv"]}, files={"upload": ("lain.csv", file)},
            headers={"Authorization": portal.token}, trust_env=False, timeout=60,
        )  # fmt: skip
    assert answer.is_success
    with pytest.raises(PortalMismatch, match="files read otherwise"):
        verify(made.contract, made.settings)
