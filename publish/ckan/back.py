"""Shows readers an earlier release again: by the portal itself where it kept exactly that one, else by plan and apply."""

import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from assets.contract import Contract
from assets.settings import Settings
from publish import approval
from publish.ckan import readback
from publish.ckan.applying import Outcome, apply
from publish.ckan.capabilities import probe
from publish.ckan.client import Client, Rejected, Unclear
from publish.ckan.desired import Desired, desired
from publish.ckan.planning import plan
from publish.ckan.present import Present, present
from publish.ckan.resources import LEDGER, MARK
from publish.ckan.revise import Revision, revise

if TYPE_CHECKING:
    from publish.release import Release

NOT_NOW = frozenset({"match", "busy"})  # the portal keeps another release now, or readers do not let go of the table


@dataclass(frozen=True, kw_only=True, slots=True)
class Shown:
    """What was done, and whether the portal took its last switch back instead of being sent the release."""

    outcome: Outcome
    taken_back: bool


def show_again(
    contract: Contract, settings: Settings, release: "Release", *, at: Callable[[str], None] = lambda _: None
) -> Shown:
    """Bring the portal to this release, whatever it shows; raises what `apply` raises."""
    began = time.monotonic()
    approval.require(contract, settings, release)
    with closing(Client(settings.portal(contract.portal), dataset=contract.name)) as client:
        able = probe(client, groups=contract.topics)
        wanted = desired(contract, release, settings.languages, able)
        now = present(client, wanted, able)
        kept = _kept(client, wanted, now) if able.extension and now else None
        taken = now is not None and kept is not None and _take_back(client, now, wanted, kept)
        if taken and now is not None:
            at("taken back")
            _read_back(client, now, wanted)
        writes, reads = client.writes, client.reads
    done = apply(plan(contract, settings, release), contract, settings, anyway=True, at=at)
    seconds = time.monotonic() - began
    outcome = replace(done, writes=done.writes + writes, reads=done.reads + reads, seconds=seconds)
    return Shown(outcome=outcome, taken_back=taken)


def _kept(client: Client, wanted: Desired, now: Present) -> float | None:
    """Since when the portal keeps exactly this release to be taken back; None where it keeps another one."""
    if now.mark == wanted.mark:
        return None
    kept = client.read("terang_status", id=now.id)["previous"] or {}
    before = kept.get("resources", {}).get(wanted.data.id) or {}
    return float(kept["at"]) if before.get(MARK) == wanted.mark else None


def _take_back(client: Client, now: Present, wanted: Desired, kept: float) -> bool:
    """Have the portal do it. A second call would undo the first, so the portal is told which one is meant."""
    try:
        client.write("terang_rollback", id=now.id, at=kept)
    except Rejected as error:
        if not error.fields & NOT_NOW:
            raise
        return False
    except Unclear:
        shown = client.read("package_show", id=now.id)["resources"]
        if {one["id"]: one.get(MARK) for one in shown}.get(wanted.data.id) != wanted.mark:
            raise
    return True


def _read_back(client: Client, now: Present, wanted: Desired) -> None:
    """Download every file as a reader would; one that is not the release's is sent again by the plan that follows."""
    own = [resource for resource in wanted.resources if resource.kind != LEDGER]  # which has one entry more by now
    with readback.anonymous(client) as reader:
        bad = readback.check_files(reader, now.id, own) if now.public else []
        if wanted.table and now.public:
            readback.check_sample(reader, wanted.table, seed=int(wanted.mark[-8:], 16))
        client.reads += reader.reads
    if bad:
        revise(client, Revision(package=now.id, resources={resource.id: {"hash": ""} for resource in bad}))
