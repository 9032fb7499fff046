"""What a column holds: its type and notation, found by reading every text of it, and the rules that all of it keeps."""

from collections.abc import Mapping
from dataclasses import replace

import pyarrow.compute as pc

from assets.propose.codes import enum_of, is_code, pattern_of
from assets.propose.dates import dates_of
from assets.propose.notation import Numbers, nulls_of, numbers_of
from assets.propose.people import suspicion_of
from assets.propose.profile import Profile
from assets.propose.proposal import Column
from assets.propose.words import CHANGED, DELETED, MONTH, PERCENT, YEAR, is_amount, says, unit_of
from assets.sources.source import Values

MONEY = (20, 2)
_WIDEST = 38
_LARGE = 6  # digits from which a number is an amount
_BOOLEANS = (("true", "false"), ("ya", "tidak"), ("yes", "no"), ("y", "n"))
_YEARS, _OUR_YEARS, _LAST_YEAR = r"^(?:1[5-9]|20)\d\d$", r"^(?:19|20)", "2099"
_FEW = 20  # whole numbers, which tell kinds and not amounts
_ROMAN = {"I": 1, "II": 2, "III": 3, "IV": 4}
_LONG_TEXT, _MANY_WORDS = 80, 6


def described(column: Profile, blank: Column, *, patterns: Mapping[str, str], timezone: str) -> Column:
    """`blank`, which has a name and a label, with all that the texts of the column say."""
    known = replace(
        blank,
        required=column.empty == 0,
        suspicion=suspicion_of(column, blank.name),
        unit=None,
        remarks=() if column.filled else ("it is empty in every row",),
    )
    if column.native:
        return _hinted(
            column, replace(known, type=column.native, remarks=_with(known, _about_rows(column, blank.name)))
        )
    for kind in (_year, _date, _boolean, _roman, _code, _number):
        found = kind(column, known, patterns, timezone)
        if found is not None:
            return _hinted(column, found)
    return _hinted(column, _words(column, known))


def _about_rows(column: Profile, name: str) -> str | None:
    """That a column of a database may be about its rows, and which option would use it."""
    if column.native == "datetime" and says(name, CHANGED):
        return "when a row changed? source.cursor could name it: later runs read only what changed"
    if column.native == "boolean" and says(name, DELETED):
        return "whether a row is gone? source.deleted could name it: such rows are left out"
    return None


def _year(column: Profile, known: Column, *_: object) -> Column | None:
    nulls = nulls_of(column)
    plain = column.without(nulls)
    if not says(known.name, YEAR) or not plain.all(_YEARS):
        return None
    values, first = Values(nulls=("", *nulls)), "1900" if plain.all(_OUR_YEARS) else "1500"
    return replace(known, type="integer", values=values, required=plain.empty == 0, minimum=first, maximum=_LAST_YEAR)


def _date(column: Profile, known: Column, _: object, timezone: str) -> Column | None:
    found = dates_of(column, timezone=timezone)
    if found is None:
        return None
    return replace(known, type=found.type, values=found.values, remarks=_with(known, found.doubt))


def _boolean(column: Profile, known: Column, *_: object) -> Column | None:
    texts = set(pc.utf8_lower(column.texts).to_pylist())
    for true, false in _BOOLEANS:
        if texts == {true, false} or (texts and texts <= {"true", "false"}):
            return replace(known, type="boolean", values=Values(true=(true,), false=(false,)))
    return None


def _roman(column: Profile, known: Column, *_: object) -> Column | None:
    """Quarters as Romans counted them."""
    found = set(column.texts.to_pylist()) if 1 < column.distinct <= len(_ROMAN) else set()
    if not found or not found <= _ROMAN.keys():
        return None
    values = Values(words={word: str(number) for word, number in _ROMAN.items() if word in found})
    return replace(known, type="integer", values=values, minimum="1", maximum="4", remarks=_with(known, "I to IV"))


def _code(column: Profile, known: Column, patterns: Mapping[str, str], _: object) -> Column | None:
    if not column.distinct or not is_code(column, known.name):
        return None
    return replace(known, type="string", pattern=pattern_of(column, patterns), hint="code")


def _number(column: Profile, known: Column, *_: object) -> Column | None:
    found = numbers_of(column, amount=is_amount(known.name))
    if found is None or (says(known.name, YEAR) and len(found.values.nulls) > 1):  # a year may be called otherwise
        return None
    kind = _number_type(found, known.name)
    low, high = _bounds(found, known.name, column)
    kinds = kind == "integer" and column.distinct <= _FEW
    return replace(
        known, type=kind, values=found.values, hint="public" if kinds else "public_measure", unit=unit_of(known.name), minimum=low,
        maximum=high, required=column.without(found.values.nulls).empty == 0, remarks=_with(known, found.doubt),
    )  # fmt: skip


def _number_type(found: Numbers, name: str) -> str:
    if not found.fraction and found.whole < _LARGE and not is_amount(name):
        return "integer"
    scale = max(found.scale, MONEY[1])
    precision = min(max(MONEY[0], found.whole + scale + 2), _WIDEST)
    return f"decimal({precision},{scale})"


def _bounds(found: Numbers, name: str, column: Profile) -> tuple[str | None, str | None]:
    if found.negative:
        return None, None
    if says(name, MONTH) and column.all(r"^(?:0?[1-9]|1[0-2])$"):
        return "1", "12"
    if says(name, PERCENT):
        return "0", None
    return ("0", None) if is_amount(name) else (None, None)


def _words(column: Profile, known: Column) -> Column:
    enum = None if known.suspicion else enum_of(column)
    return replace(known, type="string", enum=enum, remarks=_with(known, _nearly(column)))


def _nearly(column: Profile) -> str | None:
    """That most of it are numbers, where a few texts keep it from being read as such."""
    share = column.share(r"^\D{0,4}-?\d[\d.,]*\D{0,4}$")
    if not 0.5 < share < 1:  # noqa: PLR2004 - more than half
        return None
    return f"{share:.0%} of the filled cells are numbers, the others are not: it stays text"


def _hinted(column: Profile, found: Column) -> Column:
    """The class to think of first."""
    if found.suspicion:
        return replace(found, hint=found.suspicion.class_)
    if found.type != "string" or found.hint != "public":
        return found
    if found.enum:
        return replace(found, hint="controlled_text")
    long = column.longest > _LONG_TEXT or column.words > _MANY_WORDS
    return replace(found, hint="free_text") if long else found


def _with(known: Column, remark: str | None) -> tuple[str, ...]:
    return (*known.remarks, remark) if remark else known.remarks
