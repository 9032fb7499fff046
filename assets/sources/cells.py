"""The cells of a sheet as text, exactly: what is shown of a number is what it holds, and text stays as it was typed."""

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

_WORDS = ("true", "false")
_MIDNIGHT = r"^(\d{4}-\d{2}-\d{2}) 00:00:00$"
_LONG = r"^-?\d+\.\d{1,9}$"
_DIGITS = 15  # that a spreadsheet keeps
_HUNDREDTHS = 1e13


class Cells:
    """A sheet read twice: as text, and as what tells a number from a text that looks like one."""

    def __init__(self, file: Path, sheet: str) -> None:
        import fastexcel  # noqa: PLC0415 - loaded when a workbook is read

        reader = fastexcel.read_excel(file)
        options: dict[str, Any] = {"header_row": None, "skip_rows": 0, "schema_sample_rows": 1}
        self.texts: pa.RecordBatch = reader.load_sheet(sheet, dtypes="string", **options).to_arrow()
        self._marks: pa.RecordBatch = reader.load_sheet(sheet, dtypes="boolean", **options).to_arrow()

    @property
    def rows(self) -> int:
        """How many rows the sheet has, empty ones included."""
        return int(self.texts.num_rows)

    @property
    def width(self) -> int:
        """How many columns it has."""
        return int(self.texts.num_columns)

    def row(self, at: int) -> list[str]:
        """The texts of one row, 0-based; "" for an empty cell."""
        return [column[at].as_py() or "" for column in self.texts.columns] if at < self.rows else [""] * self.width

    def column(self, at: int, *, comma: bool) -> pa.Array:
        """The texts of a column. Where numbers are written with a decimal `comma`, so is what a number cell holds."""
        texts = self.texts.column(at)
        numbers = self._numbers(at)
        shown = _shortest(texts)
        if comma:
            shown = pc.replace_substring(shown, ".", ",")
        days = pc.replace_substring_regex(texts, _MIDNIGHT, r"\1")
        return pc.if_else(numbers, shown, days)

    def _numbers(self, at: int) -> pa.BooleanArray:
        """Which cells are numbers: only they and the words of truth are read as true or false."""
        truth = pc.is_in(self.texts.column(at), value_set=pa.array(_WORDS))
        return pc.and_(pc.is_valid(self._marks.column(at)), pc.invert(truth))


def _shortest(texts: pa.Array) -> pa.Array:
    """Numbers without the digits that a binary fraction adds beyond those that a spreadsheet keeps."""
    digits = pc.utf8_length(pc.replace_substring_regex(texts, r"[-.]", ""))
    long = pc.and_(pc.match_substring_regex(texts, _LONG), pc.greater(digits, _DIGITS))
    if not pc.any(long, min_count=0).as_py():
        return texts
    coded = pc.if_else(long, texts, pa.scalar(None, pa.string())).dictionary_encode()
    short = pa.array([_short(float(text)) for text in coded.dictionary.to_pylist()], pa.string())
    return pc.coalesce(short.take(coded.indices), texts)


def _short(number: float) -> str:
    """15 digits, as a spreadsheet shows it; all that there are where 15 would not reach the hundredths."""
    return format(number, f".{_DIGITS}g") if abs(number) < _HUNDREDTHS else repr(number)
