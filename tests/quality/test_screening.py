"""Screening: what is set aside, what is kept, what stops the release, and what is written down."""

import json
import stat
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq
import pytest

from assets.contract import Contract
from assets.errors import Blocked, ContractError, Unbalanced, Unproven
from assets.settings import Settings
from assets.store import read_json, write_json
from quality.screening import screen
from tests.quality import made

SECRET = "Zubaidah Rahasia"


def spending(**options: Any) -> Contract:
    """Payments with one rule of every kind."""
    return made.contract(
        made.column("nomor", pattern="[A-Z]\\d{3}"),
        made.column("tahun", "integer", minimum=2000, maximum=2100),
        made.column("jenis", "string", "controlled_text", enum=["A", "B"], required=False),
        made.column("nilai", "decimal(20,2)", "public_measure", minimum="0.01", unit="IDR"),
        made.column("tanggal", "date", earliest="2020-01-01", latest="2030-12-31", required=False),
        made.column("nama", "string", "direct_id", privacy={"technique": "drop"}, maxLength=20, required=False),
        **{"rules": [{"name": "not too much", "rows": "nilai > 1000", "severity": "warn"}], **options},
    )


def good(i: int) -> dict[str, Any]:
    """A row that breaks no rule."""
    return {"nomor": f"A{i:03}", "tahun": 2026, "jenis": "A", "nilai": Decimal("10.50"), "nama": "x"}


def rows(*broken: dict[str, Any], count: int = 100) -> list[dict[str, Any]]:
    """`count` good rows, the first of them changed as `broken` says."""
    table = [good(i) for i in range(count)]
    for row, change in zip(table, broken, strict=False):
        row.update(change)
    return table


@pytest.fixture
def where(tmp_path: Path) -> Settings:
    """Folders of a test."""
    return made.settings(tmp_path)


def failed(found: Any) -> dict[str, int]:
    """Rules that some row breaks, with counts."""
    return {rule["name"]: rule["failed"] for rule in found.rules if rule["failed"]}


def test_every_kind_of_rule_sets_its_row_aside_and_is_counted(where: Settings) -> None:
    """One bad row per rule is one count per rule, and a warning sets nothing aside."""
    store = made.raw(
        asked := spending(),
        where,
        rows(
            {"nomor": "a1"},
            {"tahun": None},
            {"tahun": 1999},
            {"jenis": "C"},
            {"nilai": Decimal("0.00")},
            {"nilai": Decimal("1000.01")},
            {"nama": "n" * 21},
        ),
    )
    found = screen(asked, where)
    assert failed(found) == {
        "nomor matches its pattern": 1,
        "tahun is not empty": 1,
        "tahun is between 2000 and 2100": 1,
        "jenis is one of A, B": 1,
        "nilai is at least 0.01": 1,
        "not too much": 1,
        "nama has a length of at most 20": 1,
    }
    assert (found.read, found.kept, found.quarantined, found.duplicates) == (100, 94, 6, 0)
    assert pq.read_table(store.excluded).to_pydict() == {"_row": [0, 1, 2, 3, 4, 6], "fate": ["quarantined"] * 6}
    assert found.warnings() == {"not too much": 1}


def test_an_exact_duplicate_is_dropped_and_a_contradiction_set_aside(where: Settings) -> None:
    """Of three equal rows one stays; two rows with one key and different content are both set aside."""
    table = [*rows(count=90), good(0), good(0), good(1) | {"nilai": Decimal(7)}]
    store = made.raw(asked := spending(), where, table)
    found = screen(asked, where)
    assert failed(found) == {"key is unique": 2}
    assert (found.read, found.kept, found.quarantined, found.duplicates) == (93, 89, 2, 2)
    assert pq.read_table(store.excluded).to_pydict() == {
        "_row": [1, 90, 91, 92],
        "fate": ["quarantined", "duplicate", "duplicate", "quarantined"],
    }


