"""Names of persons, by what stands beside them: a form of address, a title, a degree, a relative, a role.

A name with nothing beside it is not seen here: texts that may hold one are no public columns, and the gate of known
persons finds those of the rows that were read.
"""

import re
from collections.abc import Iterator

from quality.detectors.detector import Detector, Reading
from quality.detectors.indonesia.cues import (
    ADDRESS,
    DEGREES,
    DEGREES_UNDOTTED,
    PLACE,
    POST,
    ROLE,
    STUDIES,
    TITLE,
    first,
)
from quality.detectors.indonesia.words import OFFICIAL

BEFORE = 60
_START = r"(?:^|(?<=[\s(\[{/,;:.\"=+&\u201c\u2018-]))"
_END = "(?![A-Za-z])"
_LETTERS = "[A-Za-z']"
_FORMS, _TITLES, _ROLES = first(ADDRESS), first(TITLE), first(f"{ROLE}|{POST}")
_ADDRESSED = re.compile(rf"{_START}(?:{ADDRESS}){_END}", re.IGNORECASE)
_TITLED = re.compile(rf"{_START}(?:{TITLE}){_END}", re.IGNORECASE)
_IN_ROLE = re.compile(rf"{_START}(?:(?:{ROLE}){_END}|(?:{POST})(?=\s?[:=]))(\s?[:=])?", re.IGNORECASE)
_GRADUATED = re.compile(
    rf"(?<![A-Za-z])({_LETTERS}{{2,}})\.?(?:\s?,\s?(?:{DEGREES}|{DEGREES_UNDOTTED})|\s(?:{DEGREES})){_END}",
    re.IGNORECASE,
)
_PLACED = re.compile(
    rf"(?<![A-Za-z])(?:{PLACE})[\s.]{{0,2}}(?:(?:(?:{TITLE}){_END}|[A-Z]\.)[\s.,]{{0,2}})*$", re.IGNORECASE
)
_SKIPPED = re.compile(rf"[\s.:,()\"'*=/-]{{0,5}}(?:(?:{ADDRESS}|{TITLE}){_END}|[A-Za-z](?:\.|(?=\s)))", re.IGNORECASE)
_NEXT = re.compile(rf"[\s.:,()\"'*=-]{{0,5}}({_LETTERS}{{2,}})(?:\s({_LETTERS}{{2,}}))?")


def _find(reading: Reading) -> Iterator[str]:
    if _addressed(reading) or _titled(reading) or _in_role(reading) or _graduated(reading):
        yield "name"


def _cues(reading: Reading, first_words: frozenset[str], cue: re.Pattern[str]) -> Iterator[re.Match[str]]:
    if reading.said.keys().isdisjoint(first_words):
        return
    for word in reading.said.keys() & first_words:
        yield from (found for start in reading.said[word] if (found := cue.match(reading.words, start)))


def _addressed(reading: Reading) -> bool:
    return any(_is_name(_next(reading.words, cue.end())[0]) for cue in _cues(reading, _FORMS, _ADDRESSED))


def _titled(reading: Reading) -> bool:
    """A title and a name, unless a street, a hospital or the like bears them."""
    words = reading.words
    return any(
        _is_name(_next(words, cue.end())[0]) and not _PLACED.search(words[max(0, cue.start() - BEFORE) : cue.start()])
        for cue in _cues(reading, _TITLES, _TITLED)
    )


def _graduated(reading: Reading) -> bool:
    if reading.said.keys().isdisjoint(STUDIES):
        return False
    return any(_is_name(match[1]) for match in _GRADUATED.finditer(reading.words))


def _in_role(reading: Reading) -> bool:
    """A role and a colon before one word that is not official, or before two."""
    for cue in _cues(reading, _ROLES, _IN_ROLE):
        one, two = _next(reading.words, cue.end())
        if _is_name(one) and (cue[1] or _is_name(two)):
            return True
    return False


def _next(words: str, start: int) -> tuple[str, str]:
    """The two words that follow, past further titles and initials."""
    while skipped := _SKIPPED.match(words, start):
        start = skipped.end()
    tokens = _NEXT.match(words, start)
    return (tokens[1], tokens[2] or "") if tokens else ("", "")


def _is_name(word: str) -> bool:
    return bool(word) and word.lower() not in OFFICIAL


def _cue(cues: str) -> str:
    """Cues as RE2 knows them, each to its end."""
    return "|".join(
        one.replace(r"(?=\.)", r"\.") if one.endswith(r"(?=\.)") else f"{one}(?:[^A-Za-z])" for one in cues.split("|")
    )


def _hint() -> str:
    """A cue and a word of two letters, past initials; two words for a role without a colon."""
    gap = "[^0-9A-Za-z]*"
    word = rf"{gap}(?:[A-Za-z][.\s_]{gap}){{0,3}}[A-Za-z']{{2}}"
    cue = rf"(?:{_cue(f'{ADDRESS}|{TITLE}')}|(?:{ROLE}|{POST})[\s_]*[:=]){word}|(?:{ROLE})[^0-9A-Za-z]{word}[A-Za-z']*[\s_]+[A-Za-z']{{2}}"
    return (
        (
            rf"(?i:(?:^|[^0-9A-Za-z'])(?:{cue})"
            rf"|,[\s_]*(?:{DEGREES}|{DEGREES_UNDOTTED})(?:$|[^A-Za-z])|[\s_](?:{DEGREES})(?:$|[^A-Za-z]))"
        )
        .replace(r"\s?", r"[\s_]*")
        .replace(" ", r"[\s_]+")
    )


def _spared() -> str:
    """For RE2: a cue before an official word, which is its first group, or a title that a place bears. Both name nobody."""
    words = "|".join(sorted(word for word in OFFICIAL if len(word) > 1))
    return (
        rf"(?i:\b(?:{ADDRESS}|{TITLE}|{ROLE}|(?:{ROLE}|{POST})\s?[:=])(?:\.?\s{{1,3}}|/)((?:{words})(?:$|[\s,;()/\"-]))"
        rf"|\b(?:{PLACE})[\s.]{{0,2}}(?:(?:{TITLE})[\s.,]{{1,2}})+)"
    ).replace(r"(?=\.)", r"\.")


DETECTOR = Detector(name="name", hint=_hint(), sharp=_hint(), spared=_spared(), find=_find)
