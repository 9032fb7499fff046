"""What tells one row from another, and which columns follow from others, counted over all rows that were read."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

import pyarrow as pa

from assets.duck import connected

_MOST_COLUMNS = 4
_TRIED = 400
_COMPARED = 40_000_000  # rows that are compared in all
_FOLLOWERS = 200_000  # rows that are looked at for what follows from what


@dataclass(frozen=True, kw_only=True, slots=True)
class Follows:
    """Each value of `code` has one value of `name`."""

    code: str
    name: str
    values: int


class Rows:
    """The rows of a source, to be counted in several ways; a cell is but a number here, the same for equal texts."""

    def __init__(self, table: pa.Table) -> None:
        self.count = table.num_rows
        codes = {name: _codes(table[name]) for name in table.column_names}
        self._places = {name: f"c{at}" for at, name in enumerate(codes)}
        self._counts: dict[tuple[str, ...], int] = {}
        self._connection = connected(memory="80%")
        given = pa.table({self._places[name]: column for name, column in codes.items()})
        self._connection.register("given", given)
        self._connection.execute("CREATE TABLE rows AS SELECT * FROM given")

    def distinct(self, names: Sequence[str], *, first: int | None = None) -> int:
        """How many different combinations of these columns there are, among all rows or the first ones."""
        asked = (*names, str(first or ""))
        if asked not in self._counts:
            columns = ", ".join(self._places[name] for name in names)
            part = f" WHERE rowid < {first}" if first else ""
            found = self._connection.execute(f"SELECT count(*) FROM (SELECT DISTINCT {columns} FROM rows{part})")
            self._counts[asked] = int((found.fetchone() or (0,))[0])
        return self._counts[asked]

    def repeated(self, names: Sequence[str]) -> int:
        """How many rows repeat another one in these columns."""
        return self.count - self.distinct(names) if names else 0


def _codes(column: pa.ChunkedArray) -> pa.Array:
    encoded = column.combine_chunks().dictionary_encode()
    encoded = encoded.combine_chunks() if isinstance(encoded, pa.ChunkedArray) else encoded
    return encoded.indices.fill_null(-1)


def key_of(rows: Rows, names: Sequence[str]) -> tuple[str, ...] | None:
    """The fewest columns that no two rows share, in the order in which they were given; None where there is none."""
    counts = {name: rows.distinct([name]) for name in names}
    useful = [name for name in names if counts[name] > 1]
    if not rows.count or not useful or rows.distinct(useful) < rows.count:
        return (names[0],) if rows.count == 1 and names else None
    for candidate in _few(useful, counts, rows.count):
        if rows.distinct(candidate) == rows.count:
            return candidate
    return _lessened(rows, useful)


def _few(names: Sequence[str], counts: dict[str, int], rows: int) -> Iterator[tuple[str, ...]]:
    """Combinations of few columns that have enough values to tell all rows apart, the likeliest first."""
    left = min(_TRIED, max(_COMPARED // rows, _MOST_COLUMNS))
    for size in range(1, _MOST_COLUMNS + 1):
        for candidate in combinations(names, size):
            most = 1
            for name in candidate:
                most *= counts[name]
            if most >= rows and left:
                left -= 1
                yield candidate


def _lessened(rows: Rows, names: Sequence[str]) -> tuple[str, ...]:
    """All columns without those that are not needed, the last given first."""
    kept = list(names)
    for name in reversed(names):
        rest = [other for other in kept if other != name]
        if rest and rows.distinct(rest) == rows.count:
            kept = rest
    return tuple(kept)


def followers(rows: Rows, codes: Sequence[str], names: Sequence[str]) -> list[Follows]:
    """Which of `names` each code has one of. A name is told once, with the code that has the most values."""
    first = min(rows.count, _FOLLOWERS)
    counts = {name: rows.distinct([name], first=first) for name in {*codes, *names}}
    found: dict[str, Follows] = {}
    for code in codes:
        if not 1 < counts[code] <= first / 2:
            continue
        for name in names:
            best = found.get(name)
            better = best is None or counts[code] < best.values
            able = code != name and better and 1 < counts[name] <= counts[code]
            if able and rows.distinct([code, name], first=first) == counts[code]:
                found[name] = Follows(code=code, name=name, values=counts[code])
    return list(found.values())
