"""How delimited text is read: header, then batches of text cells with their line numbers, ragged lines set aside."""

import io
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from string import whitespace
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv as arrow_csv

from assets.errors import SourceChanged
from assets.sources.aside import left_out
from assets.sources.columns import expect
from assets.sources.files import fields_of, find, first_time, numbered, unchanged
from assets.sources.heading import Heading, bad_text, heading, unclosed, unreadable
from assets.sources.lines import BadText, Lines, warn, warn_of_doubts
from assets.sources.packed import Content, contents
from assets.sources.source import LINE, REJECTS, Reading, Request
from assets.sources.swallowed import first_swallowing, holds_rows, joined
from assets.sources.unpivot import long, names_after, names_before

if TYPE_CHECKING:
    from assets.sources.csv import Csv

BLOCK = 4 << 20
RAGGED = "ragged line"


def read(source: "Csv", request: Request) -> Reading:
    """Stream the files of `source` in order of their names."""
    reading = Reading(batches=iter(()), facts={"files": [], "set_aside": {}})
    files = [content for file in find(source, request) for content in contents(file, source, request)]
    tables = [_Table.opened(file, source, request, reading) for file in files]
    reading.batches = _batches(tables, reading)
    return reading


@dataclass(kw_only=True, slots=True)
class _Table:
    """One file: its column names (None for one that is left out) and the line its data begin at."""

    file: Content
    source: "Csv"
    request: Request
    head: Heading
    constants: dict[str, str]
    wanted: list[str]
    reading: Reading
    ragged: list[tuple[int, str]] = field(default_factory=list)

    @classmethod
    def opened(cls, file: Content, source: "Csv", request: Request, reading: Reading) -> "_Table":
        """Read the header; raises `SourceChanged` where its columns are not the contract's."""
        head = heading(file, source, request)
        constants = fields_of(file.file, source.file_fields, request)
        given = [name for name in (*head.names, *constants, *numbered(source.row_number)) if name not in head.unnamed]
        found = names_after(given, source.unpivot, request, where=file.name, header=head.names)
        wanted = expect(found, request, ignore=source.ignore, where=file.name, header=head.names)
        return cls(
            file=file, source=source, request=request, head=head, constants=constants, wanted=wanted, reading=reading
        )

    def reader(self, file: Any) -> Iterator[pa.RecordBatch]:
        """Batches of all columns as text; ragged lines go to `ragged`."""
        source = self.source
        lines = Lines(file, encoding=source.encoding, skip=self.head.lines, footer=source.footer)
        try:
            yield from arrow_csv.open_csv(
                io.BufferedReader(lines, BLOCK),
                read_options=arrow_csv.ReadOptions(
                    column_names=list(self.head.names), use_threads=False, block_size=BLOCK
                ),
                parse_options=arrow_csv.ParseOptions(
                    delimiter=source.delimiter,
                    quote_char=source.quote or False,
                    escape_char=source.escape or False,
                    newlines_in_values=source.quote is not None,
                    ignore_empty_lines=False,
                    invalid_row_handler=self._set_aside,
                ),
                convert_options=arrow_csv.ConvertOptions(
                    column_types=dict.fromkeys(self.head.names, pa.string()), strings_can_be_null=False
                ),
            )
        except pa.ArrowInvalid as error:
            if "Empty CSV file" not in str(error):  # a header alone is a table without rows
                raise unreadable(self.request, self.file, "not delimited text as source declares") from None
        warn_of_doubts(lines, self.file.name, self.reading)

    def _set_aside(self, row: Any) -> str:
        self.ragged.append((row.number, row.text))
        return "skip"


def _batches(tables: Sequence[_Table], reading: Reading) -> Iterator[pa.RecordBatch]:
    for table in tables:
        with unchanged(table.file.file, table.request) as facts, table.file.open() as file:
            if not first_time({**facts, **table.file.told}, reading, table.request, fields=table.constants):
                continue
            try:
                yield from _located(table, file, reading)
            except (UnicodeError, BadText) as error:
                raise bad_text(table.request, table.file, table.source.encoding, error) from None
        _count(reading, "footer", table.source.footer)


