"""How a workbook is read: sheet, header, data rows without titles and sums, each with its row number."""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zipfile import BadZipFile

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from assets.errors import SourceUnreadable
from assets.sources.cells import Cells, workbook
from assets.sources.columns import expect
from assets.sources.doubts import Sheet
from assets.sources.files import fields_of, find, first_time, numbered, unchanged
from assets.sources.headers import joined, unique
from assets.sources.outline import ROW, Outline
from assets.sources.packed import swells
from assets.sources.source import LINE, Reading, Request
from assets.sources.unpivot import long, names_after, names_before
from assets.sources.workbook import Layout, layout, letters

if TYPE_CHECKING:
    from assets.sources.xlsx import Xlsx

_ROWS = 65_536
MOST_CELLS = 200_000_000  # that a sheet may span; each takes memory, empty or not
_START = 1 << 24  # bytes of a file that are looked at to say what it is instead
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")


def read(source: "Xlsx", request: Request) -> Reading:
    """Stream the workbooks in order of their names; one sheet is held in memory at a time."""
    reading = Reading(batches=iter(()), facts={"files": [], "set_aside": {}})
    reading.batches = _batches(source, request, find(source, request), reading)
    return reading


def _batches(source: "Xlsx", request: Request, files: Sequence[Path], reading: Reading) -> Iterator[pa.RecordBatch]:
    for file in files:
        with unchanged(file, request) as facts:
            if not first_time(facts, reading, request, fields=fields_of(file, source.file_fields, request)):
                continue
            sheet = _sheet(file, source, request)
            table = _table(file, sheet, source, request, reading)
        yield from table.to_batches(max_chunksize=_ROWS)


def _sheet(file: Path, source: "Xlsx", request: Request) -> str:
    """The name of the sheet to read."""
    import fastexcel  # noqa: PLC0415 - loaded when a workbook is read

    try:
        if swells(file):
            raise _unreadable(request, file, "far more than its size lets expect", "look at it on another machine")
        names = workbook(file).sheet_names
    except (fastexcel.FastExcelError, OSError, BadZipFile) as error:
        raise no_workbook(file, error, dataset=request.dataset) from None
    wanted = source.sheet
    fitting = names if wanted is None else [name for name in names if name == wanted] or [
        name for name in names if re.fullmatch(wanted, name)
    ]  # fmt: skip
    if not fitting:
        raise _unreadable(request, file, f"no sheet {wanted}; it has {', '.join(names)}", "mend source.sheet")
    return fitting[0]


def _table(file: Path, sheet: str, source: "Xlsx", request: Request, reading: Reading) -> pa.Table:
    import fastexcel  # noqa: PLC0415

    try:
        where = layout(file, sheet)
        if where.area > MOST_CELLS:
            raise _unreadable(
                request,
                file,
                f"a cell far away from the table: {where.area:,} cells",
                "delete the rows and columns beyond the table",
            )
        cells = Cells(file, sheet, uncalculated=where.uncalculated)
    except (fastexcel.FastExcelError, BadZipFile, KeyError, OSError):
        raise _unreadable(request, file, f"sheet {sheet} is damaged", "open it and save it as .xlsx") from None
    names = names_of(cells, where, source.header)
    _has_rows(cells, source, request, file)
    first = source.first or max(source.header, default=0) + 1
    table = _filled(cells, names, source, request).slice(first - 1)
    rows = Outline(
        table=table,
        where=f"{file.name}:{sheet}",
        request=request,
        values=source.values,
        count=lambda reason, count: _count(reading, reason, count),
    )
    rows.drop_edges(source.footer)
    rows.leave_out(source.leave_out)
    rows.fill_down(source.fill_down)
    if source.subtotals:
        rows.drop_subtotals(source.subtotals)
    if source.tree:
        rows.keep_leaves(source.tree)
    read = Sheet(file=file, sheet=sheet, cells=cells, layout=where, names=names, request=request)
    return _declared(rows.table, read, source, reading)


def _has_rows(cells: Cells, source: "Xlsx", request: Request, file: Path) -> None:
    if not cells.rows or not cells.width or cells.rows < max(source.header, default=0):
        raise _unreadable(request, file, "it ends before its header does", "deliver it again, or mend source.header")


