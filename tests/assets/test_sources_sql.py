"""Databases: exact numbers, one snapshot, only what is declared, and errors that give no credential away."""

import sqlite3
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from adbc_driver_postgresql import dbapi

from assets.contract import Contract
from assets.errors import SourceChanged, SourceError, SourceRefused, SourceUnreachable
from assets.settings import Settings
from assets.sources.source import Request
from assets.sources.sql import Sql
from tests.assets.office import cells, column, contract, read, settings
from tests.systems_fixture import Systems

A, B = column("a"), column("b", "decimal(20,2)")
Run = Callable[..., None]


@pytest.fixture
def run(systems: Systems) -> Iterator[Run]:
    """Runs SQL as the owner of the database, in a schema that is dropped afterwards."""

    def execute(*statements: str) -> None:
        with dbapi.connect(systems.admin, autocommit=True) as connection, connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)

    execute("DROP SCHEMA IF EXISTS reading CASCADE", "CREATE SCHEMA reading", "GRANT USAGE ON SCHEMA reading TO terang",
            "ALTER DEFAULT PRIVILEGES IN SCHEMA reading GRANT SELECT ON TABLES TO terang")  # fmt: skip
    yield execute
    execute("DROP SCHEMA reading CASCADE")


@pytest.fixture
def office(tmp_path: Path, systems: Systems) -> Settings:
    """An office that reads the ledger as it should: with a user who may read only."""
    return settings(tmp_path, ledger=systems.secret("keuangan_url"))


def source(**options: Any) -> dict[str, Any]:
    """A source in the ledger; the table is `reading.t` unless told otherwise."""
    told = options if {"table", "query"} & options.keys() else {"table": "reading.t", **options}
    return {"kind": "sql", "connection": "ledger", **told}


pytestmark = pytest.mark.systems


def test_types_arrive_exactly(run: Run, office: Settings) -> None:
    """NUMERIC beyond 17 digits, days, moments in UTC, truth, enumerations, identifiers; "NaN" and infinity rejected."""
    run("CREATE TYPE reading.mood AS ENUM ('good')")
    run(
        "CREATE TABLE reading.t AS SELECT * FROM (VALUES"
        " ('1', 12345678901234567.89::numeric, date '2026-03-05', timestamptz '2026-01-01 08:00+08', true, 7, 'good'::reading.mood),"
        " ('2', 'NaN'::numeric, date '2026-03-05', null, null, null, null),"
        " ('3', 1.005, null, null, false, 9223372036854775807, null),"
        " ('4', 1.500, 'infinity'::date, null, false, 1, null)) AS v(a, b, day, moment, truth, number, mood)"
    )
    columns = [
        column("day", "date"),
        column("moment", "datetime"),
        column("truth", "boolean"),
        column("number", "integer"),
    ]
    receipt, rows, rejects = read(contract(source(), A, B, *columns, column("mood")), office)
    assert rows.drop_columns(["_row", "_line"]).to_pylist() == [
        {
            "a": "1", "b": Decimal("12345678901234567.89"), "day": date(2026, 3, 5),
            "moment": datetime(2026, 1, 1, tzinfo=UTC), "truth": True, "number": 7, "mood": "good",
        }
    ]  # fmt: skip
    assert cells(rejects, "rule", "column") == [("type decimal", "b"), ("type decimal", "b"), ("type date", "day")]
    assert receipt.totals == {}


def test_rows_come_in_order_of_the_key_as_bytes(run: Run, office: Settings) -> None:
    """Whatever the collation of the database, and equal keys in one order."""
    run("CREATE TABLE reading.t AS SELECT * FROM (VALUES ('b', 2), ('Z', 1), ('é', 1), ('a', 1), ('b', 1)) AS v(a, b)")
    _, rows, _ = read(contract(source(), A, B), office)
    assert cells(rows, "a", "b", "_row", "_line") == [
        (key, Decimal(amount), at, "")
        for at, (key, amount) in enumerate([("Z", 1), ("a", 1), ("b", 1), ("b", 2), ("é", 1)])
    ]


