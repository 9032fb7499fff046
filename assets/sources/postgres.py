"""PostgreSQL, streamed by COPY into Arrow: one read-only snapshot, NUMERIC as text so that no digit is lost."""

import logging
import re
from collections.abc import Generator, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import pyarrow as pa
import pyarrow.compute as pc

from assets import sql
from assets.errors import SourceChanged, SourceError, SourceRefused, SourceUnreachable, SourceUnreadable
from assets.sources import statements
from assets.sources.columns import expect
from assets.sources.source import LINE, Reading, Request

if TYPE_CHECKING:
    from assets.sources.sql import Sql

log = logging.getLogger(__name__)
_SORTING = "128MB"  # rows are sorted in memory where they fit
_TIMEOUT = "57014"
_REFUSED = re.compile(r"password|authentication|pg_hba|role .* does not exist|not permitted to log in", re.IGNORECASE)
_NO_DATABASE = re.compile(r"database .* does not exist", re.IGNORECASE)


def speaks(url: str) -> bool:
    """Whether the address is one of PostgreSQL."""
    return re.match(r"postgres(ql)?(\+\w+)?://", url) is not None


def read(source: "Sql", request: Request) -> Reading:
    """Check the columns at once; read in the transaction that checked them, when batches are drawn.

    Facts: `count` live rows of the source in the same snapshot, `deleted`, `cursor` (the newest seen).
    """
    session = _session(source, request)
    cursor = next(session)
    try:
        with _explained(source, request):
            table = _looked_at(cursor, source, request)
    except BaseException:
        session.close()
        raise
    reading = Reading(batches=iter(()), facts={"deleted": 0})
    reading.batches = _batches(session, cursor, table, reading)
    return reading


@dataclass(frozen=True, kw_only=True, slots=True)
class _Table:
    source: "Sql"
    request: Request
    columns: Sequence[str]
    types: dict[str, pa.DataType]

    def conditions(self) -> list[str]:
        """Which part of the table the run is about."""
        part = self.request.part
        if part is None:
            return []
        kind, cell = self.types.get(part.by, pa.null()), sql.name(part.by)
        if pa.types.is_string(kind):
            return [part.worded(cell)]
        if pa.types.is_date(kind) or pa.types.is_timestamp(kind):
            zoned = pa.types.is_timestamp(kind) and kind.tz is not None
            return [part.dated(cell, f"timestamp {{}} AT TIME ZONE {sql.text(part.zone)}" if zoned else "{}")]
        return [part.numbered(cell)]

    def statement(self) -> str:
        """The rows wanted: all that live, or all that changed since."""
        since = self.request.since
        wanted = self.conditions()
        wanted += statements.live(self.source) if since is None else [statements.changed(self.source, since)]
        cells = [self._read(name, i) for i, name in enumerate(self.columns)]
        return statements.select(self.source, self.request, cells, conditions=wanted, order=f" ORDER BY {self.order()}")

    def _read(self, name: str, i: int) -> str:
        """A column as it is; NUMERIC as the text that it would become anyway, for PostgreSQL makes it faster.

        The text gets another name, because ORDER BY means what is shown before it means a column.
        """
        cell = sql.name(name)
        return f"{cell}::text AS _text{i}" if self._numeric(name) else cell

    def _numeric(self, name: str) -> bool:
        kind = self.types[name]
        return isinstance(kind, pa.OpaqueType) and kind.type_name == "numeric"

    def order(self) -> str:
        """By key as bytes, then by every other column, so that equal keys come in one order too.

        Only the key gets a collation: with one, PostgreSQL sorts a copy of the column beside the column.
        """
        others = [name for name in self.request.columns if name not in self.request.key]
        rest = map(sql.name, filter(self._sortable, others))
        return ", ".join([*map(self._as_bytes, self.request.key), *rest]) or "1"

    def _sortable(self, name: str) -> bool:
        kind = self.types[name]
        plain = any(
            kin(kind) for kin in (pa.types.is_string, pa.types.is_integer, pa.types.is_boolean, pa.types.is_date)
        )
        return plain or self._numeric(name) or pa.types.is_timestamp(kind)

    def _as_bytes(self, name: str) -> str:
        collation = '::text COLLATE "C"' if pa.types.is_string(self.types[name]) else ""
        return sql.name(name) + collation

    def count(self, conditions: Sequence[str]) -> str:
        """The statement that counts."""
        return f"SELECT count(*) FROM {statements.relation(self.source, self.request)}{statements.where(conditions)}"


