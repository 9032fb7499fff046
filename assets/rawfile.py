"""Writers of `raw.parquet` and `rejects.parquet`: equal rows give equal bytes, and memory does not grow with them."""

from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from decimal import Context, Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from assets.column import Column
from assets.store import LINE, ROW, replacing
from assets.types import arrow_type, is_number

GROUP = 131_072
_EXACT = Context(prec=76)


class Parquet:
    """A Parquet file written in row groups of one size, however its rows arrive; while one is written, rows may come."""

    def __init__(self, path: Path, schema: pa.Schema) -> None:
        self._writer = pq.ParquetWriter(path, schema, compression="zstd", compression_level=1)
        self.schema = schema
        self._waiting: list[pa.Table] = []
        self._held = 0
        self._pool = ThreadPoolExecutor(1)
        self._writing: Future[None] | None = None
        self.rows = 0

    def write(self, table: pa.Table) -> None:
        """Add rows."""
        self._waiting.append(table)
        self._held += table.num_rows
        self.rows += table.num_rows
        if self._held >= GROUP:
            self._flush(GROUP)

    def close(self) -> None:
        """Write what waits, and the end of the file."""
        try:
            with self._pool:
                self._flush(1)
                self._written()
        finally:
            self._writer.close()

    def _flush(self, least: int) -> None:
        table = pa.concat_tables(self._waiting) if self._waiting else self.schema.empty_table()
        at = 0
        while table.num_rows - at >= least:
            self._written()
            self._writing = self._pool.submit(self._write, table.slice(at, GROUP))
            at += GROUP
        rest = table.slice(at)
        self._waiting, self._held = [rest], rest.num_rows

    def _write(self, group: pa.Table) -> None:
        whole = group.combine_chunks()  # pages end where chunks do, and chunks come as they come
        self._writer.write_table(whole, row_group_size=GROUP)

    def _written(self) -> None:
        """Wait for the group that is being written; raises what went wrong with it."""
        if self._writing is not None:
            self._writing.result()


class Raw:
    """The rows of a dataset, numbered in the order they are written, with the exact sum of each public measure."""

    def __init__(self, path: Path, columns: Sequence[Column]) -> None:
        names = [(column.name, arrow_type(column.type)) for column in columns]
        self.schema = pa.schema([*names, (ROW, pa.int64()), (LINE, pa.string())])
        self._file = Parquet(path, self.schema)
        self._sums = {
            column.name: Decimal(0)
            for column in columns
            if column.class_ == "public_measure" and is_number(column.type)
        }

    @property
    def rows(self) -> int:
        """Rows written so far."""
        return self._file.rows

    def write(self, table: pa.Table) -> None:
        """Add rows that have every column but `_row`."""
        numbers = pa.array(np.arange(self.rows, self.rows + table.num_rows, dtype=np.int64))
        columns = {**{name: table.column(name) for name in table.schema.names}, ROW: numbers}
        for name, total in self._sums.items():
            self._sums[name] = _EXACT.add(total, _sum(table.column(name)))
        self._file.write(pa.table([columns[name] for name in self.schema.names], schema=self.schema))

    def totals(self) -> dict[str, str]:
        """The exact sum of each public measure, as text."""
        return {name: format(total, "f") for name, total in self._sums.items()}

    def close(self) -> None:
        """Finish the file."""
        self._file.close()


@contextmanager
def written(path: Path, kind: Any, *options: Any) -> Iterator[Any]:
    """A writer whose file takes its place when all went well, and leaves no trace when not."""
    with replacing(path) as temporary:
        writer = kind(temporary, *options)
        try:
            yield writer
        finally:
            writer.close()


def _sum(column: pa.ChunkedArray) -> Decimal:
    wide = column.cast(pa.decimal256(76, column.type.scale)) if pa.types.is_decimal(column.type) else column
    return Decimal(pc.sum(wide).as_py() or 0)
