"""Parquet: typed tables of other programs, streamed group by group; decimals, days and texts as they are stored."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from assets.errors import SourceUnreadable
from assets.model import Regex
from assets.sources.columns import expect
from assets.sources.files import fields_of, find, first_time, numbered, unchanged
from assets.sources.source import LINE, Files, Reading, Request

_ROWS = 65_536
_BUFFER = 1 << 20  # bytes of each column at a time; else a whole row group is held


class Parquet(Files):
    """Parquet files. Only the columns that the contract names are read.

    `file_fields` is a regular expression with named groups over the file name; each group becomes a column.
    `row_number` names a column with the number of each row in its file, for tables that have no key. A column that holds
    lists or records is no column of a table: name it in `ignore`.
    """

    kind: Literal["parquet"]
    path: str
    file_fields: Regex | None = None

    def read(self, request: Request) -> Reading:
        """Stream the files in order of their names."""
        reading = Reading(batches=iter(()), facts={"files": []})
        reading.batches = _batches(self, request, find(self, request), reading)
        return reading


def _batches(source: Parquet, request: Request, files: Sequence[Path], reading: Reading) -> Iterator[pa.RecordBatch]:
    for file in files:
        with unchanged(file, request) as facts:
            constants = fields_of(file, source.file_fields, request)
            if not first_time(facts, reading, request, fields=constants):
                continue
            try:
                yield from _rows(source, request, file, constants)
            except (pa.ArrowException, OSError) as error:
                raise damaged(file, error, dataset=request.dataset) from None


def _rows(source: Parquet, request: Request, file: Path, constants: dict[str, str]) -> Iterator[pa.RecordBatch]:
    with pq.ParquetFile(file, buffer_size=_BUFFER, pre_buffer=False) as opened:
        header = opened.schema_arrow.names
        found = [*header, *constants, *numbered(source.row_number)]
        wanted = expect(found, request, ignore=source.ignore, where=file.name, header=header)
        stored = [name for name in wanted if name in header]
        row = 1
        for batch in opened.iter_batches(batch_size=_ROWS, columns=stored, use_threads=False):
            numbers = pa.array(np.arange(row, row + batch.num_rows))
            given = {name: pa.repeat(pa.scalar(text), batch.num_rows) for name, text in constants.items()}
            given |= dict.fromkeys(numbered(source.row_number), numbers)
            columns = {name: batch.column(name) if name in stored else given[name] for name in wanted}
            columns[LINE] = pc.binary_join_element_wise(f"{file.name}:row", numbers.cast(pa.string()), " ")
            yield pa.RecordBatch.from_pydict(columns)
            row += batch.num_rows


def damaged(file: Path, error: Exception, *, dataset: str | None = None) -> SourceUnreadable:
    """What is raised for a file that Arrow cannot read."""
    locked = "encrypt" in str(error).lower() or "decrypt" in str(error).lower()
    return SourceUnreadable(
        "the Parquet file cannot be read",
        dataset=dataset,
        file=file.name,
        found="an encrypted file" if locked else "a damaged file, or one that was cut off",
        next="ask for it without encryption"
        if locked
        else "deliver it again, whole: compare its size with the sender's",
    )
