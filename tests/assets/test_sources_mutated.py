"""Whatever a file has become on its way: read right, or told. No traceback, no wait without end, no wrong row in silence."""

import gzip
import io
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from assets.settings import Settings
from tests.assets import books
from tests.assets.mutations import MUTATIONS, Fuzzed, judged, rows_of
from tests.assets.office import column, contract, settings

pytestmark = pytest.mark.slow
TIMES = 4  # of each mutation of each file; many more, of real files, are in tests/real/test_mutated.py
COUNT = 60
ROWS = [(f"5.1.{at:02d}", f'Belanja "{at}"; dan jasa', f"{at * 1000}.50") for at in range(COUNT)]
COLUMNS = [column("kode", "string"), column("uraian"), column("nilai", "decimal(20,2)")]


def _csv() -> bytes:
    quoted = [(kode, '"' + uraian.replace('"', '""') + '"', nilai) for kode, uraian, nilai in ROWS]
    return "\n".join(["kode,uraian,nilai", *(",".join(row) for row in quoted), ""]).encode()


def _plain() -> bytes:
    rows = [f"{kode};Café;{nilai.replace('.', ',')}" for kode, _, nilai in ROWS]
    return "\r\n".join(["Laporan", "kode;uraian;nilai", *rows, "Jumlah;;1", ""]).encode("cp1252")


def _fixed() -> bytes:
    return "".join(f"{kode} {'uraian':<10}{nilai:>12}\n" for kode, _, nilai in ROWS).encode()


def _json() -> bytes:
    return ("[" + ",\n".join(f'{{"kode": "{k}", "uraian": "x", "nilai": {n}}}' for k, _, n in ROWS) + "]").encode()


def _xml() -> bytes:
    rows = "\n".join(f"<r><kode>{k}</kode><uraian>x</uraian><nilai>{n}</nilai></r>" for k, _, n in ROWS)
    return f"<d>\n{rows}\n</d>".encode()


def _parquet() -> bytes:
    held = io.BytesIO()
    names = [one["name"] for one in COLUMNS]
    pq.write_table(pa.table(dict(zip(names, map(list, zip(*ROWS, strict=True)), strict=True))), held)
    return held.getvalue()


def _book(write: Callable[..., None], suffix: str, folder: Path) -> bytes:
    file = folder / f"made{suffix}"
    write(file, [["kode", "uraian", "nilai"], *[[k, u, float(n)] for k, u, n in ROWS]])
    data = file.read_bytes()
    file.unlink()
    return data


SOURCES: dict[str, tuple[dict[str, Any], Callable[[Path], bytes]]] = {
    "f.csv": ({"kind": "csv"}, lambda _: _csv()),
    "g.csv": (
        {"kind": "csv", "delimiter": ";", "skip": 1, "footer": 1, "encoding": "cp1252", "values": {"decimal": ","}},
        lambda _: _plain(),
    ),
    "f.csv.gz": ({"kind": "csv"}, lambda _: gzip.compress(_csv())),
    "f.txt": (
        {"kind": "fixed", "fields": {"kode": [1, 6], "uraian": [8, 17], "nilai": [18, 29]}}, lambda _: _fixed(),
    ),
    "f.json": ({"kind": "json"}, lambda _: _json()),
    "f.xml": ({"kind": "xml", "record": "d/r"}, lambda _: _xml()),
    "f.parquet": ({"kind": "parquet"}, lambda _: _parquet()),
    "f.xlsx": ({"kind": "xlsx", "header": [1]}, lambda folder: _book(books.xlsx, ".xlsx", folder)),
    "f.xls": ({"kind": "xls", "header": [1]}, lambda folder: _book(books.xls, ".xls", folder)),
    "f.ods": ({"kind": "ods", "header": [1]}, lambda folder: _book(books.ods, ".ods", folder)),
}  # fmt: skip
LINES = {"f.csv", "g.csv", "f.txt", "f.json", "f.xml"}


def whole(name: str, folder: Path, office: Settings) -> Fuzzed:
    """The file before anything happened to it."""
    options, make = SOURCES[name]
    data = make(folder)
    (folder / name).write_bytes(data)
    made = contract({"connection": "drop", "path": name, **options}, *COLUMNS)
    rows, rejects, _ = rows_of(office, made)
    assert (rows.total(), rejects.num_rows) == (COUNT, 0)
    return Fuzzed(name=name, data=data, contract=made, rows=rows, lines=name in LINES)


@pytest.mark.parametrize("name", SOURCES)
def test_a_damaged_file_is_read_right_or_told(tmp_path: Path, name: str) -> None:
    """Cut, bits flipped, lines swapped, cells moved, encodings mixed, a quote too many, holes: what a broken line may
    change is its own row, and what else changes is a reject, a warning or a refusal."""
    office = settings(tmp_path)
    file = whole(name, tmp_path, office)
    for mutation in MUTATIONS:
        for seed in range(TIMES):
            what = f"{name} {mutation.__name__} {seed}"
            try:
                judged(file, mutation, random.Random(what), tmp_path, office)  # noqa: S311 - no secret depends on it
            except BaseException as error:
                raise AssertionError(what) from error