def _looked_at(cursor: Any, source: "Sql", request: Request) -> _Table:
    """The table's columns and types, from a question that reads no row."""
    cursor.execute(f"SELECT * FROM {statements.relation(source, request)} LIMIT 0")
    schema = cursor.fetch_arrow_table().schema
    known = {*source.ignore, *filter(None, (source.cursor, source.deleted, request.part.by if request.part else None))}
    statements.expect_marks(schema.names, source, request, where=_place(source))
    wanted = expect(schema.names, request, ignore=known, where=_place(source))
    return _Table(
        source=source, request=request, columns=wanted, types=dict(zip(schema.names, schema.types, strict=True))
    )


def _batches(
    session: Generator[Any, None, None], cursor: Any, table: _Table, reading: Reading
) -> Iterator[pa.RecordBatch]:
    try:
        with _explained(table.source, table.request):
            cursor.execute(table.statement())
            for batch in _drawn(cursor, table):
                yield _shaped(batch, table, reading)
            _counted(cursor, table, reading)
    finally:
        session.close()


def _drawn(cursor: Any, table: _Table) -> Iterator[pa.RecordBatch]:
    """Batches of the answer, each drawn while the one before is worked on.

    What breaks off in the middle comes as an error of Arrow, in the database's own words.
    """
    stream = cursor.fetch_record_batch()
    with ThreadPoolExecutor(1) as pool:
        following = pool.submit(next, stream, None)
        while True:
            try:
                batch = following.result()
            except (OSError, pa.ArrowException) as error:
                state = _TIMEOUT if "statement timeout" in str(error) else "" if isinstance(error, OSError) else "22"
                raise _meaning(state, "", table.source, table.request, connecting=False) from None
            if batch is None:
                return
            following = pool.submit(next, stream, None)
            yield batch


def _shaped(batch: pa.RecordBatch, table: _Table, reading: Reading) -> pa.RecordBatch:
    if table.source.cursor:
        newest = pc.max(batch.column(statements.CURSOR))
        _advance(reading, newest)
    columns = {name: _simple(batch.column(i)) for i, name in enumerate(table.columns)}
    if table.source.deleted:
        columns[statements.DELETED] = _simple(batch.column(statements.DELETED))
    return pa.RecordBatch.from_pydict({**columns, LINE: pa.repeat(pa.scalar(""), batch.num_rows)})


def _simple(column: pa.Array) -> pa.Array:
    """Without PostgreSQL's own types: what NUMERIC, enumerations and identifiers hold is text."""
    storage = column.storage if isinstance(column, pa.ExtensionArray) else column
    return storage.cast(pa.string()) if pa.types.is_binary(storage.type) and _is_opaque(column.type) else storage


def _is_opaque(kind: pa.DataType) -> bool:
    return isinstance(kind, pa.OpaqueType) and kind.type_name != "bytea"


def _advance(reading: Reading, newest: pa.Scalar) -> None:
    moment = newest.as_py()
    if moment is None:
        return
    aware = datetime.combine(moment, datetime.min.time()) if not isinstance(moment, datetime) else moment
    stated = (aware if aware.tzinfo else aware.replace(tzinfo=UTC)).isoformat()
    reading.facts["cursor"] = max(reading.facts.get("cursor", stated), stated, key=datetime.fromisoformat)


def _counted(cursor: Any, table: _Table, reading: Reading) -> None:
    part = table.conditions()
    reading.facts["count"] = _one(cursor, table.count([*part, *statements.live(table.source)]))
    if table.source.deleted:
        gone = f"coalesce({sql.name(table.source.deleted)}, FALSE)"
        reading.facts["deleted"] = _one(cursor, table.count([*part, gone]))
    if "cursor" in reading.facts:  # a row dated in the future would hide those that change before
        now = _one(cursor, "SELECT now()").isoformat()
        reading.facts["cursor"] = min(reading.facts["cursor"], now, key=datetime.fromisoformat)


