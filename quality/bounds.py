"""What stops a release although single rows are fine: too many set aside, too few or too many read, totals that differ."""

from collections.abc import Iterator, Sequence
from decimal import Decimal

from assets.contract import Contract
from quality.engine import Outcome
from quality.findings import Problem
from quality.reconcile import Difference, Reconciled

SHRINK, SET_ASIDE = "rows do not shrink", "share of rows set aside"
_LISTED = 3


def problems(
    contract: Contract,
    outcomes: Sequence[Outcome],
    compared: Sequence[Reconciled],
    *,
    read: int,
    quarantined: int,
    baseline: int | None,
) -> list[Problem]:
    """Every reason to stop, the weightiest first."""
    return [
        *(_unequal(contract, one) for one in compared if not one.passed and one.severity == "error"),
        *_table(contract, outcomes),
        *_shrunk(contract, read, baseline),
        *_too_many(contract, outcomes, read, quarantined),
    ]


def total_named(name: str, by: Sequence[str]) -> str:
    """How a comparison of totals is called: its rule, and by which columns."""
    return f"{name}, by {', '.join(by)}" if by else name


def _unequal(contract: Contract, one: Reconciled) -> Problem:
    shown = one.differences[:_LISTED]
    more = f"; and {one.differing - len(shown)} more" if one.differing > len(shown) else ""
    return Problem(
        rule=total_named(one.name, one.by),
        found=_number(one.found),
        allowed=_number(one.allowed),
        difference=_number(str(Decimal(one.found) - Decimal(one.allowed))),
        narrowed="; ".join(map(_group, shown)) + more if one.by else None,
        next=f"run again if the source changed while it was read (terang run {contract.name}), else ask its owner",
    )


def _group(difference: Difference) -> str:
    where = ", ".join(f"{name} {value}" for name, value in difference.group.items())
    missing = ", not read at all" if difference.found is None else ""
    missing = ", unknown to the source's totals" if difference.allowed is None else missing
    return f"{where}: {_number(difference.difference)}{missing}"


def _table(contract: Contract, outcomes: Sequence[Outcome]) -> Iterator[Problem]:
    for outcome in outcomes:
        if outcome.of_table and outcome.failed and not outcome.warns:
            yield Problem(
                rule=outcome.rule,
                found=f"{outcome.observed:,} rows",
                allowed=outcome.rule,
                next=f"look at the source, or change rows in the contract, then terang run {contract.name}",
            )


def _shrunk(contract: Contract, read: int, baseline: int | None) -> Iterator[Problem]:
    share = contract.rows.shrink
    if share is None or not baseline or read >= baseline * (1 - share):
        return
    yield Problem(
        rule=SHRINK,
        found=f"{read:,} rows, {baseline:,} before",
        allowed=f"at most {_percent(share)} fewer",
        difference=f"{read - baseline:,}",
        next="look for a part that the source left out; change rows.shrink in the contract if it is right",
    )


def _too_many(contract: Contract, outcomes: Sequence[Outcome], read: int, quarantined: int) -> Iterator[Problem]:
    allowed = contract.quarantine.max
    if not quarantined or Decimal(quarantined) <= allowed * read:
        return
    worst = sorted(
        (outcome for outcome in outcomes if outcome.failed and not outcome.warns and not outcome.of_table),
        key=lambda outcome: -outcome.failed,
    )
    yield Problem(
        rule=SET_ASIDE,
        found=f"{quarantined:,} of {read:,} rows ({_percent(Decimal(quarantined) / read)})",
        allowed=f"at most {_percent(allowed)}",
        narrowed="; ".join(f"{outcome.rule}: {outcome.failed:,}" for outcome in worst[:_LISTED]) or None,
        next="mend the rows at the source (they are in quarantine.csv), then run again",
    )


def _percent(share: Decimal) -> str:
    return f"{share * 100:.2f}".rstrip("0").rstrip(".") + " %"


def _number(value: str) -> str:
    return f"{Decimal(value):,f}"
