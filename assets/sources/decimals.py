"""Numbers written as text, read exactly or not at all: notation in, decimal128 out. No float anywhere."""

from functools import cache

import pyarrow as pa
import pyarrow.compute as pc

from assets.sources.source import Values

_PLAIN = r"^-?[0-9]+(?:\.[0-9]+)?$"
_SPACES = "[\u00a0\u202f\u2009]"


def to_decimal(texts: pa.Array, *, precision: int, scale: int, values: Values) -> pa.Array:
    """The numbers that `texts` write in the notation of `values`; NULL where one does not fit `precision` and `scale`
    exactly. "NaN", exponents and digits beyond the scale do not fit; zeros beyond it do.
    """
    plain = texts if _is_plain(values) else _scaled(texts, values)
    target = pa.decimal128(precision, scale)
    if pc.all(pc.match_substring_regex(plain, _PLAIN), min_count=0).as_py():
        try:
            return plain.cast(target)
        except pa.ArrowInvalid:
            pass  # some do not fit: find out which
    fits = pc.match_substring_regex(plain, _fitting(precision, scale))
    kept = pc.if_else(fits, plain, pa.scalar(None, pa.string()))
    return pc.replace_substring_regex(kept, *_shortening(scale)).cast(target)


def _is_plain(values: Values) -> bool:
    usual = values.decimal == "." and not values.thousands and values.negative == "minus"
    return usual and not values.affixes and not values.scales


def _scaled(texts: pa.Array, values: Values) -> pa.Array:
    """The same numbers, plainly written; those with a scale behind them with as many zeros more."""
    found = _plain(texts, values)
    for word, times in values.scales.items():
        bare = pc.replace_substring_regex(texts, rf"\s*{_literal(word)}$", "")
        marked = pc.if_else(pc.equal(bare, texts), pa.scalar(None, pa.string()), bare)
        found = pc.coalesce(found, _shifted(_plain(marked, values), len(str(times)) - 1))
    return found


def _shifted(plain: pa.Array, places: int) -> pa.Array:
    """The decimal point moved to the right."""
    pointed = pc.if_else(pc.match_substring(plain, "."), plain, pc.binary_join_element_wise(plain, "", "."))
    longer = pc.binary_join_element_wise(pointed, "0" * places, "")
    moved = pc.replace_substring_regex(longer, rf"^(-?[0-9]+)\.([0-9]{{{places}}})([0-9]*)$", r"\1\2.\3")
    return pc.replace_substring_regex(moved, r"\.$", "")


def _bare(texts: pa.Array, affixes: tuple[str, ...]) -> pa.Array:
    """Without what stands around a number, signs and parentheses kept."""
    if not affixes:
        return texts
    any_ = "|".join(map(_literal, sorted(affixes, key=len, reverse=True)))
    before = pc.replace_substring_regex(texts, rf"^([-(]?)\s*(?:{any_})\s*", r"\1")
    return pc.replace_substring_regex(before, rf"\s*(?:{any_})\s*(\)?)$", r"\1")


@cache
def _literal(text: str) -> str:
    """The text as a regular expression that means just it."""
    return "".join(mark if mark.isalnum() else f"\\{mark}" if mark.isascii() else mark for mark in text)


def _plain(texts: pa.Array, values: Values) -> pa.Array:
    """The same numbers with a leading minus, no thousands and a decimal point; NULL where the notation is another."""
    texts = _bare(texts, values.affixes)
    if values.negative == "parentheses":
        texts = pc.replace_substring_regex(texts, r"^\(\s*([0-9].*?)\s*\)$", r"-\1")
    if values.thousands == " ":
        texts = pc.replace_substring_regex(texts, _SPACES, " ")
    well = pc.match_substring_regex(texts, _notation(values.decimal, values.thousands))
    texts = pc.if_else(well, texts, pa.scalar(None, pa.string()))
    if values.thousands:
        texts = pc.replace_substring(texts, values.thousands, "")
    return pc.replace_substring(texts, values.decimal, ".")


@cache
def _notation(decimal: str, thousands: str) -> str:
    grouped = rf"[0-9]{{1,3}}(?:[{thousands}][0-9]{{3}})+|" if thousands else ""
    return rf"^-?(?:{grouped}[0-9]+)(?:[{decimal}][0-9]+)?$"


@cache
def _fitting(precision: int, scale: int) -> str:
    whole = precision - scale
    digits = rf"0*[0-9]{{1,{whole}}}" if whole else "0+"
    fraction = rf"[0-9]{{1,{scale}}}0*" if scale else "0+"
    return rf"^-?{digits}(?:\.{fraction})?$"


@cache
def _shortening(scale: int) -> tuple[str, str]:
    """What cuts leading zeros, and zeros beyond the scale."""
    fraction = rf"(?:(\.[0-9]{{1,{scale}}})0*)?" if scale else r"()(?:\.0+)?"
    return rf"^(-?)0*([0-9]+?){fraction}$", r"\1\2\3"
