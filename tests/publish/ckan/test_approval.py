"""Approval on the real portal, with ckanext-terang and without: not a byte before, everything after, and taking away never waits."""

from datetime import UTC, datetime, timedelta

import pytest

from assets.errors import Unapproved, Unproven
from publish import people
from publish.approving import decide
from publish.ckan import apply, plan, verify
from publish.ckan.back import show_again
from publish.release import Release, latest, newest, release
from publish.rollback import rollback
from publish.standing import APPROVED
from publish.takedown import take_down
from tests.portal_fixture import Portal
from tests.publish.ckan import office
from tests.publish.ckan.office import FEW, Make, Office
from tests.publish.ckan.test_publish import package
from tests.publish.ckan.test_takedown import made as made  # noqa: PLC0414 - the fixture of an office that goes the whole way
from tests.publish.ckan.test_takedown import told
from tests.publish.ckan.whole import WHY, Whole, contract
from tests.publish.made import staged

pytestmark = pytest.mark.portal


@pytest.fixture(autouse=True)
def _two_people(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(people, "me", lambda: "siti")
    monkeypatch.setattr(people, "everybody", lambda *_: ("budi",))


@pytest.fixture(params=[True, False], ids=["extension", "plain"], autouse=True)
def _loader(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("publish.ckan.capabilities.SWITCH_PLUGIN", "terang" if request.param else "none of them")


def ran(at: Office, numbers: list[int], *, days: float = 1) -> Release:
    """A release of these rows, so many days ago."""
    staged(at.settings.root, at.contract, rows=office.rows(at.contract, numbers))
    return release(at.contract, at.settings, now=datetime.now(UTC) - timedelta(days=days))


def approve(at: Office | Whole, of: Release, *, days: float = 0.0) -> None:
    """Siti agrees, so many days ago."""
    now = datetime.now(UTC) - timedelta(days=days)
    decide(at.contract, at.settings, of.version, agreed=True, reason="sudah diperiksa", now=now)


def seen(portal: Portal, at: Office) -> object:
    """All that the portal has of the dataset, drafts included, by somebody who may see everything."""
    answer = portal.ask("package_show", token=portal.admin_token, id=at.contract.name)
    return answer.json()["result"] if answer.is_success else answer.status_code


def test_nothing_reaches_the_portal_before(portal: Portal, make: Make) -> None:
    """Not even a draft; then all of it; a changed release waits again while readers have the first; nothing twice."""
    at = make(approval={})
    first = ran(at, FEW, days=2)
    with pytest.raises(Unapproved, match="waits for the approval"):
        at.publish(first)
    with pytest.raises(Unapproved, match="waits for the approval"):
        show_again(at.contract, at.settings, first)
    assert seen(portal, at) == 404
    approve(at, first, days=1)
    at.publish(first)
    assert verify(at.contract, at.settings).rows == 200
    assert at.publish(first).writes == 0
    before = seen(portal, at)
    second = ran(at, FEW[5:], days=0)
    with pytest.raises(Unapproved):
        at.publish(second)
    assert seen(portal, at) == before
    approve(at, second)
    at.publish(second)
    assert verify(at.contract, at.settings).rows == 195
    assert at.publish(second).writes == 0


@pytest.mark.parametrize("mutant", ["bytes", "expired", "ledger", "clock"])
def test_a_mutant_leaves_the_portal_empty(portal: Portal, make: Make, mutant: str) -> None:
    """Approved, and then something is not what was approved."""
    at = make(approval={})
    found = ran(at, FEW, days=40 if mutant == "expired" else 0)
    approve(at, found, days={"expired": 35, "clock": -1}.get(mutant, 0))
    if mutant == "bytes":
        file = found.path / f"{at.contract.name}.csv"
        file.chmod(0o644)
        file.write_bytes(file.read_bytes() + b"\r\n")
    if mutant == "ledger":
        file = found.path.parent / "ledger.jsonl"
        file.write_text(file.read_text().replace('"approved"', '"Approved"'))
    with pytest.raises(Unproven):
        at.publish(found)
    assert seen(portal, at) == 404


def test_a_rollback_to_what_was_approved_needs_no_other(portal: Portal, make: Make) -> None:
    """Going back does no harm and must not wait; what waited meanwhile is no more, since it was made against the other."""
    at = make(approval={})
    first = ran(at, FEW, days=3)
    approve(at, first, days=2)
    at.publish(first)
    second = ran(at, FEW[5:], days=1)
    approve(at, second)
    at.publish(second)
    third = ran(at, FEW[7:], days=-0.0001)
    assert third.waiting
    rollback(at.contract, at.settings, reason="salah baca", now=datetime.now(UTC))
    assert verify(at.contract, at.settings).rows == 200
    assert package(portal, at)["version"] == first.version
    found = newest(at.contract, at.settings)
    assert found is not None
    assert (found.version, found.waiting) == (first.version, False)


@pytest.mark.parametrize("beside", [True, False], ids=["one waits", "none waits"])
def test_a_takedown_never_waits(portal: Portal, made: Whole, *, beside: bool) -> None:
    """The rows go at once; what may stay is shown when somebody has agreed to it, and what waited with them is no more."""
    asking = Whole(contract=contract(made.contract.name, approval={"expires": "520w"}), settings=made.settings)
    numbers = list(range(1, 31))
    first = asking.released(numbers)
    approve(asking, first, days=10)
    apply(plan(asking.contract, asking.settings, first), asking.contract, asking.settings)
    waiting = asking.released([*numbers, 31], day=45) if beside else None
    why = WHY | {"now": datetime.now(UTC)}
    done = take_down(asking.contract, asking.settings, asking.rows(first, 7), **why)
    assert done.current is None
    if waiting:
        assert not waiting.path.exists()  # what was made of the rows goes; the next run makes another one
        asking.released(day=49)
    else:
        assert "waits for approval" in done.not_released
    assert portal.ask("package_show", token="", id=made.contract.name).status_code == 403
    left = newest(asking.contract, asking.settings)
    assert left is not None
    assert left.waiting
    with pytest.raises(Unapproved):
        apply(plan(asking.contract, asking.settings, left), asking.contract, asking.settings)
    approve(asking, left)
    apply(plan(asking.contract, asking.settings, left), asking.contract, asking.settings)
    assert verify(asking.contract, asking.settings).rows == (30 if beside else 29)
    assert latest(asking.contract, asking.settings) is not None
    assert [entry.event for entry in told(asking)].count(APPROVED) == 2
