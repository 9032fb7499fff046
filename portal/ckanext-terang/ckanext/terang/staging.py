"""Makes a DataStore table from a CSV file, in a place that nobody reads: the form is CKAN's own, the rows come by COPY."""

import csv
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ckan.plugins import toolkit
from ckanext.datastore.backend import postgres as ckan
from ckanext.datastore.helpers import is_valid_field_name
from ckanext.terang.database import exists, new, quoted, run
from ckanext.terang.files import CHUNK, Source
from psycopg2 import Error
from psycopg2.errors import lookup
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError

TYPES = {"text", "int4", "int8", "numeric", "float8", "bool", "date", "timestamp", "timestamptz"}
SUMMED = {"int4", "int8", "numeric"}
LONGEST_NAME = 63
GUARDED = r"^''*[-=+@\t\r]"  # a text that begins so has one apostrophe more than its value
WHERE = re.compile(r"line (\d+)(?:, column (\w+))?")


@dataclass(frozen=True)
class Table:
    """A table as it is asked for. `unguard`: the file's texts are guarded against spreadsheets that run formulas."""

    fields: list[dict[str, Any]]
    key: list[str]
    indexes: list[list[str]]
    full_text: bool = False
    unguard: bool = False

    @property
    def names(self) -> list[str]:
        """The columns in order."""
        return [field["id"] for field in self.fields]

    def of_type(self, *types: str) -> list[str]:
        """The columns of these types."""
        return [field["id"] for field in self.fields if field["type"] in types]


def parse(given: Any) -> Table | None:
    """The parameter `table`; raises ValidationError that names what is wrong with it."""
    if not given:
        return None
    try:
        body = json.loads(given) if isinstance(given, str) else dict(given)
        indexes = [[one] if isinstance(one, str) else list(one) for one in body.pop("indexes", None) or []]
        table = Table(fields=[dict(f) for f in body.pop("fields")], key=list(body.pop("key")), indexes=indexes, **body)
        wrong = list(_wrong(table))
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise toolkit.ValidationError({"table": [f"not understood: {type(error).__name__}"]}) from None
    if wrong:
        raise toolkit.ValidationError({"table": wrong})
    return table


def _wrong(table: Table) -> Iterator[str]:
    names = table.names
    if not names or len(set(names)) < len(names):
        yield "every column needs a name of its own"
    for name in names:
        if not is_valid_field_name(name) or len(name) > LONGEST_NAME:
            yield f"{name!r} cannot be the name of a column"
    for field in table.fields:
        if field["type"] not in TYPES:
            yield f"{field['type']!r} is not a type; allowed are {', '.join(sorted(TYPES))}"
    for name in {column for columns in [table.key, *table.indexes] for column in columns} - set(names):
        yield f"the index has no column {name!r}"


def load(conn: Connection, resource: str, table: Table, source: Source) -> dict[str, Any]:
    """Load the table to where new ones wait; returns its rows, and the sum of each whole or decimal column as text."""
    try:
        _create(conn, resource, table)
        _copy(conn, resource, table, source)
        found = _measure(conn, resource, table)
        _finish(conn, resource, table, found["rows"])
    except (DBAPIError, Error) as error:
        raise _said(error, table) from None
    return found


def _create(conn: Connection, resource: str, table: Table) -> None:
    """CKAN makes the table, under its own name in our schema, so that everything that belongs to it is named right."""
    run(conn, f"DROP TABLE IF EXISTS {new(resource)}")
    run(conn, "SET LOCAL search_path = terang_new, public")
    ckan.create_table({"connection": conn}, {"resource_id": resource, "fields": table.fields}, {})
    run(conn, f"ALTER TABLE {quoted(resource)} DROP CONSTRAINT {quoted(resource + '_pkey')}")  # faster made at the end
    run(conn, f"ALTER SEQUENCE {quoted(resource + '__id_seq')} CACHE 10000")
    if table.full_text:
        ckan._create_fulltext_trigger(conn, resource)


