"""Row rules: SQL conditions over one row, and nothing that reaches further."""

from pathlib import Path

import duckdb
import pytest

from quality.rules import check_rules, columns_of
from quality.session import session
from tests.quality import made


def test_a_condition_names_its_columns() -> None:
    """Also through functions, casts and cases, whatever their letters' case."""
    found = columns_of("CASE WHEN A > 1 THEN lower(b) = 'x' ELSE CAST(c AS INTEGER) IS NULL END -- d")
    assert found == {"a", "b", "c"}


@pytest.mark.parametrize(
    "condition",
    [
        "a IN (SELECT 1)",
        "EXISTS (FROM read_text('x'))",
        "1=1) UNION SELECT (1",
        "1=1); DROP TABLE batch; SELECT (1",
        "1=1) GROUP BY (a",
        "1=1) ORDER BY (a",
        "row_number() OVER () > 1",
        "a = ?",
        "",
    ],
)
def test_what_is_more_than_a_condition_is_refused(condition: str) -> None:
    """A rule cannot look into a table, a file, another row, or end the query that it stands in."""
    with pytest.raises(ValueError, match=r"\w"):
        columns_of(condition)


def test_each_mistake_is_told_with_its_place() -> None:
    """Unknown columns, wrong types and aggregates are found without a row of data."""
    rules = ["nilai > 1", "jumlah > 1", "nilai > 'x'", "sum(nilai) > 1", "nilai + 1", "nama LIKE 'A%'"]
    asked = made.contract(
        made.column("nama"),
        made.column("nilai", "decimal(20,2)", "public_measure"),
        rules=[{"name": f"r{i}", "rows": rule} for i, rule in enumerate(rules)],
    )
    found = check_rules(asked)
    assert [mistake.path for mistake in found] == ["rules[1].rows", "rules[2].rows", "rules[3].rows", "rules[4].rows"]
    assert "r1" in found[0].message


def test_a_session_reads_its_files_and_no_other(tmp_path: Path) -> None:
    """Whatever a rule says, it reaches no other file, no network, and cannot change the settings."""
    mine, other = tmp_path / "mine.parquet", tmp_path / "other.parquet"
    for file in (mine, other):
        duckdb.execute(f"COPY (SELECT 1 AS a) TO '{file}' (FORMAT parquet)")
    with session([mine], spill=tmp_path / "spill") as connection:
        assert connection.execute(f"SELECT a FROM '{mine}'").fetchall() == [(1,)]
        for query in (
            f"SELECT a FROM '{other}'",
            f"COPY (SELECT 1) TO '{tmp_path}/out.csv'",
            "SET enable_external_access=true",
            "SELECT * FROM read_text('/etc/hostname')",
            "ATTACH 'x.db'",
        ):
            with pytest.raises(duckdb.Error):
                connection.execute(query)


@pytest.mark.slow
def test_a_session_spills_into_its_own_folder_and_leaves_nothing(tmp_path: Path) -> None:
    """What does not fit in memory lies in restricted storage, and is gone afterwards."""
    spill = tmp_path / "spill"
    with session([], spill=spill) as connection:
        connection.execute("CREATE TEMP TABLE t AS SELECT range AS a, sha256(range::VARCHAR) AS b FROM range(6000000)")
        (count,) = connection.execute("SELECT count(*) FROM (SELECT DISTINCT a, b FROM t)").fetchall()[0]
        assert count == 6_000_000
        assert spill.is_dir()
    assert not spill.exists()
