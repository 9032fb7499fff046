"""The engine gives the same counts and rows as Great Expectations' own pandas engine, kind by kind."""

import random
import subprocess
import sys
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pytest

from assets.column import References
from quality import expect, pandas_engine
from quality.compile import compiled
from quality.engine import execute
from quality.expect import Expectation
from quality.results import as_gx, broken_rows
from quality.session import session

CODES = ["1.01", "1.02", "2.01", "x", "", "é́", "ab\n", "1.01 "]
LISTS = {expect.parameter(References(dataset="kode-x", column="kode", where={"a": "b"})): ["1.01", "2.01"]}


def table(seed: int, rows: int = 400) -> pa.Table:
    """Random rows with many NULLs, repeated values and odd texts."""
    luck = random.Random(seed)  # noqa: S311 - test data

    def some(make: Any) -> list[Any]:
        return [None if luck.random() < 0.1 else make() for _ in range(rows)]

    return pa.table(
        {
            "_row": pa.array(luck.sample(range(10 * rows), rows), pa.int64()),
            "kode": pa.array(some(lambda: luck.choice(CODES)), pa.string()),
            "nomor": pa.array(some(lambda: f"A{luck.randrange(10 ** luck.randrange(1, 5)):03}"), pa.string()),
            "bulan": pa.array(some(lambda: luck.randrange(-2, 15)), pa.int64()),
            "nilai": pa.array(some(lambda: Decimal(luck.randrange(-400, 40_000)) / 4), pa.decimal128(20, 2)),
            "tanggal": pa.array(some(lambda: date(2019, 12, 1) + timedelta(luck.randrange(800))), pa.date32()),
        }
    )


def kind(name: str, **kwargs: Any) -> Expectation:
    """An expectation of one kind."""
    return expect.expectation(f"expect_{name}", rule=name, meta={}, **kwargs)