def _one(cursor: Any, statement: str) -> Any:
    cursor.execute(statement)
    return cursor.fetchone()[0]


def _session(source: "Sql", request: Request) -> Generator[Any, None, None]:
    """A cursor in one read-only snapshot, with a limit on the time of a statement."""
    from adbc_driver_postgresql import dbapi  # noqa: PLC0415 - a driver is loaded when something is read

    with _explained(source, request, connecting=True):
        connection = dbapi.connect(_address(request))
    with connection, connection.cursor() as cursor, _explained(source, request):
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        cursor.execute(f"SET LOCAL statement_timeout = {int(source.timeout.total_seconds() * 1000)}")
        cursor.execute("SET LOCAL TIME ZONE 'UTC'")
        cursor.execute(f"SET LOCAL work_mem = '{_SORTING}'")
        yield cursor


def _address(request: Request) -> str:
    """The connection's URL, with a limit on the time of connecting, and on how long a dead network goes unnoticed."""
    assert request.connection is not None  # noqa: S101 - kind sql demands a connection
    parts = urlsplit(request.connection.url)
    patience = max(2, int(request.connection.timeout))
    options = {"connect_timeout": str(patience), **_alive(patience), **dict(parse_qsl(parts.query))}
    return urlunsplit(("postgresql", parts.netloc, parts.path, urlencode(options), ""))


def _alive(seconds: int) -> dict[str, str]:
    """Options of libpq: ask a silent network whether it is still there, and give up on it."""
    probes = {"keepalives_idle": seconds, "keepalives_interval": max(1, seconds // 4), "keepalives_count": 4}
    return {name: str(value) for name, value in {**probes, "tcp_user_timeout": seconds * 2000}.items()}


@contextmanager
def _explained(source: "Sql", request: Request, *, connecting: bool = False) -> Iterator[None]:
    from adbc_driver_manager import Error  # noqa: PLC0415

    try:
        yield
    except Error as error:
        # The driver's words may hold the address or a value of a row: only their meaning is told.
        state = str(error.sqlstate or "").strip("\0 ")
        raise _meaning(state, str(error), source, request, connecting=connecting) from None


_MEANINGS: tuple[tuple[frozenset[str], type[SourceError], str, str], ...] = (
    (frozenset({_TIMEOUT}), SourceUnreachable, "the query took too long",
     "raise source.timeout, or run at a quiet hour"),
    (frozenset({"42501"}), SourceRefused, "the user may not read the table", "GRANT SELECT to the connection's user"),
    (frozenset({"42P01", "3F000"}), SourceChanged, "the table is not there", "mend source.table, or ask who moved it"),
    (frozenset({"42"}), SourceChanged, "the query does not fit the tables", "mend source.query or the columns"),
    (frozenset({"", "08", "57", "53", "40", "58"}), SourceUnreachable, "the database broke off", "run again"),
)  # fmt: skip


def _meaning(state: str, words: str, source: "Sql", request: Request, *, connecting: bool) -> SourceError:
    """What the database meant; by its SQLSTATE, or the first two letters of it, and by its words while connecting."""
    told = {"dataset": request.dataset, "where": f"connection {source.connection}", "found": state or None}
    if connecting or state[:2] in {"28", "3D"}:
        return _not_connected(words, told)
    told["where"] = f"connection {source.connection}, {_place(source)}"
    for states, kind, sentence, advice in _MEANINGS:
        if states & {state, state[:2]}:
            return kind(sentence, **told, next=advice)
    return SourceUnreadable("the database could not answer", **told, next="try the query by hand")


def _not_connected(words: str, told: dict[str, Any]) -> SourceError:
    if _NO_DATABASE.search(words):
        return SourceRefused("there is no such database", **told, next="mend the connection's url")
    if _REFUSED.search(words):
        return SourceRefused("the database refuses this user", **told, next="mend the user or password of the url")
    return SourceUnreachable("the database does not answer", **told, next="see whether it runs, then run again")


def _place(source: "Sql") -> str:
    return f"table {source.table}" if source.table else "its query"
