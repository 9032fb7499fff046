"""A small office with three payments, one of them to a person, and its public table. All values are invented."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from assets.catalog import load
from assets.contract import Contract
from assets.protect import protect
from assets.settings import Settings
from assets.sources.source import REJECTS
from assets.store import Store, sha256, store_of, write_json

CONTRACT = """
title: {en: Payments}
summary: {en: Payments.}
publisher: {name: Office, contact: data@example.org}
license: CC-BY-4.0
source: {kind: sql, connection: ledger, table: payments}
key: [number]
persons: {column: kind, organisations: [body], count: tax, rows: withhold, money: amount}
columns:
  - {name: number, type: string, class: code, pattern: 'SP-\\d{12}', label: {en: Number}}
  - {name: kind, type: string, class: internal, label: {en: Kind}}
  - {name: payee, type: string, class: org_id, label: {en: Payee}}
  - {name: tax, type: string, class: direct_id, label: {en: Tax number}, privacy: {technique: drop}}
  - {name: office, type: string, class: public, label: {en: Office}}
  - {name: amount, type: "decimal(20,2)", class: public_measure, label: {en: Amount}}
"""
ROWS: list[dict[str, Any]] = [
    {"number": "SP-000000000001", "kind": "body", "payee": "PT Contoh", "tax": "0100000000000001", "office": "Dinas A"},
    {
        "number": "SP-000000000002",
        "kind": "person",
        "payee": "Budi Contoh",
        "tax": "3500000000000002",
        "office": "Dinas A",
    },
    {"number": "SP-000000000003", "kind": "body", "payee": "CV Contoh", "tax": "0100000000000003", "office": "Dinas B"},
]


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
  - {name: amount, type: "decimal(20,2)", class: personal_amount, label: {en: Amount}}
  - {name: payers, type: integer, derived: true, class: public_measure, label: {en: Payers}}
  - {name: tax, type: string, class: direct_id, label: {en: Tax number}, privacy: {technique: drop}}
"""


def revenue(folder: Path) -> tuple[Contract, Settings, Store]:
    """Groups made of rows: two districts shown, two withheld together, two rows set aside."""
    (folder / "revenue.yml").write_text(REVENUE, encoding="utf-8")
    contract, settings = load(folder / "revenue.yml"), Settings(root=folder)
    store = store_of(contract.name, settings)
    districts = [name for name, count in {"a": 5, "b": 4, "c": 2, "d": 2}.items() for _ in range(count)]
    numbers = range(len(districts))
    amounts = pa.array([Decimal(f"{n}.07") for n in numbers], pa.decimal128(20, 2))
    table = pa.table({"district": districts, "amount": amounts, "tax": [f"99{n:014}" for n in numbers]})
    table = table.append_column("_row", pa.array(numbers, pa.int64())).append_column("_line", pa.array([""] * 13))
    pq.write_table(table, store.raw)
    pq.write_table(
        pa.table({"_row": pa.array([0, 12], pa.int64()), "fate": ["quarantined", "duplicate"]}), store.excluded
    )
    pq.write_table(REJECTS.empty_table(), store.rejects)
    proof = {"passed": True, "contract": contract.digest, "raw_sha256": sha256(store.raw), "read": 13}
    write_json(store.screening, {**proof, "quarantined": 1, "duplicates": 1})
    protect(contract, settings)
    return contract, settings, store


def office(folder: Path, **cells: str) -> tuple[Contract, Settings, Store]:
    """A public table made from `ROWS`; `cells` go into the first row."""
    (folder / "payments.yml").write_text(CONTRACT, encoding="utf-8")
    contract, settings = load(folder / "payments.yml"), Settings(root=folder)
    store = store_of(contract.name, settings)
    rows = [{**row, "amount": Decimal(1_234_567_890_123)} for row in ROWS]
    table = pa.Table.from_pylist([{**rows[0], **cells}, *rows[1:]])
    table = table.set_column(5, "amount", table.column("amount").cast(pa.decimal128(20, 2)))
    table = table.append_column("_row", pa.array(range(3), pa.int64())).append_column("_line", pa.array([""] * 3))
    pq.write_table(table, store.raw)
    pq.write_table(pa.table({"_row": pa.array([], pa.int64()), "fate": pa.array([], pa.string())}), store.excluded)
    pq.write_table(REJECTS.empty_table(), store.rejects)
    proof = {"passed": True, "contract": contract.digest, "raw_sha256": sha256(store.raw), "read": 3}
    write_json(store.screening, {**proof, "quarantined": 0, "duplicates": 0})
    protect(contract, settings)
    return contract, settings, store