def test_quarantine_holds_rows_and_rejects_with_rules_lines_and_cells(where: Settings) -> None:
    """Those who may mend a row find where it came from, what is wrong, and every cell as it was."""
    asked = spending()
    bad = made.reject("file.csv:999", "is not a number", "nilai", {"nomor": "B001", "nilai": "abc", "extra": "q"})
    store = made.raw(asked, where, rows({"nomor": "a1", "nama": "=1+1", "tahun": 1999}), [bad])
    found = screen(asked, where)
    table = pq.read_table(store.quarantine).to_pylist()
    assert [row["_row"] for row in table] == [0, None]
    assert table[0]["_rules"] == "nomor matches its pattern; tahun is between 2000 and 2100"
    assert (table[0]["_line"], table[0]["nilai"], table[0]["nama"]) == ("file.csv:2", "10.50", "=1+1")
    assert (table[1]["_rules"], table[1]["nomor"], table[1]["nilai"]) == ("nilai is not a number", "B001", "abc")
    assert json.loads(table[1]["_record"])["extra"] == "q"
    sheet = pyarrow.csv.read_csv(store.quarantine.with_suffix(".csv")).to_pylist()
    assert [row["nama"] for row in sheet] == ["'=1+1", ""]
    assert (found.read, found.kept, found.quarantined) == (101, 99, 2)
    assert failed(found)["nilai is not a number"] == 1


def test_restricted_files_are_for_their_owner_alone(where: Settings) -> None:
    """Quarantine, exclusions and proof can be read by nobody else."""
    store = made.raw(asked := spending(), where, rows({"nomor": "a1"}))
    screen(asked, where)
    files = [store.quarantine, store.quarantine.with_suffix(".csv"), store.excluded, store.screening]
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}


