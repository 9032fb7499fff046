"""The options under which a sheet of a workbook can be read: which sheet, its header, where data begin and end."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

from assets.errors import SourceUnreadable
from assets.propose.frame import SEARCHED, Frame, filled, frame_of
from assets.propose.proposal import Origin
from assets.sources.cells import Cells, workbook
from assets.sources.opendocument import Area
from assets.sources.sheets import MOST_CELLS, names_of, no_workbook
from assets.sources.workbook import Layout, layout

_ROWS = 400  # from the top, in which a frame is looked for
_NOTES = 12


@dataclass(frozen=True, kw_only=True, slots=True)
class _Sheet:
    name: str
    cells: Cells
    rows: Sequence[Sequence[str]]
    layout: Layout
    frame: Frame

    @property
    def size(self) -> int:
        """About how many cells its table has."""
        return (self.cells.rows - self.frame.first) * self.cells.width


def book_origin(file: Path, place: Mapping[str, Any], *, sheet: str | None = None) -> Origin:
    """The source in `file`: the sheet named, else the one with the largest table. Raises `SourceUnreadable`."""
    names = _names(file)
    if sheet is not None and sheet not in names:
        raise SourceUnreadable("the workbook has no such sheet", file=file.name, found=sheet, allowed=", ".join(names),
                               next="name one of these")  # fmt: skip
    found = [one for name in names if sheet in {None, name} if (one := _looked_at(file, name))]
    if not found:
        raise SourceUnreadable("no table was found in the workbook", file=file.name, found=f"sheets {', '.join(names)}",
                               next="open it and look where the table begins")  # fmt: skip
    chosen = max(found, key=lambda one: one.size)
    others = [one.name for one in found if one is not chosen]
    options = {**place, **({"sheet": chosen.name} if len(names) > 1 else {}), **_position(chosen)}
    remarks = {"sheet": f"the largest table; others are in {', '.join(others)}"} if others else {}
    return Origin(options=options, remarks=remarks, told=_told(file, chosen, len(names)))


def _names(file: Path) -> list[str]:
    import fastexcel  # noqa: PLC0415 - loaded when a workbook is read

    try:
        return list(workbook(file).sheet_names)
    except (fastexcel.FastExcelError, OSError) as error:
        raise no_workbook(file, error) from None


def _damaged(file: Path) -> SourceUnreadable:
    return SourceUnreadable("the workbook cannot be read", file=file.name, found="a damaged or protected one",
                            next="open it and save it as .xlsx without a password")  # fmt: skip


def _looked_at(file: Path, name: str) -> _Sheet | None:
    import fastexcel  # noqa: PLC0415

    try:
        where = layout(file, name)
        if where.area > MOST_CELLS:
            return None
        cells = Cells(file, name, uncalculated=where.uncalculated)
    except (fastexcel.FastExcelError, KeyError):
        return None  # a sheet of charts
    except BadZipFile:
        raise _damaged(file) from None
    rows = [cells.row(at) for at in range(min(cells.rows, _ROWS))]
    _fill(rows, where.merged, where.first_column)
    merged = [range(area.top, area.bottom + 1) for area in where.merged if area.top < area.bottom < SEARCHED]
    frame = frame_of(rows, merged=merged)
    if frame is None or frame.first >= cells.rows:
        return None
    return _Sheet(name=name, cells=cells, rows=rows, layout=where, frame=frame)


def _fill(rows: list[list[str]], merged: Sequence[Area], first_column: int) -> None:
    """Let every cell of a merged area say what the area says."""
    for area in merged:
        columns = range(area.left - first_column, area.right - first_column + 1)
        if area.top >= len(rows) or columns.start not in range(len(rows[area.top])):
            continue
        text = rows[area.top][columns.start]
        for row in rows[area.top : area.bottom + 1]:
            row[columns.start : columns.stop] = [text] * (min(columns.stop, len(row)) - columns.start)


def _position(sheet: _Sheet) -> dict[str, Any]:
    frame = sheet.frame
    options: dict[str, Any] = {"header": [row + 1 for row in frame.header]}
    after = frame.header[-1] + 1 if frame.header else 0
    options |= {"first": frame.first + 1} if frame.first != after else {}
    notes = _footer(sheet)
    repeated = _repeated(sheet)
    return options | ({"footer": notes} if notes else {}) | ({"fill_down": repeated} if repeated else {})


def _repeated(sheet: _Sheet) -> list[str]:
    """The columns in which merged cells go over several rows of data: each of these rows means what the first says.

    Not those of numbers, which would be counted several times: a person must see to them.
    """
    begin, columns = sheet.layout.first_column, set()
    for area in sheet.layout.merged:
        if sheet.frame.first <= area.top < area.bottom:
            columns |= {at - begin for at in range(area.left, area.right + 1)}
    names = names_of(sheet.cells, sheet.layout, [row + 1 for row in sheet.frame.header])
    return [names[at] for at in sorted(columns) if at in range(len(names)) and not sheet.cells.numbers(at)]


def _footer(sheet: _Sheet) -> int:
    """Rows at the end of which none has two cells, in a table that has more, without the empty ones above them."""
    last = next((at for at in range(sheet.cells.rows - 1, -1, -1) if filled(sheet.cells.row(at))), 0)
    first = None
    for at in range(last, max(sheet.frame.first, last - _NOTES), -1):
        held = filled(sheet.cells.row(at))
        if held > 1 or sheet.cells.width < 3:  # noqa: PLR2004 - a narrow table has rows of one cell
            break
        first = at if held else first
    return 0 if first is None else last - first + 1


def _told(file: Path, sheet: _Sheet, sheets: int) -> str:
    rows = sheet.frame.header
    header = "no header" if not rows else f"header in row {rows[0] + 1}" if len(rows) == 1 else (
        f"header in rows {rows[0] + 1}-{rows[-1] + 1}"
    )  # fmt: skip
    return f'{file.name}: sheet "{sheet.name}" of {sheets}, {header}'
