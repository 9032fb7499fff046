"""Any other database, through SQLAlchemy: slower, and as exact as its driver; numbers travel as text."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from assets.errors import SourceChanged, SourceRefused, SourceUnreachable
from assets.sources import statements
from assets.sources.columns import expect
from assets.sources.source import LINE, Reading, Request

if TYPE_CHECKING:
    from assets.sources.sql import Sql

_ROWS = 20_000
_NATIVE = (bool, int, date, datetime)


def read(source: "Sql", request: Request) -> Reading:
    """Check the columns at once, then stream. Every run reads everything: there is no snapshot to count in."""
    names, place = _names(source, request), f"table {source.table}" if source.table else "its query"
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
    order = ", ".join(statements.identifier(name) for name in request.key)
    conditions = [*statements.live(source), *statements.part(request, text=True)]
    # With the table's name before it, no database takes a column that is gone for a text: SQLite would.
    shown = ", ".join(f"source.{statements.identifier(name)}" for name in columns)
    rows = f"(SELECT * FROM {statements.relation(source, request)}{statements.where(conditions)}) source"
    statement = f"SELECT {shown} FROM {rows}"
    with _connected(source, request) as connection:
        found = connection.execution_options(yield_per=_ROWS).exec_driver_sql(
            f"{statement} ORDER BY {order}" if order else statement
        )
        for rows in found.partitions():
            cells = [_column(values) for values in zip(*rows, strict=True)]
            yield pa.RecordBatch.from_arrays([*cells, pa.repeat(pa.scalar(""), len(rows))], names=[*columns, LINE])


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
    """A connection whose errors are told in our words, without its address."""
    import sqlalchemy as sa  # noqa: PLC0415

    told = {"dataset": request.dataset, "where": f"connection {source.connection}"}
    try:
        engine = sa.create_engine(request.connection.url if request.connection else "", poolclass=sa.NullPool)
        connection = engine.connect()
    except (sa.exc.ArgumentError, sa.exc.NoSuchModuleError, ImportError):
        raise SourceRefused("the url is of no database that is installed here", **told) from None
    except sa.exc.SQLAlchemyError:
        raise SourceUnreachable("the database does not answer", **told) from None
    try:
        yield connection
    except sa.exc.SQLAlchemyError:
        raise SourceChanged(
            "the database cannot answer", **told, next="see whether the table and columns exist"
        ) from None
    finally:
        connection.close()
        engine.dispose()
