"""Extraction as a whole: what lies in restricted storage afterwards, run after run, and what a failed run leaves."""

import errno
import json
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from adbc_driver_postgresql import dbapi

from assets import rawfile
from assets.contract import Contract
from assets.errors import ContractError, SourceChanged, StorageError
from assets.extract import extract
from assets.receipt import last
from assets.settings import Settings
from assets.sources import delimited
from assets.sources.source import REJECTS
from assets.store import sha256, store_of
from tests.assets.office import cells, column, contract, files, read, settings
from tests.systems_fixture import ROOT, Systems

Run = Callable[..., None]
CSV = {"kind": "csv", "connection": "drop", "path": "*.csv"}
A, B = column("a"), column("b", "decimal(20,2)", "public_measure")


def test_what_lies_there_afterwards(tmp_path: Path) -> None:
    """Rows with `_row` and `_line`, rejects in their own file, a receipt with counts, totals and the file's sha256."""
    files(tmp_path, {"f.csv": "a,b\nx,99999999999999999.99\ny,oops\nz,0.01\n"})
    made = contract(CSV, A, B)
    receipt, rows, rejects = read(made, settings(tmp_path))
    store = store_of("spending", settings(tmp_path))
    assert rows.schema.names == ["a", "b", "_row", "_line"]
    assert [str(kind) for kind in rows.schema.types] == ["string", "decimal128(20, 2)", "int64", "string"]
    assert cells(rows, "_row", "_line") == [(0, "f.csv:2"), (1, "f.csv:4")]
    assert rejects.schema == REJECTS
    assert rejects.to_pylist() == [
        {"_line": "f.csv:3", "rule": "type decimal", "column": "b", "record": '{"a": "y", "b": "oops"}'}
    ]
    assert (receipt.rows, receipt.rejects, receipt.read, receipt.deleted) == (2, 1, 3, 0)
    assert receipt.totals == {"b": "100000000000000000.00"}
    assert receipt.sha256 == sha256(store.raw)
    assert receipt.bytes == store.raw.stat().st_size
    assert last(store) == receipt


