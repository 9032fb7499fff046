"""The ledger: appended to, never changed, and what a crash or a hand does to it is noticed."""

import json
from pathlib import Path

import pytest
from filelock import FileLock

from assets.chain import hashed
from assets.errors import Busy, TerangError
from assets.store import Store, store_of
from publish import ledger
from publish.ledger import Event
from tests.publish import made


def told(folder: Path, count: int) -> Store:
    """A ledger with some events."""
    store = store_of("bayaran-contoh", made.settings(folder))
    for n in range(1, count + 1):
        ledger.append(
            store, Event(event="released", time=made.NOW, version=f"v{n}", files={"a.csv": "0"}, accounting={"read": n})
        )
    return store


def test_entries_are_chained(tmp_path: Path) -> None:
    """Each entry has the hash of the one before, the first one zeros."""
    first, second, third = ledger.check(told(tmp_path, 3))
    assert (first.n, first.previous, first.time) == (1, ledger.FIRST, "2026-11-23T18:00:00+00:00")
    assert (second.previous, third.previous) == (first.hash, second.hash)
    assert ledger.entries(told(tmp_path, 0)) == [first, second, third]


def test_a_ledger_that_another_run_writes_is_busy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Waited for in vain, it is told as what it is, with the lock."""
    store = told(tmp_path, 1)
    monkeypatch.setattr(ledger, "LOCK_WAIT", 0.0)
    with FileLock(store.releases / ".ledger.jsonl.lock"), pytest.raises(Busy, match="another run") as error:
        told(tmp_path, 1)
    assert error.value.facts["where"].endswith(".ledger.jsonl.lock")
    assert len(ledger.check(store)) == 1


def test_an_empty_ledger_is_whole(tmp_path: Path) -> None:
    """A dataset without releases has no entries."""
    assert ledger.check(told(tmp_path, 0)) == []


@pytest.mark.parametrize("line", [0, 1, 2])
def test_a_changed_line_is_found(tmp_path: Path, line: int) -> None:
    """Whichever line is changed, the check names it, and nothing more is appended."""
    store = told(tmp_path, 3)
    path = store.releases / ledger.FILE
    lines = path.read_text().splitlines()
    lines[line] = lines[line].replace('"read":', '"read":1')
    path.write_text("\n".join(lines) + "\n")
    with pytest.raises(TerangError, match="changed or damaged") as caught:
        ledger.append(store, Event(event="released", time=made.NOW, version="v4"))
    assert caught.value.facts["where"] == f"line {line + 1}"
    assert path.read_text().splitlines() == lines


def test_a_changed_line_with_a_fitting_hash_is_found(tmp_path: Path) -> None:
    """Sealing a changed line anew does not help: the next one still has the old hash."""
    store = told(tmp_path, 2)
    path = store.releases / ledger.FILE
    first, second = path.read_text().splitlines()
    document = json.loads(first) | {"version": "v9"}
    document["hash"] = hashed(document)
    path.write_text(f"{json.dumps(document)}\n{second}\n")
    with pytest.raises(TerangError) as caught:
        ledger.check(store)
    assert caught.value.facts["where"] == "line 2"


@pytest.mark.parametrize("gone", [0, 1])
def test_a_missing_line_is_found(tmp_path: Path, gone: int) -> None:
    """A line cannot be taken out of the middle or the beginning."""
    store = told(tmp_path, 3)
    path = store.releases / ledger.FILE
    lines = path.read_text().splitlines()
    del lines[gone]
    path.write_text("\n".join(lines) + "\n")
    with pytest.raises(TerangError):
        ledger.check(store)


@pytest.mark.parametrize("kept", [1, 20, 200])
def test_a_torn_last_line_is_cut(tmp_path: Path, kept: int) -> None:
    """A line that a crash tore was never promised to anybody: it is ignored, then cut, and the chain goes on."""
    store = told(tmp_path, 3)
    path = store.releases / ledger.FILE
    first, second, third = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(first + second + third[:kept])
    assert len(ledger.check(store)) == len(ledger.entries(store)) == 2
    assert ledger.append(store, Event(event="released", time=made.NOW, version="v4")).n == 3
    assert [entry.version for entry in ledger.check(store)] == ["v1", "v2", "v4"]


def test_a_line_of_another_dataset_is_found(tmp_path: Path) -> None:
    """A ledger cannot be copied from another dataset."""
    store = told(tmp_path, 1)
    other = store_of("lain-contoh", made.settings(tmp_path))
    (other.releases / ledger.FILE).write_bytes((store.releases / ledger.FILE).read_bytes())
    with pytest.raises(TerangError, match="changed or damaged"):
        ledger.check(other)


def test_what_is_no_entry_is_found(tmp_path: Path) -> None:
    """A line that is no JSON, or JSON that is no entry, is an error that names the line."""
    store = told(tmp_path, 1)
    path = store.releases / ledger.FILE
    for wrong in (b"not json\n", b'{"n": 2}\n', b"[]\n"):
        path.write_bytes(path.read_bytes().splitlines(keepends=True)[0] + wrong)
        with pytest.raises(TerangError, match="changed or damaged"):
            ledger.check(store)