def _located(table: _Table, file: Any, reading: Reading) -> Iterator[pa.RecordBatch]:
    place = _Place(line=table.head.lines + 1)
    for batch in table.reader(file):
        lines = place.of(batch, table.ragged)
        swallowing = first_swallowing(batch, place.breaks, table.source.delimiter)
        if swallowing is not None:
            raise unclosed(table.request, table.file, int(lines[swallowing]))
        for row in joined(batch, place.breaks, table.source.delimiter, table.source.quote or "\0"):
            warn(f"{table.file.name}:{lines[row]}: a cell that may hold rows, by its quotes and delimiters", reading)
        _reject(table, place, reading)
        filled = _filled(batch)
        _count(reading, "empty rows", batch.num_rows - (pc.sum(filled).as_py() or 0))
        _only_named(table, batch, lines)
        rows = _shaped(table, batch, lines).filter(_data(table, batch, filled, reading))
        yield long(rows, table.wanted, table.source.unpivot)
    place.of(None, table.ragged)
    _reject(table, place, reading)


@dataclass(kw_only=True, slots=True)
class _Place:
    """Turns record numbers into line numbers: quoted cells span lines, ragged records stand between good ones."""

    line: int
    record: int = 1
    breaks: Any = 0
    found: list[tuple[int, str]] = field(default_factory=list)

    def of(self, batch: pa.RecordBatch | None, ragged: list[tuple[int, str]]) -> Any:
        """The line of each row of `batch`; the ragged records passed meanwhile go to `found` with their lines."""
        rows = batch.num_rows if batch is not None else 0
        passed = self._passed(rows, ragged) if batch is not None else len(ragged)
        total = rows + passed
        bad = np.array([number - self.record for number, _ in ragged[:passed]], dtype=np.int64)
        heights = np.ones(total, dtype=np.int64)
        good = np.ones(total, dtype=bool)
        good[bad] = False
        self.breaks = _breaks(batch) if batch is not None else 0
        heights[good] += self.breaks
        heights[bad] += np.array([text.count("\n") for _, text in ragged[:passed]], dtype=np.int64)
        starts = self.line + np.cumsum(heights) - heights
        self.found = [(int(line), text) for line, (_, text) in zip(starts[bad], ragged[:passed], strict=True)]
        self.line += int(heights.sum())
        self.record += total
        del ragged[:passed]
        return starts[good]

    def _passed(self, rows: int, ragged: list[tuple[int, str]]) -> int:
        """How many of the ragged records stand before the last of `rows` good ones; others belong to a later batch."""
        passed = 0
        while passed < len(ragged) and ragged[passed][0] - self.record < rows + passed:
            passed += 1
        return passed


def _breaks(batch: pa.RecordBatch) -> Any:
    """Line ends within the cells of each row."""
    total = np.zeros(batch.num_rows, dtype=np.int64)
    for column in filter(_may_break, batch.columns):
        total += pc.count_substring(column, "\n").to_numpy(zero_copy_only=False)
    return total


def _may_break(column: pa.Array) -> bool:
    """Whether a line end is anywhere in its bytes, which is asked faster than how many are in each cell."""
    held = column.buffers()[2]
    return held is not None and bool((np.frombuffer(held, np.uint8) == ord("\n")).any())


def _filled(batch: pa.RecordBatch) -> pa.BooleanArray:
    """Rows in which any cell holds something."""
    filled = pa.array(np.zeros(batch.num_rows, dtype=bool))
    for column in batch.columns:
        filled = pc.or_(filled, pc.not_equal(column, ""))
        if pc.all(filled, min_count=0).as_py():
            break
    return filled


