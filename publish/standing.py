"""Where a dataset stands, read from its ledger alone: what readers get now, what was taken back, what was taken down."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from publish.ledger import Entry

PROPOSED: Final = "proposed"  # made, but readers get it only once it is approved
APPROVED: Final = "approved"
REFUSED: Final = "refused"
RELEASED: Final = "released"
ROLLED_BACK: Final = "rolled back"
TAKEN_DOWN: Final = "taken down"
LIFTED: Final = "lifted"
PUBLISHED: Final = "published"  # on a portal: does not change what readers are to get
RETIRED: Final = "retired"
PURGED: Final = "purged"  # restricted files: changes nothing of what readers are to get
ENDS_WAITING: Final = frozenset({PROPOSED, REFUSED, RELEASED, ROLLED_BACK, TAKEN_DOWN, LIFTED})
HIDDEN: Final = "hidden"  # a gate found something in what the public got
SHOWN_AGAIN: Final = "shown again"  # a person decided that it may be
DECISIONS: Final = frozenset({ROLLED_BACK, TAKEN_DOWN, SHOWN_AGAIN})
SHOWN: Final = frozenset({RELEASED, ROLLED_BACK})


@dataclass(slots=True)
class Standing:
    """What the entries of a ledger come to, in their order.

    `shown` are the versions that readers got, without those that were taken back: the last one is the current.
    `retired` were older than the contract keeps. `withdrawn` are no more, by the entry that took them down. `held` are
    contents that no run brings back by itself: content digest to the entry that took them back or down. `notices` are the
    takedowns that stand, `listed` the digest of the list that runs must obey. `waiting` is the release that a second person
    is to approve, `proposals` and `approvals` the newest such entries by version; `dropped` are releases that were refused, or
    overtaken while they waited. `hidden`: a gate found something in what the public got, and no person has decided since.
    """

    shown: list[str] = field(default_factory=list)
    retired: set[str] = field(default_factory=set)
    withdrawn: dict[str, Entry] = field(default_factory=dict)
    held: dict[str, Entry] = field(default_factory=dict)
    contents: dict[str, str] = field(default_factory=dict)
    notices: list[Entry] = field(default_factory=list)
    listed: str = ""
    waiting: Entry | None = None
    proposals: dict[str, Entry] = field(default_factory=dict)
    approvals: dict[str, Entry] = field(default_factory=dict)
    dropped: set[str] = field(default_factory=set)
    hidden: Entry | None = None

    @property
    def current(self) -> str | None:
        """The version that readers get, None where there is none (any more)."""
        return self.shown[-1] if self.shown else None

    @property
    def before(self) -> str | None:
        """The version that readers got before the current one."""
        return self.shown[-2] if len(self.shown) > 1 else None


def standing(entries: Iterable[Entry]) -> Standing:
    """Go through the entries of a ledger, oldest first."""
    found = Standing()
    for entry in entries:
        _decide(found, entry)
        if entry.event == HIDDEN or entry.event in DECISIONS:
            found.hidden = entry if entry.event == HIDDEN else None
        if entry.event == RELEASED:
            found.contents[entry.version] = entry.content_digest
            found.shown.append(entry.version)
            found.held.pop(entry.content_digest, None)
        elif entry.event == ROLLED_BACK:
            _roll_back(found, entry)
        elif entry.event == TAKEN_DOWN:
            _take_down(found, entry)
        elif entry.event == LIFTED:
            _lift(found, entry)
        elif entry.event == RETIRED:
            found.retired.add(entry.version)
            found.shown = [version for version in found.shown if version != entry.version]
    return found


def checksums(entries: Sequence[Entry]) -> set[str]:
    """SHA-256 of every file of the releases that were not withdrawn."""
    gone = standing(entries).withdrawn
    return {
        digest
        for entry in entries
        if entry.event == RELEASED and entry.version not in gone
        for digest in entry.files.values()
    }


def why_held(entry: Entry) -> str:
    """Why a content is not released again, in words."""
    what = {
        ROLLED_BACK: f"version {entry.facts.get('from')}, which was rolled back",
        REFUSED: f"version {entry.version}, which was refused",
    }.get(entry.event, "a version that was taken down")
    return f"the same content as {what} on {entry.time[:10]}: {entry.facts['reason'].rstrip('.')}"


def _decide(found: Standing, entry: Entry) -> None:
    """What becomes of the release that waits: whatever else readers are to get takes its place."""
    if entry.event == APPROVED:
        found.approvals[entry.version] = entry
    elif entry.event == REFUSED:
        found.approvals.pop(entry.version, None)
        found.held[entry.content_digest] = entry
    if found.waiting and (
        entry.event in ENDS_WAITING or (entry.event, entry.version) == (RETIRED, found.waiting.version)
    ):
        if (entry.event, entry.version) != (RELEASED, found.waiting.version):
            found.dropped.add(found.waiting.version)
        found.waiting = None
    if entry.event == PROPOSED:
        found.waiting = found.proposals[entry.version] = entry


def _roll_back(found: Standing, entry: Entry) -> None:
    target = entry.version
    after = found.shown[found.shown.index(target) + 1 :] if target in found.shown else []
    found.shown = [version for version in found.shown if version != target and version not in after] + [target]
    found.held |= {found.contents[version]: entry for version in after if version in found.contents}
    found.held.pop(found.contents.get(target, ""), None)


def _take_down(found: Standing, entry: Entry) -> None:
    versions: Mapping[str, None] = dict.fromkeys(entry.facts.get("versions", (entry.version,)))
    found.withdrawn |= dict.fromkeys(versions, entry)
    found.shown = [version for version in found.shown if version not in versions]
    found.held |= {found.contents[version]: entry for version in versions if version in found.contents}
    found.notices.append(entry)
    found.listed = entry.facts.get("list", "")


def _lift(found: Standing, entry: Entry) -> None:
    """What was taken down by such an order may be published again; the withdrawn versions themselves stay gone."""

    def stands(other: Entry) -> bool:
        return any(other.facts.get(name) != entry.facts.get(name) for name in ("scope", "column", "version"))

    found.notices = [other for other in found.notices if stands(other)]
    found.held = {digest: other for digest, other in found.held.items() if other.event != TAKEN_DOWN or stands(other)}
    found.listed = entry.facts["list"]
