"""Which of the releases before the current one stay, and how older ones go: their files do, the ledger's word does not."""

import logging
import shutil
from collections.abc import Iterable
from datetime import datetime

from assets.store import Store
from publish import ledger
from publish.standing import RETIRED, standing

log = logging.getLogger(__name__)


def before(entries: Iterable[ledger.Entry], version: str) -> list[str]:
    """The versions that readers got before this one, newest first; of one that waits for approval all that they got."""
    stands = standing(entries)
    if stands.waiting and stands.waiting.version == version:
        return stands.shown[::-1]
    return stands.shown[: stands.shown.index(version)][::-1] if version in stands.shown else []


def retire(store: Store, *, current: str, keep: int, now: datetime) -> None:
    """Retire all but the last `keep` versions before the current one; also what a killed run left of older ones."""
    for version in _old(ledger.entries(store), current, keep):
        ledger.append(store, ledger.Event(event=RETIRED, time=now, version=version, facts={"keep": keep}))
        log.info("%s: retired %s", store.dataset, version)
    remove_retired(store)


def remove_retired(store: Store) -> None:
    """Remove the folders of versions that the ledger tells are retired."""
    for version in standing(ledger.entries(store)).retired:
        _remove(store, version)


def _old(entries: list[ledger.Entry], current: str, keep: int) -> list[str]:
    """The versions to retire, oldest first: also those that were taken back and are older than all that stay."""
    stands, shown = standing(entries), before(entries, current)
    released, stay = list(stands.contents), [current, *shown[:keep]]
    oldest = min(released.index(version) for version in stay)
    gone = {*stands.retired, *stands.withdrawn, *stands.shown}
    return [*shown[keep:][::-1], *(one for one in released[:oldest] if one not in gone)]


def _remove(store: Store, version: str) -> None:
    """Remove the folder of a release, at once for those who look, where it is still there."""
    folder, part = store.releases / version, store.releases / f".{version}.part"
    if folder.is_dir():
        folder.rename(part)
        shutil.rmtree(part)
