"""What was withheld and why, so that totals reconcile: published + withheld = what was read and sound."""

from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

from assets.contract import Contract
from assets.protect import Withheld
from publish.metadata.table import write_csv

FILE = "withheld.csv"


def write(target: Path, contract: Contract, withheld: Sequence[Withheld]) -> None:
    """Write `withheld.csv`: reason, rows, persons, and `sum_<column>` for each column whose money is accounted for."""
    money = money_columns(contract)
    header = ["reason", "rows", "persons", *(f"sum_{column}" for column in money)]
    rows = [
        [part.reason, part.rows, part.persons, *(_amount(part.money.get(column)) for column in money)]
        for part in withheld
    ]
    write_csv(target, header, rows)


def money_columns(contract: Contract) -> tuple[str, ...]:
    """The columns whose withheld sums are told."""
    if contract.aggregate:
        return contract.aggregate.sums
    return (contract.persons.money,) if contract.persons and contract.persons.money else ()


def _amount(text: str | None) -> Decimal | None:
    return Decimal(text) if text not in {None, "None"} else None
