"""A MySQL server that is not there: a driver of the name `pymysql` that writes down what it is told and fails on demand.

Only the injected faults are its own; the code of SQLAlchemy above it is real.
"""

import sys
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any

import pytest

MARIADB = "10.11.6-MariaDB"


class Error(Exception):
    """As PEP 249 has it, with MySQL's number first."""


class DatabaseError(Error):
    """Any error of the database."""


class OperationalError(DatabaseError):
    """Of its operation."""


class ProgrammingError(DatabaseError):
    """Of the statement."""


class InterfaceError(Error):
    """Of the driver."""


@dataclass(kw_only=True, slots=True)
class Server:
    """What it was told, what it answers with, and where it fails: at "connect", at a "fetch", or at words of a statement."""

    rows: list[tuple[Any, ...]] = field(default_factory=lambda: [("1", "1.50"), ("2", "2.50")])
    names: tuple[str, ...] = ("a", "b")
    version: str = "8.0.36"
    fails: dict[str, Exception] = field(default_factory=dict)
    options: dict[str, Any] = field(default_factory=dict)
    statements: list[str] = field(default_factory=list)
    fetched: list[int] = field(default_factory=list)

    def connect(self, **options: Any) -> "Connection":
        """Open one."""
        self.options = options
        self.fail("connect")
        return Connection(self)

    def fail(self, where: str) -> None:
        """Raise what was asked for here."""
        for words, error in self.fails.items():
            if words in where:
                raise error

    def answer(self, statement: str) -> tuple[tuple[str, ...], list[tuple[Any, ...]]]:
        """Names and rows."""
        self.statements.append(statement)
        self.fail(statement)
        for words, cells in {
            "VERSION()": (self.version,), "sql_mode": ("",), "lower_case": ("0",),
        }.items():  # fmt: skip
            if words in statement:
                return tuple(map(str, range(len(cells)))), [cells]
        return self.names, [] if "1 = 0" in statement else list(self.rows)


class Connection:
    """A connection to it."""

    def __init__(self, server: Server) -> None:
        self.server = server

    def cursor(self, *_: Any) -> "Cursor":
        """A cursor."""
        return Cursor(self.server)

    def character_set_name(self) -> str:
        """As the driver says it."""
        return "utf8mb4"

    def ping(self, *_: Any) -> None:
        """It is there."""

    def commit(self) -> None:
        """Nothing to do."""

    def rollback(self) -> None:
        """Nothing to do."""

    def close(self) -> None:
        """Nothing to do."""


class Cursor:
    """Hands out rows one page at a time; fails at the second where that was asked for."""

    def __init__(self, server: Server) -> None:
        self.server, self.pages = server, 0
        self.description: list[tuple[Any, ...]] | None = None
        self.rowcount, self.lastrowid = -1, None
        self.rows: list[tuple[Any, ...]] = []

    def execute(self, statement: str, *parameters: Any) -> None:
        """Run it; parameters would change a % in it."""
        assert parameters == () or "%" not in statement
        if statement.startswith("SET"):
            self.server.statements.append(statement)
            return
        names, self.rows = self.server.answer(statement)
        self.description = [(name, 253, None, None, None, None, True) for name in names]

    def fetchone(self) -> tuple[Any, ...] | None:
        """The next row."""
        return self.rows.pop(0) if self.rows else None

    def fetchmany(self, size: int = 1) -> list[tuple[Any, ...]]:
        """The next rows."""
        self.pages += 1
        if self.pages > 1:
            self.server.fail("fetch")
        page, self.rows = self.rows[:size], self.rows[size:]
        self.server.fetched.append(len(page))
        return page

    def fetchall(self) -> list[tuple[Any, ...]]:
        """All of them."""
        page, self.rows = self.rows, []
        self.server.fetched.append(len(page))
        return page

    def close(self) -> None:
        """Nothing to do."""


def install(patch: pytest.MonkeyPatch) -> Server:
    """Make `mysql+pymysql://` addresses lead to a new server."""
    server = Server()
    driver, cursors = ModuleType("pymysql"), ModuleType("pymysql.cursors")
    vars(cursors).update(SSCursor=Cursor)
    vars(driver).update(
        connect=server.connect, paramstyle="format", apilevel="2.0", threadsafety=1, VERSION_STRING="1.1.1",
        version_info=(1, 4, 6, "final", 1), __version__="1.4.6", cursors=cursors,
        Error=Error, DatabaseError=DatabaseError, OperationalError=OperationalError, InterfaceError=InterfaceError,
        ProgrammingError=ProgrammingError, IntegrityError=DatabaseError, DataError=DatabaseError,
        InternalError=DatabaseError, NotSupportedError=DatabaseError,
    )  # fmt: skip
    patch.setitem(sys.modules, "pymysql", driver)
    patch.setitem(sys.modules, "pymysql.cursors", cursors)
    return server
