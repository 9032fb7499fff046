"""From restricted rows to the public table: who is withheld, what is counted, and what it refuses."""

import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from assets import protect as protect_module
from assets.catalog import load
from assets.contract import Contract
from assets.errors import ContractError, Unbalanced, Unproven
from assets.protect import protect
from assets.settings import Settings
from assets.store import Store, read_json, sha256, store_of, write_json

PAYMENTS = """
title: {en: Payments}
summary: {en: Payments.}
publisher: {name: Office, contact: data@example.org}
license: CC-BY-4.0
source: {kind: sql, connection: ledger, table: payments}
key: [number]
persons: {column: kind, organisations: [body], ids: [tax], person_id: '[1-9]\\d{15}', count: tax, rows: ROWS, money: amount}
columns:
  - {name: number, type: string, class: public, label: {en: Number}}
  - {name: kind, type: string, class: internal, required: false, label: {en: Kind}}
  - {name: payee, type: string, class: org_id, label: {en: Payee}, privacy: {technique: redact, reason: PERSON, rows: persons}}
  - {name: tax, type: string, class: direct_id, label: {en: Tax number}, privacy: {technique: drop}}
  - {name: amount, type: "decimal(20,2)", class: public_measure, label: {en: Amount}}
"""
REVENUE = """
title: {en: Revenue}
summary: {en: Revenue.}
publisher: {name: Office, contact: data@example.org}
license: CC-BY-4.0
source: {kind: csv, path: "*.csv"}
key: [tax, district]
aggregate: {by: [district], sums: [amount], count: tax, count_as: payers, minimum: 3}
columns:
  - {name: district, type: string, class: public, label: {en: District}}
  - {name: tax, type: string, class: direct_id, label: {en: Tax number}, privacy: {technique: drop}}
  - {name: amount, type: "decimal(20,2)", class: public_measure, label: {en: Amount}}
  - {name: payers, type: integer, derived: true, class: public_measure, label: {en: Payers}}
"""
ROWS: list[dict[str, Any]] = [
    {"number": "1", "kind": "body", "payee": "PT Contoh", "tax": "0123456789012345", "amount": Decimal("10.00")},
    {"number": "2", "kind": "body", "payee": "Toko Ani", "tax": "3500000000000001", "amount": Decimal("20.01")},
    {"number": "3", "kind": "person", "payee": "Budi", "tax": "3500000000000002", "amount": Decimal("30.00")},
    {"number": "4", "kind": None, "payee": "Citra", "tax": "3500000000000002", "amount": Decimal("40.00")},
    {"number": "5", "kind": "body", "payee": "CV Contoh", "tax": "0123456789012346", "amount": Decimal("50.00")},
]


def _prepared(
    folder: Path, text: str, rows: list[dict[str, Any]], excluded: list[int]
) -> tuple[Contract, Settings, Store]:
    (folder / "data.yml").write_text(text, encoding="utf-8")
    contract, settings = load(folder / "data.yml"), Settings(root=folder)
    store = store_of(contract.name, settings)
    table = pa.Table.from_pylist(rows).append_column("_row", pa.array(range(len(rows)), pa.int64()))
    pq.write_table(table.append_column("_line", pa.array([""] * len(rows))), store.raw)
    marks = pa.table(
        {"_row": pa.array(excluded, pa.int64()), "fate": pa.array(["quarantined"] * len(excluded), pa.string())}
    )
    pq.write_table(marks, store.excluded)
    proof = {"passed": True, "contract": contract.digest, "raw_sha256": sha256(store.raw), "read": len(rows)}
    write_json(store.screening, {**proof, "quarantined": len(excluded), "duplicates": 0})
    return contract, settings, store


def test_rows_about_persons_are_withheld_and_counted(tmp_path: Path) -> None:
    """A person's kind, an unknown kind, and an identity number as tax number all make a person; the money is kept."""
    contract, settings, store = _prepared(tmp_path, PAYMENTS.replace("ROWS", "withhold"), ROWS, excluded=[4])
    account = protect(contract, settings)
    assert pq.read_table(store.table).column("payee").to_pylist() == ["PT Contoh"]
    (held,) = account.withheld
    assert (held.rows, held.persons, held.money, held.fewer_than) == (3, None, {}, 5)
    assert (account.read, account.published, account.quarantined) == (5, 1, 1)


