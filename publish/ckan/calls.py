"""The calls of a plan that will write, counted before they are made: what a portal's operator finds in the log later."""

from collections import Counter
from typing import TYPE_CHECKING, Final

from publish.ckan import kept
from publish.ckan.difference import REMOVED, ROWS
from publish.ckan.present import has_table

if TYPE_CHECKING:
    from publish.ckan.planning import Plan

REVISE: Final = "package_revise"


def of(plan: "Plan") -> dict[str, int]:
    """How often each action that writes is called, in the order of the first of each."""
    if plan.has("carry on"):
        return {"terang_switch": 1}
    found = _switched(plan) if plan.switched else _keyed(plan)
    found.update(_cleared(plan))
    if plan.has("close gap"):
        found.update({REVISE: 1, "package_resource_reorder": 1})
    return {action: times for action, times in found.items() if times}


def _switched(plan: "Plan") -> Counter[str]:
    loads = {resource.id for resource in plan.uploads} | ({plan.desired.data.id} if plan.has("load table") else set())
    loads |= {table.resource_id for table in kept.due(plan.desired, plan.present)}
    return Counter(
        {
            "package_create": int(plan.has("create dataset")),
            "terang_load": len(loads),
            "terang_switch": 1,
            "datastore_create": int(plan.has("update dictionary")),
            "resource_view_create": _views(plan),
            REVISE: int(plan.has("make public")),
        }
    )


def _keyed(plan: "Plan") -> Counter[str]:
    return Counter(
        {
            "package_create": int(plan.has("create dataset")),
            REVISE: _marked(plan)
            + int(plan.has("upload", "patch fields", "remove resource"))
            + int(plan.has("mark", "make public", "load version")),
            "datastore_delete": int(plan.has("rebuild table")) + _removals(plan) + _begun(plan),
            "datastore_create": _created(plan) + len(kept.due(plan.desired, plan.present)),
            "datastore_upsert": _upserts(plan)
            + sum(_requests(table.rows, ROWS) for table in kept.due(plan.desired, plan.present)),
            "resource_view_create": _views(plan),
        }
    )


def _begun(plan: "Plan") -> int:
    """Tables of earlier versions that a run that was broken off began: they are made anew."""
    now = plan.present
    return sum(has_table(now, table.resource_id) for table in kept.due(plan.desired, now)) if now else 0


def _cleared(plan: "Plan") -> dict[str, int]:
    """Tables of earlier versions that go, and the versions themselves after them."""
    going, files = kept.surplus(plan.desired, plan.present), {resource.id for resource in plan.desired.resources}
    return {"datastore_delete": len(going), REVISE: int(any(id_ not in files for id_ in going.values()))}


def _views(plan: "Plan") -> int:
    return int(plan.capabilities.views and plan.has("add view"))


def _marked(plan: "Plan") -> int:
    """Whether the table of a dataset that is there is marked as being loaded first."""
    return int(plan.present is not None and plan.claims)


def _created(plan: "Plan") -> int:
    made = int(plan.has("create table", "rebuild table", "update dictionary"))
    if not plan.has("change columns") or plan.desired.table is None:
        return made
    return made + (1 if len(plan.basis.kept) == len(plan.desired.table.fields) else 2)


def _upserts(plan: "Plan") -> int:
    rows = plan.changes
    if rows is None:
        return 0
    if plan.has("create table", "rebuild table"):
        return max(0, _requests(rows.after, ROWS) - 1)  # the first rows come with the table
    return _requests(rows.added, ROWS) + _requests(rows.changed, ROWS) if plan.has("change rows") else 0


def _removals(plan: "Plan") -> int:
    return _requests(plan.changes.removed, REMOVED) if plan.changes and plan.has("change rows") else 0


def _requests(rows: int, each: int) -> int:
    return -(-rows // each)
