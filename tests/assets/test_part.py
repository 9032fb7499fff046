"""Parts of a source: a year or month is the same rows to the database that is asked and to the rows that are kept."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow.parquet as pq
import pytest
from pydantic import ValidationError

from assets.contract import Contract
from assets.duck import duck
from assets.extract import extract
from assets.part import Part
from assets.settings import Settings
from assets.store import store_of
from tests.assets.office import column, contract, settings

WIB = ZoneInfo("Asia/Jakarta")
LAST, FIRST = datetime(2026, 1, 31, 23, 59, tzinfo=WIB), datetime(2026, 2, 1, 0, 1, tzinfo=WIB)


@pytest.mark.parametrize(
    ("kind", "value", "within", "without"),
    [
        ("integer", "2026", [2026, 202601, 20261231], [2025, 2027, 202512, 202701]),
        ("integer", "2026-01", [202601, 20260131], [202602, 2026, 20260201, 202512]),
        ("string", "2026-01", ["2026-01", "202601", "2026-01-31"], ["2026-02", "202602", "2026"]),
        ("string", "2026", ["2026", "2026-12", "202612"], ["2025", "12-2026"]),
        ("date", "2026-12", [date(2026, 12, 1), date(2026, 12, 31)], [date(2026, 11, 30), date(2027, 1, 1)]),
        ("date", "2026", [date(2026, 1, 1), date(2026, 12, 31)], [date(2025, 12, 31), date(2027, 1, 1)]),
        ("datetime", "2026-01", [LAST], [FIRST]),
        ("datetime", "2026-02", [FIRST], [LAST]),
    ],
)
def test_what_belongs_to_a_part(kind: str, value: str, within: list[Any], without: list[Any]) -> None:
    """Numbers, texts and days of a year or month; a moment belongs to the month that it is in its own zone."""
    part = Part(value=value, by="by", kind=kind, zone="Asia/Jakarta")
    with duck() as connection:
        for cells, expected in ((within, True), (without, False)):
            for cell in cells:
                [(found,)] = connection.execute(f"SELECT {part.stored('x')} FROM (SELECT ? AS x)", [cell]).fetchall()
                assert found is expected, cell


Ask = Callable[[str], None]


def _office(folder: Path, kind: str, cells: list[Any]) -> tuple[Contract, Settings, Ask]:
    """A database with a row for each cell, parted by month."""
    file = folder / "a.db"

    def ask(statement: str) -> None:
        with closing(sqlite3.connect(file)) as database:
            database.execute(statement)
            database.commit()

    ask(f"CREATE TABLE t (a TEXT, by {'INTEGER' if kind == 'integer' else 'TEXT'})")
    for i, cell in enumerate(cells):
        ask(f"INSERT INTO t VALUES ('r{i}', '{cell}')")
    source = {"kind": "sql", "connection": "db", "table": "t"}
    part = {"by": "by", "every": "month", "start": "2026-01"}
    made = contract(source, column("a"), column("by", kind), partition=part)
    return made, settings(folder, db=f"sqlite:///{file}"), ask


@pytest.mark.parametrize(
    ("kind", "cells"),
    [
        ("integer", [202601, 202601, 202602]),
        ("string", ["2026-01", "2026-01-31", "2026-02"]),
        ("string", ["202601", "202601", "202602"]),
        ("date", ["2026-01-01", "2026-01-31", "2026-02-01"]),
        ("datetime", ["2026-01-01 00:00:00", "2026-01-31 23:59:59", "2026-02-01 00:00:00"]),
    ],
)
def test_a_part_that_is_read_again_takes_its_own_place(tmp_path: Path, kind: str, cells: list[Any]) -> None:
    """What was there of the month goes, what was there of another stays, whatever form months have."""
    made, office, ask = _office(tmp_path, kind, cells)
    assert [extract(made, office, partition=part).rows for part in ("2026-01", "2026-02", "2026-01")] == [2, 3, 3]
    ask("DELETE FROM t WHERE a = 'r0'")
    extract(made, office, partition="2026-01")
    assert pq.read_table(store_of("spending", office).raw)["a"].to_pylist() == ["r1", "r2"]


def test_rejected_rows_of_a_part_go_when_it_is_read_again(tmp_path: Path) -> None:
    """Those of other months stay; a cell that cannot be read belongs where it begins."""
    made, office, ask = _office(tmp_path, "date", ["2026-01-32", "2026-01-01", "2026-02-30"])
    for part in ("2026-01", "2026-02", "2026-01"):
        extract(made, office, partition=part)
    rejects = pq.read_table(store_of("spending", office).rejects)
    assert rejects.num_rows == 2
    ask("UPDATE t SET by = '2026-01-03' WHERE a = 'r0'")
    extract(made, office, partition="2026-01")
    assert pq.read_table(store_of("spending", office).rejects).num_rows == 1


def test_a_part_is_by_what_has_an_order_of_years() -> None:
    """An amount is no year."""
    with pytest.raises(ValidationError) as error:
        contract({"kind": "sql", "connection": "db", "table": "t"}, column("a"), column("by", "decimal(20,2)"),
                 partition={"by": "by", "every": "year", "start": "2026"})  # fmt: skip
    assert "parts are by date, datetime, integer, string" in str(error.value.errors()[0]["ctx"])
