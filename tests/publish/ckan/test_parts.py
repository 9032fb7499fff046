"""By what the changed rows of a plan are counted."""

from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from publish.ckan.difference import Part, compare
from publish.ckan.parts import grouping
from tests.publish import made
from tests.publish.ckan import office
from tests.publish.ckan.test_difference import as_table

CODE = made.column("kode", class_="code", pattern=r"\d")
YEAR, MONTH = made.column("tahun", "integer"), made.column("bulan", "integer")


@pytest.mark.parametrize(
    ("columns", "by"),
    [
        ([CODE, made.column("tanggal", "date")], "month"),
        ([CODE, YEAR, MONTH], "month"),
        ([CODE, YEAR], "tahun"),
        ([CODE, made.column("periode")], "periode"),
        ([CODE], "kode"),
        ([made.column("kode")], None),
    ],
)
def test_by_time_before_code(columns: list[dict[str, Any]], by: str | None) -> None:
    """The month of the rows where there is one, else the year, else an official code, else nothing."""
    found = grouping(office.payments("bagian", columns=columns, key=["kode"]))
    assert (found and found[0]) == by


def test_rows_by_month(tmp_path: Path) -> None:
    """Each month has its own counts, in order; together they are the counts of all."""
    contract = office.payments("bagian")
    old, new = office.rows(contract, [1, 2, 40]), office.rows(contract, [2, 40, 41], nilai=lambda n: f"{n % 39}.00")
    pq.write_table(old, tmp_path / "old.parquet")
    _, month = grouping(contract) or ("", "")
    with compare(as_table(contract, new, tmp_path / "new.parquet"), tmp_path / "old.parquet") as difference:
        assert difference.parts(month) == [
            Part(name="2026-01", added=0, changed=1, removed=1),
            Part(name="2026-02", added=1, changed=1, removed=0),
        ]
