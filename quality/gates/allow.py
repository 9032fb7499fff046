"""What is known to be harmless: amounts and dates of such columns, official codes, row ids, our own digests.

Everything else is looked at. A code whose values hold nine digits needs a `pattern` or `enum` to be known here.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from assets.column import Column
from assets.contract import Contract
from assets.privacy.anonymise import Anonymise
from assets.privacy.generalise import Generalise
from assets.table import ID, ROW_ID
from assets.types import is_number
from quality.detectors import IDENTITIES
from quality.detectors.look import Eye
from quality.detectors.probes import lets_through

IDENTITY = 16
"""Digits of the shortest number by which a person is known: an amount of as many is looked at."""
NOTHING = "[^\\s\\S]"
NUMBER = r"'?-?\d+(?:\.\d+)?(?:[eE][+-]?\d{1,2})?"
_SHORT = r"'?-?\d{1,8}"
_WIDTH = r"-?\d{1,8} - < -?\d{1,8}"
_AMOUNTS = frozenset({"public_measure", "personal_amount"})
_MOMENT = r"\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?(?:Z|[+-]\d{2}(?::?\d{2})?)?)?"
# Keys of our own documents, by what their values are.
_DIGEST_KEYS = re.compile(
    r"(?:.*_)?(?:sha256|hash|digest|contract|id|ids|uuid|previous|key|(?:schema:|dct:)?identifier|@id|terang_table|owner_org|list)"
    r"|(?:[0-9.-]+/)?(?:[a-z0-9-]+\.(?:csv|parquet|xlsx|jsonl?|html)|SHA256SUMS)"  # files and their checksums
)
_DIGEST = re.compile(
    r"(?:sha256[:-])?[0-9a-f]{64}|_:N[0-9a-f]{32}|\d{4}-\d{2}-\d{2}(?:\.\d+)? [0-9a-f]{32}|(?:urn:uuid:)?[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
)
_COUNT_KEYS = re.compile(
    r"(?:sum_|total_).*|.*_(?:rows|bytes|total|sum)|rows|persons|read|kept|published|withheld|quarantined|duplicates"
    r"|bytes|byteSize|size|total|found|allowed|difference|failed|identifiers|accounted|rejects|minimum|maximum"
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Known:
    """The cells of a column that need no look: those of this form.

    An amount is of any size, so that one that is shaped like an identity number is looked at; unless the contract says
    by a maximum how large amounts are.
    """

    form: str
    amount: bool = False

    def holds(self, cell: str) -> bool:
        """Whether a cell needs no look."""
        return bool(re.fullmatch(self.form, cell, re.ASCII)) and not (self.amount and is_identity(cell))


def is_identity(cell: str) -> bool:
    """Whether the whole part of a number is shaped like the number of a person."""
    digits = cell.lstrip("'-").partition(".")[0]
    return any(shaped(digits) for shaped in IDENTITIES)


def of_column(column: Column) -> Known:
    """What cells of a public column need no look."""
    if isinstance(column.technique, Anonymise):
        return Known(form="|".join(_of_levels(column, column.technique)) or NOTHING)
    if column.technique is not None:
        banded = isinstance(column.technique, Generalise) and column.technique.bands
        return Known(form=(banded and column.technique.form) or NOTHING)
    if is_number(column.type) and column.class_ in _AMOUNTS:
        return Known(form=NUMBER, amount=column.maximum is None)
    if is_number(column.type):
        return Known(form=_SHORT)
    if column.type in {"date", "datetime"}:
        return Known(form=_MOMENT)
    official = of_code(column)
    return Known(form=f"'?(?:{official})" if official else NOTHING)


def _of_levels(column: Column, technique: Anonymise) -> Iterator[str]:
    """Bands by their names, and whole codes of an official pattern; a star and all else that is short needs no word."""
    for level in technique.ladder:
        if level.bands:
            yield level.form
        elif level.width:
            yield _WIDTH
        elif level.to == "exact" and column.pattern and not lets_through(column.pattern):
            yield f"'?(?:{column.pattern})"


def of_code(column: Column) -> str | None:
    """The official texts of a column as a regular expression, or None when it has none."""
    if column.class_ == "code" and column.pattern:
        return column.pattern
    if column.class_ in {"code", "controlled_text"} and column.enum:
        return "|".join(map(re.escape, column.enum))
    return None


def of_contract(contract: Contract) -> dict[str, Known]:
    """What needs no look in every public column by name, `id` included."""
    columns = {column.name: of_column(column) for column in contract.public_columns}
    return columns if contract.aggregate else {ID: Known(form=ROW_ID), **columns}


def eye(contract: Contract) -> Eye:
    """An eye that knows the contract's own codes in a text; a pattern that takes personal numbers for codes is none."""
    return Eye([form for column in contract.public_columns if (form := of_code(column)) and not lets_through(form)])


def too_broad(contract: Contract) -> dict[str, dict[str, float]]:
    """Public columns whose pattern takes personal numbers for codes, with the share of each kind that it lets through."""
    forms = {column.name: form for column in contract.public_columns if (form := of_code(column))}
    return {name: shares for name, form in forms.items() if (shares := lets_through(form))}


def of_key(key: str, value: str) -> bool:
    """Whether a value of our own documents is a digest, an id or a count, by the name of its key."""
    if _DIGEST.fullmatch(value):
        return bool(_DIGEST_KEYS.fullmatch(key))
    return bool(_COUNT_KEYS.fullmatch(key) and re.fullmatch(NUMBER, value, re.ASCII))
