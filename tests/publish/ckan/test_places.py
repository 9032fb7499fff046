"""Gaps between the places of resources, behind which CKAN 2.12 itself fails or loses a resource; 2.11 closes them."""

import os

import pytest

from publish.ckan import verify
from publish.ckan.hiding import Withdrawn, hide
from tests.portal_fixture import Portal
from tests.publish.ckan import office
from tests.publish.ckan.office import FEW, Make, Office
from tests.publish.ckan.test_publish import ids, package

pytestmark = [
    pytest.mark.portal,
    pytest.mark.skipif(os.environ.get("CKAN", "") == "2.11", reason="it numbers resources anew at every change"),
]


def with_gap(portal: Portal, made: Office) -> list[str]:
    """Publish, add a file of somebody else, and leave a gap after the first; returns the ids in order."""
    made.publish(made.released(office.rows(made.contract, FEW)))
    name = made.contract.name
    portal.action("resource_create", package_id=name, name="Lain", url="https://example.org/lain.csv")
    portal.leave_gap(package(portal, made)["id"], before=1)
    portal.action("package_patch", id=name, title="Suntingan")  # what CKAN shows is what it indexed last
    return ids(portal, made)


def places(portal: Portal, made: Office) -> list[int]:
    """Which numbers the resources have."""
    return [resource["position"] for resource in package(portal, made, portal.token)["resources"]]


def test_a_gap_is_closed_before_anything_is_written(portal: Portal, make: Make, loader: str) -> None:
    """CKAN would answer 500, or lose the file of somebody else; the plan names the gap, and nothing is lost."""
    made = make(formats=["csv", "parquet"])
    before = with_gap(portal, made)
    assert places(portal, made) == [0, *range(2, len(before) + 1)]
    refused = portal.ask("package_patch", id=made.contract.name, title="Sekali lagi")
    assert refused.status_code == 500, f"CKAN closes gaps itself by now, with {loader}"
    release = made.released(office.rows(made.contract, FEW[:150]), day=1)
    plan = made.planned(release)
    assert "files are numbered anew" in "\n".join(plan.lines())
    assert plan.calls["package_resource_reorder"] == 1
    made.publish(release)
    after = ids(portal, made)
    assert [id_ for id_ in after if id_ in before] == before
    assert places(portal, made) == list(range(len(after)))
    assert verify(made.contract, made.settings).rows == 150
    assert made.publish(release).writes == 0


def test_a_dataset_with_a_gap_is_hidden(portal: Portal, make: Make) -> None:
    """What must not be seen is hidden also where CKAN alone would answer 500."""
    made = make()
    before = with_gap(portal, made)
    hide(made.contract, made.settings, Withdrawn(versions=frozenset(), digests=frozenset(), whole=True))
    found = package(portal, made, portal.token)
    assert found["private"] is True
    assert [resource["id"] for resource in found["resources"]] == before
