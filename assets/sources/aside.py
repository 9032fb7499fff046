"""Rows that are no data although they look like it: what the contract says to leave out."""

from collections.abc import Mapping

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from assets.errors import SourceChanged
from assets.sources.source import Request
from assets.sources.titles import Titles


def left_out(
    rows: pa.RecordBatch | pa.Table, rules: Mapping[str, str], request: Request, *, where: str
) -> pa.BooleanArray:
    """The rows whose cell in one of the columns matches its pattern; raises `SourceChanged` for a column that is not there."""
    found = pa.array(np.zeros(rows.num_rows, dtype=bool))
    for name, pattern in rules.items():
        if name not in rows.schema.names:
            raise SourceChanged(
                "the source has no such column to leave rows out by",
                dataset=request.dataset,
                column=name,
                where=where,
                found=Titles(rows.schema.names, request.columns).all_told(),
                next=f"mend source.leave_out.{Titles(rows.schema.names, request.columns).hint(name)}",
            )
        column = rows.column(name)
        texts = pc.utf8_trim_whitespace(column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column)
        found = pc.or_(found, pc.fill_null(pc.match_substring_regex(texts, pattern), fill_value=False))
    return found
