"""What was withheld and why, so that totals reconcile: published + withheld = what was read and sound."""

from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

from assets.contract import Contract
from assets.withheld import Withheld, told_sums
from publish.metadata.table import write_csv

FILE = "withheld.csv"


def write(target: Path, contract: Contract, withheld: Sequence[Withheld]) -> None:
    """Write `withheld.csv`: reason, rows, persons, and `sum_<column>` for each column whose money is accounted for.

    Of few persons there is a bound ("<5") instead of their number, and no sum.
    """
    money = told_sums(contract)
    header = ["reason", "rows", "persons", *(f"sum_{column}" for column in money)]
    rows = [
        [part.reason, part.rows, _persons(part), *(_amount(part.money.get(column)) for column in money)]
        for part in withheld
    ]
    write_csv(target, header, rows)


def _persons(part: Withheld) -> int | str | None:
    return part.persons if part.fewer_than is None else f"<{part.fewer_than}"


def _amount(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)
