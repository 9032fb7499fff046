"""Rollback on the real portal, with ckanext-terang and without: one step, an entry of the ledger, and it stays."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from assets.errors import Blocked, Busy, PortalRefused, SettingsError, Unproven
from assets.store import store_of
from publish import ledger
from publish.ckan import client, verify
from publish.release import Release, latest
from publish.rollback import BEGUN, RolledBack, rollback
from publish.verify import verify_release
from tests.portal_fixture import Portal
from tests.publish.ckan import office
from tests.publish.ckan.office import FEW, FIRST, Make, Office
from tests.publish.ckan.test_killed import Killed, kill_at
from tests.publish.ckan.test_publish import ids, package
from tests.publish.ckan.test_switching import shown

pytestmark = pytest.mark.portal
DAY = FIRST + timedelta(days=40)


@pytest.fixture(params=[True, False], ids=["extension", "plain"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> bool:
    """With the extension, and by the API alone."""
    monkeypatch.setattr("publish.ckan.capabilities.SWITCH_PLUGIN", "terang" if request.param else "none of them")
    return bool(request.param)


def two(make: Make) -> tuple[Office, Release, Release]:
    """An office that published 200 rows, then 195 of them."""
    made = make()
    first = made.released(office.rows(made.contract, FEW))
    made.publish(first)
    second = made.released(office.rows(made.contract, FEW[5:]), day=31)
    made.publish(second)
    return made, first, second


def back(of: Office, version: str | None = None, **more: Any) -> RolledBack:
    """Roll back."""
    return rollback(of.contract, of.settings, version, reason="salah baca", now=DAY, **more)


def test_readers_get_the_version_before(portal: Portal, make: Make, *, way: bool) -> None:
    """Table, files and fields are those of the version before; the ledger tells it; the portal is proven."""
    made = make()
    first = made.released(office.rows(made.contract, FEW))
    made.publish(first)
    before = (shown(portal, made), ids(portal, made))
    second = made.released(office.rows(made.contract, FEW[5:]), day=31)
    made.publish(second)
    done = back(made)
    assert (done.version, done.instead_of, done.went_on) == (first.version, second.version, False)
    assert done.shown.taken_back is way
    assert done.shown.outcome.writes == 2 or not way  # taken back, and the ledger that tells it
    assert (shown(portal, made), ids(portal, made)) == before
    assert verify(made.contract, made.settings).rows == 200
    store = store_of(made.contract.name, made.settings)
    entry, noted = ledger.check(store)[-2:]
    assert (noted.event, noted.version) == ("published", first.version)
    assert (entry.event, entry.version, entry.hash) == ("rolled back", first.version, done.entry)
    assert entry.facts == {"from": second.version, "reason": "salah baca"}
    assert entry.content_digest == first.content_digest
    assert json.loads(store.latest.read_text())["version"] == first.version
    assert verify_release(store).version == first.version
    assert all(verify_release(store, version).passed for version in (first.version, second.version))


@pytest.mark.usefixtures("way")
def test_the_next_run_leaves_it_so(make: Make) -> None:
    """The same content again releases nothing and writes nothing; other data is released as ever."""
    made, first, _ = two(make)
    back(made)
    held = made.released(office.rows(made.contract, FEW[5:]), day=60)
    assert (held.version, held.new) == (first.version, False)
    assert held.held_back
    assert made.publish(held).writes == 0
    third = made.released(office.rows(made.contract, FEW[9:]), day=61)
    made.publish(third)
    assert verify(made.contract, made.settings).version == third.version


@pytest.mark.usefixtures("way")
def test_a_named_version_further_back_and_forward(make: Make) -> None:
    """Any version that is in the store can be shown again, also one that was rolled back."""
    made, first, _ = two(make)
    third = made.released(office.rows(made.contract, FEW[9:]), day=35)
    made.publish(third)
    assert back(made, first.version).instead_of == third.version
    assert verify(made.contract, made.settings).rows == 200
    assert back(made, third.version).instead_of == first.version
    assert verify(made.contract, made.settings).rows == 191


@pytest.mark.usefixtures("way")
@pytest.mark.parametrize("step", ["begun", "told", "taken back", "uploaded"])
def test_killed_anywhere_the_same_command_goes_on(make: Make, step: str) -> None:
    """Once more the same call: one line in the ledger, the version before, and not the one before that."""
    made = make()
    versions = []
    for day, start in ((0, 0), (31, 5), (35, 9)):
        versions.append(made.released(office.rows(made.contract, FEW[start:]), day=day))
        made.publish(versions[-1])
    reached = False
    try:
        back(made, at=kill_at(step))
    except Killed:
        reached = True
    done = back(made) if reached else None
    found = latest(made.contract, made.settings)
    assert found
    assert found.version == versions[1].version
    assert done is None or done.went_on
    assert verify(made.contract, made.settings).rows == 195
    told = [entry.event for entry in ledger.check(store_of(made.contract.name, made.settings))]
    assert [event for event in told if event != "published"] == ["released"] * 3 + ["rolled back"]
    assert not (store_of(made.contract.name, made.settings).releases / BEGUN).exists()


@pytest.mark.usefixtures("way")
def test_a_run_after_a_kill_shows_the_earlier_version(make: Make) -> None:
    """The ledger alone decides: a scheduled run ends what the killed command began."""
    made, first, _ = two(make)
    with pytest.raises(Killed):
        back(made, at=kill_at("told"))
    held = made.released(office.rows(made.contract, FEW[5:]), day=60)
    made.publish(held)
    assert verify(made.contract, made.settings).version == first.version


def test_a_lost_answer_is_looked_into(make: Make, monkeypatch: pytest.MonkeyPatch, extended: bool) -> None:  # noqa: FBT001
    """The portal takes it back and its answer is lost: it is not called a second time, which would undo it."""
    assert extended
    made, first, _ = two(make)
    real, done = client.Client.write_body, list[str]()

    def lossy(self: client.Client, action: str, *given: Any) -> Any:
        answer = real(self, action, *given)
        done.append(action)
        if action == "terang_rollback":
            raise client.Unclear("the portal does not answer", dataset="x", next="look")
        return answer

    monkeypatch.setattr(client.Client, "write_body", lossy)
    assert back(made).shown.taken_back
    assert done == ["terang_rollback", "package_revise"]  # the ledger, which tells it
    assert verify(made.contract, made.settings).version == first.version


def test_another_release_is_kept_by_then(make: Make, monkeypatch: pytest.MonkeyPatch, extended: bool) -> None:  # noqa: FBT001
    """Where the portal's previous release changed after it was asked, nothing is taken back blindly; it is planned."""
    assert extended
    made, first, _ = two(make)
    real = client.Client.read

    def stale(self: client.Client, action: str, **data: Any) -> Any:
        answer = real(self, action, **data)
        if action == "terang_status" and answer["previous"]:
            answer["previous"]["at"] -= 1
        return answer

    monkeypatch.setattr(client.Client, "read", stale)
    assert not back(made).shown.taken_back
    assert verify(made.contract, made.settings).version == first.version


