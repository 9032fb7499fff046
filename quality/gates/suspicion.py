"""When is a text suspected of naming a person? Only suspicion lives here; an official pattern alone acquits.

A run of nine digits is suspect, however it is written: full-width, in other scripts, with O for 0, l for 1, with dots,
blanks or line breaks between. Validity checks never acquit: 8 % of real identity numbers fail the common validators.
Dates, versions and years are no run.
"""

import re
import unicodedata

DIGITS = 9
# A text that this does not match cannot be suspect; it is what DuckDB and Arrow (RE2) ask of millions of cells.
# U+3200 to U+33FF and U+1F100 to U+1F10A are signs that NFKC turns into digits.
_SIGN = r"[\p{N}OoIl|\x{041E}\x{043E}\x{0406}\x{3200}-\x{33FF}\x{1F100}-\x{1F10A}]"
PREFILTER = rf"[@\x{{FF20}}\x{{FE6B}}]|(?:{_SIGN}[^\p{{L}}\p{{N}}]*){{{DIGITS}}}|[\x{{3200}}-\x{{33FF}}]"
_EMAIL = re.compile(r"[^\s@]+\s*@\s*[^\s@]+\.[^\s@]+")
_LOOKALIKE = {"O": "0", "o": "0", "I": "1", "l": "1", "|": "1", "\u041e": "0", "\u043e": "0", "\u0406": "1"}
_SPELT = re.compile(rf"[\d{''.join(map(re.escape, _LOOKALIKE))}]+")
_BETWEEN = r"(?:\W|_){0,3}"
_RUN = re.compile(rf"\d(?:{_BETWEEN}\d){{{DIGITS - 1},}}")
_DAY = r"(?:19|20)\d{2}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])"
_TIME = r"[T ](?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:\.\d{1,6})?)?(?:Z|[+-]\d{2}:?\d{2})?"
_DATE = rf"{_DAY}(?:{_TIME}|\.\d{{1,2}})?|(?:0?[1-9]|[12]\d|3[01])[-/.](?:0?[1-9]|1[0-2])[-/.](?:19|20)\d{{2}}"
_DATES = re.compile(rf"(?<!\d)(?<!\d[-./ ])(?:{_DATE})(?![-./ ]?\d)")
_YEARS = re.compile(r"(?:19|20)\d{2}(?:[\s,;/-]{1,3}(?:19|20)\d{2})+")


def suspect(text: str) -> str | None:
    """Why a text may hold personal data: "digits", "e-mail", or None."""
    plain = "".join(sign for sign in unicodedata.normalize("NFKC", text) if unicodedata.category(sign) != "Cf")
    if _EMAIL.search(plain):
        return "e-mail"
    spelt = _SPELT.sub(_digits, "".join(map(_ascii, plain)))
    return "digits" if any(not _YEARS.fullmatch(run[0]) for run in _RUN.finditer(_DATES.sub("#", spelt))) else None


def _ascii(sign: str) -> str:
    """A digit of any script as one of ours."""
    return str(unicodedata.digit(sign, sign)) if not sign.isascii() else sign


def _digits(match: re.Match[str]) -> str:
    """Look-alike letters as digits where they stand together with one: the O of a word stays a letter."""
    text = match[0]
    if not any(sign.isdigit() for sign in text):
        return text
    return "".join(_LOOKALIKE.get(sign, sign) for sign in text)
