"""Approval by a second person: of these bytes, by somebody else, in time; anything else lets nothing out."""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from assets.contract import Contract
from assets.errors import Blocked, SettingsError, Unapproved, Unproven
from assets.settings import Approver, FromFile, Settings
from assets.store import Store, read_json, store_of, write_json
from publish import announcing, approval, approving, ledger, people
from publish.approving import Decided, decide, look
from publish.release import Release, latest, newest, release
from publish.standing import standing
from tests.publish import made
from tests.publish.ckan import office
from tests.publish.test_release import kill

ROWS = list(range(1, 6))
NOW = datetime.now(UTC)


@dataclass(kw_only=True)
class At:
    """An office in which budi makes releases and siti approves them."""

    contract: Contract
    settings: Settings

    @property
    def store(self) -> Store:
        """Where its files lie."""
        return store_of(self.contract.name, self.settings)

    def run(self, numbers: list[int] = ROWS, *, ago: int = 1, **options: Any) -> Release:
        """Make a release of these rows, so many days ago."""
        made.staged(self.settings.root, self.contract, rows=office.rows(self.contract, numbers))
        return release(self.contract, self.settings, now=NOW - timedelta(days=ago), **options)

    def approve(self, of: Release, *, ago: float = 0.5, agreed: bool = True, **options: Any) -> Decided:
        """Decide on it, so many days ago."""
        now = NOW - timedelta(days=ago)
        return decide(
            self.contract, self.settings, of.version, agreed=agreed, reason="sudah diperiksa", now=now, **options
        )

    def require(self, of: Release) -> None:
        """What stands before every write to a portal."""
        approval.require(self.contract, self.settings, of)

    def without(self, **options: Any) -> "At":
        """The same office with another rule for approval."""
        return At(contract=office.payments(self.contract.name, **options), settings=self.settings)


@pytest.fixture
def at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> At:
    """An office whose contract asks for each release."""
    office.trust(monkeypatch)
    monkeypatch.setattr(people, "me", lambda: "siti")
    monkeypatch.setattr(people, "everybody", lambda *others: tuple(name for name in ("budi", *others) if name))
    return At(contract=office.payments("bayaran-emas", approval={}), settings=made.settings(tmp_path))


def events(at: At) -> list[str]:
    """What the ledger tells, in order."""
    return [entry.event for entry in ledger.check(at.store)]


def test_without_approval_readers_keep_what_they_have(at: At) -> None:
    """The release lies in the store, the ledger tells only hashes of it, and nothing points at it."""
    found = at.run()
    assert (found.waiting, latest(at.contract, at.settings), newest(at.contract, at.settings)) == (
        True, None, replace(found, new=False),
    )  # fmt: skip
    (entry,) = ledger.check(at.store)
    assert (entry.event, entry.files, entry.accounting) == ("proposed", {}, {})
    assert not at.store.latest.exists()
    with pytest.raises(Unapproved, match="waits for the approval of a second person") as caught:
        at.require(found)
    assert caught.value.exit_code == 8
    assert f"terang approve bayaran-emas {found.version}" in caught.value.facts["next"]


def test_once_approved_it_is_the_current_release(at: At) -> None:
    """The ledger tells of the approval and of the release; the name of the person stands in the office's own file alone."""
    found = at.run()
    done = at.approve(found)
    at.require(found)
    assert events(at) == ["proposed", "approved", "released"]
    current = latest(at.contract, at.settings)
    assert current is not None
    assert (current.version, current.waiting) == (found.version, False)
    assert (done.by, done.content) == ("siti", approval.content(at.store, found.version))
    assert not at.run(ago=0).new
    public = (at.store.releases / ledger.FILE).read_text()
    assert "siti" not in public
    assert "budi" not in public
    private = at.store.releases / people.FILE
    assert {one.get("by") for one in read_json(private).values()} == {None, "siti"}
    assert private.stat().st_mode & 0o077 == 0


