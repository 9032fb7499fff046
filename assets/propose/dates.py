"""How the dates of a column are written, found by reading them: the fewest formats in which all of them are days."""

from collections.abc import Sequence
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from assets.moments import moment_of
from assets.propose.notation import nulls_of
from assets.propose.profile import Profile
from assets.sources.source import Values

DAYS = ("%Y-%m-%d", "%d/%m/%Y", "%m/%d/%Y", "%d-%m-%Y", "%m-%d-%Y", "%d.%m.%Y", "%Y/%m/%d", "%d/%m/%y", "%m/%d/%y",
        "%d-%m-%y", "%m-%d-%y", "%d %B %Y", "%d %b %Y", "%d-%b-%Y", "%d-%b-%y", "%B %d, %Y", "%b %d, %Y")  # fmt: skip
_CLOCKS = ("%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%dT%H:%M:%S.%fZ",
           "%Y-%m-%dT%H:%M:%S.%f", "%Y-%m-%d %H:%M:%S.%f", "%Y-%m-%dT%H:%M:%S%z", "%Y-%m-%dT%H:%M:%S.%f%z",
           "%Y-%m-%d %H:%M", "%d/%m/%Y %H:%M:%S", "%m/%d/%Y %H:%M:%S", "%d/%m/%Y %H:%M", "%m/%d/%Y %H:%M",
           "%b %d, %Y, %I:%M:%S%p", "%b %d, %Y, %I:%M:%S %p", "%d-%m-%Y %H:%M:%S")  # fmt: skip
_DATED = r"\d[-/.]\d|\d{4}|[A-Za-z]{3} \d"
_MOST = 4
_FEW = 2_000
_SWAPPED = {"%m/%d/%Y": "%d/%m/%Y", "%m-%d-%Y": "%d-%m-%Y", "%m/%d/%y": "%d/%m/%y", "%m-%d-%y": "%d-%m-%y"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Dates:
    """Days or moments that were all read: the type, how they are written, and what is in doubt about it."""

    type: str
    values: Values
    doubt: str | None = None


def dates_of(column: Profile, *, timezone: str) -> Dates | None:
    """The formats of a column of dates or moments; None where it is another column."""
    nulls = nulls_of(column)
    plain = column.without(nulls)
    if plain.share(_DATED) < 1:
        return None
    for kind, known in (("date", DAYS), ("datetime", _CLOCKS), ("datetime", (*_CLOCKS, *DAYS))):
        formats = _formats(plain, known)
        if formats:
            return _dates(plain, kind, formats, nulls, timezone)
    return None


def _dates(column: Profile, kind: str, formats: Sequence[str], nulls: Sequence[str], timezone: str) -> Dates:
    doubt = None
    if any(form in _SWAPPED.values() for form in formats) and _reads_all(column.texts, _months_first(formats)):
        doubt = "read as day, then month; month, then day fits as well"
    if kind == "datetime" and _all_midnight(column, formats):
        kind = "date"
    option = "dates" if kind == "date" else "datetimes"
    zone = {"timezone": timezone} if kind == "datetime" else {}
    values = Values.model_validate({option: tuple(formats), "nulls": ("", *nulls), **zone})
    return Dates(type=kind, values=values, doubt=doubt)


def _formats(column: Profile, known: Sequence[str]) -> list[str]:
    """Formats that read all texts, those first that read the most; none when it takes too many."""
    rest, found = column.texts, list[str]()
    while len(rest) and len(found) < _MOST:
        few = rest[:_FEW]
        counts = [len(few) - _read(few, form).null_count for form in known]
        best = max(range(len(known)), key=lambda at: (counts[at], -at))
        if not counts[best]:
            return []
        found.append(known[best])
        rest = rest.filter(pc.is_null(_read(rest, known[best])))
    return [] if len(rest) else found


def _read(texts: pa.Array, form: str) -> pa.Array:
    return moment_of(texts, formats=[form], timezone="UTC")


def _reads_all(texts: pa.Array, formats: Sequence[str]) -> bool:
    return bool(moment_of(texts, formats=formats, timezone="UTC").null_count == 0)


def _months_first(formats: Sequence[str]) -> list[str]:
    swapped = {day: month for month, day in _SWAPPED.items()}
    return [swapped.get(form, form) for form in formats]


def _all_midnight(column: Profile, formats: Sequence[str]) -> bool:
    if any("%z" in form for form in formats):
        return False
    moments = moment_of(column.texts, formats=formats, timezone="UTC")
    return bool(pc.all(pc.equal(moments, pc.floor_temporal(moments, unit="day"))).as_py())
