"""How the numbers of a column are written, found by reading them: the first notation in which all of them are exact."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

import pyarrow.compute as pc

from assets.propose.profile import Profile
from assets.sources.decimals import to_decimal
from assets.sources.source import Values

PRECISION, SCALE = 38, 10
_CANDIDATES = ((".", ""), (".", ","), (",", ""), (",", "."), (",", " "), (".", " "), (".", "'"), (",", "'"))
_NULL = re.compile(
    r"(?:[-\u2013\u2014.*#?]+|n/?a|null|none|nil|nihil|nan|n\.a\.|tidak ada|not specified)", re.IGNORECASE
)
_MOST_NULLS = 3
_GROUPS = {(",", "."): r"^[-(]?[1-9]\d{0,2}\.\d{3}\)?$", (".", ","): r"^[-(]?[1-9]\d{0,2},\d{3}\)?$"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Numbers:
    """Numbers that were all read: their notation, digits before and after the point, whether any is negative."""

    values: Values
    whole: int
    scale: int
    negative: bool
    doubt: str | None = None


def numbers_of(column: Profile) -> Numbers | None:
    """The notation of a column of numbers; None where it is another column."""
    nulls = nulls_of(column)
    plain = column.without(nulls)
    for values in _tried(nulls, plain):
        if plain.reads(partial(to_decimal, precision=PRECISION, scale=SCALE, values=values)):
            return _measured(plain, values)
    return None


def nulls_of(column: Profile) -> tuple[str, ...]:
    """The few texts of a column that say that there is no value."""
    found = tuple(text for text in column.texts.to_pylist() if _NULL.fullmatch(text)) if column.distinct else ()
    return found if len(found) <= _MOST_NULLS else ()


def _tried(nulls: tuple[str, ...], column: Profile) -> Iterator[Values]:
    negative = "parentheses" if column.share(r"^\(.*\)$") else "minus"
    candidates = list(_CANDIDATES)
    candidates[:0] = _grouped(column)  # 1.234 and 5.678: thousands, not thousandths
    for decimal, thousands in candidates:
        yield Values.model_validate(
            {"decimal": decimal, "thousands": thousands, "negative": negative, "nulls": ("", *nulls)}
        )


def _grouped(column: Profile) -> list[tuple[str, str]]:
    """The notation in which every number has thousands, where the same texts could be fractions."""
    return [notation for notation, regex in _GROUPS.items() if column.all(regex)]


def _measured(column: Profile, values: Values) -> Numbers:
    read = to_decimal(column.texts, precision=PRECISION, scale=SCALE, values=values)
    shown = pc.replace_substring_regex(read.cast("string"), r"\.?0*$", "")
    scale = pc.max(pc.utf8_length(pc.replace_substring_regex(shown, r"^[^.]*\.?", ""))).as_py()
    whole = pc.max(pc.utf8_length(pc.replace_substring_regex(shown, r"^-|\..*$", ""))).as_py()
    doubt = "read with thousands; thousandths would be written alike" if _grouped(column) else None
    negative = bool(pc.any(pc.less(read, 0)).as_py())
    return Numbers(values=values, whole=max(whole, 1), scale=scale, negative=negative, doubt=doubt)
