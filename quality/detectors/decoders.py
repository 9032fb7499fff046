"""Encodings in which a text may stand inside another: what a web form, a spreadsheet or a program makes of it.

One line for each: a sign that is cheap to look for, a hint that RE2 can ask of millions of texts, and how to undo it.
"""

import base64
import binascii
import html
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from quality.detectors.detector import hint

Decode = Callable[[str], str]
Said = Mapping[str, Sequence[int]]
Sign = Callable[[str, Said], object]
_B64 = "[A-Za-z0-9+/_-]"
_TURN = "[a-z0-9][A-Z]"
# Few words turn from small letters to capitals inside; base64 does before long.
_BASE64 = rf"{_B64}{{2}}{_TURN}{_B64}{{2}}"
_NUMERALS = ("nol", "satu", "dua", "tiga", "empat", "lima", "enam", "tujuh", "delapan", "sembilan")
_NUMERAL = f"(?:{'|'.join(_NUMERALS)}|kosong)"
_WORDS = frozenset(_NUMERALS)
_SCIENTIFIC = re.compile(
    r"(?<![A-Za-z0-9.,])(\d(?:[.,]\d+)?)\s?(?:[eE]\s?\+?|[x*\u00d7]\s?10\s?\^?\s?\+?)(\d{1,2})(?![A-Za-z0-9])"
)
_POWER, _TURNS = re.compile(r"\d\s*[eExX*\u00d7]"), re.compile(_TURN)
_TAG = re.compile(r"<[A-Za-z/!][^<>]{0,200}>")
_PERCENT = re.compile(r"(?:%[0-9A-Fa-f]{2})+")
_QUOTED = re.compile(r"(?:=[0-9A-F]{2})+")
_ESCAPE = re.compile(r"\\u([0-9A-Fa-f]{4})|\\u\{([0-9A-Fa-f]{1,6})\}|\\x([0-9A-Fa-f]{2})|\\[nrt]")
_SHEET_ESCAPE = re.compile("_x([0-9A-Fa-f]{4})_")
_TOKEN = re.compile(r"(?<![A-Za-z0-9+/])[A-Za-z0-9+/]{8,}={0,2}")
_URL_TOKEN = re.compile(rf"(?<!{_B64}){_B64}{{8,}}={{0,2}}")
_SAID = re.compile(rf"(?<![A-Za-z]){_NUMERAL}(?:[^0-9A-Za-z]+{_NUMERAL}){{3,}}(?![A-Za-z])", re.IGNORECASE)
_LEAST_EXPONENT, _MOST_EXPONENT = 8, 20


@dataclass(frozen=True, kw_only=True, slots=True)
class Decoder:
    """A way to write a text inside a text; none without its `sign` gives the `hint`, and the sign is cheap to look for."""

    sign: Sign
    hint: str
    decode: Decode


def of(text: str, said: Said) -> Iterator[Decode]:
    """The decoders whose hint a text gives that has these words."""
    for decoder, hinted in _HINTS:
        if decoder.sign(text, said) and hinted.search(text):
            yield decoder.decode


def _bytes(data: bytes, otherwise: str) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError:
        return otherwise


def _percent(text: str) -> str:
    return _PERCENT.sub(lambda m: _bytes(bytes.fromhex(m[0].replace("%", "")), m[0]), text).replace("+", " ")


def _quoted(text: str) -> str:
    return _QUOTED.sub(lambda m: _bytes(bytes.fromhex(m[0].replace("=", "")), m[0]), text)


def _escapes(text: str) -> str:
    return _ESCAPE.sub(lambda m: _sign(m[1] or m[2] or m[3]), text)


def _sheet_escapes(text: str) -> str:
    return _SHEET_ESCAPE.sub(lambda m: _sign(m[1]), text)


def _sign(code: str | None) -> str:
    """The sign of a code point; a blank for a written line break, and for a point that is none."""
    point = int(code or "20", 16)
    return chr(point) if point <= 0x10FFFF and not 0xD800 <= point <= 0xDFFF else " "  # noqa: PLR2004 - Unicode's limits


def _base64(text: str) -> str:
    return _TOKEN.sub(_token, text)


def _base64url(text: str) -> str:
    return _URL_TOKEN.sub(_token, text)


def _token(match: re.Match[str]) -> str:
    """What a token says in base64; a word that only looks like it says nothing that can be read."""
    if match[0].isdigit():
        return match[0]
    token = match[0].rstrip("=").translate(str.maketrans("-_", "+/"))
    try:
        said = _bytes(base64.b64decode(token + "=" * (-len(token) % 4), validate=True), "")
    except binascii.Error:
        return match[0]
    return said if said and all(sign.isprintable() or sign.isspace() for sign in said) else match[0]


def _untagged(text: str) -> str:
    return _TAG.sub("", text)


def _said(text: str) -> str:
    return _SAID.sub(lambda m: "".join(map(_numeral, re.findall(_NUMERAL, m[0], re.IGNORECASE))), text)


def _numeral(word: str) -> str:
    word = word.lower()
    return str(_NUMERALS.index(word)) if word in _NUMERALS else "0"


def _scientific(text: str) -> str:
    return _SCIENTIFIC.sub(_whole, text)


def _whole(match: re.Match[str]) -> str:
    """3.2E+15 as the number that it is, to the digit that is known."""
    exponent = int(match[2])
    if not _LEAST_EXPONENT <= exponent <= _MOST_EXPONENT:
        return match[0]
    digits = re.sub(r"\D", "", match[1])
    return digits.ljust(exponent + 1, "0")


def _has(sign: str) -> Sign:
    return lambda text, _: sign in text


def _turns(text: str, _: Said) -> object:
    return _TURNS.search(text)


def _counts(_: str, said: Said) -> object:
    return not said.keys().isdisjoint(_WORDS)


def _powers(text: str, _: Said) -> object:
    return _POWER.search(text)


DECODERS: tuple[Decoder, ...] = (
    Decoder(sign=_has("%"), hint=r"%[0-9A-Fa-f]{2}", decode=_percent),
    Decoder(sign=_has("="), hint=r"=[0-9A-F]{2}", decode=_quoted),
    Decoder(sign=_has("&"), hint=r"&#?[0-9A-Za-z]+;", decode=html.unescape),
    Decoder(sign=_has("\\"), hint=r"\\[nrtux]", decode=_escapes),
    Decoder(sign=_has("_x"), hint="_x[0-9A-Fa-f]{4}_", decode=_sheet_escapes),
    Decoder(sign=_turns, hint=_BASE64, decode=_base64),
    Decoder(sign=_turns, hint=_BASE64, decode=_base64url),
    Decoder(sign=_has("<"), hint=r"<[A-Za-z/!]", decode=_untagged),
    Decoder(sign=_counts, hint=rf"(?i:{_NUMERAL}[^0-9A-Za-z]+{_NUMERAL})", decode=_said),
    Decoder(sign=_powers, hint=r"[0-9]\s*(?:[eE]\s*\+?|[xX*\x{D7}]\s*10\s*\^?\s*\+?)[0-9]", decode=_scientific),
)
_HINTS = tuple((decoder, hint(decoder.hint)) for decoder in DECODERS)
