"""The plan: what must be done so that a portal says what it should. Reads only; `apply` writes.

Nothing to do means no steps, and `apply` then writes nothing. Its id binds what it says to what it was based on.
"""

from collections.abc import Iterable
from contextlib import closing
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from assets.contract import Contract
from assets.privacy.pseudonym import LETTERS
from assets.settings import Settings
from assets.store import store_of
from publish.ckan import calls, facts, lines
from publish.ckan.basis import basis, release_of, retyped
from publish.ckan.capabilities import Capabilities, probe
from publish.ckan.client import Client
from publish.ckan.desired import Desired, desired
from publish.ckan.difference import Changes, Difference, Part, compare, scratch
from publish.ckan.looking import require_shown
from publish.ckan.parts import grouping
from publish.ckan.present import Present, present
from publish.ckan.readback import dump
from publish.ckan.resources import LEDGER, Resource
from publish.ckan.settling import settled
from publish.ckan.steps import ROWS_CHANGE, Basis, Step, Verb, can_switch, steps
from publish.ckan.written import Edit, Written, digest, edits, read

if TYPE_CHECKING:
    from publish.release import Release

ID_LETTERS: Final = 12
FEW: Final = 100  # one row in so many
LARGE: Final = 50_000  # fewer rows are read whole in a fraction of a second


