"""G10: every row that was read is accounted for, and the money that is shown and withheld is the money that was kept.

Everything is counted anew from the files; what earlier steps wrote down must agree.
"""

from decimal import Decimal
from typing import Any

import duckdb
import pyarrow.parquet as pq

from assets.contract import Contract
from assets.store import Store, read_json, sha256
from quality.gates.evidence import Evidence, Material
from quality.session import name, parquet, session

NAME = "every row and every rupiah accounted for"


def balance(material: Material) -> Evidence:
    """Read = published + quarantined + duplicates + withheld; shown + withheld = kept, for each measure."""
    contract, store = material.contract, material.store
    account = read_json(store.withheld)
    hidden = sum(part["rows"] for part in account["withheld"])
    whole = account["published"] + account["quarantined"] + account["duplicates"] + hidden
    counts = _counted(store)
    with session([store.table, store.raw, store.excluded], spill=store.restricted / "spill-account") as connection:
        sums = {column: _sums(connection, store, account, column) for column in _measures(contract, account)}
    off = [column for column, (shown, kept) in sums.items() if shown != kept]
    agree = {
        "read": counts["table"] + counts["rejects"] == account["read"],
        "quarantined": counts["quarantined"] + counts["rejects"] == account["quarantined"],
        "duplicates": counts["duplicates"] == account["duplicates"],
        "published rows": counts["published"] == account["published_rows"],
        "public table": account["public_sha256"] == sha256(store.table),
        "contract": account["contract"] == contract.digest,
    }
    wrong = [what for what, right in agree.items() if not right]
    facts = {
        "read": account["read"],
        "accounted": whole,
        "rows of the table": counts["published"],
        "disagree": wrong,
        "measures": list(sums),
        "measures that do not add up": off,
    }
    return Evidence(name=NAME, passed=whole == account["read"] and not wrong and not off, facts=facts)


def _counted(store: Store) -> dict[str, int]:
    """Rows by what became of them, from the files themselves."""
    fates = pq.read_table(store.excluded, columns=["fate"]).column(0).value_counts().to_pylist()
    found = {fate["values"]: fate["counts"] for fate in fates}
    return {
        "table": pq.read_metadata(store.raw).num_rows,
        "rejects": pq.read_metadata(store.rejects).num_rows,
        "published": pq.read_metadata(store.table).num_rows,
        "quarantined": found.get("quarantined", 0),
        "duplicates": found.get("duplicate", 0),
    }


def _measures(contract: Contract, account: dict[str, Any]) -> list[str]:
    """Measures that can be held against the raw rows: those whose withheld sum is known, or all when none is hidden."""
    told = {column for part in account["withheld"] for column in part["money"]}
    sums = contract.aggregate.sums if contract.aggregate else None
    measures = [
        column.name
        for column in contract.public_columns
        if column.class_ == "public_measure" and column.technique is None and column.type != "string"
    ]
    shown = [column for column in measures if sums is None or column in sums]
    return [column for column in shown if column in told or not account["withheld"]]


def _sums(
    connection: duckdb.DuckDBPyConnection, store: Store, account: dict[str, Any], column: str
) -> tuple[Decimal, Decimal]:
    """What is shown and withheld, and what was kept."""
    held = sum((Decimal(part["money"].get(column, "0")) for part in account["withheld"]), Decimal(0))
    kept = f"{parquet(store.raw)} WHERE _row NOT IN (SELECT _row FROM {parquet(store.excluded)})"
    return _sum(connection, column, parquet(store.table)) + held, _sum(connection, column, kept)


def _sum(connection: duckdb.DuckDBPyConnection, column: str, source: str) -> Decimal:
    query = f"SELECT CAST(coalesce(sum({name(column)}), 0) AS VARCHAR) FROM {source}"
    return Decimal(connection.execute(query).fetchall()[0][0])