def test_what_is_shown_for_a_decision(at: At) -> None:
    """Counts, the hash of the content, totals before and after, how each column is protected; by whom it was made."""
    at.approve(at.run(ago=3), ago=2)
    second = at.run([*ROWS, 6])
    found = look(at.contract, at.settings)
    assert (found.version, found.made_by, found.rows) == (second.version, ("budi",), 6)
    assert (found.changes["added"], list(found.changes["totals"])) == (1, ["nilai"])
    assert found.columns["kode"] == "code, as it is"
    assert found.withheld[0]["reason"] == "DATA PRIBADI"
    assert look(at.contract, at.settings, found.content[:12]) == found
    with pytest.raises(Unproven, match="another release waits"):
        look(at.contract, at.settings, "2020-01-01")


def test_a_changed_release_needs_another_approval(at: At) -> None:
    """The first stays current, and what overtook a release that waited takes its place."""
    first = at.run(ago=5)
    at.approve(first, ago=4)
    second, third = at.run([1, 2], ago=3), at.run([1, 2, 3], ago=2)
    assert not second.path.exists()
    with pytest.raises(Unproven, match="another release waits"):
        at.approve(second)
    current = latest(at.contract, at.settings)
    assert current is not None
    assert current.version == first.version
    assert third.changes["since"] == first.version
    at.require(first)
    at.approve(third)
    at.require(third)


def test_what_went_back_to_what_is_public_waits_no_longer(at: At) -> None:
    """A correction that was withdrawn at the source can't be approved any more."""
    first = at.run(ago=5)
    at.approve(first, ago=4)
    second = at.run([1, 2], ago=3)
    assert at.run(ago=2).version == first.version
    assert not second.path.exists()
    with pytest.raises(Unproven, match="no release waits|another release"):
        at.approve(second)


def test_what_is_refused_is_not_released_again_by_itself(at: At) -> None:
    """Its files go, the next run says why nothing is released, and what changed is proposed anew."""
    first = at.run(ago=5)
    at.approve(first, ago=4)
    second = at.run([1, 2], ago=3)
    at.approve(second, agreed=False, ago=2.5)
    assert not second.path.exists()
    held = at.run([1, 2], ago=2)
    assert held.version == first.version
    assert "which was refused" in held.held_back
    assert at.run([1, 2], ago=2, again=True).waiting


def test_a_refused_first_release_blocks(at: At) -> None:
    """There is nothing that could stay."""
    at.approve(at.run(ago=3), agreed=False, ago=2)
    with pytest.raises(Blocked, match="nothing was released"):
        at.run(ago=1)


def _other_bytes(at: At, of: Release) -> None:
    file = of.path / f"{at.contract.name}.csv"
    file.chmod(0o644)
    file.write_text(file.read_text().replace("5.01", "5.02"))


def _one_more_file(_: At, of: Release) -> None:
    (of.path / "more.csv").write_text("x\n")


def _other_sums(at: At, of: Release) -> None:
    _other_bytes(at, of)
    sums = of.path / "SHA256SUMS"
    sums.chmod(0o644)
    lines = [f"{announcing.sha256(path)}  {path.name}\n" for path in sorted(of.path.iterdir()) if path != sums]
    sums.write_text("".join(lines))


def _other_name(at: At, _: Release) -> None:
    file = at.store.releases / people.FILE
    file.write_text(file.read_text().replace('"siti"', '"dewi"'))


def _no_names(at: At, _: Release) -> None:
    (at.store.releases / people.FILE).unlink()


def _ledger_line(at: At, _: Release) -> None:
    file = at.store.releases / ledger.FILE
    file.write_text(file.read_text().replace("sudah diperiksa", "sudah disetujui"))


def _ledger_cut(at: At, _: Release) -> None:
    """A ledger that tells of no approval, with a good chain."""
    file = at.store.releases / ledger.FILE
    file.write_text(file.read_text().splitlines(keepends=True)[0])


def _forged(at: At, of: Release) -> None:
    """The one who made it writes an approval by hand, as the code would."""
    entry = standing(ledger.check(at.store)).proposals[of.version]
    record = {**_approval_of(at, entry), "by": "budi"}
    facts = {name: record[name] for name in ("sums_sha256", "contract", "until", "reason")}
    event = ledger.Event(
        event="approved", time=NOW, version=of.version, facts={**facts, "who_digest": people.keep(at.store, record)}
    )
    ledger.append(at.store, event)


