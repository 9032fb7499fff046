"""Seeded random numbers, and the few verbs that make Arrow columns of them, without a loop over rows."""

import zlib
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from examples.kabupaten import SEED

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]
LISTS = Path(__file__).with_name("lists")
MONEY = pa.decimal128(20, 2)


def random(name: str) -> np.random.Generator:
    """The stream of random numbers called `name`: one per table, so that a change in one leaves the others alone."""
    return np.random.default_rng([SEED, zlib.crc32(name.encode())])


def listed(name: str) -> list[list[str]]:
    """The rows of a committed list, split at tabs."""
    lines = (LISTS / f"{name}.tsv").read_text(encoding="utf-8").splitlines()
    return [line.split("\t") for line in lines]


def words(name: str) -> list[str]:
    """The words of a committed list."""
    return (LISTS / f"{name}.txt").read_text(encoding="utf-8").split()


def text(values: Sequence[str | None]) -> Any:
    """A text column."""
    return pa.array(values, pa.string())


def pick(pool: Any, index: Ints) -> Any:
    """The entries of `pool` at `index`."""
    taken = (pool if isinstance(pool, pa.Array | pa.ChunkedArray) else text(pool)).take(pa.array(index))
    return taken.combine_chunks() if isinstance(taken, pa.ChunkedArray) else taken


def glue(*parts: Any, between: str = "") -> Any:
    """Join columns and fixed texts, row by row; a missing part gives a missing whole."""
    return pc.binary_join_element_wise(*parts, between)


def digits(numbers: Ints, width: int) -> Any:
    """Whole numbers as text of `width` digits, zeros in front."""
    return pc.utf8_lpad(pa.array(numbers).cast(pa.string()), width=width, padding="0")


def money(cents: Ints) -> Any:
    """Cents as exact decimal(20,2)."""
    wide = np.empty((len(cents), 2), np.int64)
    wide[:, 0], wide[:, 1] = cents, cents >> 63
    return pa.Array.from_buffers(MONEY, len(cents), [None, pa.py_buffer(np.ascontiguousarray(wide))])


def cents_of(amounts: Any) -> Ints:
    """The cents of a decimal(20,2) column, missing amounts as 0."""
    flat = amounts.combine_chunks() if isinstance(amounts, pa.ChunkedArray) else amounts
    whole = pc.fill_null(flat, pa.scalar(Decimal("0.00"), MONEY))
    wide = np.frombuffer(whole.buffers()[1], np.int64).reshape(-1, 2)
    return wide[whole.offset : whole.offset + len(whole), 0].copy()


def rupiah(cents: int) -> str:
    """Cents as a decimal string, as in the answer key."""
    sign, whole = ("-" if cents < 0 else ""), abs(int(cents))
    return f"{sign}{whole // 100}.{whole % 100:02d}"


def days(since_2025: Ints) -> Any:
    """Days since 2025-01-01 as dates."""
    return pa.array((np.datetime64("2025-01-01") + since_2025).astype("datetime64[D]"))


def moments(since_2025: Ints, seconds: Ints) -> Any:
    """Days since 2025-01-01 and seconds of the day as UTC timestamps."""
    stamps = (np.datetime64("2025-01-01T00:00:00") + since_2025 * 86_400 + seconds).astype("datetime64[us]")
    return pa.array(stamps).cast(pa.timestamp("us", tz="UTC"))


def month_start(year: Ints | int, month: Ints | int) -> Ints:
    """Days since 2025-01-01 of the first of a month."""
    months = (np.asarray(year, np.int64) - 1970) * 12 + np.asarray(month, np.int64) - 1
    first = months.astype("datetime64[M]").astype("datetime64[D]")
    return np.asarray((first - np.datetime64("2025-01-01")).astype(np.int64))


def overwrite(table: Any, column: str, rows: Ints, values: Any) -> Any:
    """The table with other values in one column of some rows (`rows` in rising order)."""
    mask = np.zeros(table.num_rows, bool)
    mask[rows] = True
    old = table.column(column).combine_chunks()
    new = pc.replace_with_mask(old, pa.array(mask), pa.array(values, old.type))
    return table.set_column(table.schema.get_field_index(column), column, new)


def spread(eligible: Bools, count: int, taken: set[int], name: str) -> Ints:
    """`count` row numbers among the eligible that nobody has taken yet, in rising order; they are taken then."""
    free = np.flatnonzero(eligible)
    order = random(name).permutation(len(free))
    rows = [int(free[i]) for i in order[: count + len(taken)] if int(free[i]) not in taken][:count]
    if len(rows) < count:
        raise ValueError(f"{name}: {count} rows wanted, {len(rows)} eligible")
    taken.update(rows)
    return np.array(sorted(rows), np.int64)