def test_only_declared_columns_are_asked_for(run: Run, office: Settings) -> None:
    """A user who may not read an ignored column reads the others: it is never selected."""
    run("CREATE TABLE reading.t AS SELECT 'x' AS a, 1 AS b, 'secret' AS nik")
    run("REVOKE SELECT ON reading.t FROM terang", "GRANT SELECT (a, b) ON reading.t TO terang")
    query = "SELECT a, b FROM reading.t"
    assert read(contract(source(query=query), A, B), office)[1].num_rows == 1
    run("GRANT SELECT ON reading.t TO terang")
    _, rows, _ = read(contract(source(ignore=["nik"]), A, B), office)
    assert rows.schema.names == ["a", "b", "_row", "_line"]


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        ("'x' AS a, 1 AS bb", '"b" looks renamed to "bb"'),
        ("'x' AS a", 'no column "b"'),
        ("'x' AS a, 1 AS b, 'y' AS phone", 'does not name: "phone"'),
        ("'x' AS a, date '2026-01-01' AS b", "another type"),
    ],
)
def test_a_changed_table_stops_the_run(run: Run, office: Settings, columns: str, words: str) -> None:
    """Renamed, missing, unknown and retyped columns."""
    run(f"CREATE TABLE reading.t AS SELECT {columns}")
    with pytest.raises(SourceChanged, match=words):
        read(contract(source(), A, B), office)
    assert not (office.root / ".terang/restricted/spending/raw.parquet").exists()


def test_a_query_takes_its_parameters_as_values(run: Run, office: Settings) -> None:
    """Quotes in a value stay in it, `::` is no parameter, and a parameter that is missing is told."""
    run("CREATE TABLE reading.t AS SELECT * FROM (VALUES ('o''x', 1), ('y', 2)) AS v(a, b)")
    query = "SELECT a, b::numeric AS b FROM reading.t WHERE a = :name;"
    _, rows, _ = read(contract(source(query=query, parameters={"name": "o'x"}), A, B), office)
    assert cells(rows, "a", "b") == [("o'x", Decimal(1))]
    with pytest.raises(SourceChanged, match="parameter that is not given"):
        read(contract(source(query=query), A, B), office)


def _password(url: str) -> str:
    return urlsplit(url).password or ""


def _wrong_password(url: str) -> str:
    return url.replace(_password(url), "wrong-word-of-nobody")


def _no_database(url: str) -> str:
    return url.replace("/keuangan", "/nowhere")


def _no_server(url: str) -> str:
    return url.replace(f":{urlsplit(url).port}/", ":9/")


def _no_host(url: str) -> str:
    return url.replace("127.0.0.1", "nowhere.invalid")


@pytest.mark.parametrize(
    ("change", "kind", "words"),
    [
        (_wrong_password, SourceRefused, "refuses this user"),
        (_no_database, SourceRefused, "no such database"),
        (_no_server, SourceUnreachable, "does not answer"),
        (_no_host, SourceUnreachable, "does not answer"),
    ],
)
def test_a_refused_and_an_absent_database_are_told_apart(
    tmp_path: Path,
    systems: Systems,
    change: Callable[[str], str],
    kind: type[SourceError],
    words: str,
) -> None:
    """And no message, nor what it was raised from, holds the address."""
    url = systems.secret("keuangan_url")
    changed = change(url)
    with pytest.raises(kind, match=words) as error:
        read(contract(source(), A, B), settings(tmp_path, ledger=changed))
    assert error.value.__cause__ is None
    assert not {_password(url), _password(changed), changed, "nowhere"} & set(
        str(error.value).replace("\n", " ").split()
    )
    assert _password(url) not in str(error.value)


