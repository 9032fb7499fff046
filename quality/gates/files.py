"""The tables and texts inside a file of a release, so that each cell is known by its column. Nothing is judged here.

A file of a kind that is not known here cannot be read, and so blocks.
"""

import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree as ET

import duckdb
import pyarrow as pa

from assets.sql import name, parquet, text

# Parts of a workbook whose texts are read through its sheets, or that hold no text of ours.
_SHEETS = ("xl/worksheets/sheet", "xl/sharedStrings", "xl/styles", "xl/theme", "[Content_Types]", "xl/_rels", "_rels")


@dataclass(frozen=True, kw_only=True, slots=True)
class Table:
    """A table of a query, and what it is called in evidence: the sheet, or nothing."""

    place: str
    source: str


def tables(connection: duckdb.DuckDBPyConnection, path: Path) -> Iterator[Table]:
    """The tables of a CSV, Parquet, JSON lines or XLSX file, with every column, declared or not."""
    if path.suffix == ".parquet":
        yield Table(place="", source=parquet(path))
    elif path.suffix == ".csv":
        options = "all_varchar=true, header=true, delim=',', quote='\"', escape='\"', strict_mode=true"
        yield Table(place="", source=f"read_csv({text(str(path))}, {options})")
    elif path.suffix == ".jsonl":
        yield Table(place="", source=_lines(connection, path))
    elif path.suffix == ".xlsx":
        yield from _sheets(connection, path)
    else:
        raise ValueError(f"no way to read {path.suffix}")


def parts(path: Path) -> Iterator[tuple[str, str]]:
    """Texts and attributes of a workbook outside its cells: properties, comments, names of sheets, headers, footers."""
    with zipfile.ZipFile(path) as archive:
        for part in archive.namelist():
            if part.endswith((".xml", ".rels")) and not part.startswith(_SHEETS):
                for element in ET.fromstring(archive.read(part)).iter():  # noqa: S314 - our own file
                    yield from ((part, value) for value in (element.text, *_told(element)) if value)


def _told(element: ET.Element) -> Iterator[str]:
    """Attributes that say something; references between the parts do not."""
    return (value for key, value in element.attrib.items() if not key.startswith("{"))


def _lines(connection: duckdb.DuckDBPyConnection, path: Path) -> str:
    """Every key of every line is a column of text."""
    source = f"read_json_objects({text(str(path))}, format='newline_delimited')"
    query = f"SELECT DISTINCT unnest(json_keys(json)) FROM {source} ORDER BY 1"
    keys = [row[0] for row in connection.execute(query).fetchall()]
    if not keys:
        return "(SELECT NULL AS nothing)"
    pointers = ", ".join(text(_pointer(key)) for key in keys)
    cells = ", ".join(f"cells[{i}] AS {name(key)}" for i, key in enumerate(keys, start=1))
    return f"(SELECT {cells} FROM (SELECT json_extract_string(json, [{pointers}]) AS cells FROM {source}))"


def _pointer(key: str) -> str:
    return "/" + key.replace("~", "~0").replace("/", "~1")


def _sheets(connection: duckdb.DuckDBPyConnection, path: Path) -> Iterator[Table]:
    import fastexcel  # noqa: PLC0415 - only where a workbook is scanned

    book = fastexcel.read_excel(path)
    for sheet in book.sheet_names:
        connection.register("sheet", pa.table(book.load_sheet(sheet, dtypes="string").to_arrow()))
        yield Table(place=f"{sheet} ", source="sheet")
        connection.unregister("sheet")
