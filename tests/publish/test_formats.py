"""What every export format promises: the same table, byte for byte the same file, and nothing lost on the way back."""

import csv
import json
import string
import zipfile
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import openpyxl
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl.utils.escape import unescape

from publish.formats import FORMATS, xlsx
from publish.formats.format import Context, NotMade
from tests.publish import made

SCHEMA = pa.schema(
    [
        ("uraian", pa.string()),
        ("nilai", pa.decimal128(38, 10)),
        ("nomor", pa.int64()),
        ("tanggal", pa.date32()),
        ("dicatat", pa.timestamp("us", tz="UTC")),
        ("lunas", pa.bool_()),
    ]
)
TEXTS = st.text(max_size=12) | st.text(alphabet="'=+-@\t\r\n\",;_x0D<>& \x00\x1f\ufffe", max_size=12)
FULL = st.decimals(min_value=Decimal("-1e27"), max_value=Decimal("1e27"), places=10)
SHORT = st.decimals(min_value=Decimal("-99999"), max_value=Decimal("99999"), places=10)
MOMENTS = st.datetimes(min_value=datetime(1900, 3, 2), max_value=datetime(9999, 1, 1)).map(  # noqa: DTZ001
    lambda moment: moment.replace(tzinfo=UTC)
)


def rows(decimals: st.SearchStrategy[Decimal], moments: st.SearchStrategy[datetime]) -> st.SearchStrategy[list[Any]]:
    """Rows of SCHEMA; any value but the key's, `nomor`, may be missing."""
    free = [st.none() | values for values in (TEXTS, decimals, st.dates(date(1, 1, 1)), moments, st.booleans())]
    return st.lists(st.tuples(*free[:2], st.integers(-(2**50), 2**50), *free[2:]), max_size=6)


def columns_of(schema: pa.Schema) -> list[dict[str, Any]]:
    """Columns of a contract that give this schema."""
    words = {
        "uraian": "string",
        "nilai": "decimal(38,10)",
        "nomor": "integer",
        "tanggal": "date",
        "dicatat": "datetime",
    }
    return [made.column(name, words.get(name, "boolean"), required=name == "nomor") for name in schema.names]


# Its public table has one column more, `id`; writers take the columns from the table itself.
CONTEXT = made.context(made.contract(columns=columns_of(SCHEMA), persons=None))


def written(format_: str, table: pa.Table, folder: Path, context: Context = CONTEXT) -> Path:
    """The file of a table in a format."""
    source, target = folder / "public.parquet", folder / f"t.{FORMATS[format_].EXTENSION}"
    pq.write_table(table, source)
    FORMATS[format_].write(source, target, context)
    return target


def read_csv(path: Path, schema: pa.Schema) -> list[dict[str, Any]]:
    """The rows of a CSV, by an independent reader, with the apostrophes taken off as the note says."""
    table = pyarrow.csv.read_csv(
        path,
        parse_options=pyarrow.csv.ParseOptions(newlines_in_values=True),
        convert_options=pyarrow.csv.ConvertOptions(
            column_types=schema, null_values=[""], strings_can_be_null=True, quoted_strings_can_be_null=False
        ),
    )
    return [{name: bare(value) for name, value in row.items()} for row in table.to_pylist()]


def bare(value: Any) -> Any:
    """A text without the one apostrophe that defuses a formula."""
    defused = isinstance(value, str) and value[:1] == "'" and value.lstrip("'")[:1] in tuple("=+-@\t\r")
    return value[1:] if defused else value


def read_jsonl(path: Path, schema: pa.Schema) -> list[dict[str, Any]]:
    """The rows of JSON lines, by Python's reader, dates parsed."""
    parsers: dict[pa.DataType, Callable[[str], Any]] = {
        pa.date32(): date.fromisoformat,
        pa.timestamp("us", tz="UTC"): datetime.fromisoformat,
    }
    found = []
    for line in path.read_bytes().decode().split("\n")[:-1]:
        row = json.loads(line, parse_float=Decimal)
        for name, value in row.items():
            parse = parsers.get(schema.field(name).type)
            row[name] = parse(value) if parse and value is not None else value
        found.append(row)
    return found


