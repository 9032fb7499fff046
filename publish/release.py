"""Releases: immutable folders `<dataset>/<version>/`, made whole or not at all. What lies in one: `folder.py`.

Order of a release: build beside, scan, sync, rename, ledger, `latest.json`. A run killed anywhere is put right by
the next one, and readers see the old release until the new one is whole.
"""

import hashlib
import json
import logging
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from filelock import FileLock, Timeout

from assets.contract import Contract
from assets.errors import Blocked, Busy, Unproven
from assets.oversight import Approval
from assets.past import records
from assets.protect import Protected
from assets.settings import Settings
from assets.store import Store, explained, read_json, store_of
from assets.takedown import FILE as TAKEDOWN
from assets.takedown import taken_down
from publish import approval, changes, ledger, people, retention
from publish.account import proven_account
from publish.announcing import folders, put_right, tell
from publish.file import File
from publish.folder import RELEASE, Material, build, sync
from publish.formats import FORMATS
from publish.formats.format import Context
from publish.metadata import evidence
from publish.standing import RETIRED, standing, why_held

DOCUMENTS_VERSION = 3  # rises whenever the same material would give other documents

log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True, slots=True)
class Release:
    """One release: where it lies, its files by name, and whether this run made it.

    `omitted` tells for each format that could not hold the table, why. `accounting` counts source rows. `changes` tells
    what is other than in the release before, and why. `held_back` says why this run's own content was not released, where
    it was taken back before. `notices` are the takedowns that readers are told of. `waiting`: readers do not get it before a
    second person has approved it.
    """

    dataset: str
    version: str
    path: Path
    content_digest: str
    files: Mapping[str, File]
    omitted: Mapping[str, str]
    accounting: Mapping[str, int]
    changes: Mapping[str, Any] = field(default_factory=dict)
    new: bool = False
    held_back: str = ""
    notices: tuple[ledger.Entry, ...] = ()
    waiting: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Making:
    """What a release is to be called, what it replaces, why and by whom it is made, and how it is to be approved."""

    version: str
    digest: str
    now: datetime
    before: Release | None
    reason: str | None
    approval: Approval | None
    by: tuple[str, ...]


def release(
    contract: Contract, settings: Settings, *, now: datetime, reason: str | None = None, again: bool = False,
    by: str | None = None,
) -> Release:  # fmt: skip
    """Make a release of the public table, or return the latest one when nothing changed.

    `reason` is the publisher's own, and public. A content that was taken back is not released, unless it should be `again`.
    `by` is who is known to have started the run, besides the account that it runs as. Where a second person is to approve
    it, the release is `waiting`, and readers keep the one before.

    Raises `Unproven` without a verdict on these bytes, `Unbalanced` where rows are missing, `Blocked` where a file
    holds what must not leave, `Busy` when another run releases the same dataset.
    """
    from quality.verdict import require  # noqa: PLC0415 - reading releases needs no quality room

    store = store_of(contract.name, settings)
    require(contract, settings)
    account = proven_account(contract, store)
    with explained(contract.name, where=store.releases), alone(store):
        put_right(store, now)
        digest = content_digest(contract, settings, account)
        stands, last = standing(ledger.entries(store)), newest(contract, settings)
        if last and last.waiting and last.content_digest != digest:
            _overtake(store, last, now)
            last = latest(contract, settings)
        if last and last.content_digest == digest:
            if not last.waiting:
                retention.retire(store, current=last.version, keep=contract.versions.keep, now=now)
            log.info("%s: nothing changed since %s", contract.name, last.version)
            return last
        _check_list(store, stands.listed)
        held = stands.held.get(digest)
        if held and not again:
            return _held_back(contract, last, why_held(held))
        version = _next_version(store, now.astimezone(ZoneInfo(settings.timezone)).date().isoformat())
        making = Making(
            version=version, digest=digest, now=now, before=last, reason=_sentence(reason),
            approval=approval.asked(contract, store), by=people.everybody(by),
        )  # fmt: skip
        return _make(contract, settings, store, account, making)


def latest(contract: Contract, settings: Settings) -> Release | None:
    """The release that readers get now, as the ledger tells; None before the first, or where it was taken down."""
    store = store_of(contract.name, settings)
    version = standing(ledger.entries(store)).current
    return _read(store, version) if version else None


def newest(contract: Contract, settings: Settings) -> Release | None:
    """The release that waits for approval, else the one that readers get now."""
    store = store_of(contract.name, settings)
    waiting = standing(ledger.entries(store)).waiting
    found = _read(store, waiting.version) if waiting else None
    return found or latest(contract, settings)


def find(contract: Contract, settings: Settings, version: str) -> Release | None:
    """The release of that version, or None when there is none."""
    return _read(store_of(contract.name, settings), version)


