"""XLSX, XLS, XLSB and ODS: workbooks made for people, read sheet by sheet; every cell becomes text without loss."""

from typing import Literal

from pydantic import Field

from assets.model import Regex, Strict
from assets.sources import sheets
from assets.sources.source import Files, Reading, Request, Values
from assets.sources.unpivot import Unpivot


class Tree(Strict):
    """A table in which every level is a subtotal: keep the leaves, and check that they sum to the levels above.

    A row is a leaf when its `column` matches `leaf`. `check` names the amount columns whose leaves must add up
    to the first (topmost) row that is not a leaf.
    """

    column: str
    leaf: Regex
    check: tuple[str, ...] = ()


class Subtotals(Strict):
    """Rows that repeat a sum: `column` matches `pattern`. They are set aside, counted, and compared with the rows
    above them for the columns in `check`: those since the sum before, or all."""

    column: str
    pattern: Regex
    check: tuple[str, ...] = ()


class Xlsx(Files):
    """Workbooks, old and new, of Excel and of LibreOffice: the form is told by the file's bytes, not by its name.

    `sheet` is a name or a regular expression (default: the first). `header` gives the sheet rows, 1-based, that
    make the header, merged cells filled and joined by " / "; without it columns are named by letter (A, B, ...), as is a
    column without a title. A title that comes again gets its count: "Kode (2)".
    `first` is the first row of data (default: the row after the header). `fill_down` names columns whose empty
    cells repeat the value above. Rows that are wholly empty are left out and counted, and so are those whose cell in a
    column of `leave_out` matches its pattern. `row_number` names a column with the number of each row in its sheet, for
    tables that have no key.
    A row with an error in a cell (`#REF!`), or with a formula that was never calculated, is rejected. Merged cells within
    the data stop the run, unless their column is in `fill_down`; those of Excel 95 are not known.
    """

    kind: Literal["xlsx", "xls", "xlsb", "ods"]
    path: str
    sheet: str | None = None
    header: tuple[int, ...] = ()
    first: int | None = Field(default=None, ge=1)
    footer: int = Field(default=0, ge=0)
    leave_out: dict[str, Regex] = Field(default_factory=dict)
    unpivot: Unpivot | None = None
    fill_down: tuple[str, ...] = ()
    tree: Tree | None = None
    subtotals: Subtotals | None = None
    file_fields: Regex | None = None

    def notation(self, values: Values | None) -> Values:
        """As declared; and a date cell, which holds a day and no text, is read as what it is."""
        said = values or self.values
        days, moments = (*said.dates, "%Y-%m-%d"), (*said.datetimes, "%Y-%m-%d %H:%M:%S", "%Y-%m-%d")
        return said.model_copy(update={"dates": days, "datetimes": moments})

    def read(self, request: Request) -> Reading:
        """Read the workbooks in order of their names."""
        return sheets.read(self, request)