@pytest.mark.parametrize(("persons", "told"), [(1, False), (4, False), (5, True)])
def test_of_few_persons_neither_number_nor_sum_is_told(tmp_path: Path, persons: int, *, told: bool) -> None:
    """The rows are counted all the same; the exact sum lies in restricted storage and nowhere else."""
    people = [
        {**ROWS[2], "number": f"1{n}", "tax": f"35{n % persons:014}", "amount": Decimal("7.01")} for n in range(6)
    ]
    contract, settings, store = _prepared(
        tmp_path, PAYMENTS.replace("ROWS", "withhold"), [*people, ROWS[0]], excluded=[]
    )
    (held,) = protect(contract, settings).withheld
    assert held.rows == 6
    assert (held.persons, held.money) == ((persons, {"amount": "42.06"}) if told else (None, {}))
    assert read_json(store.hidden)["sums"] == {"amount": "42.06"}
    assert ("42.06" in store.withheld.read_text(encoding="utf-8")) is told


def test_a_sum_of_persons_whom_nobody_counts_is_a_mistake_of_the_contract(tmp_path: Path) -> None:
    """Without a column that tells persons apart, a sum might be one person's."""
    with pytest.raises(ContractError, match="1 mistake") as error:
        _prepared(tmp_path, PAYMENTS.replace("ROWS", "withhold").replace("count: tax, ", ""), ROWS, excluded=[])
    assert "needs count" in str(error.value)


def test_a_table_that_lacks_a_row_is_never_put_in_its_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The account is checked before, and nothing of the table stays in public storage."""
    contract, settings, store = _prepared(tmp_path, PAYMENTS.replace("ROWS", "keep"), ROWS, excluded=[])
    whole = "assets.protect._write", protect_module._write
    monkeypatch.setattr(whole[0], lambda *given: whole[1](*given) - 1)
    with pytest.raises(Unbalanced, match="rows are missing"):
        protect(contract, settings)
    assert list(store.public.iterdir()) == []


def test_persons_are_redacted_where_rows_are_kept(tmp_path: Path) -> None:
    """The row stays, the name does not, and no dropped column is in the file."""
    contract, settings, store = _prepared(tmp_path, PAYMENTS.replace("ROWS", "keep"), ROWS, excluded=[])
    protect(contract, settings)
    table = pq.read_table(store.table)
    assert table.column_names == ["id", "number", "payee", "amount"]
    assert table.column("payee").to_pylist() == ["PT Contoh", *["REDACTED: PERSON"] * 3, "CV Contoh"]
    assert len(set(table.column("id").to_pylist())) == 5


def test_the_same_rows_give_the_same_bytes_and_ids(tmp_path: Path) -> None:
    """Running again changes nothing."""
    contract, settings, _ = _prepared(tmp_path, PAYMENTS.replace("ROWS", "keep"), ROWS, excluded=[])
    assert protect(contract, settings).public_sha256 == protect(contract, settings).public_sha256


def _payers(**districts: int) -> list[dict[str, Any]]:
    pairs = [(district, n) for district, count in districts.items() for n in range(count)]
    return [{"district": d, "tax": f"35{i:014}", "amount": Decimal(n + 1)} for i, (d, n) in enumerate(pairs)]


def test_rows_are_sorted_in_restricted_storage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """They are not public yet: what does not fit in memory never lies where the process was started."""
    opened: list[Path] = []
    connect = duckdb.connect

    def seen(*given: Any, config: Any = None) -> Any:
        opened.append(Path(config["temp_directory"]))
        return connect(*given, config=config or {})

    monkeypatch.setattr("duckdb.connect", seen)
    rows = [{"district": "A", "tax": f"{n}", "amount": Decimal(n)} for n in range(5)]
    contract, settings, store = _prepared(tmp_path, REVENUE, rows, [])
    protect(contract, settings)
    assert opened
    assert all(folder.is_relative_to(store.restricted) for folder in opened)


IDS = """
import sys
from pathlib import Path
import pyarrow.parquet as pq
from assets.catalog import load
from assets import protect as protect_module
from assets.protect import protect
from assets.settings import Settings
from assets.store import store_of
folder = Path(sys.argv[1])
protect(load(folder / "data.yml"), Settings(root=folder))
print(pq.read_table(store_of("data", Settings(root=folder)).table).column("id").to_pylist())
"""


@pytest.mark.slow
def test_ids_do_not_depend_on_the_zone_of_the_machine(tmp_path: Path) -> None:
    """A key that is a moment has one id, wherever and in whichever season a row is protected."""
    moment = datetime(2026, 1, 31, 20, tzinfo=UTC)
    rows = [{**row, "number": moment + timedelta(days=n)} for n, row in enumerate(ROWS)]
    _prepared(
        tmp_path, PAYMENTS.replace("ROWS", "keep").replace("number, type: string", "number, type: datetime"), rows, []
    )
    told = [
        subprocess.run(
            [sys.executable, "-c", IDS, str(tmp_path)],
            capture_output=True, check=True, text=True, cwd=Path(__file__).parents[2], env={**os.environ, "TZ": zone},
        ).stdout
        for zone in ("Asia/Jakarta", "America/Lima")
    ]  # fmt: skip
    assert len(set(told)) == 1
    assert len(told[0]) > 5 * 16


def test_small_groups_hide_together(tmp_path: Path) -> None:
    """A group of one takes the next smallest with it, so that a total minus the shown cells points at nobody."""
    contract, settings, store = _prepared(tmp_path, REVENUE, _payers(north=1, east=4, south=6, west=7), excluded=[])
    account = protect(contract, settings)
    assert pq.read_table(store.table).column("district").to_pylist() == ["south", "west"]
    (held,) = account.withheld
    assert (held.rows, held.persons) == (5, 5)
    assert account.published == 13


def test_one_person_in_several_groups_is_one_person(tmp_path: Path) -> None:
    """Groups hide together until they hold enough different persons; else their sum would be that person's."""
    alone = [{"district": f"d{n}", "tax": "35" + "9" * 14, "amount": Decimal(100 + n)} for n in range(5)]
    others = [{**row, "district": f"e{row['district']}"} for row in _payers(a=4, b=6)]
    contract, settings, store = _prepared(tmp_path, REVENUE, [*alone, *others], excluded=[])
    (held,) = protect(contract, settings).withheld
    assert pq.read_table(store.table).column("district").to_pylist() == ["eb"]
    assert (held.rows, held.persons, held.money) == (9, 5, {"amount": "520"})


