"""Releases: whole or not at all, the same bytes for the same rows, and right again after a run was killed."""

import hashlib
import json
import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from types import ModuleType

import pytest
from filelock import FileLock

from assets.errors import Blocked, Busy, Unbalanced, Unproven
from assets.store import Store, read_json, write_json
from publish import announcing, folder, ledger
from publish.formats import xlsx
from publish.release import Release, find, latest, release
from publish.standing import ROLLED_BACK
from tests.publish import made

DATASET = "bayaran-contoh"


@pytest.fixture(autouse=True)
def quality_room(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """The quality room finds nothing wrong; the names of the files that it scanned."""
    scanned: list[list[str]] = []
    made.trust(monkeypatch, scanned)
    return scanned


def contents(path: Path) -> dict[str, str]:
    """Names and sha256 of the files in a folder."""
    return {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in path.iterdir()}


def test_a_release_has_all_its_files(tmp_path: Path, quality_room: list[list[str]]) -> None:
    """A first release has the table in every format, its documents and sums, read-only, all scanned before."""
    made.staged(tmp_path)
    found = release(made.contract(), made.settings(tmp_path), now=made.NOW)
    names = {
        *(f"{DATASET}.{suffix}" for suffix in ("csv", "parquet", "xlsx", "jsonl")),
        *(
            "dictionary.csv",
            "withheld.csv",
            "datapackage.json",
            "evidence.json",
            "withheld.html",
            "release.json",
            "SHA256SUMS",
        ),
    }
    assert (found.version, found.new, found.omitted) == ("2026-11-24", True, {})
    assert set(contents(found.path)) == names
    assert quality_room == [sorted(names)]
    assert {file.stat().st_mode & 0o777 for file in found.path.iterdir()} == {0o444}
    assert found.accounting == {
        "read": 10,
        "published": 4,
        "quarantined": 2,
        "duplicates": 1,
        "withheld": 3,
        "published_rows": 4,
    }


def test_sums_and_files_agree(tmp_path: Path) -> None:
    """SHA256SUMS, release.json and ledger have the sha256 of the bytes."""
    store = made.staged(tmp_path)
    found = release(made.contract(), made.settings(tmp_path), now=made.NOW)
    actual = contents(found.path)
    assert folder.read_sums(found.path / "SHA256SUMS") == {k: v for k, v in actual.items() if k != "SHA256SUMS"}
    assert all(actual[name] == file["sha256"] for name, file in found.files.items())
    (entry,) = ledger.check(store)
    assert entry.files == actual
    assert (entry.event, entry.version, entry.content_digest) == ("released", found.version, found.content_digest)


def test_nothing_changed_is_no_release(tmp_path: Path) -> None:
    """The same table again writes nothing and returns the release there is."""
    store = made.staged(tmp_path)
    first = release(made.contract(), made.settings(tmp_path), now=made.NOW)
    before = sorted((path, path.stat().st_mtime_ns) for path in store.releases.rglob("*") if "lock" not in path.name)
    again = release(made.contract(), made.settings(tmp_path), now=made.NOW + timedelta(days=9))
    after = sorted((path, path.stat().st_mtime_ns) for path in store.releases.rglob("*") if "lock" not in path.name)
    assert again == replace(first, new=False)
    assert before == after


@pytest.mark.parametrize("change", ["rows", "account", "contract", "languages", "writer"])
def test_any_change_is_a_release(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, change: str) -> None:
    """Other rows, counts, words, languages or writers make another release, numbered on the same day."""
    made.staged(tmp_path)
    first = release(made.contract(), made.settings(tmp_path), now=made.NOW)
    of, how = made.contract(), made.settings(tmp_path)
    if change == "contract":
        of = made.contract(topics=["belanja"])
    if change == "languages":
        how = how.model_copy(update={"languages": ("en",)})
    if change == "writer":
        monkeypatch.setattr(xlsx, "VERSION", xlsx.VERSION + 1)
    rows = made.table(of, nilai="1.00") if change == "rows" else None
    made.staged(tmp_path, of, rows=rows, quarantined=3 if change == "account" else 2)
    second = release(of, how, now=made.NOW)
    assert (second.new, second.version) == (True, "2026-11-24.2")
    assert second.content_digest != first.content_digest
    assert latest(of, how) == replace(second, new=False)
    assert find(of, how, first.version) == replace(first, new=False)


def test_same_inputs_same_bytes(tmp_path: Path) -> None:
    """Two places that release the same table on the same day have the same files, at whatever hour."""
    for place, hours in (("one", 0), ("two", 3)):
        made.staged(tmp_path / place)
        release(made.contract(), made.settings(tmp_path / place), now=made.NOW + timedelta(hours=hours))
    one, two = (contents(tmp_path / place / ".terang/releases" / DATASET / "2026-11-24") for place in ("one", "two"))
    assert one == two


def test_before_the_first_release(tmp_path: Path) -> None:
    """A dataset without releases has no latest one, and no other."""
    made.staged(tmp_path)
    assert latest(made.contract(), made.settings(tmp_path)) is None
    assert find(made.contract(), made.settings(tmp_path), "2026-11-24") is None


def test_a_format_that_cannot_hold_it_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A table too long for a sheet is released without XLSX, and release.json says why."""
    monkeypatch.setattr(xlsx, "MAX_ROWS", 3)
    made.staged(tmp_path)
    found = release(made.contract(), made.settings(tmp_path), now=made.NOW)
    assert found.omitted == {"xlsx": "4 rows; a sheet holds 3"}
    assert f"{DATASET}.xlsx" not in found.files
    assert not (found.path / f"{DATASET}.xlsx").exists()


@pytest.mark.parametrize("stop", ["build", "announce", "ledger", "pointer"])
def test_a_killed_run_is_put_right(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stop: str) -> None:
    """Killed anywhere, readers have the old release until the ledger tells of the new one; the next run ends it once."""
    store = made.staged(tmp_path)
    of, how = made.contract(), made.settings(tmp_path)
    first = release(of, how, now=made.NOW)
    made.staged(tmp_path, rows=made.table(nilai="1.00"))
    with monkeypatch.context() as patch:
        kill(patch, stop)
        with pytest.raises(KeyboardInterrupt):
            release(of, how, now=made.NOW + timedelta(days=1))
    found = latest(of, how)
    assert found
    assert found.version == (first.version if stop != "pointer" else "2026-11-25")
    (store.releases / ".2026-11-20.part").mkdir()
    second = release(of, how, now=made.NOW + timedelta(days=1))
    assert second.version == "2026-11-25"
    assert latest(of, how) == replace(second, new=False)
    assert [entry.version for entry in ledger.check(store)] == ["2026-11-24", "2026-11-25"]
    assert not list(store.releases.glob("*.part"))
    assert set(contents(first.path)) | {"changes.csv", "retired.csv"} == set(contents(second.path))


def test_publishing_the_release_before_does_not_lose_the_new_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A run is killed before readers get its release, and the old one is published again: the new one is still finished."""
    store = made.staged(tmp_path)
    of, how = made.contract(), made.settings(tmp_path)
    release(of, how, now=made.NOW)
    made.staged(tmp_path, rows=made.table(nilai="1.00"))
    with monkeypatch.context() as patch:
        kill(patch, "pointer")
        with pytest.raises(KeyboardInterrupt):
            release(of, how, now=made.NOW + timedelta(days=1))
    ledger.append(store, ledger.Event(event="published", time=made.NOW, version="2026-11-24"))
    assert release(of, how, now=made.NOW + timedelta(days=1)).version == "2026-11-25"


def kill(patch: pytest.MonkeyPatch, stop: str) -> None:
    """Let the next release die at a point."""

    def die(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    targets = {
        "build": (folder, "write_json"),
        "announce": (announcing, "announce"),
        "ledger": (ledger, "append"),
        "pointer": (announcing, "point_at"),
    }
    patch.setattr(*targets[stop], die)


def test_what_the_scan_finds_stays_inside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that the gates refuse is never where readers look, not even for a moment after."""
    scan = ModuleType("quality.gates.scan")

    def scan_files(*_: object) -> None:
        raise Blocked("a digit run stands in a public file", dataset=DATASET)

    vars(scan)["scan_files"] = scan_files
    monkeypatch.setitem(sys.modules, "quality.gates.scan", scan)
    store = made.staged(tmp_path)
    with pytest.raises(Blocked):
        release(made.contract(), made.settings(tmp_path), now=made.NOW)
    assert [path.name for path in store.releases.iterdir() if "lock" not in path.name] == []


def test_a_scan_that_did_not_pass_stops_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A scan that says no without raising is a no all the same."""
    made.trust(monkeypatch, passed=False)
    made.staged(tmp_path)
    with pytest.raises(Blocked, match="must not leave"):
        release(made.contract(), made.settings(tmp_path), now=made.NOW)
    assert latest(made.contract(), made.settings(tmp_path)) is None


def test_a_row_that_went_missing_stops_it(tmp_path: Path) -> None:
    """A release whose rows do not add up is refused."""
    store = made.staged(tmp_path)
    write_json(store.withheld, read_json(store.withheld) | {"read": 11})
    with pytest.raises(Unbalanced, match="rows are missing"):
        release(made.contract(), made.settings(tmp_path), now=made.NOW)


def test_a_table_with_other_rows_than_its_account_stops_it(tmp_path: Path) -> None:
    """A count that adds up but is not the table's is refused."""
    store = made.staged(tmp_path)
    write_json(store.withheld, read_json(store.withheld) | {"published": 5, "published_rows": 5, "read": 11})
    with pytest.raises(Unbalanced, match="does not have the rows"):
        release(made.contract(), made.settings(tmp_path), now=made.NOW)


def test_an_account_of_other_bytes_is_no_proof(tmp_path: Path) -> None:
    """An account that is missing, of another table or of another contract proves nothing."""
    store = made.staged(tmp_path)
    account = read_json(store.withheld)
    for wrong in ({"public_sha256": "0"}, {"contract": "0"}):
        write_json(store.withheld, account | wrong)
        with pytest.raises(Unproven):
            release(made.contract(), made.settings(tmp_path), now=made.NOW)
    store.withheld.unlink()
    with pytest.raises(Unproven, match="no account"):
        release(made.contract(), made.settings(tmp_path), now=made.NOW)


def test_no_verdict_no_release(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The verdict is asked for before anything else, and its refusal leaves no trace."""
    verdict = ModuleType("quality.verdict")

    def require(*_: object) -> None:
        raise Unproven("it was never judged", dataset=DATASET)

    vars(verdict)["require"] = require
    monkeypatch.setitem(sys.modules, "quality.verdict", verdict)
    store = made.staged(tmp_path)
    with pytest.raises(Unproven):
        release(made.contract(), made.settings(tmp_path), now=made.NOW)
    assert list(store.releases.iterdir()) == []


def test_one_at_a_time(tmp_path: Path) -> None:
    """While another run releases the dataset, this one does not wait and does not write."""
    store = made.staged(tmp_path)
    with FileLock(store.releases / ".release.lock"), pytest.raises(Busy):
        release(made.contract(), made.settings(tmp_path), now=made.NOW)


def test_a_version_is_never_used_twice(tmp_path: Path) -> None:
    """A version that the ledger knows is not given again, also when its folder is gone."""
    store = made.staged(tmp_path)
    ledger.append(store, ledger.Event(event="taken down", time=made.NOW, version="2026-11-24"))
    assert release(made.contract(), made.settings(tmp_path), now=made.NOW).version == "2026-11-24.2"


def test_nothing_restricted_is_in_a_release(tmp_path: Path) -> None:
    """No file of a release names a path of this machine or the dropped column."""
    made.staged(tmp_path)
    found = release(made.contract(), made.settings(tmp_path), now=made.NOW)
    for path in found.path.iterdir():
        content = path.read_bytes()
        assert str(tmp_path).encode() not in content
        assert b'"nik"' not in content
    assert json.loads((found.path / "release.json").read_text())["dataset"] == DATASET


def rolled_back(store: Store, to: Release, instead_of: Release) -> None:
    """Tell the ledger of a rollback."""
    facts = {"from": instead_of.version, "reason": "salah baca"}
    ledger.append(store, ledger.Event(event=ROLLED_BACK, time=made.NOW, version=to.version, facts=facts))


def test_a_content_that_was_rolled_back_is_not_released_by_itself(tmp_path: Path) -> None:
    """The next run with the same content makes nothing, stops nothing, and says why and what to do."""
    store, of, how = made.staged(tmp_path), made.contract(), made.settings(tmp_path)
    first = release(of, how, now=made.NOW)
    made.staged(tmp_path, rows=made.table(nilai="1.00"))
    second = release(of, how, now=made.NOW + timedelta(days=1))
    rolled_back(store, first, second)
    held = release(of, how, now=made.NOW + timedelta(days=2))
    assert (held.version, held.new) == (first.version, False)
    assert "version 2026-11-25, which was rolled back on 2026-11-23: salah baca" in held.held_back
    assert "--again" in held.held_back
    assert read_json(store.latest)["version"] == first.version


@pytest.mark.parametrize("how_then", ["again", "other data"])
def test_after_a_rollback_other_data_or_a_person_releases(tmp_path: Path, how_then: str) -> None:
    """A changed table is released as ever; the same one only when somebody asks for it."""
    store, of, how = made.staged(tmp_path), made.contract(), made.settings(tmp_path)
    first = release(of, how, now=made.NOW)
    made.staged(tmp_path, rows=made.table(nilai="1.00"))
    rolled_back(store, first, release(of, how, now=made.NOW + timedelta(days=1)))
    if how_then == "other data":
        made.staged(tmp_path, rows=made.table(nilai="2.00"))
    third = release(of, how, now=made.NOW + timedelta(days=2), again=how_then == "again")
    assert (third.version, third.new, third.held_back) == ("2026-11-26", True, "")
    assert latest(of, how) == replace(third, new=False)
