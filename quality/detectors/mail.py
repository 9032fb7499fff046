"""E-mail addresses, also where "@" and "." are written as words."""

import re
from collections.abc import Iterator

from quality.detectors.detector import Detector, Reading

_ADDRESS = re.compile(r"[\w.+'-]\s*@\s*[\w-]+(?:\s?\.\s?[\w-]+)*\s?\.\s?[A-Za-z]{2,}")
WORDS = frozenset({"at", "et", "dot", "titik"})
_AT = re.compile(
    r"\s*[\[({<]\s*(?:at|et|@)\s*[\])}>]\s*|(?<=\w)\s+at\s+(?=[\w-]+\s*(?:[\[({]\s*)?(?:dot|titik|\.)\b)", re.IGNORECASE
)
_DOT = re.compile(r"\s*[\[({<]\s*(?:dot|titik|\.)\s*[\])}>]\s*|(?<=\w)\s+(?:dot|titik)\s+(?=[a-z]{2,})", re.IGNORECASE)


def _find(reading: Reading) -> Iterator[str]:
    words = reading.words
    spelt = _AT.sub("@", _DOT.sub(".", words)) if not reading.said.keys().isdisjoint(WORDS) else words
    if "@" in spelt and _ADDRESS.search(spelt):
        yield "e-mail"


DETECTOR = Detector(
    name="e-mail",
    hint=r"@[0-9\s_.-]*[A-Za-z]|(?i:[\[({<][\s_]*(?:at|et|@|dot|titik|\.)[\s_]*[\])}>]|[\s_](?:dot|titik)[\s_]+[a-z]{2}|[\s_]at[\s_]+[0-9a-z-]+[\s_]*\.)",
    find=_find,
)