def _data(table: _Table, batch: pa.RecordBatch, filled: pa.BooleanArray, reading: Reading) -> pa.BooleanArray:
    """Rows that hold data: not the header once more, nor what the contract leaves out."""
    again = pc.and_(filled, _repeats(batch, table.head))
    left = left_out(batch, table.source.leave_out, table.request, where=table.file.name)
    left = pc.and_(filled, pc.and_not(left, again))
    _count(reading, "repeated header", pc.sum(again).as_py() or 0)
    _count(reading, "left out", pc.sum(left).as_py() or 0)
    return pc.and_not(pc.and_not(filled, again), left)


def _repeats(batch: pa.RecordBatch, head: Heading) -> pa.BooleanArray:
    """Rows that say what a row of the header says, in every column."""
    found = pa.array(np.zeros(batch.num_rows, dtype=bool))
    for row in head.rows if batch.num_columns > 1 else ():
        same = pa.array(np.ones(batch.num_rows, dtype=bool))
        for column, title in zip(batch.columns, row, strict=False):
            same = pc.and_(same, pc.equal(pc.utf8_trim_whitespace(column), title))
            if not pc.any(same, min_count=0).as_py():
                break
        found = pc.or_(found, same)
    return found


def _only_named(table: _Table, batch: pa.RecordBatch, lines: Any) -> None:
    for name in table.head.unnamed:
        held = pc.index(pc.not_equal(pc.utf8_trim_whitespace(batch.column(name)), ""), value=True).as_py()
        if held >= 0:
            raise SourceChanged(
                "a column without a name holds data",
                dataset=table.request.dataset,
                column=f"number {name}",
                where=f"{table.file.name}:{lines[held]}",
                found="a cell that is not empty",
                allowed="empty cells, where a column has no name",
                next="give it a name in the header",
            )


def _shaped(table: _Table, batch: pa.RecordBatch, lines: Any) -> pa.RecordBatch:
    rows = batch.num_rows
    constants = {name: pa.repeat(pa.scalar(text), rows) for name, text in table.constants.items()}
    given = {**constants, **dict.fromkeys(numbered(table.source.row_number), pa.array(lines))}
    wide = names_before(table.wanted, table.head.names, table.source.unpivot)
    columns = {name: given[name] if name in given else batch.column(name) for name in wide}
    columns[LINE] = pc.binary_join_element_wise(table.file.name, pa.array(lines).cast(pa.string()), ":")
    return pa.RecordBatch.from_pydict(columns)


def _reject(table: _Table, place: _Place, reading: Reading) -> None:
    """Tell of ragged lines by their numbers; those that hold nothing but marks are empty rows."""
    held = [(line, text) for line, text in place.found if _holds(text, table.source)]
    _count(reading, "empty rows", len(place.found) - len(held))
    for line, text in held:
        if holds_rows([text], table.source.delimiter, len(table.head.names)):
            raise unclosed(table.request, table.file, line)
    long = [(line, text.count("\n") + 1) for line, text in held if "\n" in text.rstrip("\n")]
    if long:
        (line, lines), more = long[0], f" ({len(long)} such)" if len(long) > 1 else ""
        warn(
            f"{table.file.name}:{line}: a rejected line goes over {lines} lines: a quote in it may be one too many{more}",
            reading,
        )
    if held:
        at = [f"{table.file.name}:{line}" for line, _ in held]
        texts = [json.dumps({"_text": text}, ensure_ascii=False) for _, text in held]
        columns = [at, [RAGGED] * len(at), [""] * len(at), texts]
        reading.rejects.append(pa.RecordBatch.from_arrays([pa.array(c, pa.string()) for c in columns], schema=REJECTS))


def _holds(text: str, source: "Csv") -> bool:
    return bool(text.strip(f"{source.delimiter}{source.quote or ''}{whitespace}"))


def _count(reading: Reading, reason: str, rows: int) -> None:
    if rows:
        aside = reading.facts["set_aside"]
        aside[reason] = aside.get(reason, 0) + rows