def names_of(cells: Cells, where: Layout, header: Sequence[int]) -> list[str]:
    """Titles from the header rows, merged cells filled; letters where there is no title."""
    rows = [cells.row(number - 1) for number in header]
    for area in where.merged:
        columns = range(area.left - where.first_column, area.right - where.first_column + 1)
        for i, number in enumerate(header):
            if area.top <= number - 1 <= area.bottom and columns.start in range(cells.width):
                title = cells.row(area.top)[columns.start]
                for column in columns:
                    if column < cells.width:
                        rows[i][column] = title
    titles = joined(rows) if rows else [""] * cells.width
    return unique([title or letters(i + where.first_column) for i, title in enumerate(titles)])


def _filled(cells: Cells, names: Sequence[str], source: "Xlsx", request: Request) -> pa.Table:
    """All columns as text and the number of each row; a column without title and cells is left out."""
    summed = {*(source.tree.check if source.tree else ()), *(source.subtotals.check if source.subtotals else ())}
    with_comma = {*request.comma, *(summed if source.values.decimal == "," else ())}
    if source.unpivot and source.unpivot.value in with_comma:
        with_comma |= set(source.unpivot.titles(names))
    columns: dict[str, Any] = {}
    for at, name in enumerate(names):
        texts = cells.column(at, comma=name in with_comma)
        if texts.null_count < len(texts) or name in request.columns or len(name) > 3 or source.header == ():  # noqa: PLR2004 - letters
            columns[name] = texts
    columns[ROW] = pa.array(np.arange(1, cells.rows + 1))
    return pa.table(columns)


def _declared(table: pa.Table, read: Sheet, source: "Xlsx", reading: Reading) -> pa.Table:
    """The columns that the contract names, with those that the file's name gives, and the place of each row."""
    request, where = read.request, read.where
    constants = fields_of(read.file, source.file_fields, request)
    names = [name for name in (*table.schema.names, *constants, *numbered(source.row_number)) if name != ROW]
    found = names_after(names, source.unpivot, request, where=where, header=read.names)
    wanted = expect(found, request, ignore=source.ignore, where=where, header=read.names)
    wide = names_before(wanted, names, source.unpivot)
    read.unmerged(table, wide, source.fill_down)
    read.warn(wide, reading)
    table = read.whole(table, wide, source.values.nulls, reading)
    given = {name: pa.repeat(pa.scalar(text), table.num_rows) for name, text in constants.items()}
    given |= dict.fromkeys(numbered(source.row_number), table.column(ROW))
    columns = {name: given[name] if name in given else table.column(name) for name in wide}
    columns[LINE] = pc.binary_join_element_wise(where, table.column(ROW).cast(pa.string()), ":")
    rows = pa.table(columns).combine_chunks().to_batches()
    return pa.Table.from_batches([long(batch, wanted, source.unpivot) for batch in rows]) if rows else pa.table(
        {name: pa.array([], pa.string()) for name in (*wanted, LINE)}
    )  # fmt: skip


def no_workbook(file: Path, error: Exception, *, dataset: str | None = None) -> SourceUnreadable:
    """What is raised for a file that no workbook can be read from."""
    with file.open("rb") as opened:
        start = opened.read(_START)
    marked = start.lstrip().startswith(b"<")
    protected = "password" in str(error).lower() or _ENCRYPTED in start
    found = "protected with a password" if protected else "HTML or XML under the name of a workbook" if marked else (
        "no workbook, or a damaged one"
    )  # fmt: skip
    advice = "open it and save it as .xlsx without a password" if protected else "open it and save it as .xlsx"
    return SourceUnreadable("the workbook cannot be read", dataset=dataset, file=file.name, found=found, next=advice)


def _unreadable(request: Request, file: Path, found: str, advice: str) -> SourceUnreadable:
    return SourceUnreadable(
        "the workbook cannot be read", dataset=request.dataset, file=file.name, found=found, next=advice
    )


def _count(reading: Reading, reason: str, rows: int) -> None:
    if rows:
        aside = reading.facts["set_aside"]
        aside[reason] = aside.get(reason, 0) + rows
