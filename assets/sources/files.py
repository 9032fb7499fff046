"""Files of a source: found by a glob below a connection's folder, in order of their names, and not to change meanwhile."""

import hashlib
import logging
import re
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import unquote, urlsplit

import pyarrow as pa
import pyarrow.compute as pc

from assets.errors import SourceChanged, SourceRefused, SourceUnreachable, SourceUnreadable
from assets.sources.source import Reading, Request

if TYPE_CHECKING:
    from assets.sources.source import Files

log = logging.getLogger(__name__)
_MARKS = re.compile(r"^~\$|^\.|\.(?:part|partial|crdownload|filepart|tmp)$", re.IGNORECASE)


class Delivered(NamedTuple):
    """A file that an earlier run read: the names under which it came, what its name said, and the day."""

    names: tuple[str, ...]
    bytes: int
    sha256: str
    fields: Mapping[str, str]
    read: str


def find(source: "Files", request: Request) -> list[Path]:
    """The files that the source names, all by name or only the newest; raises `SourceError` when there is none."""
    path, connection = source.path or "", request.connection
    if connection is not None and is_remote(connection.url):
        from assets.sources.remote import fetched  # noqa: PLC0415 - the HTTP client is loaded when the web is read

        folder = fetched(source, request)
    else:
        folder = _folder(request)
    if not folder.is_dir():
        raise SourceUnreachable(
            "the folder of the source is not there",
            dataset=request.dataset,
            where=_place(request),
            found="no folder",
            next="mount it, or mend the connection's url",
        )
    found = [file for file in _fitting(folder, path, request) if file.is_file() and not is_mark(file, path)]
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
    whole = _not_again(_left_alone(found, source.quiet, request), source, request)
    return whole if source.files == "all" else [max(whole, key=lambda file: (file.stat().st_mtime_ns, file.name))]


def _fitting(folder: Path, path: str, request: Request) -> list[Path]:
    """The files by name; raises `SourceRefused` for one that is not within the folder."""
    inside = not Path(path).is_absolute() and ".." not in Path(path).parts
    found = sorted(folder.glob(path)) if inside and path else []
    astray = sum(not file.resolve().is_relative_to(folder.resolve()) for file in found)
    if inside and not astray:
        return found
    raise SourceRefused(
        "a file of the source lies outside its folder",
        dataset=request.dataset,
        file=path,
        where=_place(request),
        found=f"links to elsewhere: {astray}" if inside else "a path that leads out of the folder",
        allowed="files within the folder",
        next="put the file itself there, or make the folder where it lies a connection of its own",
    )


def is_mark(file: Path, path: str) -> bool:
    """Whether it is no file of the office, but what a program left beside one; unless it is asked for by its name."""
    return bool(_MARKS.search(file.name)) and not _MARKS.search(path.rpartition("/")[2])


def _left_alone(found: list[Path], quiet: timedelta, request: Request) -> list[Path]:
    """Without those that somebody may be writing; raises `SourceUnreachable` where none is left."""
    since = time.time() - quiet.total_seconds()
    whole = [file for file in found if not quiet or file.stat().st_mtime <= since]
    if not whole:
        raise SourceUnreachable(
            "the file is still being written",
            dataset=request.dataset,
            file=request.dataset if len(found) > 1 else found[0].name,
            where=_place(request),
            found=f"written to less than {quiet.total_seconds() / 60:g} minutes ago: {len(found)}",
            allowed="files that were left alone for source.quiet",
            next="run again later",
        )
    if len(whole) < len(found):
        log.warning(
            "%s: %s files are still being written and left for the next run", request.dataset, len(found) - len(whole)
        )
    return whole


def _not_again(found: list[Path], source: "Files", request: Request) -> list[Path]:
    """Without those that an earlier run read under another name, and others since; raises `SourceUnreadable` where none is left."""
    if source.repeats == "read":
        return found
    again = {file: before for file in found if (before := _before(file, source, request))}
    for file, before in again.items():
        told = f"{file.name} is the same as {before.names[0]}, which was read on {before.read} and replaced since"
        log.warning("%s: %s; it is left alone", request.dataset, told)
    if again and len(again) == len(found):
        raise SourceUnreadable(
            "every file was read before, under another name, and replaced since",
            dataset=request.dataset,
            where=_place(request),
            found=f"files that were read before: {len(again)}",
            allowed="a file that is new, or the one that was read last",
            next="deliver the newest file; if the old one is meant, set source.repeats to read",
        )
    return [file for file in found if file not in again]


def _before(file: Path, source: "Files", request: Request) -> Delivered | None:
    """The file as an earlier run knew it, when its content was replaced since and it comes under a name of its own."""
    size = file.stat().st_size
    alike = [one for one in request.replaced if one.bytes == size and file.name not in one.names]
    if not alike:
        return None
    digest, pattern = _digest(file, request), getattr(source, "file_fields", None)
    return next(
        (one for one in alike if one.sha256 == digest and one.fields == fields_of(file, pattern, request)), None
    )


def _digest(file: Path, request: Request) -> str:
    """The file's SHA-256; raises `SourceRefused` when it may not be read."""
    try:
        with file.open("rb") as opened:
            return hashlib.file_digest(opened, "sha256").hexdigest()
    except PermissionError as error:
        raise SourceRefused(
            "the file may not be read",
            dataset=request.dataset,
            file=file.name,
            where=_place(request),
            found="no permission",
            next="let the user that runs Terang read it",
        ) from error


@contextmanager
def unchanged(file: Path, request: Request) -> Iterator[dict[str, Any]]:
    """What is known of a file that is read meanwhile: name, bytes, sha256.

    Raises `SourceChanged` when it was written to before reading ended, `SourceRefused` when it may not be read.
    """
    before = file.stat()
    digest = _digest(file, request)
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


def first_time(facts: dict[str, Any], reading: Reading, request: Request, *, fields: Mapping[str, str]) -> bool:
    """Write down a file that is about to be read; False for one that was read under another name.

    `fields` are what its name says: the same table may be delivered for two months, and is two tables then.
    """
    same = [one for one in reading.facts["files"] if _alike(one, facts, fields)]
    own = {"fields": dict(fields)} if fields else {}
    reading.facts["files"].append({**facts, **own, **({"same_as": same[0]["name"]} if same else {})})
    if same:
        log.warning("%s: %s is the same as %s and is read once", request.dataset, facts["name"], same[0]["name"])
    return not same


def _alike(one: Mapping[str, Any], facts: Mapping[str, Any], fields: Mapping[str, str]) -> bool:
    same = all(one.get(fact) == facts.get(fact) for fact in ("sha256", "member"))
    return same and one.get("fields", {}) == fields


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


def placed(where: str, places: Any, kind: str = "") -> pa.Array:
    """The place of each row, from the numbers of its lines or of another `kind`, such as "item "."""
    return pc.binary_join_element_wise(f"{where}:{kind}", pa.array(places, pa.int64()).cast(pa.string()), "")


def is_remote(address: str) -> bool:
    """Whether an address is that of another machine."""
    return "://" in address and not address.startswith("file://")


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
