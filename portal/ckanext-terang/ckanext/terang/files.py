"""The files of resources on the portal's disk: the one that readers get, and beside it the new and the previous one.

Every change is a rename, so a reader gets one or the other, whole; each can be repeated after a crash.
"""

import hashlib
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from ckan.lib import uploader
from ckan.plugins import toolkit

NEW, PREVIOUS, GONE, BACK = (f".terang-{place}" for place in ("new", "previous", "gone", "back"))
CHUNK = 1 << 20


def supported() -> bool:
    """Whether the portal keeps its files in a folder that we can reach."""
    return isinstance(uploader.get_resource_uploader({}), uploader.ResourceUpload) and bool(uploader.get_storage_path())


def path(resource: str, place: str = "") -> Path:
    """Where a file of this resource is."""
    final = Path(uploader.get_resource_uploader({"id": resource}).get_path(resource))
    return final.with_name(final.name + place)


class Source:
    """A file that is read once: hashed, counted, and kept when there is somewhere to keep it."""

    def __init__(self, stream: BinaryIO, keep: BinaryIO | None, tell: Callable[[int], None]) -> None:
        self._stream, self._keep, self._tell, self._digest = stream, keep, tell, hashlib.sha256()
        self._most = uploader.get_max_resource_size() << 20
        self._held = b""
        self.size = 0

    def read(self, size: int = CHUNK) -> bytes:
        """The next bytes; what `line` read too much comes first."""
        if self._held:
            held, self._held = self._held, b""
            return held
        part = self._stream.read(max(size, CHUNK))
        self.size += len(part)
        if self.size > self._most:
            raise toolkit.ValidationError({"upload": ["the file is larger than ckan.max_resource_size"]})
        self._digest.update(part)
        if self._keep:
            self._keep.write(part)
        self._tell(self.size)
        return part

    def line(self) -> bytes:
        """The first line, without what ends it."""
        found, end, self._held = self.read().partition(b"\n")
        return found.rstrip(b"\r") if end else found

    def finish(self) -> str:
        """Read to the end; the SHA-256 of all of it."""
        while self.read():
            pass
        return self._digest.hexdigest()


@contextmanager
def received(
    resource: str, stream: BinaryIO | None, tell: Callable[[int], None], of: str | None = None
) -> Iterator[Source]:
    """The new file of a resource: kept as it comes in, or read again when it is already there; that `of` another is linked.

    `tell` hears its size.
    """
    target = path(resource, NEW)
    if of and path(of).exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        target.unlink(missing_ok=True)
        target.hardlink_to(path(of))
    if stream is None:
        if not target.exists():
            raise toolkit.ValidationError({"upload": ["there is no file"]})
        with target.open("rb") as file:
            yield Source(file, None, tell)
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = target.with_name(target.name + "~")
    try:
        with draft.open("wb") as file:
            yield Source(stream, file, tell)
            file.flush()
            os.fdatasync(file.fileno())
        draft.replace(target)
    finally:
        draft.unlink(missing_ok=True)


def prepare_back(resource: str) -> None:
    """Make the previous file ready to be the one that readers get, with a date that caches take for new."""
    back, old = path(resource, BACK), path(resource, PREVIOUS)
    back.unlink(missing_ok=True)
    back.hardlink_to(old)
    os.utime(back)


def switch(resource: str, place: str) -> None:
    """Give readers the file that waits in `place`; the one they had becomes the previous. Does nothing when done."""
    final, kept, waiting = path(resource), path(resource, PREVIOUS), path(resource, place)
    if not waiting.exists():
        return
    if kept.exists():
        kept.replace(path(resource, GONE))
    if final.exists():
        kept.hardlink_to(final)
    waiting.replace(final)


def remove(resource: str, *places: str) -> None:
    """Remove files that are not the one that readers get."""
    for place in places:
        path(resource, place).unlink(missing_ok=True)
