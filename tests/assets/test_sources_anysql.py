"""Databases through SQLAlchemy: no longer than they may take, nothing written, and each error what it is."""

import sqlite3
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa

from assets.contract import Contract
from assets.errors import SourceChanged, SourceError, SourceRefused, SourceUnreachable, SourceUnreadable
from assets.settings import ConnectionSettings, Settings
from assets.sources import anysql
from assets.sources.complaints import meaning
from assets.sources.drivers import Limits, arguments, prepare
from assets.sources.source import Request
from assets.sources.sql import Sql
from assets.store import store_of
from tests.assets import server as mysql
from tests.assets.office import cells, column, contract, read
from tests.assets.server import InterfaceError, OperationalError, ProgrammingError, Server

A, B = column("a"), column("b", "decimal(20,2)")
PASSWORD = "Gembok-97"
NAME = "Budi Contoh"


def made(**options: Any) -> Contract:
    """A contract of the table `t`, or of another source."""
    told = options if {"table", "query"} & options.keys() else {"table": "t", **options}
    return contract({"kind": "sql", "connection": "ledger", **told}, A, B)


def office(root: Path, url: str, *, timeout: float = 7) -> Settings:
    """An office with this ledger."""
    return Settings(root=root, connections={"ledger": ConnectionSettings(url=url, timeout=timeout)})


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """An SQLite file with a table of two rows."""
    path = tmp_path / "ledger.db"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE t (a text, b text)")
        connection.execute("INSERT INTO t VALUES ('1', '1.50'), ('2', '2.50')")
    connection.close()
    return path


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Server:
    """A MySQL server that is not there."""
    return mysql.install(monkeypatch)


def elsewhere(root: Path) -> Settings:
    """An office whose ledger is that server."""
    return office(root, f"mysql+pymysql://reader:{PASSWORD}@db.example/ledger")


def test_a_file_that_another_program_holds_is_worth_another_try(tmp_path: Path, file: Path) -> None:
    """It is waited for as long as the connection says."""
    with sqlite3.connect(file) as other:
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(SourceUnreachable, match="another program holds the database") as error:
            read(made(), office(tmp_path, f"sqlite:///{file}", timeout=0.1))
    assert error.value.facts["found"] == "BUSY"
    assert read(made(), office(tmp_path, f"sqlite:///{file}"))[0].rows == 2


def test_a_query_that_takes_too_long_is_ended(tmp_path: Path, file: Path) -> None:
    """After the time that the source has."""
    count = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 300000000) SELECT max(i) FROM n"
    asked = made(query=f"SELECT a, b FROM t WHERE ({count}) > 0")
    hasty = asked.model_copy(
        update={"source": asked.source.model_copy(update={"timeout": timedelta(milliseconds=100)})}
    )
    with pytest.raises(SourceUnreachable, match="took too long") as error:
        read(hasty, office(tmp_path, f"sqlite:///{file}"))
    assert error.value.facts["next"] == "raise source.timeout, or run at a quiet hour"


def test_nothing_can_be_written(tmp_path: Path, file: Path) -> None:
    """Also by a user who could."""
    connection = office(tmp_path, f"sqlite:///{file}").connection("ledger")
    request = Request(dataset="x", columns=("a", "b"), connection=connection)
    source = Sql(kind="sql", connection="ledger", table="t")
    with pytest.raises(SourceError), anysql._connected(source, request) as opened:
        opened.exec_driver_sql("DELETE FROM t")
    assert read(made(), office(tmp_path, f"sqlite:///{file}"))[0].rows == 2


def test_a_file_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    """SQLite would make an empty one, and say that it has no table."""
    with pytest.raises(SourceUnreachable, match="is not there") as error:
        read(made(), office(tmp_path, f"sqlite:///{tmp_path}/nowhere.db"))
    assert "mount its folder" in error.value.facts["next"]
    assert not (tmp_path / "nowhere.db").exists()


def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    """It is told, and none of its words."""
    (tmp_path / "ledger.db").write_text(f"{NAME}\n" * 100, encoding="utf-8")
    with pytest.raises(SourceUnreadable, match="no database") as error:
        read(made(), office(tmp_path, f"sqlite:///{tmp_path}/ledger.db"))
    assert error.value.facts["found"] == "NOTADB"
    assert NAME not in str(error.value)