@dataclass(frozen=True, kw_only=True, slots=True)
class Total:
    """The exact sum of a measure before and after, as text."""

    column: str
    unit: str
    before: str
    after: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Rows:
    """What becomes of the rows: counts, the same `by` month or code, and totals; `changes` is None where none do."""

    changes: Changes | None = None
    by: str = ""
    parts: tuple[Part, ...] = ()
    totals: tuple[Total, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Plan:
    """The steps from what is to what should be, with all that `apply` needs to carry them out.

    `derived` is what the contract wants of any portal, `desired` what it comes to on this one.
    """

    dataset: str
    portal: str
    release: "Release"
    capabilities: Capabilities
    derived: Desired
    desired: Desired
    present: Present | None
    basis: Basis
    rows: Rows
    written: Written | None
    edits: tuple[Edit, ...]
    refused: bool
    steps: tuple[Step, ...]

    def __bool__(self) -> bool:
        return bool(self.steps)

    def has(self, *verbs: Verb) -> bool:
        """Whether any of these is to be done."""
        return any(step.verb in verbs for step in self.steps)

    @property
    def changes(self) -> Changes | None:
        """The counts of rows."""
        return self.rows.changes

    @property
    def uploads(self) -> tuple[Resource, ...]:
        """The files that the portal does not have."""
        named = {step.what for step in self.steps if step.verb == "upload"}
        return tuple(resource for resource in self.desired.resources if resource.path.name in named)

    @property
    def switched(self) -> bool:
        """Whether files, table and metadata change together, by ckanext-terang."""
        return (
            self.capabilities.extension is not None
            and (self.has("load table", "load version") or any(one.kind != LEDGER for one in self.uploads))
            and can_switch(self.desired)
        )

    @property
    def missing(self) -> tuple[Resource, ...]:
        """The resources that the dataset does not have yet."""
        have = self.present.resources if self.present else {}
        return tuple(resource for resource in self.desired.resources if resource.id not in have)

    @property
    def files_shown(self) -> dict[str, str]:
        """The files that readers get now: SHA-256 to the id of the resource."""
        have = self.present.resources if self.present else {}
        return {one["hash"]: id_ for id_, one in have.items() if one.get("url_type") == "upload" and one.get("hash")}

    @property
    def claims(self) -> bool:
        """Whether the table is marked as being loaded, by this run and no other, before anything else is done."""
        return bool(self.missing) or self.has(*ROWS_CHANGE)

    @property
    def few(self) -> bool:
        """Whether so few rows change, of a large table that we know, that looking at those is enough."""
        rows = self.changes
        if (
            rows is None
            or self.basis.kind != "release"
            or len(self.desired.table.key if self.desired.table else ()) != 1
        ):
            return False
        return rows.after >= LARGE and FEW * (rows.added + rows.changed + rows.removed) <= rows.after

    @property
    def calls(self) -> dict[str, int]:
        """How often each action that writes will be called."""
        return calls.of(self)

    @cached_property
    def facts(self) -> tuple[dict[str, str], dict[str, str]]:
        """What the portal says, and what it will say, in the same form."""
        return facts.said(self.present, self.desired), facts.meant(self.desired)

    @cached_property
    def based_on(self) -> dict[str, str]:
        """All that was read of the portal's state."""
        kinds = {resource.id: resource.kind for resource in self.desired.resources}
        return facts.seen(self.present, kinds)

    @cached_property
    def wanted(self) -> str:
        """SHA-256 of all that will be sent, the rows by their release."""
        return digest([self.desired.document(), self.desired.mark])

    @cached_property
    def id(self) -> str:
        """A short name for exactly this plan, on exactly this state of the portal."""
        body = {name: value for name, value in self._body().items() if name != "seconds"}
        body["steps"] = [(step.verb, step.what, step.reason) for step in self.steps]
        return digest([body, self.based_on, self.wanted])[:ID_LETTERS].translate(LETTERS)

    @property
    def seconds(self) -> float:
        """About how long it takes."""
        return sum(step.seconds for step in self.steps)

    def document(self) -> dict[str, Any]:
        """The plan as plain JSON data."""
        return {"id": self.id, **self._body(), "based_on": digest(self.based_on)}

    def lines(self) -> list[str]:
        """The plan for people; no lines when there is nothing to do."""
        return lines.of(self)

    def markdown(self) -> str:
        """The plan as a table for a page."""
        return lines.markdown(self)

    def _body(self) -> dict[str, Any]:
        before, after = self.facts
        return {
            "dataset": self.dataset,
            "portal": self.portal,
            "from": self.present.version if self.present else None,
            "to": self.desired.version,
            "rows": asdict(self.changes) if self.changes else None,
            "rows_by": {"by": self.rows.by, "parts": [asdict(part) for part in self.rows.parts]},
            "compared_with": self.basis.kind,
            "totals": [asdict(total) for total in self.rows.totals],
            "facts": {path: [before.get(path), after.get(path)] for path in facts.differing(before, after)},
            "edits": [asdict(edit) for edit in self.edits],
            "refused": self.refused,
            "method": "load and switch" if self.switched else "keyed changes",
            "steps": [asdict(step) for step in self.steps],
            "calls": self.calls,
            "seconds": round(self.seconds, 1),
        }


def plan(contract: Contract, settings: Settings, release: "Release") -> Plan:
    """Compare what the portal has with what it should have; raises `PortalRefused` where we could not publish, `Blocked`
    while it is hidden because a gate found something."""
    require_shown(contract, settings)
    portal = settings.portal(contract.portal)
    with closing(Client(portal, dataset=contract.name)) as client:
        return planned(client, contract, settings, release)


def check(contract: Contract, settings: Settings) -> Capabilities:
    """What the portal and this token can do; raises `PortalRefused` where we could not publish."""
    with closing(Client(settings.portal(contract.portal), dataset=contract.name)) as client:
        return probe(client, groups=contract.topics)


def planned(client: Client, contract: Contract, settings: Settings, release: "Release") -> Plan:
    """The same, with an open client."""
    able = probe(client, groups=contract.topics)
    derived = desired(contract, release, settings.languages, able)
    now = present(client, derived, able)
    before = read(store_of(contract.name, settings), client.portal.url)
    edited = _edited(contract, settings, derived, now, before)
    wanted = settled(derived, now, before, edited)
    found = basis(now, wanted, contract, settings)
    rows = _rows(client, contract, wanted, now, found)
    return Plan(
        dataset=contract.name,
        portal=client.portal.url,
        release=release,
        capabilities=able,
        derived=derived,
        desired=wanted,
        present=now,
        basis=found,
        rows=rows,
        written=before,
        edits=edited,
        refused=bool(edited) and contract.portal_edits == "refuse",
        steps=steps(wanted, now, found, rows.changes, switch=able.extension),
    )


def _edited(
    contract: Contract, settings: Settings, wanted: Desired, now: Present | None, before: Written | None
) -> tuple[Edit, ...]:
    shown, meant = facts.said(now, wanted), facts.meant(settled(wanted, now, before, ()))
    known = release_of(now, contract, settings) is not None
    return edits(before, now, shown, meant, known=known, keep=contract.portal_edits == "keep")


def _rows(client: Client, contract: Contract, wanted: Desired, now: Present | None, found: Basis) -> Rows:
    table = wanted.table
    if table is None or found.kind == "same":
        return Rows()
    without = retyped(table, now.table) if now and now.table and found.kind == "alter" else None
    with scratch(table) as folder:
        old = dump(client, table, folder) if found.kind in {"portal", "alter"} else found.path
        with compare(table, old, without=without) as difference:
            return _counted(difference, contract)


def _counted(difference: Difference, contract: Contract) -> Rows:
    by, expression = grouping(contract) or ("", "")
    parts = difference.parts(expression) if by and difference.counts.before else []
    totals = tuple(_totals(difference, contract))
    return Rows(changes=difference.counts, by=by, parts=tuple(parts), totals=totals)


def _totals(difference: Difference, contract: Contract) -> Iterable[Total]:
    units = {column.name: column.unit or "" for column in contract.public_columns if column.class_ == "public_measure"}
    before, after = difference.sums("old"), difference.sums("new")
    for name, unit in units.items():
        if unit and name in after:
            yield Total(column=name, unit=unit, before=f"{before[name]:f}", after=f"{after[name]:f}")
