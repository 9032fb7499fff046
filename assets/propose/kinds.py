"""What a file is, by what stands in it and not by its name; and what to do with one that is no table."""

import re
import zipfile
from pathlib import Path

from assets.errors import SourceUnreadable
from assets.sources.packed import NO_ZIP

PACKED = "packed"
_START = 1 << 16
_OTHERS = (
    (b"%PDF", "a PDF", "ask for the table behind it: numbers in a PDF are a picture of numbers"),
    (b"SQLite format 3", "a SQLite database", "--from sqlite:////folder/file.db:table"),
)  # fmt: skip
_SQL = re.compile(r"^\s*(?:CREATE\s+TABLE|INSERT\s+INTO|DROP\s+TABLE)\b", re.IGNORECASE | re.MULTILINE)
_HTML = re.compile(r"\s*<(?:!doctype html|html|table|head|body|meta)[\s>]", re.IGNORECASE)
_XML = re.compile(r"\s*<(?:\?xml|!doctype|[a-z][\w:.-]*[\s>])", re.IGNORECASE)


def kind_of(file: Path) -> str:
    """The source kind that reads it, or "packed" for gzip and ZIP; raises `SourceUnreadable` for what is none of them."""
    with file.open("rb") as opened:
        start = opened.read(_START)
    if not start.strip():
        raise _no_table(file, "nothing", f"it has {len(start)} bytes: ask for it again")
    for mark, what, advice in _OTHERS:
        if start.startswith(mark):
            raise _no_table(file, what, advice)
    if start.startswith(b"\xd0\xcf\x11\xe0"):
        return "xls"
    if start.startswith(b"PAR1"):
        return "parquet"
    if start.startswith(b"\x1f\x8b"):
        return PACKED
    if start.startswith(b"PK"):
        return _within(file)
    return _of_text(file, start.decode("utf-8-sig", errors="replace"))


def _within(file: Path) -> str:
    """What a ZIP file holds: a workbook is one too."""
    try:
        names = zipfile.ZipFile(file).namelist()
    except NO_ZIP:
        raise _no_table(file, "a damaged workbook or ZIP file", "ask for it again") from None
    if "xl/workbook.xml" in names:
        return "xlsx"
    if "xl/workbook.bin" in names:
        return "xlsb"
    if "content.xml" in names:
        return "ods"
    return PACKED


def _of_text(file: Path, start: str) -> str:
    if start.lstrip()[:1] in {"{", "["} and file.suffix.lower() not in {".csv", ".tsv", ".txt"}:
        return "json"
    if _SQL.search(start):
        raise _no_table(
            file,
            "a dump of a database (SQL)",
            "load it into a database, then --from DSN:table: source kind sql reads it",
        )
    if _HTML.match(start):
        raise _no_table(file, "HTML", "open it in a spreadsheet, and save the table as .xlsx")
    if _XML.match(start):
        return "xml"
    return "csv"


def _no_table(file: Path, found: str, advice: str) -> SourceUnreadable:
    return SourceUnreadable("the file is no table that can be read", file=file.name, found=found, next=advice)
