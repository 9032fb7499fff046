"""Reconciliation: exact to the last digit, group by group, and silent about credentials."""

import sqlite3
from contextlib import closing
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pytest

from assets.contract import Reconcile
from assets.errors import SourceChanged, SourceError
from assets.settings import ConnectionSettings, Settings
from quality.reconcile import compared, control, sums
from tests.quality import made


def rule(**options: Any) -> Reconcile:
    """A comparison of `nilai` by `tahun`."""
    against = {"values": [{"tahun": 2025, "total": "1.00"}]}
    return Reconcile.model_validate({"name": "ledger", "sum": "nilai", "by": ["tahun"], "against": against, **options})


def contract(asked: Reconcile) -> Any:
    """A contract with that comparison."""
    return made.contract(
        made.column("nomor"),
        made.column("tahun", "integer"),
        made.column("nilai", "decimal(20,2)", "public_measure"),
        reconcile=[asked.model_dump(mode="json")],
    )


def test_sums_are_exact_beyond_what_a_float_holds() -> None:
    """Ninety quadrillion and one cent keep their cent; NULL adds nothing."""
    cells = [Decimal("90071992547409931.00"), Decimal("0.01"), None]
    table = pa.table({"tahun": [2026, 2026, 2026], "nilai": pa.array(cells, pa.decimal128(20, 2))})
    with duckdb.connect() as connection:
        connection.register("read", table)
        assert sums(connection, rule(), "read") == {("2026",): Decimal("90071992547409931.01")}


def test_a_group_that_one_side_lacks_differs_by_its_whole_sum() -> None:
    """Missing here or missing there, it is told as such."""
    found = compared(rule(), {("2025",): Decimal(5)}, {("2026",): Decimal(7)}, contract(rule()))
    assert [(d.group["tahun"], d.found, d.allowed, d.difference) for d in found.differences] == [
        ("2025", "5", None, "5"),
        ("2026", None, "7", "-7"),
    ]
    assert not found.passed


@pytest.mark.parametrize(("tolerance", "passed"), [("0.01", True), ("0.009", False)])
def test_a_difference_up_to_the_tolerance_passes(tolerance: str, passed: bool) -> None:  # noqa: FBT001
    """In the unit of the column, and group by group: differences do not cancel out."""
    read = {("1",): Decimal("1.01"), ("2",): Decimal("0.99")}
    allowed = {("1",): Decimal(1), ("2",): Decimal(1)}
    assert compared(rule(tolerance=tolerance), read, allowed, contract(rule())).passed is passed


def test_a_cell_that_strayed_into_a_code_is_not_told() -> None:
    """Rows are compared before they are screened: a group that is no code and unknown to the totals has no name."""
    asked = rule(by=["nomor"])
    read = {("5.1",): Decimal(1), ("SITI KARANGAN",): Decimal(2), ("5.2",): Decimal(3)}
    strict = contract(asked).column("nomor").model_copy(update={"pattern": r"\d\.\d"})
    found = compared(asked, read, {("5.2",): Decimal(4)}, contract(asked).model_copy(update={"columns": (strict,)}))
    assert [d.group["nomor"] for d in found.differences] == ["5.1", "5.2", "(another value)"]


@pytest.mark.parametrize("values", [[{"tahun": 2025}], [{"tahun": "x", "total": 1}], [{"tahun": 1, "total": "much"}]])
def test_totals_that_are_none_are_told(tmp_path: Path, values: list[dict[str, Any]]) -> None:
    """A missing column or a text that is no number is a change of the source, not a difference."""
    asked = rule(against={"values": values})
    with duckdb.connect() as connection, pytest.raises(SourceChanged):
        control(connection, asked, contract(asked), made.settings(tmp_path))


def test_a_source_that_is_down_is_named_without_its_credentials(tmp_path: Path) -> None:
    """Neither the address nor the password stands in the error."""
    address = ConnectionSettings(url="postgresql://reader:s3cret-word@127.0.0.1:1/ledger?connect_timeout=2")
    settings = Settings(root=tmp_path, connections={"ledger": address})
    asked = rule(against={"connection": "ledger", "query": "select tahun, total from v"})
    with duckdb.connect() as connection, pytest.raises(SourceError) as caught:
        control(connection, asked, contract(asked), settings)
    assert caught.value.facts["rule"] == "ledger"
    assert "s3cret" not in f"{caught.value}{caught.value.__cause__}"
    assert type(caught.value).__name__ == "SourceUnreachable"


def test_a_query_of_any_database_gives_the_totals(tmp_path: Path) -> None:
    """The control totals come the way that rows come, as text until they are exact numbers."""
    with closing(sqlite3.connect(tmp_path / "ledger.db")) as database:
        database.execute("CREATE TABLE v (tahun TEXT, total TEXT)")
        database.execute("INSERT INTO v VALUES ('2026', '90071992547409931.01'), ('2025', '1')")
        database.commit()
    address = ConnectionSettings(url=f"sqlite:///{tmp_path / 'ledger.db'}")
    settings = Settings(root=tmp_path, connections={"ledger": address})
    asked = rule(against={"connection": "ledger", "query": "select tahun, total from v"})
    with duckdb.connect() as connection:
        totals = control(connection, asked, contract(asked), settings)
    assert totals == {("2026",): Decimal("90071992547409931.01"), ("2025",): Decimal(1)}