def test_restricted_files_are_for_their_owner_alone(tmp_path: Path) -> None:
    """Nobody else may enter the folder."""
    files(tmp_path, {"f.csv": "a,b\nx,1\n"})
    read(contract(CSV, A, B), settings(tmp_path))
    for folder in (tmp_path / ".terang/restricted", tmp_path / ".terang/restricted/spending"):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_the_same_source_gives_the_same_bytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many row groups there are, and however the batches were cut."""
    monkeypatch.setattr(rawfile, "GROUP", 100)
    files(tmp_path, {"f.csv": "a,b\n" + "".join(f"k{n},{n}\n" for n in range(1000))})
    made = contract(CSV, A, B)
    first, rows, _ = read(made, settings(tmp_path))
    assert pq.ParquetFile(store_of("spending", settings(tmp_path)).raw).num_row_groups == 10
    assert rows["_row"].to_pylist() == list(range(1000))
    monkeypatch.setattr(delimited, "BLOCK", 500)
    assert read(made, settings(tmp_path))[0].sha256 == first.sha256


def test_a_failed_run_leaves_what_was_there(tmp_path: Path) -> None:
    """A source that changed half way: rows, rejects and receipt of the run before stay, and no part of a file."""
    files(tmp_path, {"1.csv": "a,b\nx,1\n"})
    made = contract(CSV, A, B)
    before, _, _ = read(made, settings(tmp_path))
    files(tmp_path, {"2.csv": "a,b,\ny,1,surprise\n"})
    with pytest.raises(SourceChanged):
        extract(made, settings(tmp_path))
    store = store_of("spending", settings(tmp_path))
    assert last(store) == before
    kept = ["delivered.json", "raw.json", "raw.parquet", "rejects.parquet"]
    assert sorted(path.name for path in store.restricted.iterdir()) == kept


def test_a_full_disk_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The run stops with words, and the file of the run before stays whole."""
    files(tmp_path, {"f.csv": "a,b\nx,1\n"})
    made = contract(CSV, A, B)
    before, _, _ = read(made, settings(tmp_path))

    def full(*_: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(rawfile.Parquet, "write", full)
    with pytest.raises(StorageError, match="cannot be written"):
        extract(made, settings(tmp_path))
    assert last(store_of("spending", settings(tmp_path))) == before


TRANSFORM = """
import pyarrow.compute as pc
def transform(table):
    return table.append_column("doubled", pc.multiply(table["n"], 2)).append_column("day", pc.utf8_lower(table["a"]))
"""
SHORTER = (
    TRANSFORM.replace("transform", "inner")
    + """
def transform(table):
    return inner(table).slice(1)
"""
)


def transformed(root: Path, code: str) -> tuple[Contract, Settings]:
    """A contract with a transform and two columns that it makes."""
    (root / "transforms").mkdir(exist_ok=True)
    (root / "transforms" / "spending.py").write_text(code)
    columns = [column("n", "integer"), column("doubled", "integer", derived=True), column("day", "date", derived=True)]
    return contract(CSV, A, *columns, transform="spending"), settings(root)


def test_a_transform_adds_its_columns(tmp_path: Path) -> None:
    """It sees conformed columns; what it makes is conformed too, and a value that is none is rejected."""
    files(tmp_path, {"f.csv": "a,n\n2026-01-01,1\nno day,2\n"})
    _, rows, rejects = read(*transformed(tmp_path, TRANSFORM))
    assert cells(rows, "n", "doubled", "_line") == [(1, 2, "f.csv:2")]
    assert cells(rejects, "_line", "rule", "column") == [("f.csv:3", "type date", "day")]


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("", "no function transform"),
        ("def transform(table):\n    return table", "does not make the column doubled, day"),
        (SHORTER, "must keep each"),
        (TRANSFORM.replace('"n"', '"gone"'), "line 4 failed with KeyError"),
    ],
)
def test_a_transform_that_loses_something_stops_the_run(tmp_path: Path, code: str, words: str) -> None:
    """Neither a column nor a row goes missing silently."""
    files(tmp_path, {"f.csv": "a,n\n2026-01-01,1\n"})
    with pytest.raises(ContractError, match="1 mistake") as error:
        read(*transformed(tmp_path, code))
    assert words in str(error.value)


@pytest.fixture
def run(systems: Systems) -> Iterator[Run]:
    """Runs SQL as the owner of the database, in a schema with a table of 100 rows."""

    def execute(*statements: str) -> None:
        with dbapi.connect(systems.admin, autocommit=True) as connection, connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)

    execute(
        "DROP SCHEMA IF EXISTS growing CASCADE", "CREATE SCHEMA growing", "GRANT USAGE ON SCHEMA growing TO terang",
        "CREATE TABLE growing.t AS SELECT 'k' || lpad(n::text, 3, '0') AS a, n::numeric AS b, 2025 + n % 2 AS year,"
        " timestamptz '2026-01-01' + n * interval '1 hour' AS changed, n % 10 = 0 AS gone FROM generate_series(1, 100) AS n",
        "GRANT SELECT ON growing.t TO terang",
    )  # fmt: skip
    yield execute
    execute("DROP SCHEMA growing CASCADE")


@pytest.fixture
def office(tmp_path: Path, systems: Systems) -> Settings:
    """An office that reads the ledger."""
    return settings(tmp_path, ledger=systems.secret("keuangan_url"))


def growing(**options: Any) -> Contract:
    """The table by what changed, without rows that are gone."""
    source = {"kind": "sql", "connection": "ledger", "table": "growing.t", "cursor": "changed", "deleted": "gone"}
    return contract({**source, **options.pop("source", {})}, A, B, column("year", "integer"), **options)


def fresh(made: Contract, office: Settings) -> str:
    """The sha256 of the rows when everything is read anew."""
    store_of(made.name, office).receipt.unlink()
    receipt = extract(made, office)
    assert receipt.facts["run"] == 1
    return receipt.sha256


