"""What the ledger and `latest.json` are told of a release that lies whole in its folder; and putting right what was cut off."""

import logging
import shutil
from datetime import datetime
from typing import Any, Final

from assets.past import records
from assets.store import Store, read_json, sha256, write_json
from publish import ledger, people
from publish.folder import RELEASE, SUMS, read_sums, sync
from publish.standing import APPROVED, PROPOSED, RELEASED, standing

MADE: Final = "made"

log = logging.getLogger(__name__)


def tell(store: Store, version: str, now: datetime) -> None:
    """Tell the ledger of a new release: readers get it from now on, or once it is approved."""
    if _summary(store, version).get("approval"):
        propose(store, version, now)
    else:
        announce(store, version, now)


def propose(store: Store, version: str, now: datetime) -> None:
    """Tell the ledger of a release that waits for approval: by hashes alone, for it may never be public."""
    summary = _summary(store, version)
    facts = {
        "sums_sha256": sha256(store.releases / version / SUMS),
        "contract": summary["contract"],
        "made_digest": people.of_version(store, MADE, version),
    }
    event = ledger.Event(
        event=PROPOSED, time=now, version=version, content_digest=summary["content_digest"], facts=facts
    )
    ledger.append(store, event)


def announce(store: Store, version: str, now: datetime) -> None:
    """Tell the ledger that readers get this release, then move `latest.json`."""
    summary, sums = _summary(store, version), store.releases / version / SUMS
    ledger.append(
        store,
        ledger.Event(
            event=RELEASED,
            time=now,
            version=version,
            content_digest=summary["content_digest"],
            files=read_sums(sums) | {SUMS: sha256(sums)},
            accounting=summary["accounting"],
            facts=records.fact(store, version)
            | ({"reason": changes["reason"]} if "reason" in (changes := summary.get("changes", {})) else {}),
        ),
    )
    point_at(store, version)


def point_at(store: Store, version: str | None) -> None:
    """Tell those who read the folder which version is the current one, if any."""
    if version is None:
        store.latest.unlink(missing_ok=True)
        return
    write_json(store.latest, {"dataset": store.dataset, "version": version})


def put_right(store: Store, now: datetime) -> None:
    """Finish or undo what a killed run left: half a folder, a folder no line tells of, a pointer left behind."""
    for part in store.releases.glob(".*.part"):
        shutil.rmtree(part) if part.is_dir() else part.unlink()
    versions = {entry.version for entry in ledger.check(store)}
    for version in sorted(folders(store) - versions):
        log.info("%s: finishing release %s of a run that was killed", store.dataset, version)
        tell(store, version, now)
    waiting = standing(ledger.entries(store)).waiting
    if waiting and _is_approved(store, waiting):
        announce(store, waiting.version, now)
    stands = standing(ledger.entries(store))
    for version in {*stands.withdrawn, *stands.dropped}:
        remove(store, version)
    pointer = read_json(store.latest)
    if (pointer or {}).get("version") != stands.current:
        point_at(store, stands.current)


def remove(store: Store, version: str) -> None:
    """Remove the folder of a release, at once for those who look, where it is still there."""
    folder, part = store.releases / version, store.releases / f".{version}.part"
    if folder.is_dir():
        folder.rename(part)
        shutil.rmtree(part)
        sync(store.releases)


def folders(store: Store) -> set[str]:
    """The versions of which there is a folder."""
    return {path.parent.name for path in store.releases.glob(f"*/{RELEASE}")}


def _is_approved(store: Store, proposal: ledger.Entry) -> bool:
    """Whether the ledger told of an approval of it, and was cut off before it told of the release."""
    told = [entry for entry in ledger.entries(store) if entry.event == APPROVED and entry.n > proposal.n]
    return any(entry.version == proposal.version for entry in told)


def _summary(store: Store, version: str) -> dict[str, Any]:
    found: dict[str, Any] = read_json(store.releases / version / RELEASE)
    return found
