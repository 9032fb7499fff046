"""`terang takedown`: takes what was published away from readers, and keeps it away. Killed anywhere, it goes on.

Order: what is begun is written down, and the list that every run obeys; the portal hides the dataset where readers see
any of it; ledger; folders; a release of what may stay; the portal is cleaned and shows that; everything is asked without
a token; a signed statement. A portal that is down delays its own part alone.
"""

import logging
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from assets.contract import Contract
from assets.errors import Blocked, PortalError, PortalMismatch, Unbalanced, Unproven
from assets.settings import Settings
from assets.store import Store, explained, read_json, sha256, store_of, write_json
from assets.takedown import taken_down
from publish import ledger, reasons, statement
from publish.announcing import put_right
from publish.ckan import hiding, removing
from publish.ckan.written import forget
from publish.folder import RELEASE
from publish.release import alone, release
from publish.rollback import presentable
from publish.scope import Reach, Scope, reach, read_scope
from publish.standing import LIFTED, TAKEN_DOWN, checksums, standing

BEGUN: Final = ".takedown-begun.json"
log = logging.getLogger(__name__)
At = Callable[[str], None]


@dataclass(frozen=True, kw_only=True, slots=True)
class Order:
    """A takedown that was begun: why, what, and all that its later steps need when its files are gone."""

    scope: Scope
    reason: str
    basis: str
    time: str
    versions: tuple[str, ...]
    counts: Mapping[str, int]
    unknown: int
    tombstones: Mapping[str, str]  # "<version>/<file>" to sha256
    listed: str
    table: str = ""  # sha256 of the public table that readers have, where its version goes
    known: Mapping[str, Any] = field(default_factory=dict)  # where the portal showed it

    def document(self) -> dict[str, Any]:
        """All of it, for the owner's own folder."""
        return {**asdict(self), "scope": self.scope.document()}


@dataclass(frozen=True, kw_only=True, slots=True)
class TakenDown:
    """What was done: the ledger's line, the version that readers have now, why there is no newer one, the statement."""

    dataset: str
    order: Order
    entry: str
    current: str | None
    not_released: str
    statement: Path
    asked: int
    signed: bool


def look(contract: Contract, settings: Settings, scope: Scope, *, reason: str, basis: str) -> Reach:
    """What a takedown would withdraw; changes nothing. Raises whatever would stop it for bad input."""
    reasons.checked(contract, reason=reason, basis=basis)
    store = store_of(contract.name, settings)
    return reach(contract, store, scope, standing(ledger.check(store)))


def begun(contract: Contract, settings: Settings) -> Scope | None:
    """What is being taken down by a call that was broken off."""
    order = _read(store_of(contract.name, settings))
    return order.scope if order else None


def lift(contract: Contract, settings: Settings, scope: Scope | None, *, reason: str, now: datetime) -> str:
    """Let what was taken down so be published again (default: the whole dataset); the hash of the ledger's line."""
    reasons.checked(contract, reason=reason)
    store, wanted = store_of(contract.name, settings), scope or Scope(kind="all")
    with store.lock("job"), store.lock(), explained(contract.name), alone(store):
        put_right(store, now)
        columns = [wanted.column] if wanted.kind == "column" else []
        listed = taken_down(store).with_less(rows=wanted.rows, columns=columns, whole=wanted.kind == "all")
        facts = {**wanted.told(), "reason": reason, "list": listed.digest}
        entry = ledger.append(store, ledger.Event(event=LIFTED, time=now, version="", facts=facts))
        listed.keep(store)
    return entry.hash


def take_down(
    contract: Contract, settings: Settings, scope: Scope | None, *, reason: str, basis: str, now: datetime,
    at: At = lambda _: None,
) -> TakenDown:  # fmt: skip
    """Take this down; without a scope, go on with what was begun.

    Raises what `reach` raises before anything is done; `PortalError` where the portal's part is still to be done, by the
    same call; `PortalMismatch` where a public endpoint still answers with something of it.
    """
    statement.public_key(settings)  # a key that cannot be read is told of before anything is done
    store = store_of(contract.name, settings)
    with store.lock("job"), store.lock(), explained(contract.name):
        with alone(store):
            put_right(store, now)
            order = _ordered(contract, store, scope, reason=reason, basis=basis, now=now)
            at("begun")
            down, order = _hidden(contract, settings, store, order, at)
            entry = _told(store, order)
            at("told")
            put_right(store, now)
            forget(store)
            at("removed")
        why_not = _released(contract, settings, store, order, now)
        _clear(store, order)
        at("released")
        if down:
            raise down
        return _shown(contract, settings, store, order, entry=entry, why_not=why_not, now=now, at=at)