def test_a_server_is_told_how_long_it_may_take(server: Server, tmp_path: Path) -> None:
    """Connecting, each answer and the statement; and that nothing is written, before anything is read."""
    _, rows, _ = read(made(timeout="2m"), elsewhere(tmp_path))
    assert len(cells(rows, "a", "b")) == 2
    limits = {name: value for name, value in server.options.items() if name.endswith("timeout")}
    assert limits == {"connect_timeout": 7, "read_timeout": 120, "write_timeout": 120}
    told = [statement for statement in server.statements if statement.startswith("SET SESSION")]
    assert told[:3] == [
        "SET SESSION sql_mode = CONCAT(@@sql_mode, ',ANSI_QUOTES,NO_BACKSLASH_ESCAPES')",
        "SET SESSION TRANSACTION READ ONLY",
        "SET SESSION max_execution_time = 120000",
    ]
    assert server.statements.index(told[2]) < next(i for i, s in enumerate(server.statements) if '"t"' in s)


def test_rows_are_fetched_a_page_at_a_time(server: Server, tmp_path: Path) -> None:
    """However many there are: memory does not grow with them."""
    server.rows = [("1", "1.50")] * 50_000
    assert read(made(), elsewhere(tmp_path))[0].rows == 50_000
    assert (sum(server.fetched), max(server.fetched)) == (50_000, 20_000)


def test_what_the_address_says_itself_holds(server: Server, tmp_path: Path) -> None:
    """An office that knows its network better."""
    url = "mysql+pymysql://reader@db.example/ledger?connect_timeout=3"
    read(made(), office(tmp_path, url))
    assert int(server.options["connect_timeout"]) == 3


@pytest.mark.parametrize(
    ("version", "limit"),
    [(mysql.MARIADB, ["SET SESSION max_statement_time = 1800.000"]), ("5.7.7", [])],
)
def test_each_server_has_its_own_limit(server: Server, tmp_path: Path, version: str, limit: list[str]) -> None:
    """MariaDB's has another name; an old MySQL has none, and is read all the same."""
    server.version = version
    assert read(made(), elsewhere(tmp_path))[0].rows == 2
    assert [told for told in server.statements if "_time" in told][: len(limit)] == limit


LOST = (2013, "Lost connection to MySQL server during query")


@pytest.mark.parametrize(
    ("where", "fault", "kind", "words"),
    [
        ("connect", OperationalError(1045, f"Access denied for user '{NAME}'"), SourceRefused, "refuses this user"),
        ("connect", OperationalError(1049, f"Unknown database '{NAME}'"), SourceRefused, "no such database"),
        ("connect", OperationalError(2003, f"Can't connect to '{NAME}'"), SourceUnreachable, "does not answer"),
        ("connect", OperationalError(2013, f"Lost connection {NAME}"), SourceUnreachable, "does not answer"),
        ("connect", OperationalError(9, f"{NAME} has a wrong password"), SourceRefused, "refuses this user"),
        ("connect", OSError(110, NAME), SourceUnreachable, "does not answer"),
        ("1 = 0", OperationalError(1142, f"SELECT denied to {NAME}"), SourceRefused, "may not read"),
        ("1 = 0", ProgrammingError(1146, f"Table '{NAME}' doesn't exist"), SourceChanged, "cannot answer"),
        ("ORDER BY", OperationalError(3024, "Query execution was interrupted"), SourceUnreachable, "too long"),
        ("ORDER BY", OperationalError(1213, "Deadlock found"), SourceUnreachable, "another program"),
        ("fetch", OperationalError(*LOST), SourceUnreachable, "broke off"),
        ("fetch", InterfaceError(0, ""), SourceUnreachable, "broke off"),
        ("fetch", ProgrammingError(4321, NAME), SourceChanged, "cannot answer"),
        ("fetch", mysql.DatabaseError(4321, NAME), SourceUnreadable, "could not answer"),
    ],
)
def test_each_fault_of_a_server_is_what_it_is(  # noqa: PLR0917 - a row of the table above
    server: Server, tmp_path: Path, where: str, fault: Exception, kind: type[SourceError], words: str
) -> None:
    """Only what may pass is worth another try; no message has the server's own words; no half table stays."""
    server.rows = [("1", "1.50")] * 50_000
    server.fails[where] = fault
    with pytest.raises(SourceError, match=words) as error:
        read(made(), elsewhere(tmp_path))
    assert type(error.value) is kind
    assert {"dataset", "where", "found", "next"} <= error.value.facts.keys()
    assert error.value.__cause__ is None
    assert not [word for word in (PASSWORD, *NAME.split(), "db.example") if word in str(error.value)]
    assert not store_of("spending", elsewhere(tmp_path)).raw.exists()


