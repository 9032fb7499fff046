"""Whether the rows of a dataset may go on: every rule, the bounds, the source's own totals; bad rows are set aside.

Writes the quarantine, `excluded.parquet` and the proof `screening.json`. It does not raise when a rule fails: the
proof says so, and nothing goes on without it.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import duckdb
import pyarrow.parquet as pq

from assets.contract import Contract
from assets.errors import ContractError, Unbalanced, Unproven
from assets.settings import Settings
from assets.sql import parquet
from assets.store import ROW, Store, explained, read_json, sha256, store_of, write_json
from quality import duplicates, lookups, quarantine, reconcile, suite
from quality.bounds import problems
from quality.engine import Outcome, execute, is_empty, suspects
from quality.findings import Screening
from quality.rules import check_rules
from quality.session import session


@dataclass(frozen=True, kw_only=True, slots=True)
class _Counts:
    """Rows of one run; `table` are those of raw.parquet, `bad` those of them that are set aside."""

    table: int
    rejects: int
    duplicates: int
    bad: int

    @property
    def read(self) -> int:
        return self.table + self.rejects


def screen(contract: Contract, settings: Settings) -> Screening:
    """Screen the raw rows of a dataset.

    Raises `ContractError` for a rule that is no condition, `Blocked` where a rule or reference cannot be checked,
    `SourceError` where control totals cannot be had, `Unproven` without raw rows, `Unbalanced` for a lost row.
    """
    wrong = check_rules(contract)
    if wrong:
        raise ContractError(f"{contract.name}.yml", wrong)
    store = store_of(contract.name, settings)
    if not (store.raw.is_file() and store.rejects.is_file()):
        raise Unproven("there are no rows to screen", dataset=contract.name, next=f"terang run {contract.name}")
    lists = lookups.referenced(contract, settings)
    files = {store.raw, store.rejects, *lists.values()}
    digest = sha256(store.raw)
    where = store.restricted
    with explained(contract.name, where=where), session(files, spill=where / "spill") as connection:
        found = _screened(connection, contract, settings=settings, store=store, lists=lists, digest=digest)
    write_json(store.screening, _document(found))
    store.screening.chmod(0o600)
    return found


def suite_file(store: Store) -> Path:
    """Where the suite of the raw table lies, in the form that GX loads."""
    return store.restricted / "suite.json"


def _screened(
    connection: duckdb.DuckDBPyConnection,
    contract: Contract,
    *,
    settings: Settings,
    store: Store,
    lists: dict[str, Path],
    digest: str,
) -> Screening:
    table, rejects = (pq.read_metadata(file).num_rows for file in (store.raw, store.rejects))
    _views(connection, contract, store)
    among = suspects(connection, "raw", contract.key)
    columns = [column.name for column in contract.raw_columns]
    repeated = duplicates.mark(connection, "raw", key=contract.key, columns=columns, among=among)
    rules = suite.document(contract)
    suite.save(rules, suite_file(store))
    tables = lookups.load(connection, contract, lists)
    outcomes = execute(
        connection, rules, dataset=contract.name, lookups=tables, rows=table + rejects, suspected={contract.key: among}
    )
    stopping = {i: o.rule for i, o in enumerate(outcomes) if not o.warns and not o.of_table}
    written = quarantine.write(connection, contract, store, stopping)
    quarantine.exclude(connection, store)
    counts = _Counts(table=table, rejects=rejects, duplicates=repeated, bad=written - rejects)
    _check(connection, contract, store, counts)
    compared = reconcile.reconcile(connection, contract, settings, table="batch")
    baseline = last_read(store)
    every = problems(contract, outcomes, compared, read=counts.read, quarantined=written, baseline=baseline)
    return Screening(
        dataset=contract.name,
        passed=not every,
        read=counts.read,
        kept=table - repeated - counts.bad,
        quarantined=written,
        duplicates=repeated,
        rejects=rejects,
        raw_sha256=digest,
        contract=contract.digest,
        baseline=counts.read if not every else baseline,
        rules=tuple(_rules(connection, outcomes, store)),
        reconcile=tuple({**asdict(one), "passed": one.passed} for one in compared),
        problems=tuple(every),
    )


def _views(connection: duckdb.DuckDBPyConnection, contract: Contract, store: Store) -> None:
    """`raw` is the file; `batch` is what rules see: its rows without exact duplicates."""
    connection.execute(f"CREATE TEMP VIEW raw AS SELECT * FROM {parquet(store.raw)}")
    connection.execute("CREATE TEMP TABLE duplicates (_row BIGINT)")
    connection.execute(f"CREATE TEMP VIEW batch AS SELECT * FROM raw WHERE {ROW} NOT IN (SELECT {ROW} FROM duplicates)")
    have = {row[0] for row in connection.execute("DESCRIBE raw").fetchall()}
    missing = [column.name for column in contract.raw_columns if column.name not in have]
    if missing:
        raise Unproven(
            "its rows were read by another contract",
            dataset=contract.name,
            column=", ".join(missing),
            next=f"terang run {contract.name}",
        )


def last_read(store: Store) -> int | None:
    """How many rows the last release had read, else the last screening that passed: a stopped run lowers no bound."""
    latest = read_json(store.latest) or {}
    release = read_json(store.releases / str(latest.get("version", "")) / "release.json") or {}
    released = release.get("accounting", {}).get("read")
    if isinstance(released, int):
        return released
    before = read_json(store.screening)
    return before.get("baseline") if before else None


def _rules(connection: duckdb.DuckDBPyConnection, outcomes: Sequence[Outcome], store: Store) -> list[dict[str, Any]]:
    """Every rule with its count, then the reasons for which rows could not be read."""
    query = f"SELECT rule, count(*) FROM broken WHERE {ROW} NOT IN (SELECT {ROW} FROM bad) GROUP BY rule"
    kept = {int(rule): int(count) for rule, count in connection.execute(query).fetchall()}
    told = [
        {
            "name": outcome.rule,
            "column": outcome.expectation["meta"].get("column"),
            "severity": "warn" if outcome.warns else "error",
            "kind": "table" if outcome.of_table else "row",
            "failed": outcome.failed,
            "kept": kept.get(i, 0),
        }
        for i, outcome in enumerate(outcomes)
    ]
    query = f'SELECT rule, "column", count(*) FROM {parquet(store.rejects)} GROUP BY ALL ORDER BY ALL'
    for rule, column, failed in connection.execute(query).fetchall():
        name = " ".join(part for part in (column, rule) if part)
        reading = {"severity": "error", "kind": "reading", "failed": failed, "kept": 0}
        told.append({"name": name, "column": column, **reading})
    return told


def _check(connection: duckdb.DuckDBPyConnection, contract: Contract, store: Store, counts: _Counts) -> None:
    """Raise `Unbalanced` unless each row read has exactly one fate, counted anew from the files."""
    excluded = pq.read_metadata(store.excluded).num_rows
    receipt = read_json(store.receipt) or {}
    told = (receipt.get("rows", counts.table), receipt.get("rejects", counts.rejects))
    right = told == (counts.table, counts.rejects) and excluded == counts.bad + counts.duplicates
    if right and _numbered(connection, store):
        return
    raise Unbalanced(
        "rows do not add up after screening",
        dataset=contract.name,
        found=f"table {counts.table}, rejects {counts.rejects}, set aside {excluded}",
        allowed=f"receipt {told[0]} and {told[1]}, quarantined {counts.bad} + duplicates {counts.duplicates}",
        next="report it: this is a defect of Terang",
    )


def _numbered(connection: duckdb.DuckDBPyConnection, store: Store) -> bool:
    """Whether `_row` numbers the rows from 0 in the order of the file."""
    source = parquet(store.raw, numbered=True)
    return is_empty(connection, f"{source} WHERE {ROW} IS DISTINCT FROM file_row_number")


def _document(found: Screening) -> dict[str, Any]:
    return {"kind": "screening", **asdict(found)}
