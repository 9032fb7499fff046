"""G11: nothing that was taken down is in the table: no such row, no such column, and the account obeyed today's list."""

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from assets.store import read_json
from assets.table import ID
from assets.takedown import taken_down
from quality.gates.evidence import Evidence, Material

NAME = "nothing that was taken down"


def stay_down(material: Material) -> Evidence:
    """Look for every listed id and column in the table itself."""
    listed, table = taken_down(material.store), material.store.table
    names = pq.read_schema(table).names
    rows = _found(table, listed.rows) if listed.rows and ID in names else 0
    columns = sorted(listed.columns & set(names))
    account = read_json(material.store.withheld) or {}
    facts = {
        "rows taken down": len(listed.rows),
        "of them in the table": rows,
        "columns of them in the table": columns,
        "whole dataset": listed.whole,
        "the account obeyed the list": account.get("takedown", "") == listed.digest,
    }
    passed = not (rows or columns or listed.whole) and facts["the account obeyed the list"] is True
    return Evidence(name=NAME, passed=passed, facts=facts)


def _found(table: object, ids: frozenset[str]) -> int:
    wanted = pa.array(sorted(ids), pa.string())
    return int(pc.sum(pc.is_in(pq.read_table(table, columns=[ID]).column(ID), value_set=wanted)).as_py() or 0)
