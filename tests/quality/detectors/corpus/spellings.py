"""Ways to write a number so that people still read it, and a simple pattern does not."""

import base64
import json
from collections.abc import Callable

Spell = Callable[[str], str]


def _every(signs: str) -> Spell:
    """The ten digits of another script."""
    return lambda value: value.translate(str.maketrans("0123456789", signs))


def _between(sign: str) -> Spell:
    return sign.join


def _split(*sizes: int, by: str) -> Spell:
    def spell(value: str) -> str:
        parts, rest = [], value
        for size in sizes:
            parts.append(rest[:size])
            rest = rest[size:]
        return by.join([part for part in (*parts, rest) if part])

    return spell


def _half(by: str) -> Spell:
    return lambda value: f"{value[: len(value) // 2]}{by}{value[len(value) // 2 :]}"


def _script(first: int) -> Spell:
    return _every("".join(chr(first + i) for i in range(10)))


def _base64(value: str) -> str:
    return base64.b64encode(value.encode()).decode()


def _percent(value: str) -> str:
    return "".join(f"%{byte:02X}" for byte in value.encode())


PLAIN: dict[str, Spell] = {"plain": str}
DIGITS: dict[str, Spell] = {
    "full-width-digits": _script(0xFF10),
    "arabic-indic-digits": _script(0x0660),
    "persian-digits": _script(0x06F0),
    "devanagari-digits": _script(0x0966),
    "bengali-digits": _script(0x09E6),
    "thai-digits": _script(0x0E50),
    "khmer-digits": _script(0x17E0),
    "javanese-digits": _script(0xA9D0),
    "balinese-digits": _script(0x1B50),
    "bold-digits": _script(0x1D7CE),
    "double-struck-digits": _script(0x1D7D8),
    "superscript-digits": _every("\u2070\u00b9\u00b2\u00b3\u2074\u2075\u2076\u2077\u2078\u2079"),
    "subscript-digits": _script(0x2080),
    "circled-digits": _every("\u24ea\u2460\u2461\u2462\u2463\u2464\u2465\u2466\u2467\u2468"),
    "black-circled-digits": _every("\u24ff\u2776\u2777\u2778\u2779\u277a\u277b\u277c\u277d\u277e"),
    "chinese-digits": _every("\u3007\u4e00\u4e8c\u4e09\u56db\u4e94\u516d\u4e03\u516b\u4e5d"),
    "keycaps": lambda value: "".join(f"{sign}\ufe0f\u20e3" for sign in value),
    "underlined": _between("\u0332"),
}
LOOKALIKES: dict[str, Spell] = {
    "letter-O": lambda value: value.replace("0", "O"),
    "small-letter-o": lambda value: value.replace("0", "o"),
    "letter-l": lambda value: value.replace("1", "l"),
    "letter-I": lambda value: value.replace("1", "I"),
    "stroke-for-1": lambda value: value.replace("1", "|"),
    "O-and-l": lambda value: value.replace("0", "O").replace("1", "l"),
    "cyrillic-O": lambda value: value.replace("0", "\u041e"),
    "greek-O": lambda value: value.replace("0", "\u039f"),
}
SEPARATED: dict[str, Spell] = {
    "6.6.4": _split(6, 6, 4, by="."),
    "6 6 4": _split(6, 6, 4, by=" "),
    "6-6-4": _split(6, 6, 4, by="-"),
    "2.2.2.6.4": _split(2, 2, 2, 6, by="."),
    "2 3 3 1 3 3": _split(2, 3, 3, 1, 3, by=" "),
    "8 6 1 3": _split(8, 6, 1, by=" "),
    "8.6.1.3": _split(8, 6, 1, by="."),
    "4 4 4 4": _split(4, 4, 4, by=" "),
    "4-4-4-4": _split(4, 4, 4, by="-"),
    "3.3.3": _split(3, 3, 3, 3, 3, by="."),
    "spaced-out": _between(" "),
    "dashed-out": _between("-"),
    "underscores": _split(4, 4, 4, by="_"),
    "slashes": _split(6, 6, by="/"),
    "commas": _split(5, 5, by=", "),
    "bullets": _split(5, 5, by=" \u2022 "),
    "en-dashes": _split(6, 6, by=" \u2013 "),
    "brackets": _split(6, 6, by=") ("),
    "no-break-spaces": _split(6, 6, by="\u00a0"),
    "thin-spaces": _split(6, 6, by="\u2009"),
    "full-stops-of-chinese": _split(6, 6, by="\u3002"),
    "line-break": _half("\n"),
    "windows-line-break": _half("\r\n"),
    "written-line-break": _half("\\n"),
    "tab": _half("\t"),
    "many-blanks": _half("          "),
    "null-byte-between": _half("\x01"),
}
INVISIBLE: dict[str, Spell] = {
    "zero-width-space": _between("\u200b"),
    "zero-width-joiner": _half("\u200d"),
    "word-joiner": _half("\u2060"),
    "byte-order-mark": _half("\ufeff"),
    "soft-hyphen": _between("\u00ad"),
    "left-to-right-mark": _half("\u200e"),
    "right-to-left-override": lambda value: f"\u202e{value}\u202c",
    "many-zero-widths": _half("\u200b" * 12),
    "private-use": _half("\ue000"),
    "variation-selector": _half("\ufe0f"),
}
ENCODED: dict[str, Spell] = {
    "percent-encoded": _percent,
    "percent-encoded-twice": lambda value: _percent(value).replace("%", "%25"),
    "entities": lambda value: "".join(f"&#{ord(sign)};" for sign in value),
    "hex-entities": lambda value: "".join(f"&#x{ord(sign):x};" for sign in value),
    "json-escapes": lambda value: "".join(f"\\u{ord(sign):04x}" for sign in value),
    "hex-escapes": lambda value: "".join(f"\\x{ord(sign):02x}" for sign in value),
    "spreadsheet-escapes": lambda value: "".join(f"_x{ord(sign):04X}_" for sign in value),
    "quoted-printable": lambda value: "".join(f"={ord(sign):02X}" for sign in value),
    "base64": _base64,
    "base64-without-padding": lambda value: _base64(value).rstrip("="),
    "base64-twice": lambda value: _base64(_base64(value)),
    "base64-of-a-sentence": lambda value: _base64(f"no {value} ya"),
    "json-in-a-cell": lambda value: json.dumps({"isi": [{"nomor": value}]}),
    "json-in-json": lambda value: json.dumps({"isi": json.dumps({"nomor": value})}),
    "json-list-of-parts": lambda value: json.dumps([value[:4], value[4:8], value[8:]]),
    "bold-tags": lambda value: f"{value[:4]}<b>{value[4:8]}</b>{value[8:]}",
    "comment-tag": lambda value: f"{value[:6]}<!-- x -->{value[6:]}",
    "span-with-class": lambda value: f"{value[:5]}<span class='x y'>{value[5:]}</span>",
}
GLUED: dict[str, Spell] = {
    "glued-to-letters": lambda value: f"NO{value}x",
    "apostrophe": lambda value: f"'{value}",
    "quotes": lambda value: f'"{value}"',
    "formula": lambda value: f'="{value}"',
    "trailing-.0": lambda value: f"{value}.0",
    "trailing-,00": lambda value: f"{value},00",
    "hash": lambda value: f"#{value}",
    "brackets-around": lambda value: f"({value})",
}
SPELLINGS: dict[str, Spell] = {**PLAIN, **DIGITS, **LOOKALIKES, **SEPARATED, **INVISIBLE, **ENCODED, **GLUED}


def scientific(value: str) -> str:
    """As a spreadsheet shows a long number: 3,50799E+15."""
    number = value.lstrip("+0")
    return f"{number[0]},{number[1:6]}E+{len(number) - 1:02}"


def said(value: str) -> str:
    """Digit by digit in words."""
    words = ("nol", "satu", "dua", "tiga", "empat", "lima", "enam", "tujuh", "delapan", "sembilan")
    return " ".join(words[int(sign)] for sign in value if sign.isdigit())


FOR_PLAIN_NUMBERS: dict[str, Spell] = {"scientific": scientific, "said-in-words": said}
"""Spellings that keep no sign but the digits."""
