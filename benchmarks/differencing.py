"""`python -m benchmarks.differencing [ROWS] [RELEASES]`: what comparing with all earlier releases costs, release by release.

Taxes by month, account and district, known to others by year and account: each release has one month more, twenty rows that
were corrected, five that are gone and five that came late. CPU seconds of one process; nobody in it is real.
"""

import argparse
import json
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from assets.catalog import load
from assets.contract import Contract
from assets.past import records
from assets.protect import protect
from assets.settings import Settings
from assets.sources.source import REJECTS
from assets.store import Store, read_json, sha256, store_of, write_json
from benchmarks.systems import BENCH
from publish import ledger
from quality.gates.evidence import Material
from quality.gates.subtract import subtract

ROWS, RELEASES = 50_000, 24
CORRECTED, LATE, GONE = 20, 5, 1_000
CONTRACT = """
title: {en: Taxes}
summary: {en: Taxes.}
publisher: {name: Office, contact: data@example.org}
license: CC-BY-4.0
source: {kind: csv, path: "*.csv"}
key: [number]
aggregate: {by: [year, month, account, district], sums: [amount], count: tax, count_as: payers, totals: [[year, account]]}
columns:
  - {name: number, type: integer, class: internal, label: {en: Number}}
  - {name: year, type: integer, class: public, label: {en: Year}}
  - {name: month, type: integer, class: public, label: {en: Month}}
  - {name: account, type: integer, class: public, label: {en: Account}}
  - {name: district, type: integer, class: public, label: {en: District}}
  - {name: tax, type: integer, class: direct_id, label: {en: Tax number}, privacy: {technique: drop}}
  - {name: amount, type: "decimal(20,2)", class: personal_amount, minimum: 0, label: {en: Amount}}
  - {name: payers, type: integer, derived: true, class: public_measure, label: {en: Payers}}
"""


def main() -> int:
    """Make the releases one after the other, print what each took, and write it down."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.differencing", description=__doc__)
    parser.add_argument("rows", nargs="?", type=int, default=ROWS)
    parser.add_argument("releases", nargs="?", type=int, default=RELEASES)
    asked = parser.parse_args()
    BENCH.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=BENCH) as folder:
        figures = _releases(Path(folder), asked.rows, asked.releases)
    target = BENCH / f"differencing-{asked.rows}.json"
    target.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    slowest = max(figures, key=lambda one: one["gate"])
    print(
        f"{len(figures)} releases, slowest gate {slowest['gate']:.2f} s, slowest protection {max(one['protect'] for one in figures):.2f} s"
    )
    return 0 if all(one["passed"] for one in figures) else 1


def _releases(folder: Path, rows: int, releases: int) -> list[dict[str, float | int | bool]]:
    (folder / "taxes.yml").write_text(CONTRACT, encoding="utf-8")
    contract, settings = load(folder / "taxes.yml"), Settings(root=folder)
    store, dice, told = store_of("taxes", settings), np.random.default_rng(0), []
    table = _drawn(dice, rows, releases)
    for month in range(1, releases + 1):
        _stage(contract, store, table.filter(pc.less_equal(table.column("at"), month)))
        started = time.process_time()
        protect(contract, settings)
        protected = time.process_time()
        evidence = subtract(Material(contract=contract, store=store, settings=settings))
        took = time.process_time() - protected
        shown = pq.read_metadata(store.table).num_rows
        print(f"{month:>3} {pq.read_metadata(store.raw).num_rows:>8,} rows {shown:>7,} groups shown  protect {protected - started:6.2f} s"
              f"  gate {took:5.2f} s  passed {evidence.passed}", flush=True)  # fmt: skip
        told.append({"rows": pq.read_metadata(store.raw).num_rows, "shown": shown, "protect": protected - started,
                     "gate": took, "passed": evidence.passed, "record": store.told.stat().st_size})  # fmt: skip
        _release(store, f"v{month}")
        table = _changed(dice, table, month)
    return told


def _drawn(dice: np.random.Generator, rows: int, releases: int) -> pa.Table:
    """Half of the rows at once, the others month by month; districts of very different size."""
    at = np.where(
        np.arange(rows) < rows // 2, 1, 1 + (np.arange(rows) - rows // 2) * releases // max(rows - rows // 2, 1)
    )
    since = dice.integers(0, 12, rows)
    month = np.where(np.arange(rows) < rows // 2, since, 11 + at)
    return pa.table({
        "number": np.arange(rows), "year": 2024 + month // 12, "month": 1 + month % 12, "account": dice.integers(0, 8, rows),
        "district": np.floor(20 * dice.random(rows) ** 2).astype(np.int64), "tax": 9_000_000 + dice.integers(0, rows // 3, rows),
        "amount": np.ceil(dice.lognormal(13, 1.2, rows)), "at": at,
    })  # fmt: skip


def _changed(dice: np.random.Generator, table: pa.Table, month: int) -> pa.Table:
    """Some rows that are public get another amount, some go, and some of other months come late."""
    at, amount = table.column("at").to_numpy().copy(), table.column("amount").to_numpy().copy()
    old, later = np.flatnonzero(at <= month), np.flatnonzero((at > month) & (at < GONE))
    amount[dice.choice(old, CORRECTED)] += 1
    at[dice.choice(old, LATE)] = GONE
    late = dice.choice(later, min(LATE, len(later)))
    at[late] = month + 1
    when = table.column("month").to_numpy().copy()
    when[late] = 1 + dice.integers(0, 12, len(late))
    year = table.column("year").to_numpy().copy()
    year[late] = 2024
    columns = {"at": at, "amount": amount, "month": when, "year": year}
    return pa.table({name: columns.get(name, table.column(name)) for name in table.column_names})


def _stage(contract: Contract, store: Store, table: pa.Table) -> None:
    """The restricted rows, screened."""
    money = table.column("amount").cast(pa.decimal128(20, 2))
    rows = (
        table.drop_columns(["at"])
        .set_column(6, "amount", money)
        .append_column("_row", pa.array(range(len(table)), pa.int64()))
    )
    pq.write_table(rows.append_column("_line", pa.array([""] * len(table))), store.raw)
    pq.write_table(pa.table({"_row": pa.array([], pa.int64()), "fate": pa.array([], pa.string())}), store.excluded)
    pq.write_table(REJECTS.empty_table(), store.rejects)
    proof = {"passed": True, "contract": contract.digest, "raw_sha256": sha256(store.raw), "read": len(table)}
    write_json(store.screening, {**proof, "quarantined": 0, "duplicates": 0})


def _release(store: Store, version: str) -> None:
    """What a release keeps."""
    records.keep(store, version, (read_json(store.withheld) or {})["public_sha256"])
    event = ledger.Event(event="released", time=datetime.now(UTC), version=version, facts=records.fact(store, version))
    ledger.append(store, event)


if __name__ == "__main__":
    raise SystemExit(main())