def test_rights_tables_and_slow_queries_have_their_own_errors(run: Run, office: Settings) -> None:
    """No right, no table, no such column in a query, and a query that takes too long."""
    run("CREATE TABLE reading.t AS SELECT 'x' AS a, 1 AS b", "REVOKE SELECT ON reading.t FROM terang")
    with pytest.raises(SourceRefused, match="may not read"):
        read(contract(source(), A, B), office)
    with pytest.raises(SourceChanged, match="not there"):
        read(contract(source(table="reading.gone"), A, B), office)
    with pytest.raises(SourceChanged, match="does not fit"):
        read(contract(source(query="SELECT a, gone FROM reading.t"), A, B), office)
    slow = contract(source(query="SELECT 'x' AS a, 1 AS b FROM (SELECT pg_sleep(20)) AS s"), A, B)
    hasty = slow.model_copy(update={"source": slow.source.model_copy(update={"timeout": timedelta(milliseconds=200)})})
    with pytest.raises(SourceUnreachable, match="too long"):
        read(hasty, office)


def test_a_value_that_fails_in_the_database_is_not_shown(run: Run, office: Settings) -> None:
    """The database's own words hold the value; ours do not."""
    run("CREATE TABLE reading.t AS SELECT 'x' AS a, 'Rahasia'::text AS b")
    with pytest.raises(SourceError) as error:
        read(contract(source(query="SELECT a, b::numeric AS b FROM reading.t"), A, B), office)
    assert "Rahasia" not in str(error.value)


def test_all_is_read_in_one_snapshot(run: Run, office: Settings) -> None:
    """What commits while batches are drawn is neither read nor counted."""
    run("CREATE TABLE reading.t AS SELECT 'k' || n AS a, n AS b FROM generate_series(1, 5000) AS n")
    request = Request(dataset="x", columns=("a", "b"), key=("a",), connection=office.connection("ledger"))
    reading = Sql(kind="sql", connection="ledger", table="reading.t").read(request)
    run("INSERT INTO reading.t VALUES ('late', 1)")
    assert sum(batch.num_rows for batch in reading.batches) == 5000
    assert reading.facts["count"] == 5000


def test_nothing_can_be_written(run: Run, systems: Systems, tmp_path: Path) -> None:
    """Even an owner's connection reads in a read-only transaction."""
    run("CREATE SEQUENCE reading.s")
    owner = settings(tmp_path, ledger=systems.admin)
    with pytest.raises(SourceError):
        read(contract(source(query="SELECT nextval('reading.s')::text AS a, 1 AS b"), A, B), owner)


def sqlite(root: Path, *statements: str) -> Settings:
    """An office whose ledger is an SQLite file."""
    with sqlite3.connect(root / "ledger.db") as connection:
        for statement in statements:
            connection.execute(statement)
    return settings(root, ledger=f"sqlite:///{root}/ledger.db")


def simple(**options: Any) -> Contract:
    """A contract of table t."""
    return contract(source(table="t", **options), A, B, column("day", "date"))


def test_another_database_is_read_as_exactly_as_its_driver(tmp_path: Path) -> None:
    """SQLite through SQLAlchemy: text stays text, rows in order of the key, deleted ones left out."""
    office = sqlite(
        tmp_path,
        "CREATE TABLE t (a text, b text, day text, gone boolean)",
        "INSERT INTO t VALUES ('2', '12345678901234567.89', '2026-03-05', 0), ('1', '1.005', null, 0), ('0', '1', null, 1)",
    )
    _, rows, rejects = read(simple(deleted="gone"), office)
    assert cells(rows, "a", "b", "day") == [("2", Decimal("12345678901234567.89"), date(2026, 3, 5))]
    assert rejects["column"].to_pylist() == ["b"]


def test_errors_of_another_database_are_ours_too(tmp_path: Path) -> None:
    """No table, unknown columns, and an address of nothing: told without it."""
    office = sqlite(tmp_path, "CREATE TABLE u (a text)")
    with pytest.raises(SourceChanged, match="cannot answer"):
        read(simple(), office)
    with pytest.raises(SourceChanged, match='no column "b"'):
        read(contract(source(table="u"), A, B), office)
    with pytest.raises(SourceRefused) as error:
        read(simple(), settings(tmp_path, ledger="nothing://user:Gembok-98@host/db"))
    assert "Gembok" not in str(error.value)
