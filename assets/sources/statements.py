"""The SQL of a source: identifiers quoted, values written as literals, rows in one order that every run repeats."""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from assets import sql
from assets.errors import SourceChanged
from assets.sources.source import Request
from assets.sources.titles import Titles

if TYPE_CHECKING:
    from assets.sources.sql import Sql

CURSOR, DELETED = "_cursor", "_deleted"
_PARAMETER = re.compile(r"(?<![:\w]):([A-Za-z_]\w*)")


def relation(source: "Sql", request: Request) -> str:
    """What stands after FROM."""
    if source.table is not None:
        return ".".join(sql.name(part) for part in source.table.split("."))
    return f"({_filled(source.query or '', source.parameters, request)}\n) AS q"


def _filled(query: str, parameters: Mapping[str, Any], request: Request) -> str:
    def value(match: "re.Match[str]") -> str:
        if match[1] not in parameters:
            raise SourceChanged(
                "the query asks for a parameter that is not given",
                dataset=request.dataset,
                where="source.query",
                found=match[0],
                allowed=", ".join(f":{name}" for name in parameters) or "none",
                next="add it to source.parameters",
            )
        return sql.literal(parameters[match[1]])

    return _PARAMETER.sub(value, query.strip().rstrip(";"))


def select(source: "Sql", request: Request, cells: Sequence[str], *, conditions: Iterable[str], order: str) -> str:
    """The statement that reads `cells`, and the cursor and deletion mark when the source has them."""
    shown = [*cells]
    shown += [f"{sql.name(source.cursor)} AS {CURSOR}"] if source.cursor else []
    shown += [f"{sql.name(source.deleted)} AS {DELETED}"] if source.deleted else []
    return f"SELECT {', '.join(shown)} FROM {relation(source, request)}{where(conditions)}{order}"


def where(conditions: Iterable[str]) -> str:
    """The conditions, all of which must hold."""
    told = " AND ".join(f"({condition})" for condition in conditions)
    return f" WHERE {told}" if told else ""


def changed(source: "Sql", since: datetime) -> str:
    """Rows whose cursor is not older than `since`, or empty."""
    cursor = sql.name(source.cursor or "")
    return f"{cursor} >= {sql.literal(since.isoformat(sep=' '))} OR {cursor} IS NULL"


def expect_marks(names: Sequence[str], source: "Sql", request: Request, *, where: str) -> None:
    """Raise `SourceChanged` where the column of `cursor` or `deleted` is gone."""
    for option in ("cursor", "deleted"):
        column = getattr(source, option)
        if column is not None and column not in names:
            raise SourceChanged(
                f"the source has no column for source.{option}",
                dataset=request.dataset,
                column=column,
                where=where,
                found=Titles(names, request.columns).all_told(),
                next=f"mend source.{option}, or ask who changed the table",
            )


def live(source: "Sql") -> list[str]:
    """The condition of rows that are not marked as deleted."""
    return [f"NOT coalesce({sql.name(source.deleted)}, FALSE)"] if source.deleted else []
