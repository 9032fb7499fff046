"""What is not shown: counted and summed to the last digit, and told so that no few persons' sum can be read from it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

import pyarrow as pa
import pyarrow.compute as pc

from assets.contract import Contract
from assets.types import is_number


@dataclass(frozen=True, kw_only=True, slots=True)
class Withheld:
    """Rows that are not shown, for one reason, as the public is told: how many, about how many persons, their sums.

    Where they are about fewer persons than `fewer_than`, neither their number nor a sum is told.
    """

    reason: str
    rows: int
    persons: int | None
    money: dict[str, str]
    fewer_than: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Hidden:
    """The same as it is, for restricted storage: the exact sum of every measure; `persons` is None when uncounted.

    Unless it `tells`, neither is told: with what earlier releases told it would tell of few persons.
    """

    reason: str
    rows: int
    persons: int | None
    sums: Mapping[str, Decimal]
    tells: bool = True

    def told(self, contract: Contract) -> Withheld:
        """What the public is told of it."""
        minimum = fewest(contract)
        few = self.persons is None or self.persons < minimum or not self.tells
        return Withheld(
            reason=self.reason,
            rows=self.rows,
            persons=None if few else self.persons,
            money={} if few else {column: format(self.sums[column], "f") for column in told_sums(contract)},
            fewer_than=minimum if self.persons is not None and self.persons < minimum else None,
        )


def fewest(contract: Contract) -> int:
    """Of how many persons a number or a sum may be told; 0 where a contract speaks of none."""
    group, who = contract.aggregate, contract.persons
    return group.minimum if group else who.minimum if who else 0


def told_sums(contract: Contract) -> tuple[str, ...]:
    """The columns whose withheld sums the public is told, where they are of enough persons."""
    group, who = contract.aggregate, contract.persons
    return group.sums if group else (who.money,) if who and who.money else ()


def measures(contract: Contract) -> tuple[str, ...]:
    """The public columns whose sums are accounted for: amounts as the source gave them, or what groups add up."""
    if contract.aggregate:
        return contract.aggregate.sums
    amounts = {"public_measure", "personal_amount"}
    return tuple(
        column.name
        for column in contract.public_columns
        if column.class_ in amounts and column.technique is None and is_number(column.type)
    )


def sums(parts: Iterable[Hidden], columns: Sequence[str]) -> dict[str, str]:
    """The exact sum of each column over all parts, as text."""
    held = list(parts)
    return {name: format(sum((part.sums[name] for part in held), Decimal(0)), "f") for name in columns}


@dataclass(slots=True)
class Tally:
    """What a streaming pass withholds for one reason, counted as it goes."""

    contract: Contract
    reason: str
    rows: int = 0
    sums: dict[str, Decimal] = field(default_factory=dict)
    persons: list[pa.Array] = field(default_factory=list)

    def add(self, rows: pa.RecordBatch) -> None:
        """Count rows that are withheld; a person without a number is one."""
        self.rows += rows.num_rows
        for name in measures(self.contract) if rows.num_rows else ():
            self.sums[name] = self.sums.get(name, Decimal(0)) + _sum(rows.column(name))
        who = self.contract.persons
        if who and who.count:
            self.persons.append(pc.unique(pc.fill_null(rows.column(who.count).cast(pa.string()), "")))

    def hidden(self) -> list[Hidden]:
        """All of it, or nothing where no row was withheld."""
        if not self.rows:
            return []
        persons = len(pc.unique(pa.concat_arrays(self.persons))) if self.persons else None
        return [Hidden(reason=self.reason, rows=self.rows, persons=persons, sums=self.sums)]


def _sum(column: pa.Array) -> Decimal:
    scale = column.type.scale if pa.types.is_decimal(column.type) else 0
    return Decimal(pc.sum(column.cast(pa.decimal128(38, scale))).as_py() or 0)
