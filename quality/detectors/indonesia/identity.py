"""Numbers by which Indonesia knows a person: NIK, KK, NPWP, NIP, passport, BPJS; masked, cut short, or by their shape.

A NIK has no check digit, and 8 % of real ones fail the common validators: shape names a suspicion, it never lifts one.
"""

import re
from collections.abc import Iterator

from quality.detectors.detector import Detector, Reading
from quality.detectors.number import numbers

SHOWN, LONG = 6, 9
_FIGURE = "[0-9OoIilL|!]"
_WORDS = "nik|ktp|ektp|nip|nipppk|nrp|npwp|npwpd|nitku|kk|kpj|bpjs|jkn|kis|nisn|nuptk|sim|paspor|passport"
CUES = frozenset(_WORDS.split("|"))
_CUE = re.compile(
    rf"(?<![A-Za-z])(?:{_WORDS})(?![A-Za-z])[^\d\ue000]{{0,20}}\d(?:[^\w\ue000]{{0,3}}\d){{{SHOWN - 1},}}",
    re.IGNORECASE,
)
_SIX = re.compile(r"\d{6}")
_PASSPORT = re.compile(r"(?<![A-Za-z0-9/.-])[A-Z]{1,2}\s?\d{6,7}(?![A-Za-z0-9/.-])")
_MASK = r"[*xX#\u2022\u25cf]"
_COVERED = re.compile(rf"{_MASK}{{2}}")
_MASKED = re.compile(rf"(?<![A-Za-z0-9*])(?:\d[ .-]?)*{_MASK}{{2,}}(?:[ .-]?(?:\d|{_MASK}))*(?![A-Za-z0-9])")
_MONTH = "(?:0[1-9]|1[0-2])"
_NIK = re.compile(rf"[1-9]\d{{5}}(?:[04][1-9]|[1256]\d|[37][01]){_MONTH}\d{{2}}(?!\d000)\d{{4}}")
_NIP = re.compile(rf"(?:19|20)\d{{2}}{_MONTH}(?:0[1-9]|[12]\d|3[01])(?:19|20)\d{{2}}{_MONTH}[12]\d{{3}}")
_SHAPES = {15: "NPWP", 16: "NIK, KK or NPWP", 18: "NIP"}


def _find(reading: Reading) -> Iterator[str]:
    if not reading.figures:
        return
    yield from (shape for run in numbers(reading.figures) if (shape := _SHAPES.get(_digits(run))))
    if not reading.said.keys().isdisjoint(CUES) and _CUE.search(reading.figures):
        yield "identity number"
    if _SIX.search(reading.words) and _PASSPORT.search(reading.words):
        yield "passport"
    if _COVERED.search(reading.words) and any(map(_telling, _MASKED.finditer(reading.words))):
        yield "masked number"


def is_identity(digits: str) -> bool:
    """Whether a number in a column of amounts is shaped like a NIK, a KK or a NIP: an amount hardly ever is."""
    return bool(_NIK.fullmatch(digits) or _NIP.fullmatch(digits))


def _telling(masked: re.Match[str]) -> bool:
    signs = sum(not sign.isspace() and sign not in ".-" for sign in masked[0])
    return signs >= LONG and _digits(masked[0]) >= SHOWN


def _digits(text: str) -> int:
    return sum(map(str.isdigit, text))


_ANNOUNCED = rf"(?is:(?:^|[^A-Za-z])(?:{_WORDS})"
_OTHERS = (
    r"(?:^|[^A-Za-z0-9/.-])[A-Z]{1,2}[\s_]*[0-9]{6}"
    r"|[0-9](?:[\s_.-]*[*xX#\x{2022}])*[\s_.-]*[*xX#\x{2022}]{2}|[*xX#\x{2022}]{2}(?:[\s_.-]*[*xX#\x{2022}])*[\s_.-]*[0-9]"
)
DETECTOR = Detector(
    name="identity number",
    hint=rf"{_ANNOUNCED}[^A-Za-z].*(?:{_FIGURE}[^0-9A-Za-z]*){{4}})|{_OTHERS}",
    sharp=rf"{_ANNOUNCED}(?:[^A-Za-z0-9](?:[\s_]*[^\s_]){{0,20}}[\s_]*|)(?:{_FIGURE}[^0-9A-Za-z]*){{6}})|{_OTHERS}",
    find=_find,
)