def _no_reason(made: Office, _: Release) -> RolledBack:
    return rollback(made.contract, made.settings, reason="  ", now=DAY)


def _unknown(made: Office, _: Release) -> RolledBack:
    return back(made, "2020-01-01")


def _other_columns(made: Office, first: Release) -> RolledBack:
    columns = [*office.PAYMENTS, {**office.PAYMENTS[-1], "name": "baru"}]
    return back(replace(made, contract=office.payments(made.contract.name, columns=columns)), first.version)


def _lost_folder(made: Office, first: Release) -> RolledBack:
    first.path.rename(made.settings.root / "elsewhere")
    return back(made)


def _locked(made: Office, _: Release) -> RolledBack:
    with store_of(made.contract.name, made.settings).lock():
        return back(made)


@pytest.mark.parametrize(
    ("wrong", "error", "words"),
    [
        (_no_reason, SettingsError, "needs a reason"),
        (_unknown, Unproven, "no version 2020-01-01"),
        (_other_columns, Blocked, "other columns"),
        (_lost_folder, Unproven, "not in the release store"),
        (_locked, Busy, "another run"),
    ],
)
def test_what_cannot_be_done_changes_nothing(
    portal: Portal, make: Make, wrong: Callable[[Office, Release], RolledBack], error: type[Exception], words: str
) -> None:
    """A missing reason, an unknown version, other columns, a lost folder, another run: said before anything is done."""
    made, first, second = two(make)
    with pytest.raises(error, match=words):
        wrong(made, first)
    assert package(portal, made)["version"] == second.version
    store = store_of(made.contract.name, made.settings)
    assert [entry.event for entry in ledger.check(store)] == ["released", "published"] * 2
    assert not (store.releases / BEGUN).exists()


def test_nothing_before_the_first(make: Make) -> None:
    """A dataset with one version has none to go back to."""
    made = make()
    made.publish(made.released(office.rows(made.contract, FEW)))
    with pytest.raises(Unproven, match="before the current one"):
        back(made)


def test_a_revoked_token_is_no_loss(portal: Portal, make: Make) -> None:
    """The ledger tells it already; with a token again, the same command shows it."""
    made, first, second = two(make)
    token = made.settings.root / "token"
    good = token.read_text()
    token.write_text("bukan-token-lagi")
    with pytest.raises(PortalRefused):
        back(made)
    assert package(portal, made)["version"] == second.version
    token.write_text(good)
    assert back(made).went_on
    assert verify(made.contract, made.settings).version == first.version
