"""Parquet: what another program stored, exactly as it is typed there."""

import datetime as dt
import io
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from assets.errors import SourceChanged, SourceUnreadable
from tests.assets.office import cells, column, contract, read, settings

BIG = Decimal("123456789012345678.99")
ROWS = {
    "kode": pa.array(["01", "02", None]),
    "nilai": pa.array([BIG, Decimal("0.10"), None], pa.decimal128(20, 2)),
    "hari": pa.array([dt.date(2025, 1, 31), None, dt.date(1899, 12, 31)]),
    "banyak": pa.array([2**62, -1, None], pa.int64()),
    "jenis": pa.array(["a", "b", "a"]).dictionary_encode(),
}
COLUMNS = [
    column("kode"), column("nilai", "decimal(20,2)"), column("hari", "date"), column("banyak", "integer"), column("jenis"),
]  # fmt: skip


def source(**options: object) -> dict[str, object]:
    """A source of all Parquet files in the drop folder, whose rows are numbered."""
    return {"kind": "parquet", "connection": "drop", "path": "*.parquet", "row_number": "nomor", **options}


def written(file: Path, table: dict[str, pa.Array]) -> None:
    """A Parquet file."""
    pq.write_table(pa.table(table), file)


def test_values_stay_what_they_are(tmp_path: Path) -> None:
    """Decimals to the last digit, days, whole numbers beyond what a double holds, codes; NULL is NULL."""
    written(tmp_path / "f.parquet", ROWS)
    receipt, rows, rejects = read(contract(source(), column("nomor", "integer"), *COLUMNS), settings(tmp_path))
    assert cells(rows, "kode", "nilai", "hari", "banyak", "jenis") == list(
        zip(*(cells_.to_pylist() for cells_ in ROWS.values()), strict=True)
    )
    assert rows["_line"].to_pylist() == ["f.parquet:row 1", "f.parquet:row 2", "f.parquet:row 3"]
    assert (receipt.rows, rejects.num_rows) == (3, 0)


def test_several_files_follow_one_another(tmp_path: Path) -> None:
    """In order of their names, with what their names say."""
    for month in ("2025-02", "2025-01"):
        written(tmp_path / f"belanja_{month}.parquet", {"kode": pa.array([month[-1]])})
    made = contract(source(file_fields=r"_(?P<bulan>\d{4}-\d\d)", row_number=None), column("kode"), column("bulan"))
    assert cells(read(made, settings(tmp_path))[1], "kode", "bulan") == [("1", "2025-01"), ("2", "2025-02")]


def test_a_binary_fraction_that_is_no_amount_is_rejected(tmp_path: Path) -> None:
    """0.1 is told from 0.30000000000000004, which no cents hold; NaN and infinity are no amounts."""
    written(tmp_path / "f.parquet", {"a": pa.array([0.1, 0.1 + 0.2, float("nan"), float("inf")])})
    made = contract(source(), column("nomor", "integer"), column("a", "decimal(20,2)"))
    _, rows, rejects = read(made, settings(tmp_path))
    assert cells(rows, "a") == [(Decimal("0.10"),)]
    assert rejects["rule"].to_pylist() == ["type decimal"] * 3


def test_a_list_is_no_column_of_a_table(tmp_path: Path) -> None:
    """It stops the run as a column of another type, unless it is ignored."""
    written(tmp_path / "f.parquet", {"a": pa.array(["x"]), "tags": pa.array([["p", "q"]])})
    with pytest.raises(SourceChanged, match="another type") as error:
        read(contract(source(row_number=None), column("a"), column("tags")), settings(tmp_path))
    assert "list<" in str(error.value)
    assert read(contract(source(row_number=None, ignore=["tags"]), column("a")), settings(tmp_path))[0].rows == 1


def test_columns_are_those_of_the_contract(tmp_path: Path) -> None:
    """One that nobody named, and one that is gone, stop the run before a row is read."""
    written(tmp_path / "f.parquet", {"a": pa.array(["x"]), "baru": pa.array(["y"])})
    with pytest.raises(SourceChanged, match="does not name"):
        read(contract(source(row_number=None), column("a")), settings(tmp_path))


@pytest.mark.parametrize("cut", [4, 100, -8, -1])
def test_a_file_that_was_cut_off_is_unreadable(tmp_path: Path, cut: int) -> None:
    """Its end says where everything is; without it nothing is taken."""
    held = io.BytesIO()
    pq.write_table(pa.table(ROWS), held)
    (tmp_path / "f.parquet").write_bytes(held.getvalue()[:cut])
    with pytest.raises(SourceUnreadable, match="Parquet file cannot be read") as error:
        read(contract(source(), column("nomor", "integer"), *COLUMNS), settings(tmp_path))
    assert "deliver it again" in error.value.facts["next"]


MEASURE = """
import re, sys
from pathlib import Path
from assets.sources.parquet import Parquet
from assets.sources.source import Request
request = Request(dataset="d", columns=("a", "b"), root=Path(sys.argv[1]))
reading = Parquet(kind="parquet", path=sys.argv[2]).read(request)
rows = sum(batch.num_rows for batch in reading.batches)
print(rows, re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1])
"""


@pytest.mark.slow
def test_memory_does_not_grow_with_rows(tmp_path: Path) -> None:
    """Eight times as many rows, all in one row group, take about the same memory."""
    peaks = {}
    for rows in (500_000, 4_000_000):
        table = pa.table({"a": pa.array(range(rows)), "b": pa.array(f"uraian kegiatan {at}" for at in range(rows))})
        pq.write_table(table, tmp_path / f"{rows}.parquet", row_group_size=rows, use_dictionary=False)
        told = subprocess.run(
            [sys.executable, "-c", MEASURE, str(tmp_path), f"{rows}.parquet"],
            capture_output=True,
            text=True,
            check=True,
        )
        read_, peaks[rows] = map(int, told.stdout.split())
        assert read_ == rows
    assert peaks[4_000_000] < peaks[500_000] + 60_000  # KiB; the rows are 140,000