def read_parquet(path: Path, _: pa.Schema) -> list[dict[str, Any]]:
    """The rows of a Parquet file."""
    rows_: list[dict[str, Any]] = pq.read_table(path).to_pylist()
    return rows_


def read_xlsx(path: Path) -> list[dict[str, Any]]:
    """The rows of the first sheet, by openpyxl, which leaves the _xHHHH_ of ECMA-376 to its caller."""
    head, *body = openpyxl.load_workbook(path).worksheets[0].iter_rows(values_only=True)
    return [dict(zip(head, map(unescaped, row), strict=True)) for row in body]


def unescaped(value: Any) -> Any:
    """A text as Excel shows it."""
    return unescape(value) if isinstance(value, str) else value


@given(rows(FULL, MOMENTS))
@settings(deadline=None, max_examples=60)
@pytest.mark.parametrize("format_", ["csv", "jsonl", "parquet"])
def test_reads_back_identical(format_: str, values: list[Any]) -> None:
    """Whatever a table holds, CSV, JSON lines and Parquet give it back exactly: digits, NULL beside '', line ends."""
    table = table_of(values)
    with TemporaryDirectory() as folder:
        path = written(format_, table, Path(folder), described(table))
        readers = {"csv": read_csv, "jsonl": read_jsonl, "parquet": read_parquet}
        assert readers[format_](path, table.schema) == table.to_pylist()


@pytest.mark.slow
@given(rows(SHORT, MOMENTS.map(lambda moment: moment.replace(microsecond=0))))
@settings(deadline=None, max_examples=60)
def test_xlsx_reads_back_within_excels_limits(values: list[Any]) -> None:
    """A workbook gives back 15 digits and whole seconds; an empty text and no value look the same in it."""
    table = table_of(values)
    with TemporaryDirectory() as folder:
        found = read_xlsx(written("xlsx", table, Path(folder), described(table)))
    assert [comparable(row) for row in found] == [comparable(row) for row in table.to_pylist()]


def table_of(values: list[Any]) -> pa.Table:
    """A table of SCHEMA."""
    columns = zip(*values, strict=True) if values else [[] for _ in SCHEMA]
    return pa.table([pa.array(list(c), f.type) for c, f in zip(columns, SCHEMA, strict=True)], schema=SCHEMA)


def described(table: pa.Table) -> Context:
    """A context whose fields are the table's columns."""
    context = made.context(CONTEXT.contract)
    vars(context)["fields"] = tuple(field for field in CONTEXT.fields if field.name in table.schema.names)
    return context


def comparable(row: dict[str, Any]) -> dict[str, Any]:
    """A row as a spreadsheet can hold it: doubles, days without a zone, early days as text."""
    return {name: _comparable(value) for name, value in row.items() if value not in {None, ""}}


def _comparable(value: Any) -> Any:
    if isinstance(value, datetime):
        return (value.replace(tzinfo=None) + timedelta(microseconds=500_000)).replace(microsecond=0)
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day) if value >= date(1900, 3, 1) else value.isoformat()  # noqa: DTZ001
    if isinstance(value, bool | str):
        return value
    return pytest.approx(float(value), rel=1e-14)


@pytest.mark.parametrize("format_", list(FORMATS))
def test_same_table_same_bytes(format_: str, tmp_path: Path) -> None:
    """Writing a table twice gives the same bytes, whatever the clock says."""
    contents = []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        contents.append(written(format_, made.table(), tmp_path / name, made.context()).read_bytes())
    assert contents[0] == contents[1]


