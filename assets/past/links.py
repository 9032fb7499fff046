"""By what rows about persons could be joined with those of another dataset: one amount on one day, or one code.

A record keeps a word for each, so that the same amount of the same day, or the same code, is the same word in every
dataset, and nobody without the office's key learns which.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import duckdb

from assets.column import Column
from assets.contract import Contract
from assets.past.behind import EXACT, word
from assets.past.records import Record
from assets.privacy.pseudonym import Pseudonym
from assets.sql import name, parquet, text
from assets.types import is_number

WHEN: Final = "when "
CODE: Final = "code "
_DAYS = frozenset({"date", "datetime"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Joined:
    """Rows of this release about a person of whom a release of another dataset shows the same: `by` what, in which release."""

    release: str
    by: str
    rows: int


def links(contract: Contract) -> dict[str, str]:
    """The words of a row as SQL over public columns, by what they are of."""
    shown = [column for column in contract.public_columns if column.technique is None]
    amounts = [column.name for column in shown if is_number(column.type) and column.name not in contract.key]
    days = [column.name for column in shown if column.type in _DAYS]
    paid = {f"{WHEN}{amount}, {day}": _paid(amount, day) for amount in amounts for day in days}
    return paid | {f"{CODE}{one}": _word(f"CAST({name(one)} AS VARCHAR)", "code") for one in codes(contract)}


def codes(contract: Contract) -> Iterator[str]:
    """The public columns that stand for one row or one person: keys as they are, and pseudonyms."""
    for column in contract.public_columns:
        if isinstance(column.technique, Pseudonym) or (column.technique is None and _is_key(contract, column)):
            yield column.name


def linking(contract: Contract) -> list[str]:
    """The public columns that the words are made of."""
    days = [column for column in contract.public_columns if column.technique is None]
    return [*(column.name for column in days if is_number(column.type) or column.type in _DAYS), *codes(contract)]


def joined(connection: duckdb.DuckDBPyConnection, own: Record, others: Sequence[Record]) -> list[Joined]:
    """Where a word is of one person alone in both, and of the same one; each person, word and release once."""
    found = []
    for other in others:
        for mine in _links(connection, own):
            for theirs in _links(connection, other):
                if mine[: len(WHEN)] == theirs[: len(WHEN)]:
                    rows = _same(connection, (own, mine), (other, theirs))
                    found.append(Joined(release=other.label, by=mine[len(WHEN) :], rows=rows))
    return [one for one in found if one.rows]


def _is_key(contract: Contract, column: Column) -> bool:
    return column.name in contract.key and column.type == "string"


def _paid(amount: str, day: str) -> str:
    return _word(EXACT.format(name(amount)), "when", f"CAST({name(day)} AS DATE)")


def _word(cell: str, kind: str, *more: str) -> str:
    """A word of cells, or nothing where one is empty."""
    empty = " OR ".join(f"{part} IS NULL" for part in (cell, *more))
    return f"CASE WHEN {empty} THEN NULL ELSE {word(text(kind), cell, *more)} END"


def _links(connection: duckdb.DuckDBPyConnection, record: Record) -> list[str]:
    columns = connection.sql(f"FROM {parquet(record.path)}").columns
    return [column for column in columns if column.startswith((WHEN, CODE))]


def _same(connection: duckdb.DuckDBPyConnection, mine: tuple[Record, str], theirs: tuple[Record, str]) -> int:
    one, two = (
        f"(SELECT {name(link)} AS link, any_value(who) AS who FROM {parquet(record.path)} WHERE {name(link)} IS NOT NULL "
        "GROUP BY 1 HAVING count(DISTINCT who) = 1)"
        for record, link in (mine, theirs)
    )
    query = f"SELECT count(*) FROM {one} a JOIN {two} b USING (link) WHERE a.who = b.who AND a.who <> 0"
    return int(connection.execute(query).fetchall()[0][0])