def test_when_all_groups_are_of_few_persons_no_sum_is_told(tmp_path: Path) -> None:
    """Nobody else is there to hide among: rows are counted, and that is all."""
    contract, settings, store = _prepared(tmp_path, REVENUE, _payers(north=1, east=1), excluded=[])
    account = protect(contract, settings)
    (held,) = account.withheld
    assert (held.rows, held.persons, held.fewer_than, held.money) == (2, None, 3, {})
    assert (account.published, account.published_rows) == (0, 0)
    assert read_json(store.hidden)["sums"] == {"amount": "2"}


def test_groups_are_all_shown_when_none_is_small(tmp_path: Path) -> None:
    """Nothing is hidden without a reason."""
    contract, settings, store = _prepared(tmp_path, REVENUE, _payers(north=3, east=4), excluded=[])
    assert protect(contract, settings).withheld == ()
    assert pq.read_table(store.table).column("payers").to_pylist() == [4, 3]


@pytest.mark.parametrize("kept", [0, 2])
def test_without_rows_there_is_a_table_without_rows(tmp_path: Path, kept: int) -> None:
    """Whether the source gave none or all were set aside, nothing is shown and the account closes."""
    contract, settings, store = _prepared(tmp_path, REVENUE, _payers(north=2), excluded=[0, 1])
    if not kept:
        pq.write_table(pq.read_table(store.raw).slice(0, 0), store.raw)
        proof = {"passed": True, "contract": contract.digest, "raw_sha256": sha256(store.raw), "read": 0}
        write_json(store.screening, {**proof, "quarantined": 0, "duplicates": 0})
    account = protect(contract, settings)
    assert (account.read, account.published, account.published_rows, account.withheld) == (kept, 0, 0, ())
    assert pq.read_table(store.table).num_rows == 0


@pytest.mark.parametrize("change", [{"passed": False}, {"contract": "another"}, {"raw_sha256": "another"}])
def test_rows_that_were_not_screened_as_they_are_go_no_further(tmp_path: Path, change: dict[str, Any]) -> None:
    """A failed screening, another contract or other bytes: `Unproven`, and no public table."""
    contract, settings, store = _prepared(tmp_path, PAYMENTS.replace("ROWS", "keep"), ROWS, excluded=[])
    proof = {"passed": True, "contract": contract.digest, "raw_sha256": sha256(store.raw), "read": 5}
    write_json(store.screening, {**proof, "quarantined": 0, "duplicates": 0, **change})
    with pytest.raises(Unproven):
        protect(contract, settings)
    assert not store.table.exists()


def test_a_lost_row_stops_everything(tmp_path: Path) -> None:
    """The account must close to the row."""
    contract, settings, store = _prepared(tmp_path, PAYMENTS.replace("ROWS", "keep"), ROWS, excluded=[])
    proof = {"passed": True, "contract": contract.digest, "raw_sha256": sha256(store.raw), "read": 6}
    write_json(store.screening, {**proof, "quarantined": 0, "duplicates": 0})
    with pytest.raises(Unbalanced, match="rows are missing"):
        protect(contract, settings)
