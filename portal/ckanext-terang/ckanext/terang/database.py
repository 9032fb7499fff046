"""The DataStore's database: our transactions, the places where a table can be, and the notes that we keep there.

Readers have no right to our schemas, and CKAN does not look into them.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

from ckan.plugins import toolkit
from ckanext.datastore.backend.postgres import get_write_engine
from sqlalchemy.engine import Connection

PREFIX = "terang_"
SCHEMAS = tuple(PREFIX + place for place in ("new", "previous", "gone"))


class Place(NamedTuple):
    """A table's schema and name. CKAN looks tables up by name alone, so no two of them are ever the same."""

    schema: str
    table: str

    def __str__(self) -> str:
        return f"{quoted(self.schema)}.{quoted(self.table)}"


def live(resource: str) -> Place:
    """Where CKAN reads the table of a resource."""
    return Place("public", resource)


def new(resource: str) -> Place:
    """Where it is loaded."""
    return Place("terang_new", f"new_{resource}")


def previous(resource: str) -> Place:
    """Where it waits to be taken back."""
    return Place("terang_previous", f"previous_{resource}")


def gone(resource: str) -> Place:
    """Where it waits to be dropped."""
    return Place("terang_gone", f"gone_{resource}")


def quoted(name: str) -> str:
    """An identifier for `run`, where a percent sign is written twice."""
    return '"' + name.replace('"', '""').replace("%", "%%") + '"'


@contextmanager
def transaction() -> Iterator[Connection]:
    """A transaction without CKAN's time limit; our schemas and notes are made when they are not there."""
    with get_write_engine().begin() as conn:
        run(conn, "SET LOCAL statement_timeout = 0")
        run(conn, "SET LOCAL search_path = public")
        if scalar(conn, "SELECT to_regclass('terang_new.notes')") is None:
            _create(conn)
        yield conn


def run(conn: Connection, statement: str, *values: Any) -> Any:
    """Run one statement; `%s` stands for a value."""
    return conn.exec_driver_sql(statement, values)


def scalar(conn: Connection, statement: str, *values: Any) -> Any:
    """The first cell of the answer, or None."""
    return run(conn, statement, *values).scalar()


def exists(conn: Connection, place: Place) -> bool:
    """Whether there is something of this name."""
    return scalar(conn, "SELECT to_regclass(%s)", str(place).replace("%%", "%")) is not None


def lock(conn: Connection, resource: str) -> None:
    """Be the only one who loads or switches this resource, until the end of the transaction."""
    if not free(conn, resource):
        raise toolkit.ValidationError({"busy": ["another call is working on this resource"]})


def free(conn: Connection, resource: str) -> bool:
    """Take the lock of a resource if nobody has it."""
    return bool(scalar(conn, "SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 0))", f"terang:{resource}"))


def held(conn: Connection, resource: str) -> bool:
    """Whether somebody has the lock of a resource; asking takes nothing."""
    key = "((classid::bigint << 32) | objid::bigint) = hashtextextended(%s, 0)"
    query = f"SELECT count(*) > 0 FROM pg_locks WHERE locktype = 'advisory' AND {key}"
    return bool(scalar(conn, query, f"terang:{resource}"))


def note(conn: Connection, kind: str, of: str) -> dict[str, Any] | None:
    """What is noted of a resource (kind `load`) or a package (kinds `switch`, `previous`)."""
    found = scalar(conn, "SELECT body::text FROM terang_new.notes WHERE kind = %s AND id = %s", kind, of)
    return json.loads(found) if found else None


def notes(conn: Connection, kind: str, package: str) -> dict[str, dict[str, Any]]:
    """All notes of a kind that belong to a package, by id."""
    query = "SELECT id, body::text FROM terang_new.notes WHERE kind = %s AND package = %s ORDER BY id"
    return {found.id: json.loads(found.body) for found in run(conn, query, kind, package)}


def write(conn: Connection, kind: str, of: str, package: str, body: dict[str, Any]) -> None:
    """Note something, instead of what was noted before."""
    run(
        conn,
        "INSERT INTO terang_new.notes (kind, id, package, body) VALUES (%s, %s, %s, %s) ON CONFLICT (kind, id)"
        " DO UPDATE SET package = excluded.package, body = excluded.body, at = now()",
        kind, of, package, json.dumps(body),
    )  # fmt: skip


def forget(conn: Connection, kind: str, *of: str) -> None:
    """Remove notes."""
    run(conn, "DELETE FROM terang_new.notes WHERE kind = %s AND id = ANY(%s)", kind, list(of))


def _create(conn: Connection) -> None:
    run(conn, "SELECT pg_advisory_xact_lock(hashtextextended('terang', 0))")
    for schema in SCHEMAS:
        run(conn, f"CREATE SCHEMA IF NOT EXISTS {schema}")
    run(
        conn,
        "CREATE TABLE IF NOT EXISTS terang_new.notes (kind text, id text, package text NOT NULL, body jsonb NOT NULL,"
        " at timestamptz NOT NULL DEFAULT now(), PRIMARY KEY (kind, id))",
    )
