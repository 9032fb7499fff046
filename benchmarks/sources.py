"""`python -m benchmarks.sources [ROWS]`: rows a second of each source kind, beside the plain library that it stands on.

Each kind reads one table of five columns: Terang up to batches of text with the place of each row, its files hashed and
watched; the library to the same cells in Arrow and no more. Wall seconds, the smallest of some turns; both must come to the
same number of rows. Nobody in the table is real.
"""

import argparse
import gzip
import json
import sqlite3
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any
from xml.parsers import expat

import fastexcel
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as arrow_csv
import pyarrow.parquet as pq
import sqlalchemy
from pydantic import TypeAdapter
from xlsxwriter import Workbook

from assets.settings import Connection
from assets.sources import AnySource
from assets.sources.source import Request

ROWS, TURNS, AIM = 1_000_000, 2, 1.3
NAMES = ("kode", "uraian", "tanggal", "pagu", "realisasi")
FIELDS = {"kode": [1, 17], "uraian": [18, 57], "tanggal": [58, 67], "pagu": [68, 85], "realisasi": [86, 103]}
_SOURCE: TypeAdapter[AnySource] = TypeAdapter(AnySource)


def row(at: int) -> tuple[str, ...]:
    """A line of a budget."""
    kode = f"5.1.02.{at % 90 + 10}.{at % 900 + 100:03d}.{at % 90 + 10}"
    return (
        kode,
        f"Belanja kegiatan {at} dan jasa",
        f"2025-{at % 12 + 1:02d}-{at % 28 + 1:02d}",
        f"{at * 1000}.50",
        f"{at * 990}.25",
    )


def written(folder: Path, rows: int) -> None:
    """The table in every form."""
    columns = list(zip(*map(row, range(rows)), strict=True))
    table = pa.table(dict(zip(NAMES, map(pa.array, columns), strict=True)))
    arrow_csv.write_csv(table, folder / "f.csv")
    (folder / "f.csv.gz").write_bytes(gzip.compress((folder / "f.csv").read_bytes(), 1))
    amounts = {name: table[name].cast(pa.decimal128(20, 2)) for name in NAMES[3:]}
    pq.write_table(pa.table({**{name: table[name] for name in NAMES[:3]}, **amounts}), folder / "f.parquet")
    with (
        (folder / "f.txt").open("w") as fixed,
        (folder / "f.xml").open("w") as xml,
        (folder / "f.json").open("w") as document,
    ):
        xml.write("<d>")
        document.write("[")
        for at in range(rows):
            cells = row(at)
            fixed.write(
                "".join(
                    cell.ljust(FIELDS[name][1] - FIELDS[name][0] + 1) for name, cell in zip(NAMES, cells, strict=True)
                )
                + "\n"
            )
            xml.write(
                "<r>" + "".join(f"<{name}>{cell}</{name}>" for name, cell in zip(NAMES, cells, strict=True)) + "</r>\n"
            )
            document.write(("," if at else "") + json.dumps(dict(zip(NAMES, cells, strict=True))) + "\n")
        xml.write("</d>")
        document.write("]")
    _book(folder / "f.xlsx", rows)
    with closing(sqlite3.connect(folder / "f.db")) as base, base:
        base.execute(f"CREATE TABLE t ({', '.join(f'{name} text' for name in NAMES)})")
        base.executemany("INSERT INTO t VALUES (?, ?, ?, ?, ?)", map(row, range(rows)))


def _book(file: Path, rows: int) -> None:
    with Workbook(file, {"constant_memory": True}) as book:
        sheet = book.add_worksheet("Data")
        sheet.write_row(0, 0, NAMES)
        for at in range(min(rows, 1_048_575)):
            *words, pagu, realisasi = row(at)
            sheet.write_row(at + 1, 0, [*words, float(pagu), float(realisasi)])


def plain_csv(file: Any) -> int:
    """pyarrow.csv, every column as text."""
    types = arrow_csv.ConvertOptions(column_types=dict.fromkeys(NAMES, pa.string()), strings_can_be_null=False)
    return sum(batch.num_rows for batch in arrow_csv.open_csv(file, convert_options=types))


def plain_gzip(file: Path) -> int:
    """The same from Python's gzip."""
    with gzip.open(file) as opened:
        return plain_csv(opened)


def plain_parquet(file: Path) -> int:
    """pyarrow.parquet, batch by batch."""
    return sum(batch.num_rows for batch in pq.ParquetFile(file).iter_batches(columns=list(NAMES)))


