"""What a text says once its spelling is undone: letters and digits of all scripts, escapes, encodings. Nothing is judged.

A decoder is a function and its hint: a text that the hint does not match comes out as it went in.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator
from functools import lru_cache

from quality.detectors import decoders
from quality.detectors.detector import Reading

DEPTH = 3
BARRIER = "\ue000"
"""Stands where something known was taken out, so that what is left and right of it is not read as one."""
# Signs outside ASCII that official texts use every day; any other makes a text worth a close look.
USUAL = r"\x{A0}-\x{A9}\x{AB}\x{AC}\x{AE}-\x{B4}\x{B6}-\x{B9}\x{BB}\x{D7}\x{F7}\x{2013}\x{2014}\x{201C}-\x{201E}\x{2022}\x{2026}"
HINT = rf"[^\t\n\r\x20-\x7E{USUAL}]"
# Letters and points of other scripts, each behind the one of ours that it looks like.
_LOOK_LIKE = (
    "A\u0410\u0391 B\u0412\u0392 C\u0421 E\u0415\u0395 H\u041d\u0397 I\u0406\u0399\u04c0 J\u0408 K\u041a\u039a "
    "M\u041c\u039c N\u039d O\u041e\u039f P\u0420\u03a1 S\u0405 T\u0422\u03a4 X\u0425\u03a7 Y\u03a5 Z\u0396 L\u0141 "
    "O\u00d8 a\u0430 c\u0441 e\u0435 i\u0456\u03b9\u0131 j\u0458 l\u0142\u04cf o\u043e\u03bf\u00f8 p\u0440 s\u0455 "
    "x\u0445 y\u0443 v\u03bd '\u2018\u2019\u02bc .\u3002\u06d4 ,\u3001\u060c\u066c"
)
_ALIKE = str.maketrans({other: group[0] for group in _LOOK_LIKE.split() for other in group[1:]})
_DROPPED = frozenset({"Cf", "Mn", "Me", "Co", "Cn", "Cs"})
_BLANKS = re.compile(r"[\s\x00-\x1f\x7f_]+")
_WORD, _DIGIT = re.compile(r"[A-Za-z]+"), re.compile(r"\d")
_LOOKALIKE = {"O": "0", "o": "0", "I": "1", "i": "1", "l": "1", "L": "1", "|": "1", "!": "1"}
_MORE_ALIKE = {**_LOOKALIKE, "Q": "0", "D": "0", "S": "5", "s": "5", "B": "8", "Z": "2", "z": "2"}
_LETTERS = "".join(map(re.escape, _MORE_ALIKE))
_BESIDE = re.compile(rf"\d[{_LETTERS}]|[{_LETTERS}]\d")
_SPELT = re.compile(rf"[\d{''.join(map(re.escape, _LOOKALIKE))}]{{2,}}")
_MOSTLY = re.compile(rf"(?<![A-Za-z0-9])[\d{''.join(map(re.escape, _MORE_ALIKE))}]{{9,}}(?![A-Za-z0-9])")


def readings(text: str, without: Callable[[str], str]) -> Iterator[Reading]:
    """The text as it stands and as each decoder reads it, again and again; `without` takes out what is known."""
    seen = {text}
    layer = [text]
    for _ in range(DEPTH + 1):
        deeper = set()
        for one in layer:
            reading = read(without(plain(one)))
            yield reading
            deeper |= {decode(one) for decode in decoders.of(one, reading.said)}
        deeper -= seen
        if not deeper:
            return
        seen |= deeper
        layer = sorted(deeper)


def read(words: str) -> Reading:
    """A plain text as detectors see it."""
    said: dict[str, list[int]] = {}
    for word in _WORD.finditer(words):
        said.setdefault(word[0].lower(), []).append(word.start())
    return Reading(words=words, figures=figures(words) if _DIGIT.search(words) else "", said=said)


def plain(text: str) -> str:
    """Letters without accents, digits of all scripts as ours, no invisible signs, one blank for any white space."""
    if not text.isascii():
        text = "".join(map(_usual, unicodedata.normalize("NFKD", text)))
    return _BLANKS.sub(" ", text)


def figures(words: str) -> str:
    """Look-alike letters as digits where they stand together with one: the O of a word stays a letter."""
    if not _BESIDE.search(words):
        return words
    return _SPELT.sub(_digits, _MOSTLY.sub(_mostly_digits, words))


@lru_cache(4096)
def _usual(sign: str) -> str:
    if sign.isascii():
        return sign
    kind = unicodedata.category(sign)
    if kind in _DROPPED:
        return ""
    if kind == "Pd":
        return "-"
    if kind.startswith("Z"):
        return " "
    number = unicodedata.numeric(sign, -1.0)
    return str(int(number)) if number in range(10) else sign.translate(_ALIKE)


def _digits(match: re.Match[str]) -> str:
    text = match[0]
    if not any(sign.isdigit() for sign in text):
        return text
    return "".join(_LOOKALIKE.get(sign, sign) for sign in text)


def _mostly_digits(match: re.Match[str]) -> str:
    text = match[0]
    if 3 * sum(sign.isdigit() for sign in text) < 2 * len(text):
        return text
    return "".join(_MORE_ALIKE.get(sign, sign) for sign in text)
