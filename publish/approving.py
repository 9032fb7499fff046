"""`terang approve`: a second person sees what is to become public, and agrees to exactly those bytes or refuses them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from assets.contract import Contract
from assets.errors import SettingsError, Unproven
from assets.settings import Settings
from assets.store import Store, explained, read_json, store_of
from publish import approval, ledger, people, reasons, signature
from publish.announcing import announce, put_right
from publish.folder import RELEASE
from publish.metadata import evidence
from publish.release import alone
from publish.standing import APPROVED, REFUSED, standing

SHORTEST = 8  # letters of a hash that name it


@dataclass(frozen=True, kw_only=True, slots=True)
class Proposal:
    """What a person is asked to agree to: the hash of all files, counts, totals, how each column is protected.

    `made_by` are the names of those who made it. `current` is the version that readers get now.
    """

    dataset: str
    version: str
    content: str
    contract: str
    current: str | None
    rows: int
    accounting: Mapping[str, int]
    changes: Mapping[str, Any]
    withheld: tuple[Mapping[str, Any], ...]
    columns: Mapping[str, str]
    hidden: Mapping[str, str]
    gates: Mapping[str, bool]
    made_by: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Decided:
    """What was decided, by whom, until when it holds, and the hash of the ledger's line."""

    dataset: str
    version: str
    content: str
    by: str
    reason: str
    until: str
    signed: bool
    entry: str


def look(contract: Contract, settings: Settings, wanted: str | None = None) -> Proposal:
    """What waits for approval; changes nothing. Raises `Unproven` where nothing does, or it is not what was `wanted`."""
    store = store_of(contract.name, settings)
    proposal = _wanted(contract, store, wanted)
    folder = store.releases / proposal.version
    summary, proof = read_json(folder / RELEASE), read_json(folder / evidence.FILE)
    account = read_json(store.withheld) or {}
    known = account.get("public_sha256") == summary["public_table_sha256"]
    shown = {column.name for column in contract.public_columns}
    protected = {
        c.name: f"{c.class_}, {c.technique.technique if c.technique else 'as it is'}" for c in contract.columns
    }
    return Proposal(
        dataset=contract.name,
        version=proposal.version,
        content=proposal.facts["sums_sha256"],
        contract=summary["contract"],
        current=standing(ledger.entries(store)).current,
        rows=summary["accounting"]["published_rows"],
        accounting=summary["accounting"],
        changes=summary["changes"],
        withheld=tuple(account["withheld"]) if known else (),
        columns={name: how for name, how in protected.items() if name in shown},
        hidden={name: how for name, how in protected.items() if name not in shown},
        gates={gate["name"]: gate["passed"] for gate in proof["gates"]},
        made_by=tuple(sorted({name for d in proposal.facts["made_digest"] for name in people.read(store, d)["names"]})),
    )


def decide(
    contract: Contract, settings: Settings, version: str, *, agreed: bool, reason: str, now: datetime,
    by: str | None = None, key: bytes | None = None,
) -> Decided:  # fmt: skip
    """Approve or refuse the release of that version; `key` is the private key of `by`, where the office wants a signature.

    Raises `Unapproved` where this person may not, or the bytes are not those that were proposed; `SettingsError` where it is
    not shown who this is.
    """
    reasons.checked(contract, reason=reason)
    store = store_of(contract.name, settings)
    with explained(contract.name, where=store.releases), alone(store):
        put_right(store, now)
        proposal = _wanted(contract, store, version)
        _may_be_refused(contract, store, proposal, agreed=agreed)
        approval.on_time(contract, ledger.check(store), now)
        who = _person(contract, settings, by, key)
        approval.may(contract, store, proposal, who)
        if agreed:
            _same(contract, store, proposal)
        record = _record(contract, store, proposal, agreed=agreed, reason=reason, now=now, who=who)
        signed = {"signature": signature.sign(_key(key), approval.signed_part(record))} if key else {}
        entry = _told(store, proposal, {**record, **signed}, now)
        if agreed and proposal.version not in standing(ledger.entries(store)).contents:
            announce(store, proposal.version, now)
        put_right(store, now)
    return Decided(
        dataset=contract.name, version=proposal.version, content=proposal.facts["sums_sha256"], by=who, reason=record["reason"],
        until=record["until"], signed=bool(signed), entry=entry,
    )  # fmt: skip