def _approval_of(at: At, entry: ledger.Entry) -> dict[str, Any]:
    until = (NOW + timedelta(days=9)).isoformat(timespec="seconds")
    own = {name: entry.facts[name] for name in ("sums_sha256", "contract")}
    return {**own, "dataset": at.contract.name, "version": entry.version, "reason": "x", "until": until, "time": "x"}


def _clock_back(at: At, of: Release) -> None:
    """Everything is as it was, but the ledger is from tomorrow."""
    event = ledger.Event(event="published", time=NOW + timedelta(days=1), version=of.version)
    ledger.append(at.store, event)


@pytest.mark.parametrize(
    "change",
    [
        _other_bytes, _one_more_file, _other_sums, _other_name, _no_names, _ledger_line, _ledger_cut, _forged, _clock_back,
    ],
)  # fmt: skip
def test_an_approval_that_does_not_hold_lets_nothing_out(at: At, change: Callable[[At, Release], None]) -> None:
    """Other bytes, other people, another ledger, another time."""
    found = at.run()
    at.approve(found)
    at.require(found)
    change(at, found)
    with pytest.raises(Unproven):
        at.require(found)


@pytest.mark.parametrize("agreed", [True, False])
def test_nobody_decides_alone(at: At, monkeypatch: pytest.MonkeyPatch, *, agreed: bool) -> None:
    """Neither who made it, nor the person whom Dagster knows to have started it."""
    found = at.run(by="Siti")
    for name in ("siti", "budi"):
        monkeypatch.setattr(people, "me", lambda name=name: name)
        with pytest.raises(Unapproved, match="second person"):
            at.approve(found, agreed=agreed)
    assert events(at) == ["proposed"]


def test_only_those_whom_the_contract_names(at: At, monkeypatch: pytest.MonkeyPatch) -> None:
    """With `by`, anybody else may not; their names are not told."""
    other = at.without(approval={"by": ["dewi"]})
    found = other.run()
    with pytest.raises(Unapproved, match="may not approve") as caught:
        other.approve(found)
    assert "dewi" not in str(caught.value)
    monkeypatch.setattr(people, "me", lambda: "dewi")
    other.approve(found)
    other.require(found)


def test_an_approval_expires_unless_it_was_used(at: At) -> None:
    """A month later it must be given again; what was published in time stays approved, also for a rollback."""
    found = at.run(ago=40)
    at.approve(found, ago=31)
    with pytest.raises(Unapproved, match="has expired"):
        at.require(found)
    at.approve(found, ago=0.5)
    at.require(found)
    ledger.append(at.store, ledger.Event(event="published", time=NOW, version=found.version))
    approval.require(at.contract, at.settings, found, now=NOW + timedelta(days=400))


def test_a_clock_that_goes_back_gives_no_approval(at: At) -> None:
    """Somebody approves at a time before the release was made."""
    found = at.run(ago=1)
    with pytest.raises(Unapproved, match="clock goes back"):
        at.approve(found, ago=2)


def test_only_a_changed_contract_is_asked_about(at: At) -> None:
    """`when: contract` asks once, then lets rows change, and asks again when the contract does."""
    once = at.without(approval={"when": "contract"})
    once.approve(once.run(ago=9), ago=8)
    second = once.run([1, 2], ago=7)
    assert not second.waiting
    once.require(second)
    other = once.without(approval={"when": "contract"}, tags=["APBD"])
    with pytest.raises(Unapproved, match="what the contract says now"):
        other.require(second)
    assert other.run([1, 2], ago=6).waiting


def test_taking_the_rule_away_is_asked_about_once(at: At) -> None:
    """An engineer alone can't remove it from the contract; afterwards nothing is asked."""
    at.approve(at.run(ago=9), ago=8)
    free = at.without()
    second = free.run(ago=7)
    assert second.waiting
    with pytest.raises(Unapproved):
        free.require(second)
    third = free.run([1, 2], ago=6)
    assert third.waiting
    free.approve(third, ago=5)
    free.require(third)
    fourth = free.run([1, 2, 3], ago=4)
    assert not fourth.waiting
    free.require(fourth)


