"""G10: every row that was read is accounted for, and so is the money: shown + withheld + set aside = read.

Everything is counted anew from the files; what earlier steps wrote down must agree. Of few persons no sum is told.
"""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import duckdb
import pyarrow.parquet as pq

from assets.contract import Contract
from assets.sql import name, parquet
from assets.store import Store, read_json, sha256
from assets.withheld import fewest, measures
from quality.gates.evidence import Evidence, Material
from quality.session import session

NAME = "every row and every amount accounted for"


def balance(material: Material) -> Evidence:
    """Read = published + quarantined + duplicates + withheld, in rows, and in the exact sum of each measure."""
    contract, store = material.contract, material.store
    account, hidden = read_json(store.withheld), read_json(store.hidden) or {}
    rows = sum(part["rows"] for part in account["withheld"])
    whole = account["published"] + account["quarantined"] + account["duplicates"] + rows
    counts = _counted(store)
    digest = sha256(store.table)
    agree = {
        "read": counts["table"] + counts["rejects"] == account["read"],
        "quarantined": counts["quarantined"] + counts["rejects"] == account["quarantined"],
        "duplicates": counts["duplicates"] == account["duplicates"],
        "published rows": counts["published"] == account["published_rows"],
        "public table": account["public_sha256"] == digest,
        "withheld sums": hidden.get("public_sha256") == digest and _told(account, hidden["sums"]),
        "contract": account["contract"] == contract.digest,
    }
    wrong = [what for what, right in agree.items() if not right]
    off = _off(contract, store, hidden.get("sums", {}))
    few = _too_few(contract, account)
    facts = {
        "read": account["read"],
        "accounted": whole,
        "rows of the table": counts["published"],
        "disagree": wrong,
        "measures": list(measures(contract)),
        "measures that do not add up": off,
        "sums told of too few persons": few,
    }
    return Evidence(name=NAME, passed=whole == account["read"] and not (wrong or off or few), facts=facts)


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


def _told(account: dict[str, Any], held: dict[str, str]) -> bool:
    """Whether the sums that the public is told are those that are held back, where all of them are told."""
    parts = account["withheld"]
    told = {column for part in parts for column in part["money"] if all(column in other["money"] for other in parts)}
    return all(sum(Decimal(part["money"][name]) for part in parts) == Decimal(held.get(name, "NaN")) for name in told)


def _too_few(contract: Contract, account: dict[str, Any]) -> list[str]:
    """Reasons under which a number or a sum of fewer persons than the contract's minimum is told."""
    minimum = fewest(contract)
    return [
        part["reason"]
        for part in account["withheld"]
        if (part["persons"] is None and part["money"]) or (part["persons"] is not None and part["persons"] < minimum)
    ]


def _off(contract: Contract, store: Store, held: dict[str, str]) -> list[str]:
    """The measures of which shown, withheld and set aside do not make what was read."""
    columns = measures(contract)
    read = (read_json(store.receipt) or {}).get("totals", {})
    aside = f"_row IN (SELECT _row FROM {parquet(store.excluded)})"
    with session([store.table, store.raw, store.excluded], spill=store.restricted / "spill-account") as connection:
        shown = _sums(connection, columns, parquet(store.table))
        raw = _sums(connection, columns, parquet(store.raw))
        dropped = _sums(connection, columns, f"{parquet(store.raw)} WHERE {aside}")
    return [
        column
        for column in columns
        if shown[column] + Decimal(held.get(column, "NaN")) + dropped[column] != Decimal(read.get(column, raw[column]))
    ]


def _sums(connection: duckdb.DuckDBPyConnection, columns: Sequence[str], source: str) -> dict[str, Decimal]:
    sums = ", ".join(f"CAST(coalesce(sum({name(column)}), 0) AS VARCHAR)" for column in columns) or "count(*)"
    return dict(
        zip(columns, map(Decimal, connection.execute(f"SELECT {sums} FROM {source}").fetchall()[0]), strict=False)
    )
