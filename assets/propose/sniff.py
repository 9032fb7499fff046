"""How delimited text is written: its encoding, and the characters that part and quote its cells."""

import codecs
import csv
import re
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from assets.errors import SourceUnreadable

DELIMITERS = (",", ";", "\t", "|")
CODE_PAGES = ("cp1252", "cp1250", "cp1251", "cp1253", "cp1254", "cp1257", "mac_roman", "cp850")
_LATIN = frozenset({"cp1252", "cp1250", "cp1254", "cp1257"})
_CLEARLY = 0.02
# Letters of cp1250 where cp1252 has hardly used ones, or signs that never stand within a word.
_CENTRAL = re.compile(rb"[\x8a\x8e\x9a\x9e]|(?i:(?<=[a-z])[\xa3\xb3\xb9\xbf\x9f\xbe\xbc\x9c](?=[a-z]))")
_MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF32_LE, "utf-32"), (codecs.BOM_UTF16_LE, "utf-16"),
          (codecs.BOM_UTF16_BE, "utf-16"))  # fmt: skip
_CHUNK = 1 << 20
_NON_ASCII = 100_000  # bytes of lines with letters beyond ASCII that tell a code page
_LINES = 1_000


@dataclass(frozen=True, kw_only=True, slots=True)
class Dialect:
    """How cells are parted, quoted and escaped; `width` is how many most lines have, `ragged` the share of others."""

    delimiter: str
    quote: str
    escape: str | None
    width: int
    ragged: float


def encoding_of(file: Path) -> tuple[str, str]:
    """The encoding, and how it is known."""
    with file.open("rb") as opened:
        start = opened.read(4)
    for mark, name in _MARKS:
        if start.startswith(mark):
            return name, "it begins with a byte order mark"
    if _is_utf8(file):
        return "utf-8", "all of it is UTF-8"
    lines = list(_beyond_ascii(file))
    _of_one_encoding(lines, file)
    return _code_page(b"\n".join(lines))


def _of_one_encoding(lines: Sequence[bytes], file: Path) -> None:
    """Raise `SourceUnreadable` where some of the lines are UTF-8 and others are not: no encoding reads them all."""
    whole = sum(_decodes(line) for line in lines)
    if 0 < whole < len(lines):
        raise SourceUnreadable(
            "the file is written in two encodings",
            file=file.name,
            found=f"{whole:,} lines in UTF-8 and {len(lines) - whole:,} in another, of those with letters beyond ASCII",
            allowed="one encoding",
            next="ask for it again in one piece, or mend those lines: files put together of two often are so",
        )


def _decodes(line: bytes) -> bool:
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _is_utf8(file: Path) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    with file.open("rb") as opened:
        try:
            while chunk := opened.read(_CHUNK):
                decoder.decode(chunk)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return False
    return True


def _beyond_ascii(file: Path) -> Iterator[bytes]:
    size = 0
    with file.open("rb") as opened:
        for line in opened:
            if not line.isascii():
                yield line
                size += len(line)
            if size > _NON_ASCII:
                return


def _code_page(sample: bytes) -> tuple[str, str]:
    """The code page of Windows, unless another makes clearly better sense of the letters."""
    from charset_normalizer import from_bytes  # noqa: PLC0415 - loaded when a file is no UTF-8

    if _CENTRAL.search(sample):
        return "cp1250", "no UTF-8, and letters of Central Europe: look at a few"
    matches = {match.encoding: match.chaos for match in from_bytes(sample, cp_isolation=list(CODE_PAGES))}
    western = matches.get("cp1252", 1.0) if not _is("cp1252", sample, matches) else min(matches.values())
    best = min(matches, key=lambda name: matches[name], default="cp1252")
    found = best if best not in _LATIN and matches[best] < western - _CLEARLY else "cp1252"
    return found, f"no UTF-8; its letters make sense as {found}: look at a few"


def _is(name: str, sample: bytes, matches: Collection[str]) -> bool:
    """Whether one of the matches reads the sample as this code page does: of several alike only one is told."""
    try:
        text = sample.decode(name)
    except UnicodeDecodeError:
        return False
    return any(sample.decode(other, errors="replace") == text for other in matches)


def dialect_of(text: str) -> Dialect:
    """The dialect in which most lines have one number of cells; commas where there is but one column."""
    lines = [f"{line}\n" for line in text.split("\n", _LINES)[:_LINES]]
    quote = _quote(text)
    found = [_tried(lines, delimiter, quote, _escape(lines, delimiter, quote)) for delimiter in DELIMITERS]
    several = [one for one in found if one.width > 1]
    return max(several, key=_fitness, default=found[0])


def _fitness(one: Dialect) -> tuple[float, int]:
    return round((1 - one.ragged) * (1 - 1 / one.width), 2), one.width


def _quote(text: str) -> str:
    """The single quote only where it opens and closes cells and the double quote does not."""
    single, double = (len(re.findall(rf"(?:^|[,;\t|]){mark}[^{mark}\n]*{mark}(?=[,;\t|\n]|$)", text)) for mark in "'\"")
    return "'" if single > double and single > 1 else '"'


def _escape(lines: Sequence[str], delimiter: str, quote: str) -> str | None:
    """A backslash where it stands before quotes and lines fit better when it is read so."""
    if not any(f"\\{quote}" in line for line in lines):
        return None
    plain, escaped = (_tried(lines, delimiter, quote, mark) for mark in (None, "\\"))
    return "\\" if escaped.ragged < plain.ragged else None


def _tried(lines: Sequence[str], delimiter: str, quote: str, escape: str | None) -> Dialect:
    widths = Counter(len(row) for row in records(lines, delimiter, quote, escape) if any(cell.strip() for cell in row))
    width, often = max(widths.items(), key=lambda item: (item[1], item[0]), default=(0, 0))
    ragged = 1 - often / max(widths.total(), 1)
    return Dialect(delimiter=delimiter, quote=quote, escape=escape, width=width, ragged=ragged)


def records(lines: Sequence[str], delimiter: str, quote: str, escape: str | None) -> list[list[str]]:
    """The lines as cells, as far as they can be read so."""
    rows = []
    try:
        for row in csv.reader(lines, delimiter=delimiter, quotechar=quote, escapechar=escape):
            rows.append(row)  # noqa: PERF402 - what was read before an error is kept
    except csv.Error:
        pass
    return rows
