"""`terang rollback`: readers get an earlier version again. Killed anywhere, the same call goes on.

Order: what is begun is written down, ledger, `latest.json`, portal. From the ledger's line on, every run shows the
earlier version, whatever became of this call.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

import pyarrow.parquet as pq

from assets.contract import Contract
from assets.errors import Blocked, Unproven
from assets.settings import Settings
from assets.store import Store, explained, read_json, store_of, write_json
from assets.table import public_schema
from publish import approval, ledger, reasons
from publish.announcing import point_at, put_right
from publish.release import Release, alone, find, latest
from publish.standing import ROLLED_BACK, SHOWN, Standing, standing

if TYPE_CHECKING:
    from publish.ckan.back import Shown

BEGUN: Final = ".rollback.json"


@dataclass(frozen=True, kw_only=True, slots=True)
class RolledBack:
    """What readers have now, instead of what, the hash of the ledger's line, and what was done on the portal.

    `went_on`: an earlier call was broken off, and this one has ended it.
    """

    dataset: str
    version: str
    instead_of: str
    reason: str
    entry: str
    went_on: bool
    shown: "Shown"


def rollback(
    contract: Contract, settings: Settings, version: str | None = None, *, reason: str, now: datetime,
    at: Callable[[str], None] = lambda _: None,
) -> RolledBack:  # fmt: skip
    """Show `version` again, or the one before the current one.

    Raises `Unproven` where there is no such version, `Blocked` where it can't be shown (any more), `Busy` where another
    run works on the dataset, and what `publish.ckan.apply` raises.
    """
    from publish.ckan.back import show_again  # noqa: PLC0415 - only where a portal is asked

    reasons.checked(contract, reason=reason)
    store = store_of(contract.name, settings)
    with store.lock("job"), store.lock(), explained(contract.name):
        with alone(store):
            put_right(store, now)
            begun, went_on = _begun(contract, settings, store, version, reason=reason, at=at)
            entry = _told(store, begun, now)
            at("told")
            point_at(store, begun["to"])
        release = _release(contract, settings, begun["to"])
        at("pointed")
        shown = show_again(contract, settings, release, at=at)
        (store.releases / BEGUN).unlink(missing_ok=True)
    return RolledBack(
        dataset=contract.name, version=begun["to"], instead_of=begun["from"], reason=begun["reason"],
        entry=entry, went_on=went_on, shown=shown,
    )  # fmt: skip


def _begun(
    contract: Contract, settings: Settings, store: Store, version: str | None, *, reason: str, at: Callable[[str], None]
) -> tuple[dict[str, Any], bool]:
    """What is to be done, written down before it is; or what an earlier call began, where this one means the same."""
    stands = standing(ledger.entries(store))
    old = read_json(store.releases / BEGUN)
    if old and version in {None, old["to"]} and stands.current in {old["from"], old["to"]}:
        return old, True
    target = _target(contract, stands, version)
    _release(contract, settings, target)
    begun = {"to": target, "from": stands.current, "reason": reason}
    write_json(store.releases / BEGUN, begun)
    at("begun")
    return begun, False


def _told(store: Store, begun: dict[str, Any], now: datetime) -> str:
    """The hash of the ledger's line about it, which is written unless it is there."""
    told = ledger.entries(store)
    stands = standing(told)
    if stands.current == begun["to"]:
        return next(entry.hash for entry in reversed(told) if entry.event in SHOWN and entry.version == begun["to"])
    event = ledger.Event(
        event=ROLLED_BACK,
        time=now,
        version=begun["to"],
        content_digest=stands.contents[begun["to"]],
        facts={"from": begun["from"], "reason": begun["reason"]},
    )
    return ledger.append(store, event).hash


def _target(contract: Contract, stands: Standing, version: str | None) -> str:
    """The version to show again; raises `Unproven` or `Blocked` where there is none."""
    if version in stands.withdrawn:
        raise Blocked(
            "this version was taken down, and stays so",
            dataset=contract.name,
            where="the ledger",
            found=version,
            next="name another one",
        )
    known = [one for one in stands.contents if one not in stands.withdrawn]
    target = version or stands.before
    if target is None or target not in known or stands.current is None:
        raise Unproven(
            f"there is no version {version}" if version else "there is no version before the current one",
            dataset=contract.name,
            allowed=", ".join(known) or None,
            next=f"terang rollback {contract.name} VERSION --reason TEXT",
        )
    return target


def _release(contract: Contract, settings: Settings, version: str) -> Release:
    """The release of that version, if today's contract can describe it."""
    release = find(contract, settings, version)
    if release is None:
        raise Unproven(
            "the files of this version are not in the release store", dataset=contract.name, found=version,
            next="name another version, or restore its folder from a backup",
        )  # fmt: skip
    approval.require(contract, settings, release)
    other = other_columns(contract, release)
    if other:
        raise Blocked(
            "the contract describes other columns than this version has; nothing was changed",
            dataset=contract.name,
            column=", ".join(other),
            found=version,
            next="take the contract back to what it was at that version, then run the same command",
        )
    return release


def other_columns(contract: Contract, release: Release) -> list[str]:
    """Columns in which a release differs from what the contract describes; none where there is no Parquet file to tell."""
    table, wanted = release.path / f"{contract.name}.parquet", public_schema(contract)
    found = pq.read_schema(table).remove_metadata() if table.is_file() else wanted
    return sorted({*wanted.names} ^ {*found.names}) or [n for n in wanted.names if wanted.field(n) != found.field(n)]


def presentable(contract: Contract, settings: Settings) -> Release | None:
    """The release that stays, if today's contract can describe it and may; else nothing is shown until the next run."""
    current = latest(contract, settings)
    if current is None or other_columns(contract, current):
        return None
    try:
        approval.require(contract, settings, current)
    except Unproven:  # taking away never waits for an approval: showing what is left does
        return None
    return current