KINDS: list[Expectation] = [
    kind("column_values_to_not_be_null", column="kode"),
    kind("column_values_to_not_be_null", column="nilai"),
    kind("column_values_to_be_unique", column="nomor"),
    kind("column_values_to_be_unique", column="bulan"),
    kind("compound_columns_to_be_unique", column_list=["nomor", "bulan"]),
    kind("compound_columns_to_be_unique", column_list=["kode", "bulan", "tanggal"]),
    kind("column_values_to_be_in_set", column="kode", value_set=["1.01", "1.02", ""]),
    kind("column_values_to_be_in_set", column="kode", value_set={"$PARAMETER": next(iter(LISTS))}),
    kind("column_values_to_be_between", column="bulan", min_value=1, max_value=12),
    kind("column_values_to_be_between", column="bulan", min_value=1),
    kind("column_values_to_be_between", column="nilai", min_value=0, max_value=5000.25),
    kind("column_values_to_be_between", column="nilai", max_value=-50),
    kind("column_values_to_match_regex", column="kode", regex=r"^(?:\d\.\d{2})$"),
    kind("column_values_to_match_regex", column="nomor", regex="A1"),
    kind("column_value_lengths_to_be_between", column="kode", min_value=1, max_value=4),
    kind("column_value_lengths_to_be_between", column="kode", max_value=3),
]
STRANGE: list[Expectation] = [
    kind("column_values_to_match_regex", column="kode", regex=r"^(?!1)"),
    kind("column_values_to_not_be_in_set", column="kode", value_set=["x"]),
    kind("column_values_to_be_between", column="bulan", min_value=1, strict_min=True),
]


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection as screening opens it, with one list."""
    with session([], spill=tmp_path / "spill") as opened:
        opened.execute("CREATE TABLE list0 AS SELECT unnest(['1.01', '2.01']) AS value")
        yield opened


def run(connection: duckdb.DuckDBPyConnection, rows: pa.Table, expectations: list[Expectation]) -> Any:
    """Outcomes and broken rows of the engine."""
    connection.register("made", rows)
    connection.execute("CREATE OR REPLACE VIEW batch AS SELECT * FROM made")
    lookups = dict.fromkeys(LISTS, "list0")
    suite = {"name": "test", "expectations": expectations, "meta": {}}
    outcomes = execute(connection, suite, dataset="made", lookups=lookups, rows=rows.num_rows)
    return outcomes, broken_rows(connection, outcomes)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3))
def test_both_engines_find_the_same_rows(connection: duckdb.DuckDBPyConnection, seed: int) -> None:
    """Every kind that is compiled names exactly the rows that GX names."""
    rows = table(seed)
    outcomes, found = run(connection, rows, KINDS)
    theirs = pandas_engine.validate(rows, dict(enumerate(KINDS)), LISTS)
    for i, expectation in enumerate(KINDS):
        said = expectation["type"], expectation["kwargs"]
        assert (said, list(found[i])) == (said, pandas_engine.named(theirs[i]))
        assert (said, outcomes[i].failed) == (said, theirs[i]["result"]["unexpected_count"])
    assert sum(outcome.failed > 0 for outcome in outcomes) == len(KINDS)


def test_every_kind_a_contract_makes_is_compiled() -> None:
    """None of the kinds above falls back, so the comparison is between two engines."""
    types = {"kode": "VARCHAR", "nomor": "VARCHAR", "bulan": "BIGINT", "nilai": "DECIMAL(20,2)", "tanggal": "DATE"}
    rest = [found for found in KINDS if "unique" not in found["type"]]
    assert all(compiled(found, types, dict.fromkeys(LISTS, "list0")) for found in rest)
    assert not any(compiled(found, types, {}) for found in STRANGE)


def test_a_kind_that_is_not_compiled_runs_on_gx(connection: duckdb.DuckDBPyConnection) -> None:
    """Look-around, other kinds and other options give the rows that plain Python gives."""
    rows = table(7)
    _, found = run(connection, rows, STRANGE)
    plain = rows.to_pylist()
    assert list(found[0]) == sorted(r["_row"] for r in plain if (r["kode"] or "").startswith("1"))
    assert list(found[1]) == sorted(r["_row"] for r in plain if r["kode"] == "x")
    assert list(found[2]) == sorted(r["_row"] for r in plain if r["bulan"] is not None and r["bulan"] <= 1)


@pytest.mark.parametrize(("first", "last"), [("2020-01-01", "2021-06-30"), ("2020-06-01", None), (None, "2020-03-31")])
def test_dates_are_bounded_on_both_sides_inclusively(
    connection: duckdb.DuckDBPyConnection, first: str | None, last: str | None
) -> None:
    """A date on the bound is inside; NULL is not outside."""
    rows = table(11)
    asked = kind("column_values_to_be_between", column="tanggal", min_value=first, max_value=last)
    _, found = run(connection, rows, [asked])
    low, high = date.fromisoformat(first or "0001-01-01"), date.fromisoformat(last or "9999-12-31")
    plain = [r["_row"] for r in rows.to_pylist() if r["tanggal"] and not low <= r["tanggal"] <= high]
    assert list(found[0]) == sorted(plain)


def test_a_row_rule_that_is_null_is_not_broken(connection: duckdb.DuckDBPyConnection) -> None:
    """Only rows for which the condition is true are broken."""
    rows = table(5)
    query = "SELECT * FROM {batch} WHERE nilai > bulan * 100 OR kode = 'x'"
    asked = expect.expectation("unexpected_rows_expectation", rule="r", meta={}, unexpected_rows_query=query)
    _, found = run(connection, rows, [asked])
    plain = [
        r["_row"]
        for r in rows.to_pylist()
        if r["kode"] == "x" or (r["nilai"] is not None and r["bulan"] is not None and r["nilai"] > r["bulan"] * 100)
    ]
    assert list(found[0]) == sorted(plain)


@pytest.mark.parametrize(
    ("minimum", "broken"),
    [("90071992547409930.07", [0]), ("90071992547409930.065", [0]), ("90071992547409930.05", []), ("1e30", [0, 1])],
)
def test_money_bounds_are_exact_beyond_what_a_float_holds(
    connection: duckdb.DuckDBPyConnection, minimum: str, broken: list[int]
) -> None:
    """One cent at ninety quadrillion counts, although GX's own JSON holds the bound as a float."""
    cells = [Decimal("90071992547409930.06"), Decimal("90071992547409930.07"), None]
    rows = pa.table({"_row": [0, 1, 2], "nilai": pa.array(cells, pa.decimal128(20, 2))})
    asked = kind("column_values_to_be_between", column="nilai", min_value=float(minimum))
    asked["meta"]["minimum"] = minimum
    _, found = run(connection, rows, [asked])
    assert list(found[0]) == broken


def test_results_are_gx_objects_without_values(connection: duckdb.DuckDBPyConnection) -> None:
    """A GX user can serialise them; no cell of the table is in them."""
    rows = table(3)
    outcomes, found = run(connection, rows, KINDS)
    suite = {"name": "test", "id": None, "expectations": KINDS, "meta": {}, "notes": None}
    result = as_gx(outcomes, suite, rows=400, empty={"kode": rows.column("kode").null_count}, indexes=found)
    told = result.to_json_dict()
    assert told["success"] is False
    assert told["statistics"]["unsuccessful_expectations"] == len(KINDS)
    assert told["results"][6]["result"]["missing_count"] == rows.column("kode").null_count
    assert told["results"][2]["result"]["unexpected_index_list"][0] == {"_row": found[2][0]}
    assert "partial_unexpected_list" not in str(told)
    assert "A0" not in str([one["result"] for one in told["results"]])


def test_the_compiled_path_does_not_import_great_expectations() -> None:
    """Its import takes seconds; the hot path stays free of it."""
    code = "import sys, quality.screening, quality.verdict; sys.exit('great_expectations' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