def _read(store: Store) -> Order | None:
    found = read_json(store.releases / BEGUN)
    return (
        Order(**{**found, "scope": read_scope(found["scope"]), "versions": tuple(found["versions"])}) if found else None
    )


def _write(store: Store, order: Order) -> None:
    write_json(store.releases / BEGUN, order.document(), private=True)


def _ordered(contract: Contract, store: Store, scope: Scope | None, *, reason: str, basis: str, now: datetime) -> Order:
    """The order, written down after the list that runs obey; the one that was begun where there is one."""
    old = _read(store)
    if old and scope in {None, old.scope}:
        return old
    if old or scope is None:
        raise Unproven(
            "another takedown was broken off, and is to be ended first" if old else "no takedown was broken off",
            dataset=contract.name, next=f"terang takedown {contract.name}" if old else "say what: --rows, --column, ...",
        )  # fmt: skip
    reasons.checked(contract, reason=reason, basis=basis)
    stands = standing(ledger.check(store))
    found = reach(contract, store, scope, stands)
    columns = [scope.column] if scope.kind == "column" else []
    listed = taken_down(store).with_more(rows=scope.rows, columns=columns, whole=scope.kind == "all")
    listed.keep(store)
    order = Order(
        scope=scope, reason=reason, basis=basis, time=now.astimezone(UTC).isoformat(timespec="seconds"),
        versions=found.versions, counts=found.rows, unknown=found.unknown, tombstones=_tombstones(store, found.versions),
        listed=listed.digest, table=_table(store, stands.current) if stands.current in found.versions else "",
    )  # fmt: skip
    _write(store, order)
    return order


def _table(store: Store, version: str | None) -> str:
    summary = read_json(store.releases / (version or "") / RELEASE) or {}
    return str(summary.get("public_table_sha256", ""))


def _tombstones(store: Store, versions: tuple[str, ...]) -> dict[str, str]:
    """The checksum of every file of these versions, as the ledger tells them."""
    told = {entry.version: entry.files for entry in ledger.entries(store) if entry.files}
    return {f"{version}/{name}": digest for version in versions for name, digest in told.get(version, {}).items()}


def _withdrawn(settings: Settings, order: Order) -> hiding.Withdrawn:
    """What the portal must not show: checksums that no release has which stays. Short files are alike in many datasets."""
    folders = [file.parent.name for file in settings.folder(settings.storage.releases).glob(f"*/{ledger.FILE}")]
    kept = {digest for name in folders for digest in checksums(ledger.entries(store_of(name, settings)))}
    digests = frozenset(order.tombstones.values()) - kept
    return hiding.Withdrawn(versions=frozenset(order.versions), digests=digests, whole=order.scope.kind == "all")


def _hidden(
    contract: Contract, settings: Settings, store: Store, order: Order, at: At
) -> tuple[PortalError | None, Order]:
    """Hide it where readers see it; a portal that cannot be asked is told of at the end, when all else is done."""
    gone = hiding.Withdrawn(
        versions=frozenset(order.versions),
        digests=frozenset(order.tombstones.values()),
        whole=order.scope.kind == "all",
    )
    try:
        known = hiding.hide(contract, settings, gone)
    except PortalError as error:
        log.warning("%s: the portal's part is still to be done: %s", contract.name, error.sentence)
        return error, order
    at("hidden")
    if known and not order.known:
        order = replace(order, known=known)
        _write(store, order)
    return None, order


