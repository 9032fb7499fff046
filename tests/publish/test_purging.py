"""Retention: what is overdue goes and the ledger tells it; until it is gone nothing is published; nothing else goes."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from assets.contract import Contract
from assets.errors import Blocked, StorageError
from assets.settings import Settings
from assets.store import Store, store_of
from publish import ledger, purging
from publish.purging import QUARANTINE, RAW, due, purge, require
from publish.release import Release, latest, release
from publish.verify import verify_release
from tests.publish import made
from tests.publish.ckan import office

NOW = datetime.now(UTC)
RULE = {"raw": "90d", "quarantine": "30d", "releases": "365d"}


@pytest.fixture(autouse=True)
def _quality_room(monkeypatch: pytest.MonkeyPatch) -> None:
    office.trust(monkeypatch)


def at(root: Path, **rule: str) -> tuple[Contract, Settings, Store]:
    """An office with restricted files of today, and one that no rule names."""
    contract, settings = office.payments("bayaran-emas", retention=rule or RULE), made.settings(root)
    store = store_of(contract.name, settings)
    for name in (*RAW, *QUARANTINE, "job.lock", "more.json"):
        (store.restricted / name).write_text("x")
    return contract, settings, store


def aged(store: Store, *, days: int) -> None:
    """Say that every restricted file was written so many days ago."""
    moment = (NOW - timedelta(days=days)).timestamp()
    for file in store.restricted.iterdir():
        os.utime(file, (moment, moment))


def kept(store: Store) -> set[str]:
    """The names of the restricted files."""
    return {file.name for file in store.restricted.iterdir()}


@pytest.mark.parametrize(("days", "gone"), [(29, ()), (31, QUARANTINE), (91, (*RAW, *QUARANTINE))])
def test_what_is_overdue_goes_and_nothing_else(tmp_path: Path, days: int, gone: tuple[str, ...]) -> None:
    """Before its time all stays, and is no reason to stop; afterwards it blocks until it is gone; the ledger names kinds alone."""
    contract, settings, store = at(tmp_path)
    before = kept(store)
    aged(store, days=days)
    if gone:
        with pytest.raises(Blocked, match="kept longer") as caught:
            require(contract, settings)
        assert "terang purge bayaran-emas" in caught.value.facts["next"]
    purge(contract, settings)
    assert kept(store) - {"release.lock"} == before - set(gone)
    require(contract, settings)
    told = {entry.facts["kind"]: entry.event for entry in ledger.check(store)}
    assert told == dict.fromkeys(["raw"] * (days > 90) + ["quarantine"] * (days > 30), "purged")
    assert purge(contract, settings) == []


def released(contract: Contract, settings: Settings, rows: list[int], *, ago: int) -> Release:
    """A release so many days ago."""
    made.staged(settings.root, contract, rows=office.rows(contract, rows))
    return release(contract, settings, now=NOW - timedelta(days=ago))


def test_old_versions_go_but_never_the_current_one(tmp_path: Path) -> None:
    """Their checksums stay in the ledger; what readers have stays however old it is."""
    contract, settings, store = at(tmp_path)
    first = released(contract, settings, [1], ago=800)
    second = released(contract, settings, [1, 2], ago=500)
    third = released(contract, settings, [1, 2, 3], ago=400)
    (found,) = due(contract, settings)
    assert (found.kind, found.what) == ("releases", (first.version, second.version))
    purge(contract, settings)
    assert not first.path.exists()
    assert not second.path.exists()
    current = latest(contract, settings)
    assert current is not None
    assert current.version == third.version
    assert verify_release(store, first.version).retired
    assert verify_release(store).passed
    require(contract, settings)


def test_without_a_rule_nothing_goes(tmp_path: Path) -> None:
    """It is kept until it is replaced."""
    contract, settings, store = at(tmp_path)
    aged(store, days=5000)
    free = office.payments("bayaran-emas")
    assert (due(free, settings), purge(free, settings)) == ([], [])
    assert free.digest == contract.digest  # a rule says nothing of the data


def test_what_cannot_be_removed_stays_overdue(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is told where, and goes on blocking."""
    contract, settings, store = at(tmp_path)
    aged(store, days=100)

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied", str(store.raw))

    with monkeypatch.context() as patch:
        patch.setattr(purging.Path, "unlink", refuse)
        with pytest.raises(StorageError):
            purge(contract, settings)
    with pytest.raises(Blocked):
        require(contract, settings)


def test_rows_of_all_parts_are_not_purged(tmp_path: Path) -> None:
    """Only the newest part would be read again, so such a contract does not load."""
    del tmp_path
    partition = {"by": "tahun", "every": "year", "start": "2020"}
    with pytest.raises(ValueError, match="contradictions"):
        office.payments("bayaran-emas", retention={"raw": "90d"}, partition=partition)
