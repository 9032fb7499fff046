"""Retention: what is kept no longer than the contract says goes when it is due, and the ledger tells that it went.

The age of a restricted file is the time since it was written: a run that reads the source again makes it new.
"""

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from assets.contract import Contract
from assets.errors import Blocked
from assets.settings import Settings
from assets.store import Store, explained, store_of
from publish import ledger, retention
from publish.announcing import put_right
from publish.release import alone
from publish.standing import PURGED, RELEASED, RETIRED, standing

QUARANTINE: Final = ("quarantine.parquet", "quarantine.csv", "unprotected.parquet")
RAW: Final = (
    "raw.parquet", "raw.json", "rejects.parquet", "excluded.parquet", "screening.json", "shown.parquet", "hidden.json",
    "witnesses.parquet", "anonymity.json", "crowd.json",
)  # fmt: skip

log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True, slots=True)
class Due:
    """What is kept too long: its kind, since when it is overdue, and the files or versions."""

    kind: str
    since: datetime
    what: tuple[str, ...]


def due(contract: Contract, settings: Settings, *, now: datetime | None = None) -> list[Due]:
    """All that should be gone by now; nothing where the contract says no time."""
    if contract.retention is None:
        return []
    store, moment = store_of(contract.name, settings), now or datetime.now(UTC)
    return list(_due(contract, store, moment))


def purge(contract: Contract, settings: Settings, *, now: datetime | None = None) -> list[Due]:
    """Remove what is due and tell the ledger; what it was. The caller holds the dataset.

    Raises `StorageError` where something cannot be removed: then it stays overdue.
    """
    store, moment = store_of(contract.name, settings), now or datetime.now(UTC)
    found = due(contract, settings, now=moment)
    if not found:
        return []
    with explained(contract.name, where=store.restricted), alone(store):
        put_right(store, moment)
        for one in found:
            _remove(store, one, moment)
            log.info("%s: purged %s, %d", contract.name, one.kind, len(one.what))
    return found


def require(contract: Contract, settings: Settings) -> None:
    """Raise `Blocked` where something is kept too long."""
    found = due(contract, settings)
    if found:
        raise Blocked(
            "something is kept longer than the contract allows; nothing was published",
            dataset=contract.name,
            where="restricted storage or the release store",
            found=words(found),
            allowed="nothing that is overdue",
            next=f"terang purge {contract.name}",
        )


def words(found: list[Due]) -> str:
    """What is overdue, in one line."""
    return ", ".join(f"{one.kind} since {one.since:%Y-%m-%d}" for one in found)


def _due(contract: Contract, store: Store, now: datetime) -> Iterator[Due]:
    rule = contract.retention
    assert rule is not None  # noqa: S101 - its only caller looked
    for kind, names, time in (("raw", RAW, rule.raw), ("quarantine", QUARANTINE, rule.quarantine)):
        files = [store.restricted / name for name in names if (store.restricted / name).is_file()]
        old = [file for file in files if time is not None and _written(file) + time < now]
        if old and time is not None:
            yield Due(kind=kind, since=min(map(_written, old)) + time, what=tuple(file.name for file in old))
    if rule.releases is not None:
        yield from _old_releases(store, rule.releases, now)


def _old_releases(store: Store, time: timedelta, now: datetime) -> Iterator[Due]:
    """Versions that are not the current one, that still lie in the store, and that were released too long ago."""
    entries = ledger.check(store)
    current = standing(entries).current
    released = {one.version: datetime.fromisoformat(one.time) for one in entries if one.event == RELEASED}
    old = {
        version: when + time
        for version, when in released.items()
        if version != current and when + time < now and (store.releases / version).is_dir()
    }
    if old:
        yield Due(kind="releases", since=min(old.values()), what=tuple(old))


def _remove(store: Store, one: Due, now: datetime) -> None:
    if one.kind == "releases":
        for version in one.what:
            ledger.append(store, ledger.Event(event=RETIRED, time=now, version=version, facts={"overdue": True}))
        retention.remove_retired(store)
        return
    for name in one.what:
        (store.restricted / name).unlink(missing_ok=True)
    facts = {"kind": one.kind, "rows_of": "restricted storage", "overdue_since": f"{one.since:%Y-%m-%d}"}
    ledger.append(store, ledger.Event(event=PURGED, time=now, version="", facts=facts))


def _written(file: Path) -> datetime:
    return datetime.fromtimestamp(file.stat().st_mtime, UTC)
