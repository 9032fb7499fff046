"""A release keeps the record of who stands behind it, and the ledger tells its checksum, whatever is killed when."""

from pathlib import Path

import pyarrow as pa
import pytest

from assets.errors import Unproven
from assets.past import records
from assets.store import Store, sha256
from publish import ledger
from publish import release as module
from publish.release import put_right, release
from tests.publish import made


@pytest.fixture(autouse=True)
def _quality_room(monkeypatch: pytest.MonkeyPatch) -> None:
    made.trust(monkeypatch)


def _staged(folder: Path, of: str = "") -> Store:
    """A dataset ready for release, with the record of its table, or of another."""
    store = made.staged(folder)
    sheet = records.sheet(made.contract(), made.settings(folder), of or sha256(store.table))
    records.write(store.told, sheet, {"who": pa.array([7], pa.uint64())})
    return store


def test_the_ledger_tells_the_checksum_of_the_record(tmp_path: Path) -> None:
    """It lies in restricted storage, for its owner alone, and outside the release."""
    store = _staged(tmp_path)
    made_now = release(made.contract(), made.settings(tmp_path), now=made.NOW)
    kept = store.told_before / f"{made_now.version}.parquet"
    (entry,) = ledger.check(store)
    assert entry.facts == {"record_sha256": sha256(kept)}
    assert not kept.stat().st_mode & 0o077
    assert not [path for path in made_now.path.iterdir() if "told" in path.name]


def test_a_record_of_another_table_is_not_kept(tmp_path: Path) -> None:
    """The gate looked at other bytes than those that would be released."""
    store = _staged(tmp_path, of="0" * 64)
    with pytest.raises(Unproven, match="of another table"):
        release(made.contract(), made.settings(tmp_path), now=made.NOW)
    assert not ledger.check(store)
    assert not [path for path in store.releases.iterdir() if path.name.endswith(".part")]


def test_a_release_that_was_killed_before_its_line_has_its_record(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The next run tells the ledger of both."""
    store = _staged(tmp_path)
    with monkeypatch.context() as patch:
        patch.setattr(module, "tell", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt()))
        with pytest.raises(KeyboardInterrupt):
            release(made.contract(), made.settings(tmp_path), now=made.NOW)
    assert not ledger.check(store)
    put_right(store, made.NOW)
    (entry,) = ledger.check(store)
    assert entry.facts["record_sha256"] == sha256(store.told_before / f"{entry.version}.parquet")
