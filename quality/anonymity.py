"""How anonymous a table is: the persons behind each combination of quasi-identifiers (k), and how varied they are (l).

NULL and blank are values. Persons are counted by their id, never by rows. What must hold is said elsewhere.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import duckdb

from assets.sql import name, names

SIZES = (1, 2, 3, 4, 5, 10, 20)  # lower bounds of the histogram
_BITS, _SALTS = 64, 4096
_APART = f"count(DISTINCT hash(value, salt) & {_BITS - 1}) = count(*)"


@dataclass(frozen=True, kw_only=True, slots=True)
class Measured:
    """The equivalence classes of a table. `k` and `l` are the least of any class, 0 in an empty table.

    `small` counts the classes, and `small_rows` their rows, that have fewer persons or values than was asked;
    `sizes` counts classes by persons, keyed by the lower bound of the bin; `risk` is the share of rows that somebody
    who knows all quasi-identifiers of all persons would get right by guessing, at most.
    Source: Sweeney (2002), k-anonymity; Machanavajjhala et al. (2007), distinct l-diversity.
    """

    rows: int
    classes: int
    k: int
    l: Mapping[str, int]  # noqa: E741 - its name in the field
    small: int
    small_rows: int
    sizes: Mapping[int, int]
    risk: float = field(compare=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Counted:
    """A column whose different values are counted: where the count goes, and how one value sets one of 64 bits."""

    column: str
    count: str
    bit: str
    exact: bool


def measure(
    connection: duckdb.DuckDBPyConnection,
    source: str,
    *,
    quasi: Sequence[str],
    person: str | None,
    sensitive: Sequence[str] = (),
    k: int = 1,
    l: int = 1,  # noqa: E741
) -> Measured:
    """Measure `source`, a table or a subquery; without `person` every row is a person of its own.

    One pass counts rows and sets a bit for each person and value: at least as many differ as bits are set. Only classes
    where that leaves a doubt are counted exactly, in a second pass.
    """
    named = [*([person] if person else []), *sensitive]
    counted = [_counted(connection, source, i, column, few=column != person) for i, column in enumerate(named)]
    connection.execute(f"CREATE OR REPLACE TEMP TABLE classes AS {_classes(source, quasi, counted)}")
    least = dict.fromkeys(sensitive, l - 1) | ({person: max(k, SIZES[-1]) - 1} if person else {})
    doubts = [(column, least[column.column]) for column in counted if not column.exact]
    while doubts:
        _settle(connection, source, quasi, counted, doubts)
        raised = [(column, _raised(connection, column, bound)) for column, bound in doubts]
        doubts = raised if raised != doubts else []
    return _told(connection, counted, person=person, k=k, l=l)


def _counted(connection: duckdb.DuckDBPyConnection, source: str, number: int, column: str, *, few: bool) -> _Counted:
    """How to set the bit of a value; where there are few, a salt is sought that gives each a bit of its own."""
    salts: list[tuple[int]] = []
    if few:
        met = f"(SELECT DISTINCT {name(column)} AS value FROM {source} LIMIT {_BITS + 1})"
        query = (
            f"SELECT salt FROM range({_SALTS}) AS s(salt), {met} GROUP BY salt HAVING {_APART} ORDER BY salt LIMIT 1"
        )
        salts = connection.execute(query).fetchall()
    bit = f"1::UBIGINT << (hash({name(column)}, {salts[0][0] if salts else 0}) & {_BITS - 1})"
    return _Counted(column=column, count=f"c{number}", bit=bit, exact=bool(salts))


def _classes(source: str, quasi: Sequence[str], counted: Sequence[_Counted]) -> str:
    """The classes with their rows, and at least how many values of each counted column they hold."""
    counts = "".join(f", bit_count(bit_or({column.bit}))::BIGINT AS {column.count}" for column in counted)
    values = "".join(f"{name(column)} AS q{i}, " for i, column in enumerate(quasi))
    found = f"SELECT {values}count(*) AS n{counts} FROM {source} GROUP BY ALL HAVING count(*) > 0"
    return f"SELECT *, false AS settled FROM ({found})"


def _key(columns: Sequence[str]) -> str:
    """One number for a class; should two share it, both are counted anew, each for itself."""
    return f"hash({names(columns)})" if columns else "0::UBIGINT"


def _settle(
    connection: duckdb.DuckDBPyConnection,
    source: str,
    quasi: Sequence[str],
    counted: Sequence[_Counted],
    doubts: Sequence[tuple[_Counted, int]],
) -> None:
    """Count exactly, by value, in the classes that hold no more than a doubtful number of values."""
    unsure = " OR ".join(f"({column.count} <= {bound} AND {column.count} < n)" for column, bound in doubts)
    classes = _key([f"q{i}" for i in range(len(quasi))])
    doubtful = f"SELECT {classes} FROM classes WHERE NOT settled AND ({unsure})"
    if not connection.execute(f"{doubtful} LIMIT 1").fetchall():
        return
    values = "".join(f"{name(column)} AS q{i}, " for i, column in enumerate(quasi))
    counts = ", ".join(
        f"count(DISTINCT {name(c.column)}) + max(({name(c.column)} IS NULL)::BIGINT) AS {c.count}" for c in counted
    )
    rows = f"FROM {source} WHERE {_key(quasi)} IN ({doubtful})"
    connection.execute(f"CREATE OR REPLACE TEMP TABLE sure AS SELECT {values}{counts} {rows} GROUP BY ALL")
    same = " AND ".join([f"classes.q{i} IS NOT DISTINCT FROM sure.q{i}" for i in range(len(quasi))]) or "true"
    exact = ", ".join(f"{column.count} = sure.{column.count}" for column in counted)
    connection.execute(f"UPDATE classes SET {exact}, settled = true FROM sure WHERE {same}")


def _raised(connection: duckdb.DuckDBPyConnection, column: _Counted, bound: int) -> int:
    """The bound up to which exact counts are needed, so that the least of all is known exactly."""
    known = f"min({column.count}) FILTER (settled OR {column.count} = n)"
    sure, least = connection.execute(f"SELECT {known}, min({column.count}) FROM classes").fetchall()[0]
    return max(bound, least or 0) if sure is None else max(bound, sure - 1)


def _told(
    connection: duckdb.DuckDBPyConnection,
    counted: Sequence[_Counted],
    *,
    person: str | None,
    k: int,
    l: int,  # noqa: E741
) -> Measured:
    persons = counted[0].count if person else "n"
    values = {column.column: column.count for column in counted if column.column != person}
    few = " OR ".join([f"{persons} < {k}", *(f"{count} < {l}" for count in values.values())])
    least = "".join(f", coalesce(min({count}), 0)" for count in values.values())
    query = (
        f"SELECT coalesce(sum(n), 0), count(*), count(*) FILTER ({few}), coalesce(sum(n) FILTER ({few}), 0), "
        f"coalesce(sum(n / {persons}) / sum(n), 0), coalesce(min({persons}), 0){least} FROM classes"
    )
    rows, classes, small, small_rows, risk, smallest, *distinct = connection.execute(query).fetchall()[0]
    bins = " ".join(f"WHEN {persons} >= {size} THEN {size}" for size in reversed(SIZES))
    sizes = connection.execute(
        f"SELECT CASE {bins} END AS size, count(*) FROM classes GROUP BY 1 ORDER BY 1"
    ).fetchall()
    return Measured(
        rows=int(rows),
        classes=classes,
        k=smallest,
        l=dict(zip(values, distinct, strict=True)),
        small=small,
        small_rows=int(small_rows),
        sizes=dict(sizes),
        risk=float(risk),
    )