def earlier(release: Release, many: int) -> tuple[Release, ...]:
    """The last releases before this one that are kept, newest first."""
    store = Store(dataset=release.dataset, restricted=Path(), public=Path(), releases=release.path.parent)
    versions = retention.before(ledger.entries(store), release.version)[:many]
    return tuple(found for version in versions if (found := _read(store, version)))


def content_digest(contract: Contract, settings: Settings, account: Protected) -> str:
    """sha256 over all that a release is made of but its version: table, contract, account, languages, writers."""
    material = {
        "table": account.public_sha256,
        "contract": contract.digest,
        "withheld": [[part.reason, part.rows, part.persons, part.fewer_than, part.money] for part in account.withheld],
        "counts": [account.read, account.published, account.quarantined, account.duplicates],
        "languages": settings.languages,
        "writers": {name: FORMATS[name].VERSION for name in contract.formats} | {"documents": DOCUMENTS_VERSION},
    }
    return hashlib.sha256(json.dumps(material, sort_keys=True).encode()).hexdigest()


def _sentence(reason: str | None) -> str | None:
    """A reason on one line; None where there is none."""
    return " ".join((reason or "").split()) or None


def _overtake(store: Store, waiting: Release, now: datetime) -> None:
    """A release that nobody approved yet is no more: its content is not what would be released now."""
    facts = {"overtaken": True}
    ledger.append(store, ledger.Event(event=RETIRED, time=now, version=waiting.version, facts=facts))
    put_right(store, now)


def _check_list(store: Store, told: str) -> None:
    """Nothing is released by another list of what was taken down than the ledger tells of."""
    if taken_down(store).digest != told:
        raise Unproven(
            "the list of what was taken down is not the one that the ledger tells of; nothing was released",
            dataset=store.dataset,
            file=TAKEDOWN,
            next=f"a takedown that was broken off: run it again; else restore {TAKEDOWN} from a backup",
        )


def _held_back(contract: Contract, last: Release | None, why: str) -> Release:
    """The release that stays. Where there is none to stay, nothing can be published."""
    further = f"terang run {contract.name} --again releases it after all; so does a change of the data"
    if last is None:
        raise Blocked("nothing was released", dataset=contract.name, where="the ledger", found=why, next=further)
    log.warning("%s: not released, %s stays: %s. %s", contract.name, last.version, why, further)
    return replace(last, held_back=f"{why}. {further}")


def _make(contract: Contract, settings: Settings, store: Store, account: Protected, making: Making) -> Release:
    version, now = making.version, making.now
    proof: dict[str, Any] = read_json(store.verdict) or {}
    material = Material(
        context=Context(contract=contract, languages=settings.languages, version=version),
        table=store.table,
        account=account,
        evidence=evidence.document(verdict=proof, screening=read_json(store.screening) or {}, account=account),
        content_digest=making.digest,
        before=changes.released(making.before.path, contract.name) if making.before else None,
        reason=making.reason,
        approval=making.approval is not None,
    )
    if making.approval:
        approval.remember(store, version, making.approval, own=contract.approval is not None, by=making.by)
    part, final = store.releases / f".{version}.part", store.releases / version
    try:
        build(part, material)
        records.keep(store, version, account.public_sha256)  # before any reader can see it
        part.rename(final)
    finally:
        shutil.rmtree(part, ignore_errors=True)
    sync(store.releases)
    tell(store, version, now)
    made = _read(store, version)
    assert made is not None  # noqa: S101 - it was just renamed into place
    if not made.waiting:
        retention.retire(store, current=version, keep=contract.versions.keep, now=now)
    done = "made, and waits for approval:" if made.waiting else "released"
    log.info("%s: %s %s, %d rows", contract.name, done, version, account.published_rows)
    return replace(made, new=True)


def _next_version(store: Store, day: str) -> str:
    """The day, or the day with a number; a version is never used twice, not even after it was taken down."""
    taken = folders(store) | {entry.version for entry in ledger.entries(store)}
    version, n = day, 1
    while version in taken:
        n += 1
        version = f"{day}.{n}"
    return version


def _read(store: Store, version: str) -> Release | None:
    path = store.releases / version
    summary = read_json(path / RELEASE)
    if summary is None:
        return None
    stands = standing(ledger.entries(store))
    return Release(
        dataset=store.dataset,
        version=version,
        path=path,
        content_digest=summary["content_digest"],
        files=summary["files"],
        omitted=summary["omitted"],
        accounting=summary["accounting"],
        changes=summary.get("changes", {}),
        notices=tuple(stands.notices),
        waiting=stands.waiting is not None and stands.waiting.version == version,
    )


@contextmanager
def alone(store: Store) -> Iterator[None]:
    """Hold the releases of the dataset; raises `Busy` when another run does."""
    lock = FileLock(store.releases / ".release.lock", timeout=0)
    try:
        with lock:
            yield
    except Timeout:
        raise Busy(
            "another run is releasing it",
            dataset=store.dataset,
            where=str(store.releases / ".release.lock"),
            found="a run that holds it",
            next="wait until it has ended",
        ) from None