@pytest.mark.systems
def test_only_what_changed_is_read_and_the_rest_kept(run: Run, office: Settings) -> None:
    """New, corrected and deleted rows, without an ORDER BY of luck: the same bytes as reading everything."""
    made = growing()
    first, _, _ = read(made, office)
    assert (first.rows, first.deleted, first.facts["run"]) == (90, 10, 1)
    run(
        "INSERT INTO growing.t VALUES ('k000', 7, 2026, '2026-01-05 05:00+00', false)",
        "UPDATE growing.t SET b = 1000, changed = '2026-01-05 05:00+00' WHERE a = 'k001'",
        "UPDATE growing.t SET gone = true, changed = '2026-01-05 05:00+00' WHERE a = 'k002'",
    )
    second, rows, _ = read(made, office)
    assert (second.rows, second.deleted, second.facts["run"]) == (90, 11, 2)
    assert cells(rows, "a", "b")[:3] == [("k000", Decimal(7)), ("k001", Decimal(1000)), ("k003", Decimal(3))]
    assert rows["_row"].to_pylist() == list(range(90))
    assert second.totals == {"b": str(sum(n for n in range(1, 101) if n % 10) + 7 - 2 + 999) + ".00"}
    assert second.sha256 == fresh(made, office)


@pytest.mark.systems
def test_late_commits_are_found_by_the_overlap(run: Run, office: Settings) -> None:
    """A row that was dated before the last one seen, but committed after it was read."""
    made = growing(source={"overlap": "3h"})
    read(made, office)
    run("INSERT INTO growing.t VALUES ('late', 1, 2026, '2026-01-05 02:00+00', false)")
    receipt, rows, _ = read(made, office)
    assert "late" in rows["a"].to_pylist()
    assert "refreshed" not in receipt.facts


@pytest.mark.systems
def test_counts_that_differ_make_a_full_run(run: Run, office: Settings, caplog: pytest.LogCaptureFixture) -> None:
    """A row deleted for good, or one dated long ago, is noticed by its number and everything is read again."""
    made = growing()
    read(made, office)
    run("DELETE FROM growing.t WHERE a = 'k001'")
    receipt, rows, _ = read(made, office)
    assert "k001" not in rows["a"].to_pylist()
    assert (receipt.rows, receipt.facts["refreshed"], receipt.facts["run"]) == (89, "counts differed", 1)
    assert "another number of rows" in caplog.text


@pytest.mark.systems
def test_every_nth_run_reads_everything(run: Run, office: Settings) -> None:
    """And so finds what no cursor tells: a correction that forgot its date."""
    made = growing(source={"full_refresh": 2})
    read(made, office)
    run("UPDATE growing.t SET b = 5000 WHERE a = 'k001'")
    assert Decimal(5000) not in read(made, office)[1]["b"].to_pylist()
    receipt, rows, _ = read(made, office)
    assert Decimal(5000) in rows["b"].to_pylist()
    assert receipt.facts["run"] == 1


@pytest.mark.systems
def test_another_contract_or_transform_reads_everything(run: Run, office: Settings) -> None:
    """What was read by other rules is not mixed with what is read by these."""
    del run
    assert read(growing(), office)[0].facts["run"] == 1
    assert read(growing(), office)[0].facts["run"] == 2
    assert read(growing(rows={"min": 2}), office)[0].facts["run"] == 1
    store_of("spending", office).raw.write_bytes(b"damaged")
    assert read(growing(rows={"min": 2}), office)[0].facts["run"] == 1


@pytest.mark.systems
def test_rejected_rows_are_kept_until_they_are_mended(run: Run, office: Settings) -> None:
    """They count as rows of the source; a mended one leaves the rejects, a spoilt one leaves the rows."""
    made = growing()
    run("UPDATE growing.t SET b = 'NaN' WHERE a IN ('k001', 'k002')")
    first, _, rejects = read(made, office)
    assert (first.rows, first.rejects) == (88, 2)
    run(
        "UPDATE growing.t SET b = 1, changed = '2026-01-05 05:00+00' WHERE a = 'k001'",
        "UPDATE growing.t SET b = 'NaN', changed = '2026-01-05 05:00+00' WHERE a = 'k003'",
    )
    second, rows, rejects = read(made, office)
    assert (second.rows, second.rejects, second.facts["run"]) == (88, 2, 2)
    assert sorted(json.loads(record)["a"] for record in rejects["record"].to_pylist()) == ["k002", "k003"]
    assert "k001" in rows["a"].to_pylist()
    assert "k003" not in rows["a"].to_pylist()


