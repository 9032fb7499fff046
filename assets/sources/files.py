"""Files of a source: found by a glob below a connection's folder, in order of their names, and not to change meanwhile."""

import hashlib
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal
from urllib.parse import unquote, urlsplit

from assets.errors import SourceChanged, SourceRefused, SourceUnreachable, SourceUnreadable
from assets.sources.source import Request

Choice = Literal["newest", "all"]


def find(path: str, choice: Choice, request: Request) -> list[Path]:
    """The files that `path` names, all by name or only the newest; raises `SourceError` when there is none."""
    folder = _folder(request)
    if not folder.is_dir():
        raise SourceUnreachable(
            "the folder of the source is not there",
            dataset=request.dataset,
            where=_place(request),
            found="no folder",
            next="mount it, or mend the connection's url",
        )
    found = sorted(file for file in folder.glob(path) if file.is_file())
    if not found:
        raise SourceUnreadable(
            "no file has this name",
            dataset=request.dataset,
            file=path,
            where=_place(request),
            found=_others(folder),
            allowed="at least one file",
            next="deliver it, or mend source.path",
        )
    return found if choice == "all" else [max(found, key=lambda file: (file.stat().st_mtime_ns, file.name))]


@contextmanager
def unchanged(file: Path, request: Request) -> Iterator[dict[str, Any]]:
    """What is known of a file that is read meanwhile: name, bytes, sha256.

    Raises `SourceChanged` when it was written to before reading ended, `SourceRefused` when it may not be read.
    """
    try:
        before = file.stat()
        with file.open("rb") as opened:
            digest = hashlib.file_digest(opened, "sha256").hexdigest()
    except PermissionError as error:
        raise SourceRefused(
            "the file may not be read",
            dataset=request.dataset,
            file=file.name,
            where=_place(request),
            found="no permission",
            next="let the user that runs Terang read it",
        ) from error
    if not before.st_size:
        raise SourceUnreadable(
            "the file is empty",
            dataset=request.dataset,
            file=file.name,
            where=_place(request),
            found="0 bytes",
            allowed="a whole file: a header, and rows or none",
            next="deliver it again",
        )
    yield {"name": file.name, "bytes": before.st_size, "sha256": digest}
    after = file.stat()
    if (before.st_size, before.st_mtime_ns, before.st_ino) != (after.st_size, after.st_mtime_ns, after.st_ino):
        raise SourceChanged(
            "the file was written to while it was read",
            dataset=request.dataset,
            file=file.name,
            where=_place(request),
            found="another size or time than when reading began",
            next="run again",
        )


def fields_of(file: Path, pattern: str | None, request: Request) -> dict[str, str]:
    """The named groups of `pattern` in the file's name."""
    if pattern is None:
        return {}
    match = re.search(pattern, file.name)
    if match is None:
        raise SourceUnreadable(
            "the file's name does not say what source.file_fields asks for",
            dataset=request.dataset, file=file.name, where=_place(request), allowed=pattern,
            next="rename the file, or mend source.file_fields",
        )  # fmt: skip
    return {name: value or "" for name, value in match.groupdict().items()}


def numbered(name: str | None) -> tuple[str, ...]:
    """The column that gets the number of each row, where a source has one."""
    return () if name is None else (name,)


def folder_of(address: str, root: Path) -> Path:
    """The folder at a path, or at a file:// address, below `root`."""
    return root / (unquote(urlsplit(address).path) if address.startswith("file://") else address)


def _others(folder: Path) -> str:
    """How many files there are instead: a name may be that of a person."""
    others = sum(file.is_file() for file in folder.iterdir())
    return f"files of other names: {others}" if others else "an empty folder"


def _folder(request: Request) -> Path:
    if request.connection is None:
        return request.root
    return folder_of(request.connection.url, request.connection.root)


def _place(request: Request) -> str:
    return f"connection {request.connection.name}" if request.connection else "the folder of terang.toml"
