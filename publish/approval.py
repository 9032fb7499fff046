"""G12: nothing reaches a portal that a second person has not approved, byte for byte, where the contract asks for it.

Decides when approval is needed and whether one holds. Giving it is in `approving.py`.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from assets.contract import Contract
from assets.errors import Unapproved
from assets.oversight import Approval
from assets.settings import Settings
from assets.store import Store, read_json, sha256, store_of
from publish import ledger, people, signature
from publish.announcing import MADE
from publish.folder import RELEASE, SUMS, read_sums
from publish.standing import PUBLISHED, Standing, standing

if TYPE_CHECKING:
    from publish.release import Release

SKEW: Final = timedelta(minutes=1)  # between the clocks of two machines of one office
SIGNED: Final = ("dataset", "version", "sums_sha256", "contract", "by", "reason", "time", "until")


def asked(contract: Contract, store: Store) -> Approval | None:
    """Whether a release that is made now must be approved, and how; None where it must not.

    A contract that no longer asks is itself asked about, by what it said before.
    """
    stands = standing(ledger.entries(store))
    policy = contract.approval
    if policy is None:
        return _asked_before(store, stands)
    excused = policy.when == "contract" and contract.digest in _contracts(stands)
    return None if excused else policy


def remember(store: Store, version: str, policy: Approval, *, own: bool, by: Sequence[str]) -> None:
    """Write down, before a release is there, who makes it, and by which rule it is to be approved."""
    record = {
        "kind": MADE, "version": version, "names": list(by), "policy": policy.model_dump(mode="json"), "own": own,
    }  # fmt: skip
    people.keep(store, record)


def require(contract: Contract, settings: Settings, release: "Release", *, now: datetime | None = None) -> None:
    """Raise `Unapproved` unless readers may get this release now, `Unproven` where ledger or records were changed."""
    store = store_of(contract.name, settings)
    entries = ledger.check(store)
    stands = standing(entries)
    proposal = stands.proposals.get(release.version)
    if proposal is None and contract.approval is None:
        return
    on_time(contract, entries, now or datetime.now(UTC))
    if proposal is not None:
        _approved(contract, settings, entries, proposal, now=now or datetime.now(UTC))
    if contract.digest not in {digest for digest in _contracts(stands) if _holds(contract, settings, stands, digest)}:
        raise refused(
            contract,
            "nobody has approved what the contract says now",
            found="the contract is not the one of an approved release",
            next=f"terang run {contract.name}, then terang approve {contract.name}",
        )


def may(contract: Contract, store: Store, proposal: ledger.Entry, name: str) -> None:
    """Raise `Unapproved` unless this person may approve that release."""
    made = [people.read(store, digest) for digest in proposal.facts["made_digest"]]
    names = {name.casefold() for record in made for name in record["names"]}
    if not names or name.casefold() in names:
        raise refused(
            contract, "a second person must approve it: not one who made it", found="the same person",
            allowed="somebody else", next=f"ask a colleague: terang approve {contract.name} --reason TEXT",
        )  # fmt: skip
    for record in made:
        listed = record["policy"]["by"]
        if listed and name not in listed:
            raise refused(
                contract, "this person may not approve it", found="a name that approval.by does not list",
                allowed=f"the {len(listed)} persons of approval.by in the contract",
                next=f"ask one of them: terang approve {contract.name} --reason TEXT",
            )  # fmt: skip


def unpublished(store: Store) -> ledger.Entry | None:
    """The approval of the release that readers are to get, where it was not published since; else None."""
    entries = ledger.check(store)
    stands = standing(entries)
    told = stands.approvals.get(stands.current or "")
    if told is None or any((one.event, one.version) == (PUBLISHED, told.version) and one.n > told.n for one in entries):
        return None
    return told


def expires(store: Store, proposal: ledger.Entry) -> timedelta:
    """For how long an approval of it holds."""
    made = [people.read(store, digest) for digest in proposal.facts["made_digest"]]
    return min(Approval.model_validate(record["policy"]).expires for record in made)


def content(store: Store, version: str) -> str:
    """The hash of a release's content, as its bytes are now: of `SHA256SUMS`, or "" where a file is not what that says."""
    folder = store.releases / version
    sums = folder / SUMS
    if not sums.is_file():
        return ""
    listed = read_sums(sums)
    there = {path.name for path in folder.iterdir()} - {SUMS}
    same = there == set(listed) and all(sha256(folder / name) == digest for name, digest in listed.items())
    return sha256(sums) if same else ""


