r"""Delimited text as pyarrow reads it: UTF-8 with "\\n" line ends, without title lines and footer. Text in, bytes out."""

import codecs
import io
from collections.abc import Iterator
from typing import Any

_CHUNK = 1 << 20


class Lines(io.RawIOBase):
    """A binary file of any encoding and line ends (LF, CRLF, CR) as UTF-8 lines.

    The first `skip` lines and the last `footer` lines are left out.
    """

    def __init__(self, file: Any, *, encoding: str, skip: int = 0, footer: int = 0) -> None:
        super().__init__()
        self._chunks = _encoded(_without_footer(_without_head(_decoded(file, encoding), skip), footer))
        self._rest = b""

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
    name = "utf-8-sig" if codecs.lookup(encoding).name == "utf-8" else encoding
    decoder = io.IncrementalNewlineDecoder(codecs.getincrementaldecoder(name)(), translate=True)
    while chunk := file.read(_CHUNK):
        yield decoder.decode(chunk)
    yield decoder.decode(b"", final=True)


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
