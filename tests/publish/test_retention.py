"""Which folders of releases go."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from assets.store import Store
from publish import ledger, retention
from publish.standing import RELEASED, ROLLED_BACK, standing

NOW = datetime(2026, 10, 5, tzinfo=UTC)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """A dataset without a release."""
    return Store(dataset="data", restricted=tmp_path, public=tmp_path, releases=tmp_path)


def released(store: Store, *versions: str) -> None:
    """Releases of these names."""
    for version in versions:
        (store.releases / version).mkdir()
        ledger.append(store, ledger.Event(event=RELEASED, time=NOW, version=version, content_digest=version))


def back(store: Store, version: str) -> None:
    """Readers get this version again."""
    ledger.append(store, ledger.Event(event=ROLLED_BACK, time=NOW, version=version, content_digest=version))


def folders(store: Store, keep: int) -> list[str]:
    """The versions that are left once the others were retired."""
    current = standing(ledger.entries(store)).current
    assert current
    retention.retire(store, current=current, keep=keep, now=NOW + timedelta(days=1))
    return sorted(folder.name for folder in store.releases.iterdir() if folder.is_dir())


def test_the_oldest_go(store: Store) -> None:
    """The current version and the last ones before it stay; the others are told of once."""
    released(store, "1", "2", "3", "4")
    assert folders(store, 2) == folders(store, 2) == ["2", "3", "4"]
    assert [entry.version for entry in ledger.check(store) if entry.event == "retired"] == ["1"]


def test_what_was_rolled_back_goes_with_its_time(store: Store) -> None:
    """It stays while a version before it does, so that it can be shown again, and then goes like any other."""
    released(store, "1", "2", "3")
    back(store, "1")
    assert folders(store, 1) == ["1", "2", "3"]
    released(store, "4")
    assert folders(store, 1) == ["1", "2", "3", "4"]
    released(store, "5")
    assert folders(store, 1) == ["4", "5"]
    assert standing(ledger.check(store)).retired == {"1", "2", "3"}
