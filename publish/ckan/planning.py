"""The plan: what must be done so that a portal says what it should. Reads only; `apply` writes.

Nothing to do means no steps, and `apply` then writes nothing.
"""

import hashlib
import json
from contextlib import closing
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assets.contract import Contract
from assets.settings import Settings
from assets.table import ID
from publish.ckan import lines
from publish.ckan.capabilities import Capabilities, probe
from publish.ckan.client import Client
from publish.ckan.desired import Desired, desired
from publish.ckan.difference import Changes, Difference, compare, scratch
from publish.ckan.present import REWRITING, Present, PresentTable, present
from publish.ckan.readback import dump
from publish.ckan.resources import Resource
from publish.ckan.steps import Basis, Step, Verb, can_switch, steps
from publish.ckan.table import Table

if TYPE_CHECKING:
    from publish.release import Release


@dataclass(frozen=True, kw_only=True, slots=True)
class Total:
    """The exact sum of a measure before and after, as text."""

    column: str
    unit: str
    before: str
    after: str


@dataclass(frozen=True, kw_only=True)
class Plan:
    """The steps from what is to what should be, with all that `apply` needs to carry them out."""

    dataset: str
    portal: str
    release: "Release"
    capabilities: Capabilities
    desired: Desired
    present: Present | None
    basis: Basis
    changes: Changes | None
    totals: tuple[Total, ...]
    steps: tuple[Step, ...]

    def __bool__(self) -> bool:
        return bool(self.steps)

    def has(self, *verbs: Verb) -> bool:
        """Whether any of these is to be done."""
        return any(step.verb in verbs for step in self.steps)

    @property
    def uploads(self) -> tuple[Resource, ...]:
        """The files that the portal does not have."""
        named = {step.what for step in self.steps if step.verb == "upload"}
        return tuple(resource for resource in self.desired.resources if resource.path.name in named)

    @property
    def switched(self) -> bool:
        """Whether files, table and metadata change together, by ckanext-terang."""
        return self.capabilities.extension is not None and self.has("load table", "upload") and can_switch(self.desired)

    @cached_property
    def id(self) -> str:
        """A short name for exactly this plan."""
        body = json.dumps(self._body(), sort_keys=True, default=str).encode()
        return hashlib.sha256(body).hexdigest()[:8]

    @property
    def seconds(self) -> float:
        """About how long it takes."""
        return sum(step.seconds for step in self.steps)

    def document(self) -> dict[str, Any]:
        """The plan as plain JSON data."""
        return {"id": self.id, **self._body()}

    def lines(self) -> list[str]:
        """The plan for people; no lines when there is nothing to do."""
        return lines.of(self)

    def _body(self) -> dict[str, Any]:
        rows = self.changes
        return {
            "dataset": self.dataset,
            "portal": self.portal,
            "from": self.present.version if self.present else None,
            "to": self.desired.version,
            "rows": {name: getattr(rows, name) for name in Changes.__slots__} if rows else None,
            "compared_with": self.basis.kind,
            "method": "load and switch" if self.switched else "keyed changes",
            "totals": [{name: getattr(total, name) for name in Total.__slots__} for total in self.totals],
            "steps": [{name: getattr(step, name) for name in Step.__slots__} for step in self.steps],
            "seconds": round(self.seconds, 1),
        }


def plan(contract: Contract, settings: Settings, release: "Release") -> Plan:
    """Compare what the portal has with what it should have; raises `PortalRefused` where we could not publish."""
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
    wanted = desired(contract, release, settings.languages, able)
    now = present(client, wanted, able)
    found = basis(now, wanted, contract, settings)
    changes, totals = _rows(client, contract, wanted, now, found)
    return Plan(
        dataset=contract.name,
        portal=client.portal.url,
        release=release,
        capabilities=able,
        desired=wanted,
        present=now,
        basis=found,
        changes=changes,
        totals=totals,
        steps=steps(wanted, now, found, changes, switch=able.extension),
    )