def _told(store: Store, order: Order) -> str:
    """The hash of the ledger's line about it, which is written unless it is there."""
    for entry in reversed(ledger.entries(store)):
        if entry.event == TAKEN_DOWN and entry.facts["list"] == order.listed and entry.time == order.time:
            return entry.hash
    words = {"reason": order.reason, "basis": order.basis}
    facts = {**order.scope.told(), "versions": list(order.versions), **words, "list": order.listed}
    time = datetime.fromisoformat(order.time)
    event = ledger.Event(event=TAKEN_DOWN, time=time, version="", files=order.tombstones, facts=facts)
    return ledger.append(store, event).hash


def _released(contract: Contract, settings: Settings, store: Store, order: Order, now: datetime) -> str:
    """Release what may stay, made anew from the restricted rows of the release that went; why not, where it cannot be."""
    from assets.protect import protect  # noqa: PLC0415 - only where something is released
    from quality.verdict import judge  # noqa: PLC0415

    if order.scope.kind != "rows" or not order.table:
        return ""
    account = read_json(store.withheld) or {}
    if account.get("takedown", "") != order.listed and account.get("public_sha256") != order.table:
        return "the rows at hand are not those of the release that was withdrawn"
    if account.get("raw_sha256") != (sha256(store.raw) if store.raw.is_file() else ""):
        return "the rows that the withdrawn release was made of are not at hand any more"
    try:
        protect(contract, settings)
        judge(contract, settings)
        made = release(contract, settings, now=now, reason=order.reason)
    except (Blocked, Unproven, Unbalanced) as error:
        return error.sentence
    return f"version {made.version} waits for approval: terang approve {contract.name}" if made.waiting else ""


def _clear(store: Store, order: Order) -> None:
    """Remove the public table that holds it still; the next run makes another one."""
    if order.table and store.table.is_file() and sha256(store.table) == order.table:
        store.table.unlink()


def _shown(
    contract: Contract, settings: Settings, store: Store, order: Order, *, entry: str, why_not: str, now: datetime, at: At
) -> TakenDown:  # fmt: skip
    """The portal's part, the questions, and the statement; raises `PortalMismatch` where something still answers."""
    from publish.ckan import asking  # noqa: PLC0415 - only where a portal is asked

    gone, current = _withdrawn(settings, order), presentable(contract, settings)
    forgets = removing.clean(contract, settings, gone, current, standing(ledger.entries(store)).notices)
    at("cleaned")
    sought = asking.Sought(
        ids=order.scope.rows, digests=gone.digests, column=order.scope.column, whole=gone.whole, known=order.known,
        forgets=forgets,
    )  # fmt: skip
    asked = asking.ask(contract, settings, sought)
    at("asked")
    found = sum(answer.found for answer in asked if answer.ours)
    document = {
        "statement": statement.KIND,
        "dataset": contract.name,
        "title": contract.title.root,
        "publisher": contract.publisher.name,
        "portal": settings.portal(contract.portal).url,
        "scope": order.scope.told(),
        "ordered": order.time,
        "time": now.astimezone(UTC).isoformat(timespec="seconds"),
        "reason": order.reason,
        "basis": order.basis,
        "withdrawn": {version: _files(order, version) for version in order.versions},
        "current": current.version if current else None,
        "ledger_entry": entry,
        "asked": [asdict(answer) for answer in asked],
        "found": found,
    }
    path = statement.write(store, statement.numbered(store, entry), document, settings)
    if found:
        raise PortalMismatch(
            "something that was taken down still answers", dataset=contract.name, where=settings.portal(contract.portal).url,
            found=", ".join(sorted({answer.endpoint for answer in asked if answer.found and answer.ours})),
            allowed="nothing of it", next=f"run again: terang takedown {contract.name}; addresses are in {path}",
        )  # fmt: skip
    (store.releases / BEGUN).unlink(missing_ok=True)
    return TakenDown(
        dataset=contract.name, order=order, entry=entry, current=current.version if current else None,
        not_released=why_not, statement=path, asked=len(asked),
        signed=statement.public_key(settings) is not None,
    )  # fmt: skip


def _files(order: Order, version: str) -> dict[str, str]:
    parts = {
        name.partition("/")[2]: digest for name, digest in order.tombstones.items() if name.startswith(f"{version}/")
    }
    return dict(sorted(parts.items()))
