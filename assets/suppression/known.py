"""Which totals of an aggregated dataset a reader knows, by what its contract says."""

from collections.abc import Mapping

from assets.contract import Contract
from assets.privacy.levels import Level
from assets.sql import name

Kind = Mapping[str, Level | None]
_FAR = 10.0  # how many times the largest sum a sum may be below nothing, where nothing says that it may not


def known(contract: Contract) -> list[Kind]:
    """The kinds of totals: each by columns, as they are or in a coarser form. The sum of everything is always known."""
    group = contract.aggregate
    if group is None:
        return []
    said: list[Kind] = [{}]
    for total in group.totals:
        parts = [{part: None} if isinstance(part, str) else part for part in total]
        said.append({name: level for part in parts for name, level in part.items()})
    compared = [one.by for one in contract.reconcile if one.sum in group.sums]
    said += [dict.fromkeys(name for name in by if name in group.by) for by in compared]
    return [kind for i, kind in enumerate(said) if kind not in said[:i]]


def is_linked(contract: Contract) -> bool:
    """Whether more is asked for than that small groups hide from the sum of everything."""
    group = contract.aggregate
    return group is not None and (len(known(contract)) > 1 or group.dominance is not None or group.p is not None)


def lowest(contract: Contract, column: str, *, smallest: float, largest: float) -> float:
    """The least that a reader knows a sum to be: nothing, where the contract says that no amount is negative.

    `smallest` of all sums of the column, and `largest` of them without their signs.
    """
    minimum = contract.column(column).minimum
    if minimum is not None and minimum >= 0 and smallest >= 0:
        return 0.0
    return -_FAR * max(largest, 1.0)


def sql(kind: Kind) -> str:
    """The columns of a kind as SQL expressions, with commas between."""
    parts = [name(column) if level is None else level.sql(name(column)) for column, level in kind.items()]
    return ", ".join(parts) or "0"
