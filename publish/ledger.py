"""The ledger of a dataset: one line of JSON per event, each bound to the one before by its hash; only ever appended to.

Anyone who keeps a line can later tell whether what came before it was changed. What an event means is not known here.
"""

import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from assets.errors import Busy, TerangError, Unproven
from assets.store import Store

FILE = "ledger.jsonl"
FIRST = "0" * 64
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


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """One line: an event with its number from 1, the hash of the entry before (`FIRST` for the first) and its own."""

    n: int
    time: str
    event: str
    dataset: str
    version: str
    content_digest: str
    files: Mapping[str, str]
    accounting: Mapping[str, int]
    facts: Mapping[str, Any]
    previous: str
    hash: str


def append(store: Store, event: Event) -> Entry:
    """Add an event and return only when it is on disk; raises `TerangError` where the chain before it is broken."""
    path = store.releases / FILE
    with _held(store):
        before = check(store)
        last = before[-1] if before else None
        entry = _sealed(store.dataset, event, n=last.n + 1 if last else 1, previous=last.hash if last else FIRST)
        with _at_the_end(path) as descriptor:
            _write_all(descriptor, f"{_canonical(asdict(entry))}\n".encode())
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


def entries(store: Store) -> list[Entry]:
    """Every entry, oldest first, unchecked.

    A last line without its end of line was torn by a crash: `append` had not returned, so nobody was told of that
    event. It is left out here and cut off by the next `append`.
    """
    return [Entry(**document) for document in _documents(store)]


def check(store: Store) -> list[Entry]:
    """Walk the chain and return its entries; raises `TerangError` at the first line that is not what was written."""
    return read(store.releases / FILE, store.dataset)


def read(path: Path, dataset: str) -> list[Entry]:
    """The same, of a ledger anywhere."""
    previous, found = FIRST, []
    for n, line in enumerate(_lines(path), start=1):
        try:
            entry = Entry(**json.loads(line))
        except (ValueError, TypeError):
            raise _broken(dataset, n, "a line that is no entry") from None
        if entry.n != n or entry.dataset != dataset:
            raise _broken(dataset, n, "a line is missing, doubled or of another dataset")
        if entry.previous != previous or entry.hash != _hash(asdict(entry)):
            raise _broken(dataset, n, "its hash does not fit: the line, or one before it, was changed")
        previous = entry.hash
        found.append(entry)
    return found


def _documents(store: Store) -> Iterator[dict[str, Any]]:
    dataset = store.dataset
    for n, line in enumerate(_lines(store.releases / FILE), start=1):
        try:
            yield json.loads(line)
        except ValueError:
            raise _broken(dataset, n, "a line that is no entry") from None


def _lines(path: Path) -> list[bytes]:
    """The whole lines of the ledger; what follows the last end of line is torn, and left out."""
    return path.read_bytes().split(b"\n")[:-1] if path.is_file() else []


def _sealed(dataset: str, event: Event, *, n: int, previous: str) -> Entry:
    time = event.time.astimezone(UTC).isoformat(timespec="seconds")
    document = {**asdict(event), "n": n, "dataset": dataset, "time": time, "previous": previous, "hash": ""}
    return Entry(**{**document, "hash": _hash(document)})


def _hash(document: Mapping[str, Any]) -> str:
    bound = {name: value for name, value in document.items() if name != "hash"}
    return hashlib.sha256(_canonical(bound).encode()).hexdigest()


def _canonical(document: Mapping[str, Any]) -> str:
    return json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


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


def _broken(dataset: str, line: int, found: str) -> TerangError:
    return Unproven(
        "the ledger of its releases was changed or damaged; nothing was added",
        dataset=dataset,
        file=FILE,
        where=f"line {line}",
        found=found,
        next="restore ledger.jsonl from a backup, then run terang verify",
    )