def plain_fixed(file: Path) -> int:
    """Python's lines, cut by pyarrow."""
    rows = 0
    with file.open("rb") as opened:
        while lines := opened.readlines(4 << 20):
            cells = pa.array(lines, pa.binary()).cast(pa.string())
            for first, last in FIELDS.values():
                pc.utf8_trim_whitespace(pc.utf8_slice_codeunits(cells, first - 1, last))
            rows += len(cells)
    return rows


def plain_json(file: Path) -> int:
    """Python's json, as columns of Arrow."""
    return int(pa.Table.from_pylist(json.loads(file.read_text())).num_rows)


def plain_xml(file: Path) -> int:
    """Python's expat, as columns of Arrow."""
    rows: list[dict[str, str]] = []
    text: list[str] = []

    def start(name: str, _: dict[str, str]) -> None:
        text.clear()
        if name == "r":
            rows.append({})

    def end(name: str) -> None:
        if name in NAMES:
            rows[-1][name] = "".join(text)

    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = start, end, text.append
    with file.open("rb") as opened:
        parser.ParseFile(opened)
    return int(pa.Table.from_pylist(rows).num_rows)


def plain_xlsx(file: Path) -> int:
    """fastexcel, every column as text."""
    return int(fastexcel.read_excel(file).load_sheet("Data", dtypes="string").to_arrow().num_rows)


def plain_sql(file: Path) -> int:
    """SQLAlchemy, streamed, as columns of Arrow."""
    rows = 0
    with sqlalchemy.create_engine(f"sqlite:///{file}").connect() as base:
        found = base.execution_options(yield_per=10_000).execute(
            sqlalchemy.text(f"SELECT {', '.join(NAMES)} FROM t ORDER BY kode")
        )
        for part in found.partitions():
            rows += len(pa.table(dict(zip(NAMES, map(pa.array, zip(*part, strict=True)), strict=True))))
    return rows


KINDS: dict[str, tuple[str, dict[str, Any], Callable[[Path], int]]] = {
    "csv": ("f.csv", {"kind": "csv"}, plain_csv),
    "csv in gzip": ("f.csv.gz", {"kind": "csv"}, plain_gzip),
    "parquet": ("f.parquet", {"kind": "parquet"}, plain_parquet),
    "fixed": ("f.txt", {"kind": "fixed", "fields": FIELDS}, plain_fixed),
    "json": ("f.json", {"kind": "json"}, plain_json),
    "xml": ("f.xml", {"kind": "xml", "record": "d/r"}, plain_xml),
    "xlsx": ("f.xlsx", {"kind": "xlsx", "header": [1]}, plain_xlsx),
    "sql (SQLite)": ("f.db", {"kind": "sql", "connection": "base", "table": "t"}, plain_sql),
}


def ours(file: Path, options: dict[str, Any]) -> int:
    """Terang, to batches."""
    base = Connection(name="base", url=f"sqlite:///{file}", root=file.parent)
    request = Request(
        dataset="d",
        columns=NAMES,
        key=("kode",),
        root=file.parent,
        connection=base if options["kind"] == "sql" else None,
    )
    place = {} if options["kind"] == "sql" else {"path": file.name}
    with closing(_SOURCE.validate_python({**options, **place}).read(request)) as reading:
        return sum(batch.num_rows for batch in reading.batches)


def _seconds(read: Callable[..., int], path: Path, options: dict[str, Any] | None, rows: int) -> float:
    began = time.perf_counter()
    found = read(path, options) if options else read(path)
    if found != rows:
        raise SystemExit(f"{found} rows instead of {rows}")
    return time.perf_counter() - began


def main() -> None:
    """Measure all kinds in turns, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("rows", type=int, nargs="?", default=ROWS)
    rows = parser.parse_args().rows
    print("| kind | Terang, rows/s | library, rows/s | ratio of the time |\n|---|---:|---:|---:|")
    with tempfile.TemporaryDirectory() as name:
        written(Path(name), rows)
        for kind, (file, options, plain) in KINDS.items():
            path = Path(name) / file
            turns = [(_seconds(ours, path, options, rows), _seconds(plain, path, None, rows)) for _ in range(TURNS)]
            here, there = (min(one) for one in zip(*turns, strict=True))
            told = "" if here <= AIM * there else " (above the aim)"
            print(f"| {kind} | {rows / here:,.0f} | {rows / there:,.0f} | {here / there:.2f}{told} |", flush=True)


if __name__ == "__main__":
    main()
