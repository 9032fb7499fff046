"""Dates and times written as text or natively, read strictly: 31 February is no date, whatever strptime says."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime

import pyarrow as pa
import pyarrow.compute as pc

DATE = pa.date32()
MOMENT = pa.timestamp("us", tz="UTC")
_NAIVE = pa.timestamp("us")
_PYTHON_ONLY = re.compile(r"%[fz]")
_ISO = {"%Y-%m-%d": r"^\d{4}-\d{2}-\d{2}$", "%Y-%m-%d %H:%M:%S": r"^\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}$",
        "%Y-%m-%dT%H:%M:%S": r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}$"}  # fmt: skip
_FIRST, _LAST = -62_135_596_800_000_000, 253_402_300_799_999_999  # the years 1 to 9999, in microseconds


def date_of(values: pa.Array, *, formats: Sequence[str], timezone: str) -> pa.Array:
    """Days; NULL where a text is in none of the `formats`, or a native moment has a time of day that would be lost.

    A format with a time of day says that it may be left out.
    """
    if pa.types.is_date32(values.type):
        return _sane(values)
    if pa.types.is_timestamp(values.type):
        local = values if values.type.tz is None else pc.local_timestamp(pc.cast(values, _with_zone(values, timezone)))
        days = local.cast(DATE, safe=False)
        return _sane(pc.if_else(pc.equal(days.cast(local.type), local), days, pa.scalar(None, DATE)))
    return _parsed(values, formats).cast(DATE, safe=False)


def moment_of(values: pa.Array, *, formats: Sequence[str], timezone: str) -> pa.Array:
    """Moments in UTC; a time without a zone is one of `timezone`. NULL where a text is in none of the `formats`."""
    if pa.types.is_timestamp(values.type) and values.type.tz is not None:
        return _within(values.cast(MOMENT, safe=False))
    texts = not pa.types.is_temporal(values.type)
    zoned = [form for form in formats if "%z" in form] if texts else []
    plain = [form for form in formats if "%z" not in form]
    naive = _parsed(values, plain) if texts else values.cast(_NAIVE)
    assumed = pc.assume_timezone(_within(naive), timezone, ambiguous="earliest", nonexistent="earliest")
    moments = assumed.cast(MOMENT)
    return pc.coalesce(moments, _zoned(values, zoned)) if zoned else moments


def _with_zone(values: pa.Array, timezone: str) -> pa.DataType:
    return pa.timestamp(values.type.unit, tz=timezone)


def _parsed(texts: pa.Array, formats: Sequence[str]) -> pa.Array:
    """Naive moments, by the first format that fits each text."""
    found = pa.nulls(len(texts), _NAIVE)
    for form in formats:
        if found.null_count == texts.null_count:
            break
        found = pc.coalesce(found, _by_format(texts, form))
    return found


def _by_format(texts: pa.Array, form: str) -> pa.Array:
    if _PYTHON_ONLY.search(form):
        return _each(texts, form)
    if form in _ISO and pc.all(pc.match_substring_regex(texts, _ISO[form]), min_count=0).as_py():
        try:
            return texts.cast(_NAIVE)
        except pa.ArrowInvalid:
            pass  # some are no dates: find out which
    moments = pc.strptime(texts, format=form, unit="s", error_is_null=True)
    # strptime turns 31 February into 3 March and forgives spaces: what it read must read the same when written back.
    same = pc.equal(_unpadded(pc.strftime(moments, format=form)), _unpadded(texts))
    return pc.if_else(same, moments, pa.scalar(None, moments.type)).cast(_NAIVE)


def _unpadded(texts: pa.Array) -> pa.Array:
    """Lower case, days and months without leading zero; a year keeps its four digits."""
    return pc.utf8_lower(pc.replace_substring_regex(texts, r"\b0(\d)\b", r"\1"))


def _each(texts: pa.Array, form: str) -> pa.Array:
    """Formats that only Python knows (fractions of a second, zones), once per distinct text."""
    coded = texts.dictionary_encode()
    moments = [_strptime(text, form) for text in coded.dictionary.to_pylist()]
    return pa.array(moments, _NAIVE).take(coded.indices)


def _zoned(texts: pa.Array, formats: Sequence[str]) -> pa.Array:
    found = pa.nulls(len(texts), MOMENT)
    for form in formats:
        found = pc.coalesce(found, pc.assume_timezone(_each(texts, form), "UTC").cast(MOMENT))
    return found


def _strptime(text: str | None, form: str) -> datetime | None:
    """The moment, in UTC when the text has a zone."""
    try:
        moment = datetime.strptime(text or "", form)  # noqa: DTZ007 - the zone is in the text or assumed later
    except ValueError:
        return None
    return moment.astimezone(UTC).replace(tzinfo=None) if moment.tzinfo else moment


def _sane(days: pa.Array) -> pa.Array:
    """NULL for what stands for "infinity" in a database."""
    number = days.cast(pa.int32()).cast(pa.int64())
    day = 86_400_000_000
    inside = pc.and_(pc.greater_equal(number, _FIRST // day), pc.less_equal(number, _LAST // day))
    return pc.if_else(inside, days, pa.scalar(None, DATE))


def _within(moments: pa.Array) -> pa.Array:
    number = moments.cast(pa.int64())
    inside = pc.and_(pc.greater_equal(number, _FIRST), pc.less_equal(number, _LAST))
    return pc.if_else(inside, moments, pa.scalar(None, moments.type))
