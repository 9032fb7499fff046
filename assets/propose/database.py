"""The options under which a table of a database can be read. Its address holds a password: it is never written down."""

import re

from assets import sql
from assets.errors import SettingsError, SourceError
from assets.propose.place import Place, new_name
from assets.propose.proposal import Origin
from assets.propose.sample import sample_of
from assets.redaction import remember_within
from assets.settings import ConnectionSettings, Settings
from assets.sources.postgres import speaks
from assets.sources.sql import Sql

_ADDRESS = re.compile(r"(?P<url>[a-z][a-z0-9+.]*://.*?):(?P<table>[A-Za-z_][\w$]*(?:\.[A-Za-z_][\w$]*)?)")
_NAMED = re.compile(r"(?P<connection>[A-Za-z_][\w-]*):(?P<table>[A-Za-z_][\w$]*(?:\.[A-Za-z_][\w$]*)?)")
_KEY = """\
SELECT k.column_name AS name FROM information_schema.key_column_usage k
JOIN information_schema.table_constraints c ON c.constraint_name = k.constraint_name
 AND c.table_schema = k.table_schema AND c.table_name = k.table_name
WHERE c.constraint_type = 'PRIMARY KEY' AND k.table_name = :table AND (:schema = '' OR k.table_schema = :schema)
ORDER BY k.ordinal_position"""
_POSTGRES_KEY = """\
SELECT a.attname::text AS name FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey)
WHERE i.indisprimary AND i.indrelid = to_regclass(:whole)"""  # information_schema shows a reader no constraints
_SQLITE_KEY = "SELECT name FROM pragma_table_info(:table) WHERE pk > 0 ORDER BY pk"


def is_database(address: str) -> bool:
    """Whether it names a database: by its address, or by a connection of terang.toml and a table."""
    return _ADDRESS.fullmatch(address) is not None or _NAMED.fullmatch(address) is not None


def database_origin(address: str, settings: Settings) -> tuple[Origin, Place]:
    """The source at `DSN:table` or `connection:table`, with the key that the database declares."""
    place, table = _place(address, settings)
    connection = place.options["connection"]
    options = {"kind": "sql", "connection": connection, "table": table}
    key = _declared_key(connection, table, place.settings)
    return Origin(options=options, key=key, told=f"table {table} of connection {connection}"), place


def _place(address: str, settings: Settings) -> tuple[Place, str]:
    named = _NAMED.fullmatch(address)
    if named and named["connection"] in settings.connections:
        return Place(options={"connection": named["connection"]}, settings=settings), named["table"]
    found = _ADDRESS.fullmatch(address)
    if found is None:
        raise SettingsError(
            "no connection has this name", found=named["connection"] if named else None,
            allowed=", ".join(sorted(settings.connections)) or "none", next="--from DSN:table, or name the file",
        )  # fmt: skip
    url = remember_within(found["url"])
    name = _known(url, settings) or new_name(re.sub(r"\?.*", "", url).rpartition("/")[2] or "database", settings)
    if name in settings.connections:
        return Place(options={"connection": name}, settings=settings), found["table"]
    added = settings.model_copy(update={"connections": {**settings.connections, name: ConnectionSettings(url=url)}})
    addition = f'[connections.{name}]\nurl = {{ env = "{name.upper()}_URL" }}'
    return Place(options={"connection": name}, settings=added, addition=addition), found["table"]


def _known(url: str, settings: Settings) -> str | None:
    """The connection that has this address already."""
    for name in settings.connections:
        try:
            if settings.connection(name).url == url:
                return name
        except SettingsError:
            continue
    return None


def _declared_key(connection: str, table: str, settings: Settings) -> tuple[str, ...]:
    """The primary key; nothing where the database does not tell."""
    schema, _, name = table.rpartition(".")
    url = settings.connection(connection).url
    query = _POSTGRES_KEY if speaks(url) else _SQLITE_KEY if url.startswith("sqlite") else _KEY
    whole = ".".join(map(sql.name, table.split(".")))
    parameters = {"table": name, "schema": schema, "whole": whole}
    source = Sql(kind="sql", connection=connection, query=query, parameters=parameters)
    try:
        return tuple(sample_of(source, settings, name=name).table["name"].to_pylist())
    except (SourceError, KeyError):
        return ()
