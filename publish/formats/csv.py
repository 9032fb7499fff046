"""CSV: RFC 4180 with CRLF, UTF-8 without a byte order mark, a header of column names."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from assets.formula import PATTERN
from assets.model import Text
from assets.sql import name, text
from publish.formats.format import Context
from publish.formats.lines import is_text, plain, stream

NAME = "csv"
EXTENSION = "csv"
MEDIA_TYPE = "text/csv"
FILE_TYPE = "http://publications.europa.eu/resource/authority/file-type/CSV"
VERSION = 1
NOTE = Text(
    {
        "id": 'Sel kosong berarti tidak ada nilai; "" berarti teks kosong. Teks yang diawali = + - @ tab atau CR (juga '
        "setelah tanda petik tunggal) diberi satu tanda petik tunggal di depan, agar lembar kerja tidak "
        "menjalankannya sebagai rumus; buang satu untuk mendapat teks aslinya.",
        "en": 'An empty cell is no value; "" is an empty text. A text that begins with = + - @ tab or CR (or with '
        "apostrophes before one of them) gets one apostrophe in front, so that no spreadsheet runs it as a formula; "
        "remove one to get the text itself.",
    }
)


def write(table: Path, target: Path, context: Context) -> None:
    """Write the table as CSV."""
    del context
    schema = pq.read_schema(table)
    cells = ", ".join(_cell(column.name, column.type) for column in schema)
    with target.open("wb") as file:
        file.write(f"{','.join(schema.names)}\r\n".encode())
        stream(table, f"concat_ws(',', {cells}) || chr(13) || chr(10)", file)


def guarded(cell: str) -> str:
    """A text with one apostrophe in front where a spreadsheet would take it for a formula."""
    return f"CASE WHEN regexp_matches({cell}, {text(PATTERN)}) THEN '''' || {cell} ELSE {cell} END"


def encoded(cell: str) -> str:
    """A text as a field of a line: in quotes where it must be, nothing where it is NULL."""
    quoted = f"'\"' || replace({cell}, '\"', '\"\"') || '\"'"
    odd = f"{cell} = '' OR regexp_matches({cell}, '[\",\\r\\n]')"
    return f"CASE WHEN {cell} IS NULL THEN '' WHEN {odd} THEN {quoted} ELSE {cell} END"


def _cell(column: str, kind: pa.DataType) -> str:
    if not is_text(kind):
        return f"coalesce({plain(column, kind)}, '')"
    cell = name(column)
    safe = guarded(cell)
    careful = (
        f"CASE WHEN {cell} = '' THEN '\"\"' WHEN regexp_matches({cell}, '[\",\\r\\n]')"
        f" THEN '\"' || replace({safe}, '\"', '\"\"') || '\"' ELSE {safe} END"
    )
    return f"CASE WHEN {_looks_odd(cell)} THEN {careful} ELSE coalesce({cell}, '') END"


def _looks_odd(cell: str) -> str:
    """Whether a text may need quotes or an apostrophe, asked cheaply of every cell; letters and digits begin no formula."""
    odd = " OR ".join(f"contains({cell}, {sign})" for sign in ("'\"'", "','", "chr(13)", "chr(10)"))
    return f"{cell} < '0' OR ({cell} >= ':' AND {cell} < 'A') OR {odd}"
