"""The ledger of a dataset as it is read: one line of JSON per event, each bound to the one before by its hash.

It is written in `publish/ledger.py`; what an event means is not known here.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from assets.errors import TerangError, Unproven
from assets.store import Store

FILE = "ledger.jsonl"
FIRST = "0" * 64


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
        if entry.previous != previous or entry.hash != hashed(asdict(entry)):
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


def hashed(document: Mapping[str, Any]) -> str:
    """The hash of an entry over all that it says but the hash itself."""
    bound = {name: value for name, value in document.items() if name != "hash"}
    return hashlib.sha256(canonical(bound).encode()).hexdigest()


def canonical(document: Mapping[str, Any]) -> str:
    """A document as one line, always the same."""
    return json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _broken(dataset: str, line: int, found: str) -> TerangError:
    return Unproven(
        "the ledger of its releases was changed or damaged; nothing was added",
        dataset=dataset,
        file=FILE,
        where=f"line {line}",
        found=found,
        next="restore ledger.jsonl from a backup, then run terang verify",
    )