def refused(contract: Contract, sentence: str, **facts: str | None) -> Unapproved:
    """The error that says what is missing; nothing was written to a portal."""
    given = {"next": f"terang approve {contract.name}", "rule": "approval by a second person", **facts}
    return Unapproved(f"{sentence}; nothing was published", dataset=contract.name, **given)


def _approved(
    contract: Contract, settings: Settings, entries: Sequence[ledger.Entry], proposal: ledger.Entry, *, now: datetime
) -> None:
    """This very release: its approval is there, of these bytes, by somebody who may, and not too old."""
    store, version = store_of(contract.name, settings), proposal.version
    told = standing(entries).approvals.get(version)
    if told is None:
        raise refused(
            contract, f"version {version} waits for the approval of a second person",
            found="no approval", next=f"terang approve {contract.name} {version} --reason TEXT",
        )  # fmt: skip
    if not told.facts["sums_sha256"] == proposal.facts["sums_sha256"] == content(store, version):
        raise refused(
            contract, "what was approved is not what lies there now", found=f"other bytes in version {version}",
            allowed="the files with the hash that was approved",
            next=f"restore the folder from a backup, or make a new release: terang run {contract.name} --again",
        )  # fmt: skip
    summary = read_json(store.releases / version / RELEASE)
    if not told.facts["contract"] == proposal.facts["contract"] == summary["contract"]:
        raise refused(contract, "it was approved for another contract", found="another digest of the contract")
    _by_whom(contract, settings, proposal, told)
    until = datetime.fromisoformat(told.facts["until"])
    used = any(one.event == PUBLISHED and one.version == version and _time(one) <= until for one in entries)
    if now > until and not used:
        raise refused(
            contract, f"the approval of version {version} has expired", found=f"now {now:%Y-%m-%d %H:%M} UTC",
            allowed=f"until {until:%Y-%m-%d %H:%M} UTC",
            next=f"approve it again: terang approve {contract.name} {version} --reason TEXT",
        )  # fmt: skip


def _by_whom(contract: Contract, settings: Settings, proposal: ledger.Entry, told: ledger.Entry) -> None:
    """The person's own record says the same as the ledger, and is signed where the office wants that."""
    store = store_of(contract.name, settings)
    record = people.read(store, told.facts["who_digest"])
    if any(record[name] != told.facts[name] for name in ("sums_sha256", "contract", "reason", "until")) or (
        record["version"] != told.version or record["dataset"] != contract.name
    ):
        raise refused(contract, "the approval is of something else", found="a record of another release")
    may(contract, store, proposal, record["by"])
    key = settings.approver_key(record["by"])
    if key is not None and not signature.holds(key, signed_part(record), record.get("signature", "")):
        raise refused(
            contract, "the approval is not signed by the person whose name it has", found="no signature that fits",
            next=f"that person gives it: terang approve {contract.name} --by NAME --key FILE --reason TEXT",
        )  # fmt: skip


def signed_part(record: Mapping[str, Any]) -> dict[str, Any]:
    """What a signature of an approval is over."""
    return {name: record[name] for name in SIGNED}


def _holds(contract: Contract, settings: Settings, stands: Standing, digest: str) -> bool:
    """Whether an approval for that contract is by somebody who may."""
    for version, told in stands.approvals.items():
        if told.facts["contract"] == digest and version in stands.proposals:
            _by_whom(contract, settings, stands.proposals[version], told)
            return True
    return False


def _contracts(stands: Standing) -> set[str]:
    """The digests of contracts under which a release was approved."""
    return {told.facts["contract"] for told in stands.approvals.values()}


def _asked_before(store: Store, stands: Standing) -> Approval | None:
    """The rule of the last release that was to be approved, until somebody agreed that none is needed any more."""
    if not stands.proposals:
        return None
    last = list(stands.proposals.values())[-1]
    record = people.read(store, last.facts["made_digest"][0])
    agreed = not record["own"] and last.version in stands.approvals
    return None if agreed else Approval.model_validate(record["policy"])


def on_time(contract: Contract, entries: Iterable[ledger.Entry], now: datetime) -> None:
    """A clock that goes back would make an old approval a fresh one."""
    last = max(map(_time, entries), default=now)
    if now + SKEW < last:
        raise refused(
            contract, "the clock goes back, so nobody can say whether an approval still holds",
            found=f"now {now:%Y-%m-%d %H:%M} UTC", allowed=f"after {last:%Y-%m-%d %H:%M} UTC, of the ledger's last line",
            next="put this machine's clock right, then run again",
        )  # fmt: skip


def _time(entry: ledger.Entry) -> datetime:
    return datetime.fromisoformat(entry.time)