def test_a_contract_that_asks_from_now_on(at: At) -> None:
    """What was public before stays; the contract's own new words do not reach the portal before somebody agreed."""
    free = at.without()
    first = free.run(ago=9)
    free.require(first)
    with pytest.raises(Unapproved, match="what the contract says now"):
        at.require(first)
    second = at.run(ago=8)
    assert second.waiting
    at.approve(second)
    at.require(first)


@pytest.mark.parametrize("stop", ["announce", "ledger", "pointer"])
def test_a_killed_approval_goes_on(at: At, monkeypatch: pytest.MonkeyPatch, stop: str) -> None:
    """Before its line nothing happened; after it the release is there."""
    found = at.run()
    with monkeypatch.context() as patch:
        kill(patch, stop)
        patch.setattr(approving, "announce", announcing.announce)
        with pytest.raises(KeyboardInterrupt):
            at.approve(found)
    if stop == "ledger":
        at.approve(found)
    announcing.put_right(at.store, NOW)
    assert events(at)[-2:] == ["approved", "released"]
    assert json.loads(at.store.latest.read_text())["version"] == found.version
    at.require(found)


def test_a_run_killed_before_its_line_releases_nothing_unseen(at: At, monkeypatch: pytest.MonkeyPatch) -> None:
    """The folder is whole, the ledger does not tell of it: what goes on proposes it, and does not release it."""
    with monkeypatch.context() as patch:
        kill(patch, "ledger")
        with pytest.raises(KeyboardInterrupt):
            at.run()
    announcing.put_right(at.store, NOW)
    assert events(at) == ["proposed"]
    assert look(at.contract, at.settings).made_by == ("budi",)


@pytest.fixture
def keys(at: At) -> tuple[At, bytes]:
    """The office knows the public key of siti, who has the private one."""
    key = Ed25519PrivateKey.generate()
    public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    (at.settings.root / "siti.pub").write_bytes(public)
    known = at.settings.model_copy(update={"approvers": {"siti": Approver(key=FromFile(file="siti.pub"))}})
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return At(contract=at.contract, settings=known), private


def test_with_a_key_the_name_is_proven(keys: tuple[At, bytes], monkeypatch: pytest.MonkeyPatch) -> None:
    """From a shared account, too; without the key, or with another one, nobody is siti."""
    at, key = keys
    monkeypatch.setattr(people, "me", lambda: "budi")
    found = at.run()
    other = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    for wrong in (None, other, b"no key"):
        with pytest.raises(SettingsError):
            at.approve(found, by="siti", key=wrong)
    with pytest.raises(SettingsError, match="who says so"):
        at.approve(found, by="dewi", key=key)
    assert at.approve(found, by="siti", key=key).signed
    at.require(found)


def test_a_record_without_its_signature_does_not_hold(keys: tuple[At, bytes]) -> None:
    """Somebody who can write into the store forges an approval in the name of siti."""
    at, _ = keys
    found = at.run()
    entry = standing(ledger.check(at.store)).proposals[found.version]
    record = {**_approval_of(at, entry), "by": "siti", "signature": "AAAA"}
    facts = {name: record[name] for name in ("sums_sha256", "contract", "until", "reason")}
    ledger.append(
        at.store,
        ledger.Event(
            event="approved",
            time=NOW,
            version=found.version,
            facts={**facts, "who_digest": people.keep(at.store, record)},
        ),
    )
    with pytest.raises(Unapproved, match="not signed"):
        at.require(found)


def test_nobody_speaks_for_another_account(at: At) -> None:
    """Without keys the account is what counts."""
    with pytest.raises(SettingsError, match="who says so"):
        at.approve(at.run(), by="dewi")


def test_a_record_that_cannot_be_read_is_told(at: At) -> None:
    """The file of people is one that a backup must have."""
    found = at.run()
    write_json(at.store.releases / people.FILE, {})
    with pytest.raises(Unproven, match="who made or approved"):
        at.approve(found)