def _copy(conn: Connection, resource: str, table: Table, source: Source) -> None:
    header = next(csv.reader([source.line().decode("utf-8-sig", errors="replace")]), [])
    if header != table.names:
        raise toolkit.ValidationError({"table": ["the file's first line names other columns"]})
    columns = ", ".join(quoted(name) for name in table.names).replace("%%", "%")
    command = f"COPY \"{resource}\" ({columns}) FROM STDIN (FORMAT csv, ENCODING 'UTF8', FREEZE)"
    conn.connection.cursor().copy_expert(command, source, size=CHUNK)


def _measure(conn: Connection, resource: str, table: Table) -> dict[str, Any]:
    """Count and sum in one pass, which also tells whether there is a guarded text to free."""
    sums, texts = table.of_type(*SUMMED), table.of_type("text") if table.unguard else []
    parts = ["count(*)"]
    parts += [f"coalesce(sum({quoted(name)}), 0)::text" for name in sums]
    parts += [f"bool_or({quoted(name)} LIKE '''%%')" for name in texts]
    rows, *cells = run(conn, f"SELECT {', '.join(parts)} FROM {quoted(resource)}").one()
    for name, guarded in zip(texts, cells[len(sums) :], strict=True):
        if guarded:
            column = quoted(name)
            freed = f"SET {column} = substr({column}, 2), _full_text = NULL"
            run(conn, f"UPDATE {quoted(resource)} {freed} WHERE {column} ~ %s", GUARDED)
    return {"rows": rows, "sums": dict(zip(sums, cells, strict=False))}


def _finish(conn: Connection, resource: str, table: Table, rows: int) -> None:
    """Keys, indexes under CKAN's own names, statistics; then the table goes by the name of its place."""
    run(conn, "SET LOCAL maintenance_work_mem = '256MB'")
    run(conn, f"ALTER TABLE {quoted(resource)} ADD PRIMARY KEY (_id)")
    numbers = quoted(resource + "__id_seq")
    run(conn, f"ALTER SEQUENCE {numbers} CACHE 1")
    run(conn, "SELECT setval(%s::regclass, greatest(%s, 1), %s > 0)", numbers.replace("%%", "%"), rows, rows)
    for number, columns in enumerate([table.key, *table.indexes]):
        names = ", ".join(ckan.identifier(column) for column in columns)
        kind = "INDEX" if number else "UNIQUE INDEX"
        label = ckan._generate_index_name(resource, names)
        if columns:
            run(conn, f'CREATE {kind} IF NOT EXISTS "{label}" ON {quoted(resource)} ({names.replace("%", "%%")})')
    if table.full_text:
        template = 'CREATE {unique} INDEX "{name}" ON "{res_id}" USING {method}({fields})'
        wanted, _ = ckan._build_fts_indexes({"resource_id": resource}, template, table.fields)
        for statement in wanted:
            run(conn, statement.replace("%", "%%"))
    else:
        ckan._create_fulltext_trigger(conn, resource)
    run(conn, f"ANALYZE {quoted(resource)}")
    run(conn, f"ALTER TABLE {quoted(resource)} RENAME TO {quoted(new(resource).table)}")
    run(conn, "SET LOCAL search_path = public")


def _said(error: DBAPIError | Error, table: Table) -> toolkit.ValidationError:
    """What PostgreSQL found, and where, without the cell that it found it in."""
    cause: Any = error.orig if isinstance(error, DBAPIError) else error
    code = cause.pgcode or ""
    if code == "23505":
        return toolkit.ValidationError({"table": [f"two rows have the same key ({', '.join(table.key)})"]})
    place = WHERE.search(cause.diag.context or "")
    line = f"line {int(place[1]) + 1}, " if place else ""
    column = f"column {place[2]}, " if place and place[2] in table.names else ""
    kind = lookup(code).__name__ if code else type(cause).__name__
    return toolkit.ValidationError({"table": [f"{line}{column}{kind}"]})


def drop(conn: Connection, resource: str) -> None:
    """Remove what was loaded and not switched to."""
    if exists(conn, new(resource)):
        run(conn, f"DROP TABLE {new(resource)}")
