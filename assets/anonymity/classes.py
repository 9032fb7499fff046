"""Rows that look alike at the finest levels, gathered into one entry each: levels are chosen without the rows.

NULL and blank are values. Persons are told apart by their id, values of sensitive columns by their bits.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from assets.privacy.levels import Level
from assets.sql import name

Ints = npt.NDArray[np.int64]
Bits = npt.NDArray[np.uint64]
Floats = npt.NDArray[np.float64]
Columns = Mapping[str, Sequence[Level]]
_WORD, _WORDS = 64, (1, 4)
_SALTS, _MET = 1024, 257  # tries to give each value a bit of its own; more values than this have to share
_NOBODY = (np.empty(0, np.int64), np.empty(0, np.uint64))


@dataclass(frozen=True, kw_only=True, slots=True)
class Ladder:
    """The levels of one column over its leaves, which are its values at the finest level.

    For each level: the code of what a leaf shows, how many codes there are, and the loss of a leaf, from 0 (nothing
    coarser than the finest level) to 1 (alike with all others). Source of the loss: Iyengar (2002).
    """

    column: str
    codes: tuple[Ints, ...]
    sizes: tuple[int, ...]
    loss: tuple[Floats, ...]
    hidden: tuple[bool, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Classes:
    """The classes: for each its leaf in every column, its rows, its persons, and the bits of its sensitive values.

    `persons` counts those who stand in one class only; those in several are `movers`, as pairs of class and person, and
    set a bit each in the `crowd` of a class.
    `ids` tells a class by the hash of its leaves, salted so that no two share one.
    """

    ladders: tuple[Ladder, ...]
    leaves: tuple[Ints, ...]
    rows: Ints
    persons: Ints
    movers: tuple[Ints, Bits]
    crowd: Bits
    values: tuple[Bits, ...]
    ids: Bits
    salt: int

    @property
    def total(self) -> int:
        """All rows."""
        return int(self.rows.sum())


def collapse(
    connection: duckdb.DuckDBPyConnection,
    source: str,
    *,
    columns: Columns,
    person: str | None,
    sensitive: Sequence[str] = (),
) -> Classes:
    """Gather the classes of `source`, a table or subquery; without `person` every row is a person of its own."""
    bits = [_bits(connection, source, column) for column in sensitive]
    connection.execute(f"CREATE OR REPLACE TEMP TABLE classes AS {_gathered(source, columns, bits)}")
    salt = _salt(connection, columns)
    leaves = "".join(f"q{i}, " for i in range(len(columns)))
    found = _table(connection, f"SELECT *, hash({leaves}{salt}) AS id FROM classes")
    ids = _bits64(found, "id")
    persons, movers = (
        _persons(connection, source, key(columns, salt), person, ids) if person else (_ints(found, "n"), _NOBODY)
    )
    ladders = [_ladder(connection, column, i, levels) for i, (column, levels) in enumerate(columns.items())]
    return Classes(
        ladders=tuple(ladder for ladder, _ in ladders),
        leaves=tuple(
            pc.index_in(found.column(f"q{i}"), value_set=leaves).to_numpy().astype(np.int64)
            for i, (_, leaves) in enumerate(ladders)
        ),
        rows=_ints(found, "n"),
        persons=persons,
        movers=movers,
        crowd=_crowd(movers, len(ids)),
        values=tuple(
            np.stack([_bits64(found, f"b{i}_{word}") for word in range(len(words))]) for i, words in enumerate(bits)
        ),
        ids=ids,
        salt=salt,
    )


def leaf(column: str, levels: Sequence[Level]) -> str:
    """The finest form of a column, as an SQL expression: the value itself where it may be shown exactly."""
    return name(column) if levels[0].to == "exact" else levels[0].sql(name(column))


def key(columns: Columns, salt: int) -> str:
    """The id of a row's class, as an SQL expression."""
    return f"hash({', '.join([*(leaf(*column) for column in columns.items()), str(salt)])})"


def _table(connection: duckdb.DuckDBPyConnection, query: str) -> pa.Table:
    return connection.sql(query).to_arrow_table()


def _ints(table: pa.Table, column: str) -> Ints:
    return np.asarray(table.column(column).to_numpy(), np.int64)


def _bits64(table: pa.Table, column: str) -> Bits:
    return np.asarray(table.column(column).to_numpy(), np.uint64)


def _gathered(source: str, columns: Columns, bits: Sequence[Sequence[str]]) -> str:
    """One row for each class; `r` keeps a value of the source for each column that starts coarser than exact."""
    parts = [f"{leaf(column, levels)} AS q{i}" for i, (column, levels) in enumerate(columns.items())]
    parts += [
        f"min({name(column)}) AS r{i}" for i, (column, levels) in enumerate(columns.items()) if levels[0].to != "exact"
    ]
    parts += [f"bit_or({word}) AS b{i}_{w}" for i, words in enumerate(bits) for w, word in enumerate(words)]
    return f"SELECT {', '.join(parts)}, count(*) AS n FROM {source} GROUP BY ALL HAVING count(*) > 0"