@pytest.mark.parametrize("format_", list(FORMATS))
def test_keeps_the_order_of_the_table(format_: str, tmp_path: Path) -> None:
    """Rows come out in the table's order, also where several row groups are written in parallel."""
    count = 150_000
    table = pa.table({"nomor": pa.array(range(count, 0, -1), pa.int64())})
    pq.write_table(table, tmp_path / "public.parquet", row_group_size=10_000)
    target = tmp_path / "out.xlsx"
    FORMATS[format_].write(tmp_path / "public.parquet", target, described(table))
    if format_ == "parquet":
        numbers = pq.read_table(target).column("nomor").to_pylist()
    elif format_ == "xlsx":
        numbers = [row[0].value for row in openpyxl.load_workbook(target, read_only=True).worksheets[0].iter_rows(2)]
    else:
        digits = ("".join(c for c in line if c in string.digits) for line in target.read_text().splitlines())
        numbers = [int(text) for text in digits if text]
    assert numbers == list(range(count, 0, -1))


def test_csv_is_rfc_4180(tmp_path: Path) -> None:
    """A CSV has no byte order mark, ends each line with CRLF, and defuses text that a spreadsheet would run."""
    content = written("csv", made.table(), tmp_path, made.context()).read_bytes()
    assert content.startswith(b"id,nomor,kode,")
    assert content.endswith(b"\r\n")
    assert b",'=1+1," in content
    assert b",-5.00," in content
    with (tmp_path / "t.csv").open(encoding="utf-8", newline="") as file:
        assert len(list(csv.reader(file, strict=True))) == 5


def test_json_numbers_keep_every_digit(tmp_path: Path) -> None:
    """An amount of 19 digits is a JSON number with 19 digits."""
    assert '"nilai":12345678901234567.89,' in written("jsonl", made.table(), tmp_path, made.context()).read_text()


def test_parquet_explains_its_columns(tmp_path: Path) -> None:
    """A Parquet file has label, meaning, class and unit of its columns with it."""
    schema = pq.read_schema(written("parquet", made.table(), tmp_path, made.context()))
    assert schema.field("nilai").metadata[b"unit"] == b"IDR"
    assert schema.field("nomor").metadata[b"description_en"] == b"Number of the payment"
    assert schema.metadata[b"version"] == b"2026-11-24"


def test_xlsx_is_made_for_people(tmp_path: Path) -> None:
    """A workbook has a frozen header, a dictionary with its note on digits, and money with separators."""
    book = openpyxl.load_workbook(written("xlsx", made.table(), tmp_path, made.context()))
    data, dictionary = book.worksheets
    assert (data.title, dictionary.title, data.freeze_panes, data.dimensions) == ("Data", "Kamus", "A2", "A1:J5")
    assert data["G2"].number_format == "#,##0.00"
    assert data["C3"].data_type == "s"
    assert dictionary["A2"].value == "id"
    assert any("15 digit" in str(row[0].value) for row in dictionary.iter_rows())


def test_xlsx_says_nothing_of_its_maker(tmp_path: Path) -> None:
    """A workbook names no author and no time of making."""
    path = written("xlsx", made.table(), tmp_path, made.context())
    book = openpyxl.load_workbook(path)
    assert not book.properties.creator
    assert not book.properties.lastModifiedBy
    assert book.properties.created == xlsx.CREATED
    with zipfile.ZipFile(path) as archive:
        assert {part.date_time for part in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_xlsx_declines_what_a_sheet_cannot_hold(tmp_path: Path) -> None:
    """Too many rows, or a text longer than a cell, is no workbook; the reason has numbers."""
    with pytest.raises(NotMade, match="1048576 rows; a sheet holds 1048575"):
        written("xlsx", pa.table({"nomor": pa.nulls(xlsx.MAX_ROWS + 1, pa.int64())}), tmp_path)
    with pytest.raises(NotMade, match="a text of 32768 bytes"):
        written("xlsx", pa.table({"uraian": ["x" * (xlsx.MAX_TEXT + 1)]}), tmp_path)
