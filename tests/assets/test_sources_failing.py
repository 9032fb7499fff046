"""Sources that fail half way or never answer: every one is told in time, and half a table is never written."""

import socket
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from adbc_driver_postgresql import dbapi

from assets.errors import SourceChanged, SourceUnreachable
from assets.extract import extract
from assets.settings import ConnectionSettings, Settings
from assets.sources import anysql, postgres
from assets.store import store_of
from tests.assets.office import column, contract, read, settings
from tests.systems_fixture import Systems

A, B = column("a"), column("b", "decimal(20,2)")
TABLE = {"kind": "sql", "connection": "ledger", "table": "failing.t"}
Run = Callable[..., None]


@pytest.fixture
def silent() -> Iterator[str]:
    """The address of a server that takes a connection and then says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        held: list[socket.socket] = []
        threading.Thread(target=lambda: held.append(listening.accept()[0]), daemon=True).start()
        yield f"127.0.0.1:{listening.getsockname()[1]}"
        for connection in held:
            connection.close()


def test_a_database_that_takes_the_call_and_says_nothing_is_unreachable(tmp_path: Path, silent: str) -> None:
    """Within the connection's time limit, and without its password."""
    ledger = ConnectionSettings(url=f"postgresql://reader:Gembok-97@{silent}/ledger", timeout=2)
    began = time.monotonic()
    with pytest.raises(SourceUnreachable, match="does not answer") as error:
        extract(contract(TABLE, A, B), Settings(root=tmp_path, connections={"ledger": ledger}))
    assert time.monotonic() - began < 15
    assert "Gembok" not in str(error.value)


def test_a_table_that_changes_before_it_is_read_stops_the_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Any database: its columns are asked for first, and are others when its rows are."""
    with sqlite3.connect(tmp_path / "ledger.db") as ledger:
        ledger.execute("CREATE TABLE t (a text, b text)")
    office = settings(tmp_path, ledger=f"sqlite:///{tmp_path}/ledger.db")
    look = anysql._names

    def changed(*given: Any) -> list[str]:
        found = look(*given)
        with sqlite3.connect(tmp_path / "ledger.db") as ledger:
            ledger.execute("ALTER TABLE t RENAME COLUMN b TO jumlah")
        return found

    monkeypatch.setattr(anysql, "_names", changed)
    with pytest.raises(SourceChanged, match="cannot answer"):
        read(contract({**TABLE, "table": "t"}, A, B), office)
    assert not store_of("spending", office).raw.exists()


def test_a_mark_of_deletion_that_is_gone_stops_the_run(tmp_path: Path) -> None:
    """Else every deleted row would come back to life."""
    with sqlite3.connect(tmp_path / "ledger.db") as ledger:
        ledger.execute("CREATE TABLE t (a text, b text)")
    office = settings(tmp_path, ledger=f"sqlite:///{tmp_path}/ledger.db")
    with pytest.raises(SourceChanged, match=r"no column for source\.deleted"):
        read(contract({**TABLE, "table": "t", "deleted": "gone"}, A, B), office)


@pytest.fixture
def run(systems: Systems) -> Iterator[Run]:
    """Runs SQL as the owner of the database, in a schema with a table of many rows."""

    def execute(*statements: str) -> None:
        with dbapi.connect(systems.admin, autocommit=True) as connection, connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)

    execute(
        "DROP SCHEMA IF EXISTS failing CASCADE", "CREATE SCHEMA failing", "GRANT USAGE ON SCHEMA failing TO terang",
        "CREATE TABLE failing.t AS SELECT 'k' || n AS a, n AS b, repeat('x', 900) AS note FROM generate_series(1, 60000) n",
        "GRANT SELECT ON failing.t TO terang",
    )  # fmt: skip
    yield execute
    execute("DROP SCHEMA failing CASCADE")


def _halfway(patch: pytest.MonkeyPatch, action: Callable[[], None]) -> None:
    """Do something after the first batch was drawn."""
    shaped, done = postgres._shaped, []

    def first(*given: Any) -> Any:
        if not done:
            done.append(True)
            action()
        return shaped(*given)

    patch.setattr(postgres, "_shaped", first)


@pytest.mark.systems
def test_a_schema_that_is_changed_meanwhile_is_not_seen(
    run: Run, systems: Systems, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PostgreSQL holds the change back until the table is read: all rows are of one form, and the next run is told."""

    def change() -> None:
        with pytest.raises(Exception, match="lock timeout"):
            run("SET lock_timeout = '200ms'", "ALTER TABLE failing.t RENAME COLUMN b TO jumlah")

    office = settings(tmp_path, ledger=systems.secret("keuangan_url"))
    _halfway(monkeypatch, change)
    made = contract({**TABLE, "ignore": ["note"]}, A, B)
    assert read(made, office)[0].rows == 60000
    run("ALTER TABLE failing.t RENAME COLUMN b TO jumlah")
    with pytest.raises(SourceChanged, match='"b" looks renamed to "jumlah"'):
        extract(made, office)


@pytest.mark.systems
def test_a_database_that_breaks_off_half_way_is_unreachable(
    run: Run, systems: Systems, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Worth another try; nothing of the half is kept, and what was there before stays."""
    office = settings(tmp_path, ledger=systems.secret("keuangan_url"))
    made = contract({**TABLE, "ignore": []}, A, B, column("note"))
    before, _, _ = read(made, office)
    end = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'terang' AND query LIKE '%failing%'"
    _halfway(monkeypatch, lambda: run(end))
    with pytest.raises(SourceUnreachable, match="broke off"):
        extract(made, office)
    store = store_of("spending", office)
    assert store.raw.stat().st_size == before.bytes
    assert not list(store.restricted.glob(".*"))