def _bits(connection: duckdb.DuckDBPyConnection, source: str, column: str) -> list[str]:
    """How a value sets its bit, by words of 64. Values that share a bit count as one: too few, never too many."""
    met = f"(SELECT DISTINCT {name(column)} AS value FROM {source} LIMIT {_MET})"
    salts: list[tuple[int]] = []
    for words in _WORDS:
        apart = f"count(DISTINCT hash(value, salt) % {words * _WORD}) = count(*)"
        query = f"SELECT salt FROM range({_SALTS}) AS s(salt), {met} GROUP BY salt HAVING {apart} ORDER BY salt LIMIT 1"
        salts = connection.execute(query).fetchall()
        if salts:
            break
    place = f"hash({name(column)}, {salts[0][0] if salts else 0}) % {words * _WORD}"
    bit = f"1::UBIGINT << ({place} % {_WORD})"
    return (
        [bit] if words == 1 else [f"CASE WHEN ({place}) // {_WORD} = {w} THEN {bit} ELSE 0 END" for w in range(words)]
    )


def _salt(connection: duckdb.DuckDBPyConnection, columns: Columns) -> int:
    """The first salt with which no two classes share an id."""
    leaves = "".join(f"q{i}, " for i in range(len(columns)))
    for salt in range(8):
        query = f"SELECT count(DISTINCT hash({leaves}{salt})) = count(*) FROM classes"
        if connection.execute(query).fetchall()[0][0]:
            return salt
    raise AssertionError("eight times two classes shared 64 bits")


def _persons(
    connection: duckdb.DuckDBPyConnection, source: str, class_: str, person: str, ids: Bits
) -> tuple[Ints, tuple[Ints, Bits]]:
    """Persons of one class only, counted by class, and the pairs of those in several; rows without id are one person."""
    pairs = f"SELECT DISTINCT {class_} AS class, hash({name(person)}) AS person FROM {source}"
    connection.execute(f"CREATE OR REPLACE TEMP TABLE pairs AS {pairs}")
    met = "SELECT person, min(class) AS class, count(*) AS times FROM pairs GROUP BY person"
    connection.execute(f"CREATE OR REPLACE TEMP TABLE persons AS {met}")
    settled = _table(connection, "SELECT class, count(*) AS n FROM persons WHERE times = 1 GROUP BY class")
    order = np.argsort(ids)
    persons = np.zeros(len(ids), np.int64)
    persons[order[np.searchsorted(ids[order], _bits64(settled, "class"))]] = _ints(settled, "n")
    several = "SELECT person FROM persons WHERE times > 1"
    moves = _table(connection, f"SELECT class, person FROM pairs WHERE person IN ({several})")
    where = order[np.searchsorted(ids[order], _bits64(moves, "class"))]
    connection.execute("DROP TABLE pairs; DROP TABLE persons")
    return persons, (where.astype(np.int64), _bits64(moves, "person"))


def _crowd(movers: tuple[Ints, Bits], count: int) -> Bits:
    crowd = np.zeros(count, np.uint64)
    np.bitwise_or.at(crowd, movers[0], np.uint64(1) << (movers[1] % np.uint64(_WORD)))
    return crowd


def _ladder(
    connection: duckdb.DuckDBPyConnection, column: str, i: int, levels: Sequence[Level]
) -> tuple[Ladder, pa.Array]:
    """What each level shows of the leaves, and the leaves themselves."""
    raw = f"q{i}" if levels[0].to == "exact" else f"min(r{i})"
    shown = ", ".join(f"{level.sql('raw')} AS l{h}" for h, level in enumerate(levels))
    query = f"SELECT leaf, {shown} FROM (SELECT q{i} AS leaf, {raw} AS raw FROM classes GROUP BY q{i}) ORDER BY leaf"
    found = _table(connection, query)
    coded = [found.column(f"l{h}").combine_chunks().dictionary_encode("encode") for h in range(len(levels))]
    codes = [np.asarray(code.indices, np.int64) for code in coded]
    widest = max(len(found) - 1, 1)
    ladder = Ladder(
        column=column,
        codes=tuple(codes),
        sizes=tuple(len(code.dictionary) for code in coded),
        loss=tuple((np.bincount(code)[code] - 1) / widest for code in codes),
        hidden=tuple(level.to == "hidden" for level in levels),
    )
    return ladder, found.column("leaf").combine_chunks()
