"""Places on the earth exact enough to be a house: pairs of degrees, minutes and seconds, links to maps, plus codes."""

import re
from collections.abc import Iterator

from quality.detectors.detector import Detector, Reading

_DEGREES = r"[-+]?\d{1,3}[.,]\d{4,}"
_PAIR = re.compile(
    rf"(?<![\d.,])({_DEGREES})\s*(?:[NSEWLUBT]+\b)?\s*[,;/|&\s]\s*(?:[A-Za-z_]{{1,9}}\s*[=:]\s*)?({_DEGREES})(?![\d.,]*\d)",
    re.IGNORECASE,
)
_SECONDS = re.compile(
    r"\d{1,3}\s?(?:\u00b0|deg|derajat)\s?\d{1,2}(?:[.,]\d+)?\s?(?:['\u2019\u2032]|menit|min)"
    r"|\d{1,3}\s?o\s?\d{1,2}\s?['\u2019\u2032]\s?\d{1,2}(?:[.,]\d+)?\s?[\"\u201d\u2033'\u2032]",
    re.IGNORECASE,
)
_SAID = re.compile(
    rf"\b(?:lat(?:itude)?|lintang|lon(?:g|gitude)?|lng|bujur|koordinat|geo|gps|ll|q)\b\W{{0,4}}{_DEGREES}",
    re.IGNORECASE,
)
_PLUS_CODE = re.compile(r"(?<![A-Z0-9])[23456789CFGHJMPQRVWX]{4,8}\+[23456789CFGHJMPQRVWX]{2,3}(?![A-Z0-9])")
_EXACT = re.compile(r"\d[.,]\d{4}|\d\s?(?:\u00b0|[oO]\s?\d|[dD]e)|[A-Z0-9]\+[A-Z0-9]")
_LATITUDES, _LONGITUDES = 90, 180


def _find(reading: Reading) -> Iterator[str]:
    words = reading.words
    if not (reading.figures or "+" in words) or not _EXACT.search(words):
        return
    if any(map(_on_earth, _PAIR.finditer(words))) or any(one.search(words) for one in (_SECONDS, _SAID, _PLUS_CODE)):
        yield "coordinates"


def _on_earth(match: re.Match[str]) -> bool:
    first, second = (abs(float(part.replace(",", "."))) for part in (match[1], match[2]))
    return max(first, second) <= _LONGITUDES and min(first, second) <= _LATITUDES


DETECTOR = Detector(
    name="coordinates",
    hint=r"[0-9][.,][0-9]{4,}[^0-9A-Za-z]*[A-Za-z]*[^0-9A-Za-z]*[A-Za-z]*[^0-9A-Za-z]*[0-9]{1,3}[.,][0-9]{4}"
    r"|(?i:lat|lintang|lon|lng|bujur|koordinat|geo|gps|ll|q)[A-Za-z]*[^0-9A-Za-z]*[0-9]{1,3}[.,][0-9]{4}"
    r"|[0-9][\s_]*(?:\x{B0}|\x{BA}|(?i:o|deg|derajat))[\s_]*[0-9]|[2-9CFGHJMPQRVWX]{4}\+[2-9CFGHJMPQRVWX]{2}",
    find=_find,
)