@pytest.mark.systems
def test_a_partition_takes_the_place_of_its_own_rows_only(run: Run, office: Settings) -> None:
    """One year after the other, in any order, and again after a change: all years lie there, in order of the key."""
    made = growing(partition={"by": "year", "every": "year", "start": "2025"})
    only = extract(made, office, partition="2026")
    assert (only.rows, only.deleted, only.partition) == (50, 0, "2026")
    both = extract(made, office, partition="2025")
    assert (both.rows, both.deleted) == (90, 10)
    run("DELETE FROM growing.t WHERE year = 2026 AND b < 50", "UPDATE growing.t SET b = 0 WHERE year = 2025")
    extract(made, office, partition="2026")
    rows = pq.read_table(store_of("spending", office).raw)
    counts = dict(
        zip(*(c.to_pylist() for c in rows.group_by("year").aggregate([("year", "count")]).columns), strict=True)
    )
    assert counts == {2025: 40, 2026: 25}
    assert rows["a"].to_pylist() == sorted(rows["a"].to_pylist())
    assert Decimal(0) not in rows["b"].to_pylist()


@pytest.mark.systems
def test_partitions_may_be_months_of_a_date(run: Run, office: Settings) -> None:
    """A month of a day, of a text that begins with it, and of a moment in the zone that the contract says."""
    run(
        "CREATE TABLE growing.m AS SELECT a, b, (date '2026-01-31' + (b::int % 2))::date AS day,"
        " to_char(date '2026-01-31' + (b::int % 2), 'YYYY-MM-DD') AS shown,"
        " timestamptz '2026-01-31 16:30+00' + (b::int % 2) * interval '1 hour' AS moment FROM growing.t",
        "GRANT SELECT ON growing.m TO terang",
    )
    for by, kind in (("day", "date"), ("shown", "string"), ("moment", "datetime")):
        made = contract(
            {"kind": "sql", "connection": "ledger", "table": "growing.m"}, A, B, column("day", "date"), column("shown"),
            column("moment", "datetime", values={"timezone": "Asia/Jakarta"}),
            name=f"by-{by}", partition={"by": by, "every": "month", "start": "2026-01"},
        )  # fmt: skip
        assert made.column(by).type == kind
        assert [extract(made, office, partition=month).rows for month in ("2026-01", "2026-02", "2026-01")] == [
            50,
            100,
            100,
        ]


MEASURE = """
import resource, sys
from pathlib import Path
from assets.extract import extract
from tests.assets.office import column, contract, settings
columns = [column("a"), column("b", "decimal(20,2)", "public_measure"), column("note")]
made = contract({"kind": "sql", "connection": "ledger", "table": "growing.big"}, *columns)
receipt = extract(made, settings(Path(sys.argv[1]), ledger=Path(sys.argv[2]).read_text()))
print(receipt.rows, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


@pytest.mark.systems
def test_memory_does_not_grow_with_the_rows(run: Run, systems: Systems, tmp_path: Path) -> None:
    """Twice the rows, 64 MiB of text more, take no more memory once the pipeline is full."""
    peaks = []
    for rows in (700_000, 1_400_000):
        run(
            "DROP TABLE IF EXISTS growing.big",
            f"CREATE TABLE growing.big AS SELECT n::text AS a, n::numeric AS b, repeat(md5(n::text), 3) AS note"
            f" FROM generate_series(1, {rows}) AS n",
            "GRANT SELECT ON growing.big TO terang",
        )
        secret = systems.secrets / "keuangan_url"
        command = [sys.executable, "-c", MEASURE, str(tmp_path), str(secret)]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
        read_rows, peak = map(int, done.stdout.split())
        assert read_rows == rows
        peaks.append(peak / 1024)
    assert peaks[1] - peaks[0] < 40
