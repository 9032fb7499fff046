"""Any number of nine digits or more, however it is written: with dots, blanks or strokes between, in any script.

Dates, times and years are no such number. Whether it is anybody's is never asked: bank accounts have no common form.
"""

import re
from collections.abc import Iterator

from quality.detectors.detector import Detector, Reading

DIGITS = 9
_DIGIT, _ALIKE = r"[0-9\x{B2}\x{B3}\x{B9}]", "[OoIiLl|!QDSsBZz]"
_SIGN = rf"(?:{_DIGIT}|{_ALIKE})"
_BETWEEN = r"[^\w\ue000]{0,6}"
_RUN = re.compile(rf"\d(?:{_BETWEEN}\d){{{DIGITS - 1},}}")
_DAY = r"(?:19|20)\d{2}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])"
_TIME = r"[T ](?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:\.\d{1,6})?)?(?:Z|[+-]\d{2}:?\d{2})?"
_DATE = rf"{_DAY}(?:{_TIME}|\.\d{{1,2}})?|(?:0?[1-9]|[12]\d|3[01])[-/.](?:0?[1-9]|1[0-2])[-/.](?:19|20)\d{{2}}"
_DATES = re.compile(rf"(?<!\d)(?<!\d[-./ ])(?:{_DATE})(?![-./ ]?\d)")
_YEARS = re.compile(r"(?:19|20)\d{2}(?:[\s,;/-]{1,3}(?:19|20)\d{2})+")


def numbers(figures: str) -> list[str]:
    """The runs of nine digits or more, with what stands between the digits."""
    if not _RUN.search(figures):
        return []
    return [run[0] for run in _RUN.finditer(_DATES.sub("#", figures)) if not _YEARS.fullmatch(run[0])]


def _find(reading: Reading) -> Iterator[str]:
    if reading.figures and numbers(reading.figures):
        yield "long number"


def _hint() -> str:
    """Nine digits; or nine signs of which some pass for digits, one of them right beside a digit: so no word is one."""
    gap = "[^0-9A-Za-z]*"
    beside = f"(?:{_DIGIT}{_ALIKE}|{_ALIKE}{_DIGIT})"
    mixed = (f"(?:{_SIGN}{gap}){{{i}}}{beside}(?:{gap}{_SIGN}){{{DIGITS - 2 - i}}}" for i in range(DIGITS - 1))
    return "|".join([f"(?:{_DIGIT}{gap}){{{DIGITS}}}", *mixed])


DETECTOR = Detector(name="long number", hint=_hint(), find=_find)
