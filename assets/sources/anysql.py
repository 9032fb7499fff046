"""Any other database, through SQLAlchemy: slower, and as exact as its driver; numbers travel as text."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from assets import sql
from assets.errors import SourceRefused, SourceUnreachable
from assets.sources import statements
from assets.sources.columns import expect
from assets.sources.complaints import meaning
from assets.sources.drivers import Limits, arguments, lacks, prepare
from assets.sources.source import LINE, Reading, Request
from assets.types import is_number

if TYPE_CHECKING:
    from assets.sources.sql import Sql

_ROWS = 20_000
_NATIVE = (bool, int, date, datetime)


def read(source: "Sql", request: Request) -> Reading:
    """Check the columns at once, then stream. Every run reads everything: there is no snapshot to count in."""
    names, place = _names(source, request), _place(source)
    statements.expect_marks(names, source, request, where=place)
    wanted = expect(names, request, ignore=[*source.ignore, source.cursor or "", source.deleted or ""], where=place)
    reading = Reading(batches=iter(()), facts={"deleted": 0})
    reading.batches = _batches(source, request, wanted)
    return reading


def _names(source: "Sql", request: Request) -> list[str]:
    with _connected(source, request) as connection:
        asked = f"SELECT * FROM {statements.relation(source, request)} WHERE 1 = 0"
        return list(connection.exec_driver_sql(asked).keys())


def _batches(source: "Sql", request: Request, columns: Sequence[str]) -> Iterator[pa.RecordBatch]:
    order = sql.names(request.key)
    conditions = [*statements.live(source), *_part(request)]
    # With the table's name before it, no database takes a column that is gone for a text: SQLite would.
    shown = ", ".join(f"source.{sql.name(name)}" for name in columns)
    rows = f"(SELECT * FROM {statements.relation(source, request)}{statements.where(conditions)}) source"
    statement = f"SELECT {shown} FROM {rows}"
    with _connected(source, request) as connection:
        found = connection.execution_options(stream_results=True, max_row_buffer=_ROWS).exec_driver_sql(
            f"{statement} ORDER BY {order}" if order else statement
        )
        for rows in found.partitions(_ROWS):  # without the number, SQLAlchemy fetches all that there are
            cells = [_column(values) for values in zip(*rows, strict=True)]
            yield pa.RecordBatch.from_arrays([*cells, pa.repeat(pa.scalar(""), len(rows))], names=[*columns, LINE])


def _part(request: Request) -> list[str]:
    """The condition of rows that belong to the part, as the contract's type of its column has it."""
    part = request.part
    if part is None:
        return []
    cell = sql.name(part.by)
    if is_number(part.kind):
        return [part.numbered(cell)]
    return [part.worded(cell) if part.kind == "string" else part.dated(cell)]


def _column(values: Sequence[Any]) -> pa.Array:
    """One native type as it is, anything else as text."""
    kinds = {type(value) for value in values if value is not None}
    if len(kinds) == 1 and next(iter(kinds)) in _NATIVE:
        return pa.array(values)
    return pa.array([_text(value) for value in values], pa.string())


def _text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, float):
        return format(Decimal(repr(value)), "f")
    return str(value)


@contextmanager
def _connected(source: "Sql", request: Request) -> Iterator[Any]:
    """A connection that waits no longer than it may and writes nothing; its errors are told in our words."""
    import sqlalchemy as sa  # noqa: PLC0415

    engine, limits = _engine(source, request)
    told = {"dataset": request.dataset, "where": f"connection {source.connection}, {_place(source)}"}
    connecting = True
    try:
        with engine.connect() as connection:
            prepare(connection, limits)
            connecting = False
            yield connection.execution_options(no_parameters=True)  # a % in a query is a %
    except (sa.exc.SQLAlchemyError, OSError) as error:
        found, code = meaning(error, engine.dialect.name, connecting=connecting)
        raise found.kind(found.sentence, **told, found=code, next=found.advice) from None
    finally:
        engine.dispose()


def _engine(source: "Sql", request: Request) -> tuple[Any, Limits]:
    """What connects, when it is asked to."""
    import sqlalchemy as sa  # noqa: PLC0415

    connection = request.connection
    assert connection is not None  # noqa: S101 - kind sql demands a connection
    limits = Limits(connect=connection.timeout, statement=source.timeout.total_seconds())
    told = {"dataset": request.dataset, "where": f"connection {source.connection}"}
    try:
        url = sa.make_url(connection.url)
        options = arguments(url.get_dialect().driver, limits, url)
        engine = sa.create_engine(url, poolclass=sa.NullPool, connect_args=options)
    except (sa.exc.ArgumentError, sa.exc.NoSuchModuleError, ImportError) as error:
        raise SourceRefused(
            "the url is of no database that is installed here", **told, found=type(error).__name__,
            next="install the database's driver for Python beside Terang, or mend the connection's url",
        ) from None  # fmt: skip
    if lacks(url):
        raise SourceUnreachable(
            "the file of the database is not there", **told, next="mount its folder, or mend the connection's url"
        )
    return engine, limits


def _place(source: "Sql") -> str:
    return f"table {source.table}" if source.table else "its query"
