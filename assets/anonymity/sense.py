"""Whether what a contract says of anonymity makes sense: all that tells persons apart is measured together, or not shown.

A column without any technique is the business of `assets/contradictions.py`.
"""

from collections.abc import Iterator
from math import prod
from typing import TYPE_CHECKING

from assets.privacy.anonymise import Anonymise
from assets.privacy.redact import Redact

if TYPE_CHECKING:
    from assets.column import Column
    from assets.contract import Contract

Found = tuple[str, str]
TELLING = frozenset({"quasi_id", "personal_amount"})
_CHOICES = 20_000


def contradictions(contract: "Contract") -> Iterator[Found]:
    """Every contradiction about anonymity, as pairs of path and message."""
    coarsened = [(i, column) for i, column in enumerate(contract.columns) if isinstance(column.technique, Anonymise)]
    if contract.anonymity is None:
        yield from (
            (_at(i, c), "anonymise needs an anonymity section: how many persons are enough") for i, c in coarsened
        )
        yield from _unmeasured(contract)
        return
    if contract.aggregate or _withholds(contract):
        yield "anonymity", "no row about a person is published, so there is nothing to measure: remove it"
        return
    if not coarsened:
        yield "anonymity", "no column has the technique anonymise, so nothing can be made coarser"
    choices = prod(len(column.technique.ladder) for _, column in coarsened if isinstance(column.technique, Anonymise))
    if choices > _CHOICES:
        yield "anonymity", f"{choices} combinations of levels are too many to choose from. Allowed: {_CHOICES}"
    for i, column in enumerate(contract.columns):
        yield from ((_at(i, column), problem) for problem in _problems(contract, column))


def shows_persons(contract: "Contract") -> bool:
    """Whether rows about persons are published one by one."""
    return contract.persons is not None and not contract.aggregate and not _withholds(contract)


def _withholds(contract: "Contract") -> bool:
    return contract.persons is not None and contract.persons.rows == "withhold"


def _unmeasured(contract: "Contract") -> Iterator[Found]:
    """Quasi-identifiers of persons whose anonymity nobody asks for."""
    if not shows_persons(contract):
        return
    for i, column in enumerate(contract.columns):
        if (
            column.class_ in TELLING
            and column.published
            and not isinstance(column.technique, Redact | Anonymise | None)
        ):
            yield (
                _at(i, column),
                f"class {column.class_} in rows about persons: say in anonymity how many must share it, or drop it",
            )


def _problems(contract: "Contract", column: "Column") -> Iterator[str]:
    technique = column.technique
    if isinstance(technique, Anonymise):
        wanted = "persons" if contract.persons else "all"
        if technique.rows != wanted:
            yield f"anonymise is about rows: {wanted} here, so that only persons are counted. Found rows: {technique.rows}"
        if column.name in contract.key:
            yield "a column of the key cannot be anonymised: rows could not be told apart"
    elif technique is None or not column.published or isinstance(technique, Redact):
        return
    elif column.class_ in TELLING:
        yield f"class {column.class_} is measured with all others: give it anonymise, redact or drop"
    elif column.class_ == "sensitive":
        yield "class sensitive is shown as it is where enough values are among the persons; else redact or drop it"


def _at(i: int, column: "Column") -> str:
    return f"columns[{i}] {column.name}"
