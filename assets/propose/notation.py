"""How the numbers of a column are written, found by reading them: the first notation in which all of them are exact."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

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
_OFTEN = 0.1
_NEARLY = 0.95
_SOME = 20
_FEW = 200
_LONGEST = 40
_FIGURES = r"^\D{0,5}\d[\d.,' \x{a0}\x{202f}\x{2009}]*\s?(?:[\pL]{1,8}|%)?\)?$"
_BEFORE = r"^[-(]?\s*(?P<mark>Rp\.?|IDR|USD|EUR|GBP|[$\x{a3}\x{20ac}])\s*-?\d"
_BEHIND = r"\d\s*(?P<mark>%)\s*\)?$"
_SCALE = r"\d\s*(?P<mark>\pL{1,8})\)?$"
SCALES = {
    "rb": 10**3, "ribu": 10**3, "jt": 10**6, "juta": 10**6, "m": 10**9, "miliar": 10**9, "milyar": 10**9,
    "t": 10**12, "triliun": 10**12,
}  # fmt: skip
_GROUPS = {(",", "."): r"^[-(]?[1-9]\d{0,2}\.\d{3}\)?$", (".", ","): r"^[-(]?[1-9]\d{0,2},\d{3}\)?$"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Numbers:
    """Numbers that were all read: their notation, digits before and after the point, whether any is negative, and
    whether any is written with a fraction, be it zero."""

    values: Values
    whole: int
    scale: int
    negative: bool
    fraction: bool
    doubt: str | None = None


def numbers_of(column: Profile, *, amount: bool = False) -> Numbers | None:
    """The notation of a column of numbers; None where it is another column.

    Where its name says that it holds an `amount`, a few cells that are no numbers do not make it text.
    """
    marks = nulls_of(column)
    nulls = (*marks, *_words(column.without(marks), amount=amount))
    plain = column.without(nulls)
    least = _NEARLY if amount and plain.filled >= _SOME else 1
    if plain.share(_FIGURES) < least:
        return None
    best, most = None, 0.0
    for values in _tried(nulls, plain):
        share = _share_read(plain, values)
        best, most = (values, share) if share > most else (best, most)
        if most == 1:
            break
    return _measured(plain, best, most) if best is not None and most >= least else None


def _share_read(column: Profile, values: Values) -> float:
    few = to_decimal(column.texts[:_FEW], precision=PRECISION, scale=SCALE, values=values)
    if len(few) and few.null_count > len(few) / 2:
        return 0
    return column.share_of(pc.is_valid(to_decimal(column.texts, precision=PRECISION, scale=SCALE, values=values)))


def nulls_of(column: Profile) -> tuple[str, ...]:
    """The few texts of a column that say that there is no value."""
    found = tuple(text for text in column.texts.to_pylist() if _NULL.fullmatch(text)) if column.distinct else ()
    return found if len(found) <= _MOST_NULLS else ()


def _words(column: Profile, *, amount: bool) -> tuple[str, ...]:
    """The few words without figures that stand again and again in a column of numbers: never one that stands there once,
    which may be anything that somebody typed into the wrong cell."""
    marked = pc.invert(pc.match_substring_regex(column.texts, r"\d"))
    words, least = column.texts.filter(marked), pc.min(column.counts.filter(marked)).as_py() or 0
    if len(words) > _MOST_NULLS or least < 2 or column.distinct - len(words) < 2 or column.longest > _LONGEST:  # noqa: PLR2004
        return ()
    share = column.share_of(marked)
    usual = (amount and share < 1 - _NEARLY) or (len(words) == 1 and share > _OFTEN)
    return tuple(words.to_pylist()) if usual else ()


def _tried(nulls: tuple[str, ...], column: Profile) -> Iterator[Values]:
    negative = "parentheses" if column.share(r"^\(.*\)$") else "minus"
    around = {"affixes": _found(column, _BEFORE) + _found(column, _BEHIND), "scales": _scales(column)}
    candidates = list(_CANDIDATES)
    candidates[:0] = _grouped(column)  # 1.234 and 5.678: thousands, not thousandths
    for decimal, thousands in candidates:
        yield Values.model_validate(
            {"decimal": decimal, "thousands": thousands, "negative": negative, "nulls": ("", *nulls), **around}
        )


def _found(column: Profile, regex: str) -> tuple[str, ...]:
    """The units that stand before or behind numbers."""
    marks = pc.extract_regex(column.texts, regex)
    return tuple(sorted({text for text in pc.struct_field(marks, "mark").to_pylist() if text}))


def _scales(column: Profile) -> dict[str, int]:
    """The words behind numbers that say how much more they are; "M" alone could be a million in another language."""
    words = set(pc.struct_field(pc.extract_regex(column.texts, _SCALE), "mark").to_pylist()) - {None, ""}
    sure = any(word.lower() not in {"m", "t", "k"} for word in words)
    known = {word: SCALES[word.lower()] for word in sorted(words) if word.lower() in SCALES}
    return known if sure and len(known) == len(words) else {}


def _grouped(column: Profile) -> list[tuple[str, str]]:
    """The notation in which every number has thousands, where the same texts could be fractions."""
    return [notation for notation, regex in _GROUPS.items() if column.all(regex)]


def _measured(column: Profile, values: Values, share: float) -> Numbers:
    read = to_decimal(column.texts, precision=PRECISION, scale=SCALE, values=values)
    unread = column.filled - round(share * column.filled)
    shown = pc.replace_substring_regex(read.cast("string"), r"\.?0*$", "")
    scale = pc.max(pc.utf8_length(pc.replace_substring_regex(shown, r"^[^.]*\.?", ""))).as_py()
    whole = pc.max(pc.utf8_length(pc.replace_substring_regex(shown, r"^-|\..*$", ""))).as_py()
    fraction = scale > 0 or column.share(rf"\{values.decimal}\d") > 0
    doubts = ["read with thousands; thousandths would be written alike"] if _grouped(column) else []
    doubts += [f'"{text}" is read as no value' for text in values.nulls if text and not _NULL.fullmatch(text)]
    doubts += [f"{unread:,} of {column.filled:,} cells are no number in this notation: their rows are rejected"] * (
        unread > 0
    )
    doubts += [f"{word} is {times:,}" for word, times in values.scales.items()]
    negative = bool(pc.any(pc.less(read, 0)).as_py())
    return Numbers(
        values=values,
        whole=max(whole, 1),
        scale=scale,
        negative=negative,
        fraction=fraction,
        doubt="; ".join(doubts) or None,
    )
