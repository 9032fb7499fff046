"""Projects: the official mark of a critical contract, and the kind of obstacle in place of free text."""

from decimal import Decimal

import pyarrow as pa
import pyarrow.compute as pc

OBSTACLES = (("cuaca", "cuaca|hujan|banjir"), ("lahan", "lahan|tanah"), ("material", "material|bahan"))


def transform(table: pa.Table) -> pa.Table:
    """Add `kritis` (Permen PU 07/PRT/M/2011: late by over 10 points, over 5 once the plan is past 70 %) and `hambatan`."""
    plan, late = table.column("fisik_rencana"), table.column("fisik_deviasi")
    early = pc.less_equal(plan, _number(70, plan))
    critical = pc.if_else(early, pc.less(late, _number(-10, late)), pc.less(late, _number(-5, late)))
    return table.append_column("kritis", critical).append_column("hambatan", _obstacle(table.column("permasalahan")))


def _number(value: int, like: pa.ChunkedArray) -> pa.Scalar:
    return pa.scalar(Decimal(value), like.type)


def _obstacle(text: pa.ChunkedArray) -> pa.ChunkedArray:
    found = pc.if_else(pc.is_valid(text), pa.scalar("lainnya", pa.string()), pa.scalar(None, pa.string()))
    for name, pattern in reversed(OBSTACLES):
        matches = pc.fill_null(pc.match_substring_regex(text, pattern, ignore_case=True), fill_value=False)
        found = pc.if_else(matches, pa.scalar(name, pa.string()), found)
    return found
