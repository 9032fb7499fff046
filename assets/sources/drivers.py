"""What each database driver is told when it connects: how long to wait, and that nothing is written.

A driver that is not here is read all the same, with the limits that its own settings give.
"""

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sqlalchemy import URL, Connection

_STEPS = 10_000  # of SQLite's machine between two looks at the clock
_MOST_MILLISECONDS = 2**31 - 1
_HAS_LIMIT = {"mysql": (5, 7, 8), "mariadb": (10, 1, 1)}


@dataclass(frozen=True, kw_only=True, slots=True)
class Limits:
    """Seconds until a server must have answered a call, and until a statement must have ended."""

    connect: float
    statement: float

    @property
    def patience(self) -> int:
        """Whole seconds for connecting: no driver takes less than one."""
        return max(1, round(self.connect))

    @property
    def whole(self) -> int:
        """Whole seconds for a statement."""
        return max(1, round(self.statement))

    @property
    def milliseconds(self) -> int:
        """The same, exactly."""
        return max(1, min(_MOST_MILLISECONDS, round(self.statement * 1000)))


_SOCKET = {"connect_timeout": "patience", "read_timeout": "whole", "write_timeout": "whole"}
_TAKES: Mapping[str, Mapping[str, str]] = {
    "pysqlite": {"timeout": "connect"},
    "pymysql": _SOCKET,
    "mysqldb": _SOCKET,
    "mariadbconnector": _SOCKET,
    "mysqlconnector": {"connection_timeout": "patience"},
    "pyodbc": {"timeout": "patience"},
    "pymssql": {"login_timeout": "patience", "timeout": "whole"},
    "oracledb": {"tcp_connect_timeout": "connect"},
}


def arguments(driver: str, limits: Limits, url: "URL") -> dict[str, Any]:
    """Options of the driver's `connect`; what the address says itself stays as it says."""
    taken = {option: getattr(limits, limit) for option, limit in _TAKES.get(driver, {}).items()}
    return {option: value for option, value in taken.items() if option not in url.query}


def lacks(url: "URL") -> bool:
    """Whether a database that is a file is not there: SQLite would make an empty one of that name."""
    path = url.database or ""
    is_file = url.get_backend_name() == "sqlite" and path not in {"", ":memory:"} and not path.startswith("file:")
    return is_file and not Path(path).is_file()


def prepare(connection: "Connection", limits: Limits) -> None:
    """Limit the time of a statement and forbid writing, as far as the database can."""
    dialect = connection.dialect
    own: Any = connection.connection.driver_connection
    if dialect.driver == "pyodbc":
        own.timeout = limits.whole
    elif dialect.driver in {"oracledb", "cx_oracle"}:
        own.call_timeout = limits.milliseconds
    for statement in _PREPARES.get(dialect.name, _nothing)(connection, limits):
        connection.exec_driver_sql(statement)


def _nothing(connection: "Connection", limits: Limits) -> Iterator[str]:
    del connection, limits
    return iter(())


def _sqlite(connection: "Connection", limits: Limits) -> Iterator[str]:
    end = time.monotonic() + limits.statement
    own: Any = connection.connection.driver_connection
    own.set_progress_handler(lambda: time.monotonic() > end, _STEPS)
    yield "PRAGMA query_only = ON"


def _mysql(connection: "Connection", limits: Limits) -> Iterator[str]:
    """Also SQL as the standard writes it: else a quoted name is a text, and a backslash no backslash."""
    yield "SET SESSION sql_mode = CONCAT(@@sql_mode, ',ANSI_QUOTES,NO_BACKSLASH_ESCAPES')"
    yield "SET SESSION TRANSACTION READ ONLY"
    maria = bool(getattr(connection.dialect, "is_mariadb", False))
    if (connection.dialect.server_version_info or ()) >= _HAS_LIMIT["mariadb" if maria else "mysql"]:
        limit = (
            f"max_statement_time = {limits.statement:.3f}" if maria else f"max_execution_time = {limits.milliseconds}"
        )
        yield f"SET SESSION {limit}"


def _oracle(connection: "Connection", limits: Limits) -> Iterator[str]:
    del connection, limits
    yield "SET TRANSACTION READ ONLY"


_PREPARES: Mapping[str, Callable[["Connection", Limits], Iterator[str]]] = {
    "sqlite": _sqlite, "mysql": _mysql, "mariadb": _mysql, "oracle": _oracle,
}  # fmt: skip
