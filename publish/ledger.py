"""The ledger of a dataset: one line of JSON per event, each bound to the one before by its hash; only ever appended to.

Anyone who keeps a line can later tell whether what came before it was changed. What an event means is not known here.
Reading it is in `assets/chain.py`, since the gates read it too.
"""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from assets.chain import FILE, FIRST, Entry, canonical, check, entries, hashed, read
from assets.errors import Busy
from assets.store import Store

__all__ = ["FILE", "FIRST", "Entry", "Event", "append", "check", "entries", "read"]

LOCK_WAIT = 30.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Event:
    """What happened: `released`, `published`, ... at a time, to a version; `files` maps names to sha256."""

    event: str
    time: datetime
    version: str
    content_digest: str = ""
    files: Mapping[str, str] = field(default_factory=dict)
    accounting: Mapping[str, int] = field(default_factory=dict)
    facts: Mapping[str, Any] = field(default_factory=dict)


def append(store: Store, event: Event) -> Entry:
    """Add an event and return only when it is on disk; raises `TerangError` where the chain before it is broken."""
    path = store.releases / FILE
    with _held(store):
        before = check(store)
        last = before[-1] if before else None
        entry = _sealed(store.dataset, event, n=last.n + 1 if last else 1, previous=last.hash if last else FIRST)
        with _at_the_end(path) as descriptor:
            _write_all(descriptor, f"{canonical(asdict(entry))}\n".encode())
    return entry


@contextmanager
def _held(store: Store) -> Iterator[None]:
    lock = store.releases / f".{FILE}.lock"
    try:
        with FileLock(lock, timeout=LOCK_WAIT):
            yield
    except Timeout:
        raise Busy(
            "another run is writing its ledger",
            dataset=store.dataset,
            where=str(lock),
            found=f"held for {LOCK_WAIT} s",
            next="wait until it has ended, then run again",
        ) from None


def _sealed(dataset: str, event: Event, *, n: int, previous: str) -> Entry:
    time = event.time.astimezone(UTC).isoformat(timespec="seconds")
    document = {**asdict(event), "n": n, "dataset": dataset, "time": time, "previous": previous, "hash": ""}
    return Entry(**{**document, "hash": hashed(document)})


@contextmanager
def _at_the_end(path: Path) -> Iterator[int]:
    """The file, positioned after its last whole line, with a torn one cut off; synced to disk at the end."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        content = path.read_bytes()
        whole = content.rfind(b"\n") + 1
        os.ftruncate(descriptor, whole)
        os.lseek(descriptor, whole, os.SEEK_SET)
        yield descriptor
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _write_all(descriptor: int, content: bytes) -> None:
    while content:
        content = content[os.write(descriptor, content) :]
