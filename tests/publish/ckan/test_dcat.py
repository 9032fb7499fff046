"""DCAT's words: how often, which time, which language."""

from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from publish.ckan import dcat
from tests.publish import made
from tests.publish.ckan import office


@pytest.mark.parametrize(
    ("cron", "code"),
    [
        ("0 2 5 * *", "MONTHLY"),
        ("0 2 * * *", "DAILY"),
        ("0 2 * * 1", "WEEKLY"),
        ("0 2 1 1 *", "ANNUAL"),
        ("0 2 1 1,7 *", "ANNUAL_2"),
        ("0 2 1 */3 *", "QUARTERLY"),
        ("0 * * * *", "HOURLY"),
        ("0 2 29 2 *", "IRREG"),
        ("0 2 1 1-5 *", "OTHER"),
    ],
)
def test_frequency_from_a_schedule(cron: str, code: str) -> None:
    """A schedule is counted over a year and named in the EU's frequency table."""
    assert dcat.frequency(cron) == f"{dcat.EU}/frequency/{code}"


@pytest.mark.parametrize(
    ("column", "values", "start", "end"),
    [
        (made.column("tahun", "integer"), [2024, 2026], "2024-01-01", "2026-12-31"),
        (made.column("periode"), ["2026-02", "2025-11"], "2025-11-01", "2026-02-28"),
        (made.column("tanggal", "date"), [date(2026, 3, 1), date(2026, 1, 9)], "2026-01-09", "2026-03-01"),
    ],
)
def test_time_covered(tmp_path: Path, column: dict[str, Any], values: list[Any], start: str, end: str) -> None:
    """The time that rows are about comes from a column of years, months or dates."""
    contract = office.payments("waktu", columns=(column,), key=[column["name"]])
    pq.write_table(pa.table({column["name"]: values}), tmp_path / "t.parquet")
    assert dcat.time_covered(contract, tmp_path / "t.parquet") == {"start": start, "end": end}


def test_no_time_in_the_rows(tmp_path: Path) -> None:
    """Without such a column, or with other words in it, nothing is claimed."""
    contract = office.payments("waktu", columns=(made.column("bulan"),), key=["bulan"])
    pq.write_table(pa.table({"bulan": ["Januari"]}), tmp_path / "t.parquet")
    assert dcat.time_covered(contract, tmp_path / "t.parquet") is None
