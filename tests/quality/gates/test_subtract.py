"""G8: a release is held against all before it, by records that must be what the ledger tells."""

import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from assets.catalog import load
from assets.contract import Contract
from assets.errors import Unproven
from assets.past import records
from assets.protect import protect
from assets.settings import Settings
from assets.store import Store, read_json, sha256, store_of, write_json
from publish import ledger
from quality.gates.evidence import Evidence, Material
from quality.gates.subtract import subtract
from quality.verdict import judge, require
from tests.assets.suppression.test_groups import BY_KIND, REVENUE, Rows, prepared, rows, shown

GROUPS = [("1", "a", [5] * 5), ("2", "a", [9] * 6), ("1", "b", [8] * 5), ("2", "b", [7] * 5), ("3", "b", [4] * 9)]
Office = tuple[Contract, Settings, Store]


def _asked(office: Office) -> Evidence:
    contract, settings, store = office
    return subtract(Material(contract=contract, store=store, settings=settings))


def _release(office: Office, version: str = "v1", *, days: int = 0) -> None:
    """Judge the table, keep its record, and tell the ledger."""
    contract, settings, store = office
    protect(contract, settings)
    assert _asked(office).passed
    records.keep(store, version, sha256(store.table))
    time = datetime.now(UTC) + timedelta(days=days)
    ledger.append(store, ledger.Event(event="released", time=time, version=version, facts=records.fact(store, version)))


def _mended(some: Rows, many: int) -> Rows:
    """The same rows, but for the amounts of so many in the last group."""
    return [*some[:-many], *({**row, "amount": row["amount"] + 1} for row in some[-many:])]


def test_a_first_release_passes_and_says_so(tmp_path: Path) -> None:
    """There is nothing to compare it with, and its record is left for those to come."""
    contract, settings, store = office = prepared(tmp_path, BY_KIND, rows(*GROUPS))
    protect(contract, settings)
    evidence = _asked(office)
    assert evidence.passed
    assert evidence.facts["first release"] is True
    assert records.is_of(store.told, sha256(store.table))
    assert not store.told.stat().st_mode & 0o077


@pytest.mark.parametrize("options", [BY_KIND, "reason: FEW"])
def test_the_group_of_one_corrected_row_is_hidden_until_more_change(tmp_path: Path, options: str) -> None:
    """Shown before and after, it would tell the correction; without known totals the sum of what is hidden is not told either."""
    _release(prepared(tmp_path, options, rows(*GROUPS)))
    contract, settings, store = office = prepared(tmp_path, options, _mended(rows(*GROUPS), 1))
    (held,) = protect(contract, settings).withheld
    assert ("3", "b") not in shown(store)
    assert (held.persons, held.money) == (None, {})
    assert _asked(office).passed
    contract, settings, store = office = prepared(tmp_path, options, _mended(rows(*GROUPS), 4))
    assert not protect(contract, settings).withheld
    assert _asked(office).passed


def test_a_table_that_is_shown_all_the_same_blocks(tmp_path: Path) -> None:
    """The gate looks for itself: what protection would have hidden is found, and with which release it comes out."""
    _release(prepared(tmp_path, BY_KIND, rows(*GROUPS)))
    contract, settings, store = office = prepared(tmp_path, BY_KIND, _mended(rows(*GROUPS), 1))
    kept = store.told_before.rename(tmp_path / "aside")
    chain = (store.releases / ledger.FILE).rename(tmp_path / "ledger")
    protect(contract, settings)
    kept.rename(store.told_before)
    chain.rename(store.releases / ledger.FILE)
    evidence = _asked(office)
    assert not evidence.passed
    assert evidence.facts["secrets that come out"] == 1
    assert evidence.facts["with releases"] == "v1"
    assert not store.told.exists()


def test_the_same_rows_give_the_same_table(tmp_path: Path) -> None:
    """What was hidden stays hidden, and nothing else is."""
    small = [("4", "a", [5, 5]), *GROUPS]
    office = prepared(tmp_path, BY_KIND, rows(*small))
    _release(office)
    before = sha256(office[2].table)
    _release(office, "v2")
    assert sha256(office[2].table) == before


def _beside(folder: Path, key: str = "[tax, district, kind]") -> Office:
    """Another dataset of the same rows, by kind alone."""
    text = REVENUE.replace("by: [district, kind]", "by: [kind]").replace("OPTIONS", "reason: FEW")
    (folder / "beside.yml").write_text(text.replace("[tax, district, kind]", key), encoding="utf-8")
    contract, settings = load(folder / "beside.yml"), Settings(root=folder)
    store, own = store_of("beside", settings), store_of("revenue", settings)
    for name in ("raw.parquet", "excluded.parquet", "rejects.parquet"):
        shutil.copyfile(own.restricted / name, store.restricted / name)
    proof = read_json(own.screening) or {}
    write_json(store.screening, {**proof, "contract": contract.digest})
    return contract, settings, store


