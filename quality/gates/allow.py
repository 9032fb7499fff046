"""What is known to be harmless: numbers and dates of such columns, official codes, row ids, our own digests.

Everything else is looked at. A code whose values hold nine digits needs a `pattern` or `enum` to be known here.
"""

import re
from collections.abc import Sequence
from decimal import Decimal
from itertools import pairwise

from assets.column import Column
from assets.contract import Contract
from assets.privacy.generalise import Generalise
from assets.table import ID
from assets.types import is_number

NOTHING = "[^\\s\\S]"
_ROW_ID = "[a-p]{16}"
_NUMBER = r"'?-?\d+(?:\.\d+)?(?:[eE][+-]?\d{1,2})?"
_MOMENT = r"\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?(?:Z|[+-]\d{2}(?::?\d{2})?)?)?"
# Keys of our own documents, by what their values are.
_DIGEST_KEYS = re.compile(r"(?:.*_)?(?:sha256|hash|digest|contract|id|ids|uuid|previous|key|identifier|owner_org)")
_DIGEST = re.compile(r"(?:sha256[:-])?[0-9a-f]{64}|(?:urn:uuid:)?[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_COUNT_KEYS = re.compile(
    r"(?:sum_|total_).*|.*_(?:rows|bytes|total|sum)|rows|persons|read|kept|published|withheld|quarantined|duplicates"
    r"|bytes|byteSize|size|total|found|allowed|difference|failed|identifiers|accounted|rejects|minimum|maximum"
)


def of_column(column: Column) -> str:
    """A regular expression for cells of a public column that need no look."""
    if column.technique is not None:
        bands = column.technique.bands if isinstance(column.technique, Generalise) else None
        return of_bands(bands) if bands else NOTHING
    if is_number(column.type):
        return _NUMBER
    if column.type in {"date", "datetime"}:
        return _MOMENT
    official = of_code(column)
    return f"'?(?:{official})" if official else NOTHING


def of_code(column: Column) -> str | None:
    """The official texts of a column as a regular expression, or None when it has none."""
    if column.class_ == "code" and column.pattern:
        return column.pattern
    if column.class_ in {"code", "controlled_text"} and column.enum:
        return "|".join(map(re.escape, column.enum))
    return None


def of_contract(contract: Contract) -> dict[str, str]:
    """The same for every public column by name, `id` included."""
    columns = {column.name: of_column(column) for column in contract.public_columns}
    return columns if contract.aggregate else {ID: _ROW_ID, **columns}


def of_key(key: str, value: str) -> bool:
    """Whether a value of our own documents is a digest, an id or a count, by the name of its key."""
    if _DIGEST.fullmatch(value):
        return bool(_DIGEST_KEYS.fullmatch(key))
    return bool(_COUNT_KEYS.fullmatch(key) and re.fullmatch(_NUMBER, value, re.ASCII))


def of_bands(bounds: Sequence[Decimal]) -> str:
    """The names of bands, as `assets/privacy/generalise.py` writes them."""
    texts = [f"{bound:f}" for bound in bounds]
    between = [f"{lower} - < {upper}" for lower, upper in pairwise(texts)]
    return "|".join(map(re.escape, [f"< {texts[0]}", *between, f">= {texts[-1]}"]))
