r"""Delimited text as pyarrow reads it: UTF-8 with "\\n" line ends, without title lines and footer. Text in, bytes out."""

import codecs
import io
import logging
import re
from collections.abc import Iterator
from typing import Any

from assets.sources.source import Reading

log = logging.getLogger(__name__)
_CHUNK = 1 << 20
LONGEST = 1 << 20  # characters of a line; a table has none so long
OTHER_ENCODING = (
    "set source.encoding: files of Windows programs are often cp1252; if other lines are right, two were mixed"
)
_TWICE = re.compile(
    "[\u00c2\u00c3][\u0080-\u00bf\u0152\u0153\u0160\u0161\u0178\u017d\u017e\u0192\u02c6\u02dc\u2013-\u2122]|\u00e2\u20ac"
)


class BadText(ValueError):
    """Text that no table holds: what it is, what is allowed, and the line; never the text."""

    def __init__(self, found: str, line: int, advice: str) -> None:
        super().__init__(found)
        self.found, self.line, self.advice = found, line, advice


class Lines(io.RawIOBase):
    """A binary file of any encoding and line ends (LF, CRLF, CR) as UTF-8 lines.

    The first `skip` lines and the last `footer` lines are left out. `twice` counts the places that look like UTF-8 in a
    file of another encoding; `unended` says that the last line has no line end. Raises `BadText` while it is read.
    """

    def __init__(self, file: Any, *, encoding: str, skip: int = 0, footer: int = 0) -> None:
        super().__init__()
        self.twice, self.unended = 0, False
        self._plain = codecs.lookup(encoding).name.startswith("utf")
        decoded = map(self._watched, _decoded(file, encoding))
        self._chunks = _encoded(_without_footer(_without_head(decoded, skip), footer))
        self._rest = b""

    def _watched(self, text: str) -> str:
        if not self._plain and not text.isascii():
            self.twice += len(_TWICE.findall(text))
        self.unended = not text.endswith("\n") if text else self.unended
        return text

    def readable(self) -> bool:
        """Yes."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Fill `buffer` with what comes next; 0 at the end."""
        while not self._rest:
            chunk = next(self._chunks, None)
            if chunk is None:
                return 0
            self._rest = chunk
        size = min(len(buffer), len(self._rest))
        buffer[:size], self._rest = self._rest[:size], self._rest[size:]
        return size


def _decoded(file: Any, encoding: str) -> Iterator[str]:
    """The text, watched for what no table holds."""
    name = "utf-8-sig" if codecs.lookup(encoding).name == "utf-8" else encoding
    decoder = io.IncrementalNewlineDecoder(codecs.getincrementaldecoder(name)(), translate=True)
    line, open_, last = 1, 0, False
    while not last:
        chunk = file.read(_CHUNK)
        last = not chunk
        try:
            text = decoder.decode(chunk, final=last)
        except UnicodeDecodeError as error:
            before = error.object[: error.start]
            at = line + max(before.count(b"\n"), before.count(b"\r"))
            raise BadText("other bytes than its letters", at, OTHER_ENCODING) from None
        if "\0" in text:
            at = line + text[: text.index("\0")].count("\n")
            raise BadText("NUL bytes", at, "deliver it again, or set source.encoding: UTF-16 has such bytes")
        first = text.find("\n")
        if open_ + (len(text) if first < 0 else first) > LONGEST:
            raise BadText(f"a line of more than {LONGEST:,} characters", line, "open it by hand: it may be no table")
        open_ = open_ + len(text) if first < 0 else len(text) - text.rindex("\n") - 1
        line += text.count("\n")
        yield text


def _without_head(chunks: Iterator[str], lines: int) -> Iterator[str]:
    for text in chunks:
        rest = text
        while lines and rest:
            _, end, rest = rest.partition("\n")
            lines -= bool(end)
        yield rest


def _without_footer(chunks: Iterator[str], lines: int) -> Iterator[str]:
    held = ""
    for chunk in chunks:
        held += chunk
        cut = _start_of_last(held, lines) if lines else len(held)
        yield held[:cut]
        held = held[cut:]


def _start_of_last(text: str, lines: int) -> int:
    """Where the last `lines` lines begin; empty ones at the end don't count."""
    at = len(text.rstrip("\n"))
    for _ in range(lines):
        at = text.rfind("\n", 0, at)
        if at < 0:
            return 0
    return at + 1


def _encoded(chunks: Iterator[str]) -> Iterator[bytes]:
    for chunk in chunks:
        if chunk:
            yield chunk.encode("utf-8")


def warn(told: str, reading: Reading) -> None:
    """Tell a person, in the log and in the receipt."""
    reading.facts.setdefault("warnings", []).append(told)
    log.warning(told)


def warn_of_doubts(lines: Lines, name: str, reading: Reading) -> None:
    """Tell that a file seems to be cut, or written in two encodings, or in another than is declared."""
    if lines.unended:
        warn(
            f"{name}: the last line has no line end, as in a file that was cut; see whether its last cell is whole",
            reading,
        )
    if lines.twice:
        warn(f"{name}: {lines.twice} places look like UTF-8 read as another encoding; look at a few of them", reading)
