"""G10: every row that was read is accounted for, and the money that is shown and withheld is the money that was kept."""

from decimal import Decimal
from typing import Any

import duckdb
import pyarrow.parquet as pq

from assets.store import read_json
from quality.gates.evidence import Evidence, Material
from quality.session import name, parquet

NAME = "every row and every rupiah accounted for"


def balance(material: Material) -> Evidence:
    """Read = published + quarantined + duplicates + withheld; shown + withheld = kept, for each withheld measure."""
    account = read_json(material.store.withheld)
    hidden = sum(part["rows"] for part in account["withheld"])
    whole = account["published"] + account["quarantined"] + account["duplicates"] + hidden
    rows = pq.read_metadata(material.store.table).num_rows
    off = _money(material, account)
    passed = whole == account["read"] and rows == account["published_rows"] and not off
    facts = {"read": account["read"], "accounted": whole, "rows of the table": rows, "measures that do not add up": off}
    return Evidence(name=NAME, passed=passed, facts=facts)


def _money(material: Material, account: dict[str, Any]) -> list[str]:
    """The withheld measures for which shown and withheld do not make up what was kept."""
    store = material.store
    measures = sorted({column for part in account["withheld"] for column in part["money"]})
    shown = {c.name for c in material.contract.public_columns if c.technique is None}
    off = []
    with duckdb.connect() as connection:
        for column in (m for m in measures if m in shown):
            kept = f"{parquet(store.raw)} WHERE _row NOT IN (SELECT _row FROM {parquet(store.excluded)})"
            held = sum((Decimal(part["money"].get(column, "0")) for part in account["withheld"]), Decimal(0))
            if _sum(connection, column, parquet(store.table)) + held != _sum(connection, column, kept):
                off.append(column)
    return off


def _sum(connection: duckdb.DuckDBPyConnection, column: str, source: str) -> Decimal:
    query = f"SELECT coalesce(sum(CAST({name(column)} AS DECIMAL(38, 2))), 0) FROM {source}"
    return Decimal(connection.execute(query).fetchall()[0][0])