def test_another_dataset_of_the_source_is_compared_with(tmp_path: Path) -> None:
    """It shows the sum of a kind, of which this one must not show all districts but the small one."""
    some = rows(("4", "a", [5, 5]), ("1", "a", [5] * 7), *GROUPS[1:])
    contract, settings, store = office = prepared(tmp_path, "reason: FEW", some)
    protect(contract, settings)
    assert {("1", "a"), ("2", "a")} < shown(store)
    _release(_beside(tmp_path))
    assert _asked(office).facts["secrets that come out"] == 1
    protect(contract, settings)
    assert not {("1", "a"), ("2", "a")} <= shown(store)
    evidence = _asked(office)
    assert evidence.passed
    assert evidence.facts["releases of other datasets of the same source"] == 1


def test_a_dataset_of_the_source_with_another_key_blocks(tmp_path: Path) -> None:
    """Nobody could tell which rows are the same in both."""
    office = prepared(tmp_path, BY_KIND, rows(*GROUPS))
    _release(_beside(tmp_path, "[tax, kind, district]"))
    assert "beside" in _asked(office).facts["found"]


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (lambda path: path.unlink(), "is missing"),
        (lambda path: path.write_bytes(path.read_bytes()[:-1] + b"x"), "is not what the ledger tells of"),
        (lambda path: (path.parents[2] / records.KEY).write_text("0" * 64), "was made by another key"),
    ],
)
def test_a_record_that_is_not_whole_blocks(tmp_path: Path, spoil: object, told: str) -> None:
    """Missing, changed, or of another key: protection stops and says what to do, and so does the gate."""
    contract, settings, store = office = prepared(tmp_path, BY_KIND, rows(*GROUPS))
    _release(office)
    assert callable(spoil)
    spoil(store.told_before / "v1.parquet")
    with pytest.raises(Unproven, match=told) as error:
        protect(contract, settings)
    assert "backup" in error.value.facts["next"]
    evidence = _asked(office)
    assert not evidence.passed
    assert told in evidence.facts["why"]


def test_a_clock_that_goes_back_blocks(tmp_path: Path) -> None:
    """The ledger's last line is of tomorrow: which release came first is not known."""
    office = prepared(tmp_path, BY_KIND, rows(*GROUPS))
    _release(office, days=1)
    with pytest.raises(Unproven, match="clock"):
        protect(office[0], office[1])
    assert not _asked(office).passed


def test_a_damaged_ledger_blocks(tmp_path: Path) -> None:
    """Whoever changes what it tells of earlier releases stops the next one."""
    office = prepared(tmp_path, BY_KIND, rows(*GROUPS))
    _release(office)
    path = office[2].releases / ledger.FILE
    path.write_text(path.read_text(encoding="utf-8").replace("v1", "v0"), encoding="utf-8")
    assert "damaged" in _asked(office).facts["why"]


def test_a_release_from_before_there_were_records_is_told_of(tmp_path: Path) -> None:
    """It is not compared, and the evidence says how many there are."""
    contract, settings, store = office = prepared(tmp_path, BY_KIND, rows(*GROUPS))
    ledger.append(store, ledger.Event(event="released", time=datetime.now(UTC), version="v0"))
    protect(contract, settings)
    evidence = _asked(office)
    assert evidence.passed
    assert evidence.facts["releases without a record, not compared"] == 1
    assert evidence.facts["first release"] is False


def test_no_verdict_without_the_record(tmp_path: Path) -> None:
    """A release that leaves no record would blind the gate for ever."""
    contract, settings, store = prepared(tmp_path, BY_KIND, rows(*GROUPS))
    protect(contract, settings)
    assert judge(contract, settings).passed
    require(contract, settings)
    store.told.unlink()
    with pytest.raises(Unproven, match="record"):
        require(contract, settings)


def test_a_record_names_nobody(tmp_path: Path) -> None:
    """Neither an id nor an amount nor a group's name stands in it."""
    _, _, store = office = prepared(tmp_path, BY_KIND, [{**row, "amount": 987654321} for row in rows(*GROUPS)])
    _release(office)
    table = pq.read_table(store.told_before / "v1.parquet")
    assert table.column_names == ["cell", "shown", "total 0", "who", "word amount"]
    cells = {str(cell) for column in table.columns for cell in column.to_pylist()}
    assert not cells & {"9900000000000000", "987654321", "3", "a", "b"} - {"3"}
    assert (read_json(store.withheld) or {})["withheld"] == []
