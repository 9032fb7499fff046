"""The cells of a sheet as text, exactly: what is shown of a number is what it holds, and text stays as it was typed."""

import re
import subprocess
import sys
from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

if TYPE_CHECKING:
    import fastexcel

_WORDS = ("true", "false")
_MIDNIGHT = " 00:00:00"
_LONG = r"^-?\d+\.\d{1,9}$"
_DIGITS = 15  # that a spreadsheet keeps
_HUNDREDTHS = 1e13
_ROUNDED = rf"^-?\d{{{_DIGITS + 1},}}(?:\.|$)"
_ERROR = re.compile(r"Error\((\w+)\)")
_SHOWN = {
    "Div0": "#DIV/0!",
    "NA": "#N/A",
    "Name": "#NAME?",
    "Null": "#NULL!",
    "Num": "#NUM!",
    "Ref": "#REF!",
    "Value": "#VALUE!",
}
_MEMORY, _TIMES, _SECONDS = 1 << 30, 200, 300  # bytes for any workbook, and for each of its own (measured: 12)
_PROBE = """
import resource, sys
resource.setrlimit(resource.RLIMIT_AS, (int(sys.argv[2]),) * 2)
import fastexcel
try:
    book = fastexcel.read_excel(open(sys.argv[1], "rb").read())
    for name in book.sheet_names:
        book.load_sheet(name, header_row=None, dtypes="string")
except fastexcel.FastExcelError:
    pass
"""
NO_VALUE = "#N/A"  # what is shown of a formula that was never calculated
_FORMS = {".xlsx": b"PK", ".xlsm": b"PK", ".xlsb": b"PK", ".ods": b"PK", ".xls": b"\xd0\xcf"}


def workbook(file: Path) -> "fastexcel.ExcelReader":
    """The workbook in a file, by its bytes where its name says another form; raises `FastExcelError` where it is none."""
    import fastexcel  # noqa: PLC0415 - loaded when a workbook is read

    with file.open("rb") as opened:
        start = opened.read(2)
    if start == _FORMS[".xls"] or file.suffix.lower() == ".xlsb":
        _bearable(file)
    named_well = start == _FORMS.get(file.suffix.lower())
    return fastexcel.read_excel(file if named_well else file.read_bytes())


class Unbearable(OSError):
    """A workbook whose reading takes more memory than any sheet does, or ends the process."""


@lru_cache(maxsize=8)
def _probed(file: Path, changed: int) -> bool:
    del changed
    memory = _MEMORY + _TIMES * file.stat().st_size
    told = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-c", _PROBE, str(file), str(memory)], capture_output=True, check=False, timeout=_SECONDS
    )
    return told.returncode == 0


def _bearable(file: Path) -> None:
    """Read an old workbook elsewhere first: a few wrong bits in it make the reader ask for all memory there is."""
    try:
        good = _probed(file, file.stat().st_mtime_ns)
    except subprocess.TimeoutExpired:
        good = False
    if not good:
        raise Unbearable


class Cells:
    """A sheet read twice: as text, and as what tells a number from a text that looks like one.

    `broken` are the cells that hold no value but an error, by row and column, 0-based, as a spreadsheet shows it;
    `uncalculated` are added to them.
    """

    def __init__(self, file: Path, sheet: str, *, uncalculated: Iterable[tuple[int, int]] = ()) -> None:
        reader = workbook(file)
        options: dict[str, Any] = {"header_row": None, "skip_rows": 0, "schema_sample_rows": 1}
        self.texts: pa.RecordBatch
        self.texts, errors = reader.load_sheet(sheet, dtypes="string", **options).to_arrow_with_errors()
        self.broken: Mapping[tuple[int, int], str] = {
            **dict.fromkeys(uncalculated, NO_VALUE),
            **{error.position: _shown(error.detail) for error in (errors.errors if errors else ())},
        }
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
        if pc.any(pc.ends_with(texts, _MIDNIGHT), min_count=0).as_py():
            days = pc.replace_substring_regex(texts, rf"^(\d{{4}}-\d{{2}}-\d{{2}}){_MIDNIGHT}$", r"\1")
            texts = pc.if_else(numbers, texts, days)
        if pc.any(numbers, min_count=0).as_py():
            texts = _shortest(texts, numbers)
            if comma:
                texts = pc.if_else(numbers, pc.replace_substring(texts, ".", ","), texts)
        return self._with_errors(texts, at)

    def numbers(self, at: int) -> int:
        """How many cells of a column are numbers."""
        return int(pc.sum(self._numbers(at)).as_py() or 0)

    def rounded(self, at: int) -> int:
        """How many number cells of a column have more digits than a spreadsheet keeps."""
        long = _long(self.texts.column(at), self._numbers(at), least=_DIGITS + 1)
        found = pc.match_substring_regex(self.texts.column(at).filter(long), _ROUNDED)
        return int(pc.sum(found).as_py() or 0)

    def _with_errors(self, texts: pa.Array, at: int) -> pa.Array:
        broken = {row: shown for (row, column), shown in self.broken.items() if column == at and row < self.rows}
        if not broken:
            return texts
        mask = np.zeros(self.rows, dtype=bool)
        mask[list(broken)] = True
        return pc.replace_with_mask(
            texts, pa.array(mask), pa.array([broken[row] for row in sorted(broken)], pa.string())
        )

    def _numbers(self, at: int) -> pa.BooleanArray:
        """Which cells are numbers: only they and the words of truth are read as true or false."""
        marks = pc.is_valid(self._marks.column(at))
        if not pc.any(marks, min_count=0).as_py():
            return marks
        truth = pc.is_in(self.texts.column(at), value_set=pa.array(_WORDS))
        return pc.and_(marks, pc.invert(truth))


def _shown(detail: str) -> str:
    """An error as a spreadsheet shows it."""
    match = _ERROR.search(detail)
    return _SHOWN.get(match[1], "#ERROR!") if match else "#ERROR!"


def _long(texts: pa.Array, numbers: pa.BooleanArray, *, least: int) -> pa.BooleanArray:
    """The numbers of at least so many characters."""
    return pc.and_(numbers, pc.fill_null(pc.greater_equal(pc.binary_length(texts), least), fill_value=False))


def _shortest(texts: pa.Array, numbers: pa.BooleanArray) -> pa.Array:
    """Numbers without the digits that a binary fraction adds beyond those that a spreadsheet keeps."""
    which = _long(texts, numbers, least=_DIGITS + 2)
    some = texts.filter(which)
    digits = pc.utf8_length(pc.replace_substring_regex(some, r"[-.]", ""))
    long = pc.and_(pc.match_substring_regex(some, _LONG), pc.greater(digits, _DIGITS))
    if not pc.any(long, min_count=0).as_py():
        return texts
    coded = pc.if_else(long, some, pa.scalar(None, pa.string())).dictionary_encode()
    short = pa.array([_short(float(text)) for text in coded.dictionary.to_pylist()], pa.string())
    return pc.replace_with_mask(texts, which, pc.coalesce(short.take(coded.indices), some))


def _short(number: float) -> str:
    """15 digits, as a spreadsheet shows it; all that there are where 15 would not reach the hundredths."""
    return format(number, f".{_DIGITS}g") if abs(number) < _HUNDREDTHS else repr(number)
