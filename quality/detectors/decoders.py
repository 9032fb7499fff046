"""Encodings in which a text may stand inside another: what a web form, a spreadsheet or a program makes of it.

One line for each: a hint that RE2 can ask of millions of texts, and a function that undoes it.
"""

import base64
import binascii
import html
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from quality.detectors.detector import hint

Decode = Callable[[str], str]
_B64 = "[A-Za-z0-9+/_-]"
_TURN = "[a-z0-9][A-Z]"
_NUMERALS = ("nol", "satu", "dua", "tiga", "empat", "lima", "enam", "tujuh", "delapan", "sembilan")
_NUMERAL = f"(?:{'|'.join(_NUMERALS)}|kosong)"
_SCIENTIFIC = re.compile(
    r"(?<![A-Za-z0-9.,])(\d(?:[.,]\d+)?)\s?(?:[eE]\s?\+?|[x*\u00d7]\s?10\s?\^?\s?\+?)(\d{1,2})(?![A-Za-z0-9])"
)
_TAG = re.compile(r"<[A-Za-z/!][^<>]{0,200}>")
_PERCENT = re.compile(r"(?:%[0-9A-Fa-f]{2})+")
_QUOTED = re.compile(r"(?:=[0-9A-F]{2})+")
_ESCAPE = re.compile(r"\\u\{?([0-9A-Fa-f]{4,6})\}?|\\x([0-9A-Fa-f]{2})|_x([0-9A-Fa-f]{4})_|\\[nrt]")
_TOKEN = re.compile(rf"(?<!{_B64}){_B64}{{8,}}={{0,2}}")
_SAID = re.compile(rf"\b{_NUMERAL}(?:[^\w]+{_NUMERAL}){{3,}}\b", re.IGNORECASE)
_LEAST_EXPONENT, _MOST_EXPONENT = 8, 20


@dataclass(frozen=True, kw_only=True, slots=True)
class Decoder:
    """A way to write a text inside a text; no text without the `sign` gives the hint, and to look for it is cheap."""

    sign: str
    hint: str
    decode: Decode


def of(text: str) -> Iterator[Decode]:
    """The decoders whose hint the text gives."""
    return (decode for decode, sign, hinted in _HINTS if sign.search(text) and hinted.search(text))


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
    return _ESCAPE.sub(_escaped, text)


def _escaped(match: re.Match[str]) -> str:
    code = match[1] or match[2] or match[3]
    if code is None:
        return " "
    point = int(code, 16)
    return chr(point) if point <= 0x10FFFF and not 0xD800 <= point <= 0xDFFF else " "  # noqa: PLR2004 - Unicode's limits


def _base64(text: str) -> str:
    return _TOKEN.sub(_token, text)


def _token(match: re.Match[str]) -> str:
    """What a token says in base64; a word that only looks like it says nothing that can be read."""
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


DECODERS: tuple[Decoder, ...] = (
    Decoder(sign="%", hint=r"%[0-9A-Fa-f]{2}", decode=_percent),
    Decoder(sign="=", hint=r"=[0-9A-F]{2}", decode=_quoted),
    Decoder(sign="&", hint=r"&#?[0-9A-Za-z]+;", decode=html.unescape),
    Decoder(sign=r"\\|_x", hint=r"\\[nrtux]|_x[0-9A-Fa-f]{4}_", decode=_escapes),
    Decoder(
        sign=_TURN,  # digits in base64 have one at each fourth place
        hint=rf"(?:[MNO][DTjz][AEIMQUYcgk][w-z0-5]){{2}}|{_B64}{{2}}{_TURN}{_B64}{{8}}|{_B64}{{5}}{_TURN}{_B64}{{5}}"
        rf"|{_B64}{{8}}{_TURN}{_B64}{{2}}",
        decode=_base64,
    ),
    Decoder(sign="<", hint=r"<[A-Za-z/!]", decode=_untagged),
    Decoder(
        sign="(?:ol|tu|ua|ga|at|ma|am|uh|an|ng|OL|TU|UA|GA|AT|MA|AM|UH|AN|NG)[^0-9A-Za-z]+[nsdtelkNSDTELK]",
        hint=rf"(?i:{_NUMERAL}(?:[^0-9A-Za-z]+{_NUMERAL}){{3}})",
        decode=_said,
    ),
    Decoder(
        sign=r"\d\s?[eExX*\u00d7]", hint=r"[0-9]\s?(?:[eE]\s?\+?|[xX*\x{D7}]\s?10\s?\^?\s?\+?)[0-9]", decode=_scientific
    ),
)
_HINTS = tuple((decoder.decode, re.compile(decoder.sign), hint(decoder.hint)) for decoder in DECODERS)
