"""What a sheet shows and does not hold: errors in place of values, merged cells within data, numbers that were rounded."""

import json
import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from assets.errors import SourceUnreadable
from assets.sources.cells import Cells
from assets.sources.opendocument import Area
from assets.sources.outline import ROW
from assets.sources.source import REJECTS, Reading, Request
from assets.sources.workbook import Layout, letters

log = logging.getLogger(__name__)
BROKEN = "error in a cell"


@dataclass(frozen=True, kw_only=True, slots=True)
class Sheet:
    """A sheet that is being read: its cells, where they stand, and the `names` of its columns."""

    file: Path
    sheet: str
    cells: Cells
    layout: Layout
    names: Sequence[str]
    request: Request

    @property
    def where(self) -> str:
        """File and sheet, for messages and places of rows."""
        return f"{self.file.name}:{self.sheet}"

    def whole(self, table: pa.Table, wide: Sequence[str], nulls: Sequence[str], reading: Reading) -> pa.Table:
        """The rows without those in which a cell of the columns `wide` holds an error; these go to the rejects.

        An error that the contract counts among `nulls` is none.
        """
        broken: dict[int, str] = {}
        for (row, at), shown in sorted(self.cells.broken.items()):
            if at < len(self.names) and self.names[at] in wide and shown not in nulls:
                broken.setdefault(row + 1, self.names[at])
        bad = pc.is_in(table.column(ROW), value_set=pa.array(broken, pa.int64()))
        rows = table.filter(bad)
        if rows.num_rows:
            reading.rejects.append(self._rejects(rows, wide, broken))
        return table.filter(pc.invert(bad))

    def _rejects(self, rows: pa.Table, wide: Sequence[str], broken: dict[int, str]) -> pa.RecordBatch:
        numbers = rows.column(ROW).to_pylist()
        records = rows.select([name for name in wide if name in rows.column_names]).to_pylist()
        columns = [
            [f"{self.where}:{number}" for number in numbers],
            [BROKEN] * len(numbers),
            [broken[number] for number in numbers],
            [json.dumps(record, ensure_ascii=False) for record in records],
        ]
        return pa.RecordBatch.from_arrays([pa.array(cells, pa.string()) for cells in columns], schema=REJECTS)

    def unmerged(self, table: pa.Table, wide: Sequence[str], filled: Sequence[str]) -> None:
        """Raise `SourceUnreadable` where merged cells hide what a row holds; a column in `filled` repeats it."""
        kept = set(table.column(ROW).to_pylist()) if self.layout.merged else set()
        found = [(area, name) for area in self.layout.merged for name in self._hidden(area, kept, wide, filled)]
        if found:
            area, name = found[0]
            raise SourceUnreadable(
                "merged cells stand within the data: what their rows hold is not certain",
                dataset=self.request.dataset,
                column=name,
                where=f"{self.where}:{letters(area.left)}{area.top + 1}:{letters(area.right)}{area.bottom + 1}",
                found=f"{len({area for area, _ in found})} merged areas",
                allowed="a cell for each row, or a column in source.fill_down",
                next="put the column in source.fill_down if every row means it; else ask for the sheet without merged cells",
            )

    def _hidden(self, area: Area, kept: set[int], wide: Sequence[str], filled: Sequence[str]) -> Iterator[str]:
        """The columns of an area that goes over several rows, where one that is kept is not its first.

        Within one row it is a long text, and the cells beside it hold nothing.
        """
        hidden = any(row + 1 in kept for row in range(area.top + 1, area.bottom + 1))
        for column in range(area.left, area.right + 1) if hidden else ():
            at = column - self.layout.first_column
            name = self.names[at] if 0 <= at < len(self.names) else ""
            if name in wide and name not in filled:
                yield name

    def warn(self, wide: Sequence[str], reading: Reading) -> None:
        """Tell of columns with numbers longer than a spreadsheet keeps."""
        for at, name in enumerate(self.names):
            count = self.cells.rounded(at) if name in wide else 0
            if count:
                told = f'column "{name}": {count} numbers of more than 15 digits, which a spreadsheet rounds; ask for them as text'
                warnings: list[Any] = reading.facts.setdefault("warnings", [])
                warnings.append(told)
                log.warning("%s: %s, %s", self.request.dataset, self.where, told)