LIMITS = Limits(connect=7, statement=90)


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("mysql+mysqldb://h/d", {"connect_timeout": 7, "read_timeout": 90, "write_timeout": 90}),
        ("mysql+mysqlconnector://h/d", {"connection_timeout": 7}),
        ("mariadb+mariadbconnector://h/d", {"connect_timeout": 7, "read_timeout": 90, "write_timeout": 90}),
        ("mssql+pyodbc://h/d", {"timeout": 7}),
        ("mssql+pymssql://h/d", {"login_timeout": 7, "timeout": 90}),
        ("oracle+oracledb://h/d", {"tcp_connect_timeout": 7}),
        ("sqlite:///d", {"timeout": 7}),
        ("oracle+cx_oracle://h/d", {}),
    ],
)
def test_each_driver_is_told_in_its_own_words(url: str, told: dict[str, int]) -> None:
    """And by the name under which SQLAlchemy knows it."""
    made_ = sa.make_url(url)
    assert arguments(made_.get_dialect().driver, LIMITS, made_) == told


@pytest.mark.parametrize(
    ("name", "driver", "attribute", "value", "statements"),
    [
        ("mssql", "pyodbc", "timeout", 90, []),
        ("oracle", "oracledb", "call_timeout", 90_000, ["SET TRANSACTION READ ONLY"]),
        ("oracle", "cx_oracle", "call_timeout", 90_000, ["SET TRANSACTION READ ONLY"]),
    ],
)
def test_some_are_told_when_they_are_connected(
    name: str, driver: str, attribute: str, value: int, statements: list[str]
) -> None:
    """The time of a statement is an attribute of their connections."""
    own, ran = SimpleNamespace(), []
    connection: Any = SimpleNamespace(
        dialect=SimpleNamespace(name=name, driver=driver), connection=SimpleNamespace(driver_connection=own)
    )
    connection.exec_driver_sql = ran.append
    prepare(connection, LIMITS)
    assert (getattr(own, attribute), ran) == (value, statements)


def _odbc(state: str, words: str) -> Exception:
    return sa.exc.DBAPIError("SELECT", None, Exception(state, f"[{state}] [Microsoft][SQL Server]{words} (SQLExec)"))


def _oracle(words: str) -> Exception:
    return sa.exc.DBAPIError("SELECT", None, Exception(words))


@pytest.mark.parametrize(
    ("backend", "error", "connecting", "kind", "code"),
    [
        ("mssql", _odbc("28000", "Login failed for user 'x'. (18456)"), True, SourceRefused, "18456"),
        ("mssql", _odbc("HYT00", "Login timeout expired (0)"), True, SourceUnreachable, "HYT00"),
        ("mssql", _odbc("42000", "The SELECT permission was denied (229)"), False, SourceRefused, "229"),
        ("mssql", _odbc("42S02", "Invalid object name 't'. (208)"), False, SourceChanged, "208"),
        ("mssql", _odbc("08S01", "Communication link failure (0)"), False, SourceUnreachable, "08S01"),
        ("oracle", _oracle("ORA-01017: invalid username/password"), True, SourceRefused, "1017"),
        ("oracle", _oracle("ORA-12541: no listener"), True, SourceUnreachable, "12541"),
        ("oracle", _oracle("DPY-4011: the database or network closed it"), False, SourceUnreachable, "4011"),
        ("oracle", _oracle("ORA-00942: table or view does not exist"), False, SourceChanged, "942"),
        ("db2", sa.exc.DBAPIError("S", None, Exception("28000", "x")), True, SourceRefused, "28000"),
    ],
)
def test_each_database_has_its_own_codes(
    backend: str, error: Exception, kind: type[SourceError], code: str, *, connecting: bool
) -> None:
    """SQL Server's numbers, Oracle's, and SQLSTATEs of any other."""
    found, known_by = meaning(error, backend, connecting=connecting)
    assert (found.kind, known_by) == (kind, code)