def basis(now: Present | None, wanted: Desired, contract: Contract, settings: Settings) -> Basis:
    """What to compare the rows with. The portal's own table is read only where its mark can't be trusted."""
    table = wanted.table
    if table is None or now is None or now.table is None:
        return Basis(kind="empty", reason="the portal has no table")
    altered = _altered(table, now.table, now.mark)
    if altered:
        return altered
    doubt = _doubt(now, wanted, table)
    if doubt:
        return Basis(kind="portal", reason=doubt)
    if now.mark == wanted.mark:
        return Basis(kind="same", reason="the same contents")
    old = _local(now, table, contract, settings)
    if old is None:
        return Basis(kind="portal", reason="the portal's release is not in this store")
    return Basis(kind="release", reason=f"compared with {now.version}", path=old)


def _doubt(now: Present, wanted: Desired, table: Table) -> str | None:
    """Why the mark does not tell what the table holds."""
    if not now.mark:
        return "the table has no mark"
    if now.unsettled:
        return "an earlier run was broken off"
    if now.mark != wanted.mark:
        return None if table.key == (ID,) else "rows without an id are found by the portal's own"
    return None if now.table and now.table.rows == table.rows else "somebody changed the table on the portal"


def _altered(table: Table, now: PresentTable, mark: str) -> Basis | None:
    """How a table of other columns comes to hold these rows; also where an earlier run has not written all of them."""
    changed = _shape(table, now)
    if changed:
        kept = _kept(table, now)
        return Basis(kind="alter" if kept else "rebuild", reason=changed, kept=kept)
    if mark.startswith(REWRITING):
        return Basis(kind="alter", reason="an earlier run was broken off", kept=tuple(table.types))
    return None


def _shape(table: Table, now: PresentTable) -> str | None:
    """Why the portal's table cannot hold these rows: columns to come, to go, of another type, in another place."""
    wanted = {field["id"]: field["type"] for field in table.fields}
    come = [f"+ {name}" for name in wanted if name not in now.types]
    go = [f"- {name}" for name in now.types if name not in wanted]
    other = [f"~ {name}" for name in retyped(table, now)]
    if not (come or go or other) and list(now.types) != list(wanted):
        return "columns in another order"
    return ", ".join([*come, *other, *go]) or None


def retyped(table: Table, now: PresentTable) -> list[str]:
    """Columns that the portal's table has as another type."""
    return [field["id"] for field in table.fields if now.types.get(field["id"], field["type"]) != field["type"]]


def _kept(table: Table, now: PresentTable) -> tuple[str, ...]:
    """The first columns that stand in the portal's table too, in this order: CKAN adds columns only at the end.

    None where rows have no id: the key of such a table follows from its columns.
    """
    present, kept = iter(now.types.items()), []
    for field in table.fields if table.key == (ID,) else ():
        if (field["id"], field["type"]) not in present:  # looks on from where the last one was found
            break
        kept.append(str(field["id"]))
    return tuple(kept)


def _local(now: Present, table: Table, contract: Contract, settings: Settings) -> Path | None:
    """The Parquet file of the release that the portal holds, if it has the same columns and as many rows as the portal."""
    import pyarrow.parquet as pq  # noqa: PLC0415

    from publish.release import find  # noqa: PLC0415

    release = find(contract, settings, now.version or "")
    if release is None or not now.mark.endswith(f" {release.content_digest[: len(now.mark.partition(' ')[2])]}"):
        return None
    path = release.path / table.parquet.name
    if not path.is_file() or now.table is None:
        return None
    old, new = pq.read_schema(path), pq.read_schema(table.parquet)
    same = old.names == new.names and old.types == new.types
    return path if same and pq.read_metadata(path).num_rows == now.table.rows else None


def _rows(
    client: Client, contract: Contract, wanted: Desired, now: Present | None, found: Basis
) -> tuple[Changes | None, tuple[Total, ...]]:
    table = wanted.table
    if table is None or found.kind == "same":
        return None, ()
    without = retyped(table, now.table) if now and now.table and found.kind == "alter" else None
    with scratch(table) as folder:
        old = dump(client, table, folder) if found.kind in {"portal", "alter"} else found.path
        with compare(table, old, without=without) as difference:
            return difference.counts, _totals(difference, contract)


def _totals(difference: Difference, contract: Contract) -> tuple[Total, ...]:
    units = {column.name: column.unit or "" for column in contract.public_columns if column.class_ == "public_measure"}
    before, after = difference.sums("old"), difference.sums("new")
    return tuple(
        Total(column=name, unit=unit, before=f"{before[name]:f}", after=f"{after[name]:f}")
        for name, unit in units.items()
        if unit and name in after
    )