def _wanted(contract: Contract, store: Store, wanted: str | None) -> ledger.Entry:
    """The release that waits, or that was approved and not published in time; by its version or the beginning of its hash."""
    stands = standing(ledger.check(store))
    late = approval.unpublished(store)
    newest = stands.waiting or (stands.proposals[late.version] if late else None)
    if newest is None:
        raise Unproven("no release waits for approval", dataset=contract.name, next=f"terang run {contract.name}")
    by_hash = wanted and len(wanted) >= SHORTEST and newest.facts["sums_sha256"].startswith(wanted)
    if wanted and wanted != newest.version and not by_hash:
        raise Unproven(
            "another release waits for approval than this one", dataset=contract.name, found=wanted,
            allowed=f"{newest.version}, {newest.facts['sums_sha256']}", next=f"terang approve {contract.name} shows it",
        )  # fmt: skip
    return newest


def _may_be_refused(contract: Contract, store: Store, proposal: ledger.Entry, *, agreed: bool) -> None:
    if not agreed and standing(ledger.entries(store)).waiting is None:
        raise Unproven(
            "it was approved already", dataset=contract.name, found=f"version {proposal.version}",
            next=f"terang rollback {contract.name} --reason TEXT, or terang takedown",
        )  # fmt: skip


def _person(contract: Contract, settings: Settings, by: str | None, key: bytes | None) -> str:
    """The name that is proven: by a signature where the office wants one, else by the account at this machine."""
    name = by or people.me()
    public = settings.approver_key(name)
    if public is None and name != people.me():
        raise SettingsError(
            "nothing shows that this is who says so", dataset=contract.name, found="another name than this account's",
            next="approve from that person's own account, or set approvers.NAME.key in terang.toml and sign with --key",
        )  # fmt: skip
    if public is not None and (key is None or not signature.holds(public, {}, signature.sign(_key(key), {}))):
        raise SettingsError(
            "this person's approvals must be signed, with the key that belongs to approvers.NAME.key",
            dataset=contract.name, found="no key" if key is None else "another key", next="--key FILE",
        )  # fmt: skip
    return name


def _key(key: bytes | None) -> Any:
    return signature.private(key or b"", "the private key of the approver", where="--key")


def _same(contract: Contract, store: Store, proposal: ledger.Entry) -> None:
    if approval.content(store, proposal.version) != proposal.facts["sums_sha256"]:
        raise approval.refused(
            contract, "what lies in the release store is not what was proposed",
            found=f"other bytes in version {proposal.version}", next=f"refuse it, and: terang run {contract.name} --again",
        )  # fmt: skip


def _record(
    contract: Contract, store: Store, proposal: ledger.Entry, *, agreed: bool, reason: str, now: datetime, who: str
) -> dict[str, Any]:
    """What is written down of it, the person's name included."""
    return {
        "kind": APPROVED if agreed else REFUSED,
        "dataset": contract.name,
        "version": proposal.version,
        "sums_sha256": proposal.facts["sums_sha256"],
        "contract": proposal.facts["contract"],
        "by": who,
        "reason": " ".join(reason.split()),
        "time": _written(now),
        "until": _written(now + approval.expires(store, proposal)),
        "account": people.everybody(),
    }


def _told(store: Store, proposal: ledger.Entry, record: Mapping[str, Any], now: datetime) -> str:
    """Keep the record, and tell the ledger what everyone may read of it; the hash of its line."""
    public = {name: record[name] for name in ("sums_sha256", "contract", "until", "reason")}
    event = ledger.Event(
        event=record["kind"], time=now, version=proposal.version, content_digest=proposal.content_digest,
        facts={**public, "who_digest": people.keep(store, record)},
    )  # fmt: skip
    return ledger.append(store, event).hash


def _written(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds")
