"""Text formats as one SQL expression per line: DuckDB makes the lines on all cores, their bytes are written as they are.

No format is known here. Memory does not grow with the table, and rows keep the order of the file.
"""

from pathlib import Path
from typing import Protocol

import duckdb
import numpy as np
import pyarrow as pa

from assets.duck import duck
from assets.sql import name, parquet

BATCH = 20_000


class Sink(Protocol):
    """Anything that takes bytes."""

    def write(self, data: memoryview, /) -> int:
        """Take them."""


def stream(table: Path, expression: str, sink: Sink) -> None:
    """Write `expression`, a text for each row of `table`, one after the other.

    In it, `file_row_number` is the row's number from 0.
    """
    with duck() as connection:
        connection.execute("SET arrow_large_buffer_size = true")  # 64-bit offsets: long texts do not overflow a batch
        pour(connection.sql(f"SELECT {expression} AS line FROM {parquet(table, numbered=True)}"), sink)


def pour(lines: duckdb.DuckDBPyRelation, sink: Sink) -> None:
    """Write a relation of one column of text, one after the other."""
    for batch in lines.to_arrow_reader(BATCH):
        sink.write(_text(batch.column(0)))


def plain(column: str, kind: pa.DataType) -> str:
    """The value as plain text: decimals with all digits, dates and times as ISO 8601, times in UTC."""
    if not pa.types.is_timestamp(kind):
        return f"CAST({name(column)} AS VARCHAR)"
    moment = f"make_timestamp(epoch_us({name(column)}))"
    whole = f"epoch_us({name(column)}) % 1000000 = 0"
    return (
        f"CASE WHEN {whole} THEN strftime({moment}, '%Y-%m-%dT%H:%M:%SZ')"
        f" ELSE strftime({moment}, '%Y-%m-%dT%H:%M:%S.%fZ') END"
    )


def is_text(kind: pa.DataType) -> bool:
    """Whether the type holds text."""
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))


def _text(lines: pa.Array) -> memoryview:
    """The bytes of all texts of an array, which lie side by side in its buffer."""
    width = np.int64 if pa.types.is_large_string(lines.type) else np.int32
    _, offsets, data = lines.buffers()
    ends = np.frombuffer(offsets, dtype=width)
    return memoryview(data)[ends[lines.offset] : ends[lines.offset + len(lines)]]
