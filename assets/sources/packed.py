"""Text that comes packed: gzip, and the members of a ZIP, unpacked while they are read and never written anywhere."""

import fnmatch
import gzip
import io
import stat
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, TYPE_CHECKING, Any, NoReturn

from assets.errors import SourceRefused, SourceUnreadable
from assets.sources.source import Request

if TYPE_CHECKING:
    from assets.sources.source import Packed, Texts

_GZIP, _ZIP = b"\x1f\x8b", (b"PK\x03\x04", b"PK\x05\x06")
_FREE = 64 << 20  # bytes that any file may unpack to
NO_ZIP = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, UnicodeDecodeError, RuntimeError)
_DAMAGED = (*NO_ZIP, gzip.BadGzipFile, OSError)
_PROTECTED = 0x1
_SWELLS = 200  # times its size; sheets of numbers come to 20


@dataclass(frozen=True, kw_only=True, slots=True)
class Content:
    """A text to read: a file, what is packed in it, or one `member` of it."""

    file: Path
    packed: "Packed"
    request: Request
    member: str | None = None

    @property
    def name(self) -> str:
        """The file's name, and that of the member in it."""
        return f"{self.file.name}/{self.member}" if self.member else self.file.name

    @property
    def told(self) -> dict[str, str]:
        """Its name as a fact, and which member it is."""
        return {"name": self.name, **({"member": self.member} if self.member else {})}

    @contextmanager
    def open(self) -> Iterator[IO[bytes]]:
        """The unpacked bytes; raises `SourceUnreadable` where they end early or are too many, also while they are read."""
        with ExitStack() as held:
            try:
                opened = self._opened(held)
            except _DAMAGED:
                if self.file.is_file() and self.member:
                    _damaged(self)
                raise
            yield opened

    def _opened(self, held: ExitStack) -> IO[bytes]:
        plain = held.enter_context(self.file.open("rb"))
        kind = _kind(plain)
        if kind == "plain":
            return plain
        if kind == "gzip":
            return self._guarded(held.enter_context(gzip.GzipFile(fileobj=plain)))
        archive = held.enter_context(zipfile.ZipFile(plain))
        return self._guarded(held.enter_context(archive.open(self.member or "")))

    def _guarded(self, opened: Any) -> IO[bytes]:
        return io.BufferedReader(_Guarded(opened, self), 1 << 20)


class _Guarded(io.RawIOBase):
    """Bytes as they are unpacked, counted."""

    def __init__(self, opened: Any, content: Content) -> None:
        super().__init__()
        self._opened, self._content, self._read = opened, content, 0
        size, most = content.file.stat().st_size, content.packed
        self._most = min(max(size * most.ratio, _FREE), most.gigabytes << 30)

    def readable(self) -> bool:
        """Yes."""
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]  # what io.BufferedReader gives
        """Fill `buffer`; 0 at the end."""
        try:
            found = self._opened.read(len(buffer))
        except _DAMAGED:
            _damaged(self._content)
        self._read += len(found)
        if self._read > self._most:
            _bomb(self._content, self._most)
        buffer[: len(found)] = found
        return len(found)


def swells(file: Path) -> bool:
    """Whether a file that is a ZIP by its form, such as a workbook, says that it holds far more than its size lets expect."""
    try:
        with zipfile.ZipFile(file) as archive:
            return sum(one.file_size for one in archive.infolist()) > max(_FREE, file.stat().st_size * _SWELLS)
    except NO_ZIP:
        return False  # is told where it is read


def contents(file: Path, source: "Texts", request: Request) -> list[Content]:
    """What there is to read in a file: itself, or the members of a ZIP that the source names, in order of their names."""
    whole = Content(file=file, packed=source.packed, request=request)
    try:
        with file.open("rb") as plain:
            if _kind(plain) != "zip":
                return [whole]
            with zipfile.ZipFile(plain) as archive:
                members = [one for one in archive.infolist() if not one.is_dir()]
    except PermissionError:
        return [whole]  # is told where it is read
    except (*_DAMAGED, UnicodeDecodeError):
        _damaged(whole)
    return [
        Content(file=file, packed=source.packed, request=request, member=one.filename)
        for one in _chosen(members, whole)
    ]


def _kind(opened: IO[bytes]) -> str:
    start = opened.read(4)
    opened.seek(0)
    return "gzip" if start.startswith(_GZIP) else "zip" if start in _ZIP else "plain"


def _chosen(members: list[zipfile.ZipInfo], whole: Content) -> list[zipfile.ZipInfo]:
    """The members that the source names; raises the `SourceError` that fits where there is none, or one that is a trap."""
    pattern = whole.packed.member
    _no_traps(members, whole)
    found = [one for one in members if pattern is None or fnmatch.fnmatchcase(one.filename, pattern)]
    if not found or (pattern is None and len(found) > 1):
        raise SourceUnreadable(
            "the ZIP file does not say which of its files to read" if found else "the ZIP file holds no such file",
            dataset=whole.request.dataset,
            file=whole.file.name,
            found=f"{len(members)} files in it",
            allowed=f"files that fit {pattern}" if pattern else "one file, or source.packed.member",
            next="set source.packed.member to a name or a pattern of names, such as data/*.csv",
        )
    return sorted(found, key=lambda one: one.filename)


def _no_traps(members: list[zipfile.ZipInfo], whole: Content) -> None:
    for one in members:
        path = PurePosixPath(one.filename.replace("\\", "/"))
        drive = path.parts[0].endswith(":") if path.parts else True
        if path.is_absolute() or ".." in path.parts or drive or stat.S_ISLNK(one.external_attr >> 16):
            raise SourceRefused(
                "the ZIP file holds a name that leads out of its folder, or a link",
                dataset=whole.request.dataset,
                file=whole.file.name,
                found=f"{len(members)} files, one of them so",
                next="ask who made it: programs that pack reports make no such names",
            )
        if one.flag_bits & _PROTECTED:
            raise SourceUnreadable(
                "the ZIP file is protected with a password",
                dataset=whole.request.dataset,
                file=whole.file.name,
                found="a member that is encrypted",
                next="unpack it, and deliver what is in it",
            )


def _damaged(content: Content) -> NoReturn:
    raise SourceUnreadable(
        "the packed file is damaged, or ends early",
        dataset=content.request.dataset,
        file=content.name,
        found=f"{content.file.stat().st_size:,} bytes that do not unpack",
        next="deliver it again, whole: compare its size with the sender's",
    ) from None


def _bomb(content: Content, most: int) -> NoReturn:
    size = content.file.stat().st_size
    raise SourceUnreadable(
        "the packed file holds far more than its size lets expect",
        dataset=content.request.dataset,
        file=content.name,
        found=f"more than {most >> 20:,} MB out of {size:,} bytes",
        allowed=f"{content.packed.ratio} times its size, and {content.packed.gigabytes} GB",
        next="look at it on another machine; if it is right, raise source.packed.ratio or gigabytes",
    )