def test_no_failing_value_stands_in_the_proof_the_suite_or_the_log(
    where: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    """What is written outside the quarantine holds counts and names of columns only."""
    caplog.set_level("DEBUG")
    store = made.raw(asked := spending(), where, rows({"nama": SECRET * 2}, {"nomor": SECRET}))
    found = screen(asked, where)
    written = [file for file in store.restricted.iterdir() if file.suffix == ".json"]
    assert {file.name for file in written} == {"raw.json", "screening.json", "suite.json"}
    assert not any(SECRET in file.read_text(encoding="utf-8") for file in written)
    assert SECRET not in repr(found) + caplog.text


def test_files_are_the_same_bytes_when_screened_again(where: Settings) -> None:
    """Nothing in the written files depends on the run."""
    store = made.raw(asked := spending(), where, [*rows({"nomor": "a1"}, {"tahun": None}), good(5)])
    files = (store.quarantine, store.quarantine.with_suffix(".csv"), store.excluded, store.screening)
    first = [screen(asked, where), *(file.read_bytes() for file in files)]
    second = [screen(asked, where), *(file.read_bytes() for file in files)]
    assert first == second


@pytest.mark.parametrize(("bad", "passed"), [(5, True), (6, False)])
def test_too_large_a_share_set_aside_stops_the_release(where: Settings, bad: int, passed: bool) -> None:  # noqa: FBT001
    """The contract's share is the most that may be set aside."""
    made.raw(asked := spending(), where, rows(*[{"jenis": "C"}] * bad))
    found = screen(asked, where)
    assert found.passed is passed
    assert read_json(made.store_of("spending", where).screening)["passed"] is passed
    if not passed:
        assert "6 of 100 rows (6 %)" in found.failures()[0]
        assert isinstance(found.blocked(), Blocked)


def test_row_bounds_and_shrinking_stop_the_release(where: Settings) -> None:
    """Bounds hold for what was read; a stopped run lowers no bound for the next one."""
    asked = spending(rows={"min": 50, "max": 100, "shrink": "10%"})
    made.raw(asked, where, rows(count=100))
    assert screen(asked, where).passed
    for _ in range(2):
        made.raw(asked, where, rows(count=89))
        assert [problem.rule for problem in screen(asked, where).problems] == ["rows do not shrink"]
    made.raw(asked, where, rows(count=90))
    assert screen(asked, where).passed
    made.raw(asked, where, rows(count=101))
    assert [problem.rule for problem in screen(asked, where).problems] == ["50 to 100 rows"]


def test_shrinking_is_against_the_last_release(where: Settings) -> None:
    """A screening that passed but was never released lowers no bound either."""
    asked = spending(rows={"shrink": "10%"})
    store = made.raw(asked, where, rows(count=100))
    write_json(store.latest, {"version": "2026-01-05"})
    (store.releases / "2026-01-05").mkdir()
    write_json(store.releases / "2026-01-05" / "release.json", {"accounting": {"read": 100}})
    made.raw(asked, where, rows(count=95))
    assert screen(asked, where).passed
    made.raw(asked, where, rows(count=89))
    assert [problem.rule for problem in screen(asked, where).problems] == ["rows do not shrink"]


def test_written_totals_that_differ_stop_the_release_and_name_the_group(where: Settings) -> None:
    """A sum that is one cent off is told with both totals, their difference, and the group."""
    against = {"values": [{"tahun": 2026, "total": "1050.01"}]}
    asked = spending(reconcile=[{"name": "equals the ledger", "sum": "nilai", "by": ["tahun"], "against": against}])
    made.raw(asked, where, rows())
    found = screen(asked, where)
    assert not found.passed
    (problem,) = found.problems
    assert (problem.found, problem.allowed, problem.difference) == ("1,050.00", "1,050.01", "-0.01")
    assert problem.narrowed == "tahun 2026: -0.01"


def test_totals_are_of_what_was_read_before_quarantine_without_duplicates(where: Settings) -> None:
    """The ledger knows no quarantine, and an exact duplicate is not counted twice."""
    against = {"values": [{"total": "1050.00"}]}
    asked = spending(reconcile=[{"name": "equals the ledger", "sum": "nilai", "against": against}])
    made.raw(asked, where, [*rows({"nomor": "bad"}), good(7)])
    found = screen(asked, where)
    assert (found.passed, found.quarantined, found.duplicates) == (True, 1, 1)


def test_a_reference_resolves_among_the_rows_that_its_filter_names(where: Settings) -> None:
    """A code must stand in the other dataset's column, among the rows with the given value."""
    codes = made.contract(made.column("kode"), made.column("jenis"), name="codes")
    table = [{"kode": "1", "jenis": "x"}, {"kode": "2", "jenis": "y"}]
    reference = {"dataset": "codes", "column": "kode", "where": {"jenis": "x"}}
    asked = made.contract(
        made.column("nomor"), made.column("kode", "string", "code", references=reference), quarantine={"max": "50%"}
    )
    made.raw(asked, where, [{"nomor": "a", "kode": "1"}, {"nomor": "b", "kode": "2"}])
    with pytest.raises(Blocked, match="never read"):
        screen(asked, where)
    made.raw(codes, where, table)
    assert failed(screen(asked, where)) == {"kode stands in kode of codes": 1}


def test_a_rule_that_fails_on_a_row_blocks_without_telling_the_cell(where: Settings) -> None:
    """DuckDB quotes the cell that it cannot cast; the error does not."""
    asked = spending(rules=[{"name": "odd", "rows": "CAST(nama AS INTEGER) > 5"}])
    made.raw(asked, where, rows({"nama": SECRET}))
    with pytest.raises(Blocked) as caught:
        screen(asked, where)
    assert SECRET not in str(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__


@pytest.mark.parametrize("rule", ["nilai >", "no_such > 1", "nilai", "nilai IN (SELECT 1)", "1=1) UNION (SELECT 1"])
def test_a_rule_that_is_no_condition_is_a_mistake_of_the_contract(where: Settings, rule: str) -> None:
    """It is told before any row is looked at."""
    asked = spending(rules=[{"name": "odd", "rows": rule}])
    made.raw(asked, where, rows())
    with pytest.raises(ContractError, match="1 mistake"):
        screen(asked, where)


def test_a_receipt_with_other_counts_is_unbalanced(where: Settings) -> None:
    """A row that extraction counted and nobody finds is an error, not a shrug."""
    store = made.raw(asked := spending(), where, rows())
    write_json(store.receipt, {"rows": 101, "rejects": 0})
    with pytest.raises(Unbalanced):
        screen(asked, where)


@pytest.mark.parametrize("numbers", [[0, 1, 1], [1, 2, 3], [0, 1, None], [0, 0, 3]])
def test_rows_that_are_not_numbered_from_zero_are_unbalanced(where: Settings, numbers: list[int | None]) -> None:
    """Each row has one number and each number one row, or fates could go to the wrong rows."""
    store = made.raw(asked := spending(), where, rows(count=3))
    table = pq.read_table(store.raw)
    place = table.schema.get_field_index("_row")
    pq.write_table(table.set_column(place, "_row", pa.array(numbers, pa.int64())), store.raw)
    with pytest.raises(Unbalanced):
        screen(asked, where)


def test_without_rows_there_is_nothing_to_screen(where: Settings) -> None:
    """Screening before extraction says what to do."""
    with pytest.raises(Unproven, match="no rows"):
        screen(spending(), where)
