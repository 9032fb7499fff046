"""What a portal should say, once it is known what it says: days that are set once, what people added, edits that stay.

The result is a `Desired` like any other, so that steps, calls and comparisons need not know of it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, Final

from publish.ckan.desired import LISTS, Desired
from publish.ckan.facts import is_ours
from publish.ckan.present import Present
from publish.ckan.resources import Resource
from publish.ckan.table import Table
from publish.ckan.written import Edit, Written

ONCE: Final = "issued"  # the day of first issue is set when a thing is new, and then left
MODIFIED: Final = "modified"  # of a file: the day on which its contents last changed


def settled(wanted: Desired, now: Present | None, written: Written | None, edits: Iterable[Edit]) -> Desired:
    """The dataset as it should be on this very portal."""
    if now is None:
        return wanted
    before = written.facts if written else {}
    kept = {edit.path for edit in edits if edit.kept}
    fields = {**wanted.fields, **_first_issue(wanted.fields, now.package, before, "")}
    fields |= {name: _named(name, wanted, now, before, kept) for name in LISTS if name in fields}
    had = {extra["key"]: extra["value"] for extra in now.package.get("extras", ())}
    extras = {**wanted.extras, **_first_issue(wanted.extras, had, before, "extras.")}
    return replace(
        wanted,
        fields=_as_edited(fields, now.package, kept, ""),
        extras=_as_edited(extras, had, kept, "extras."),
        absent=wanted.absent - kept - {path.removeprefix("extras.") for path in kept},
        resources=tuple(_resource(resource, now, before, kept) for resource in wanted.resources),
        table=_table(wanted.table, now, kept) if wanted.table else None,
    )


def _first_issue(wanted: Mapping[str, Any], shown: Mapping[str, Any], before: Mapping[str, str], at: str) -> Any:
    first = before.get(f"{at}{ONCE}") or shown.get(ONCE)
    return {ONCE: first} if ONCE in wanted and first else {}


def _as_edited(wanted: Mapping[str, Any], shown: Mapping[str, Any], kept: set[str], at: str) -> dict[str, Any]:
    """What is wanted, but where an edit is kept: that, or nothing where it was taken away."""
    stays = {name: value for name, value in wanted.items() if f"{at}{name}" not in kept}
    ours = {*wanted, *(path.removeprefix(at) for path in kept if path.startswith(at))}
    return stays | {name: shown[name] for name in shown if name in ours and f"{at}{name}" in kept}


def _named(name: str, wanted: Desired, now: Present, before: Mapping[str, str], kept: set[str]) -> list[dict[str, str]]:
    """Tags or groups: ours and those that people added, without those that we wrote once and no longer want."""
    ours = {one["name"] for one in wanted.fields[name]}
    shown = {one["name"] for one in now.package.get(name) or ()}
    stale = {path.partition(".")[2] for path in before if path.startswith(f"{name}.")} - ours
    taken = {path.partition(".")[2] for path in kept if path.startswith(f"{name}.")} - shown
    return [{"name": one} for one in sorted((ours | shown) - stale - taken)]


def _resource(resource: Resource, now: Present, before: Mapping[str, str], kept: set[str]) -> Resource:
    shown = now.resources.get(resource.id)
    if shown is None:
        return resource
    at = f"resources.{resource.kind}."
    fields = {**resource.fields, **_first_issue(resource.fields, shown, before, at)}
    if shown.get("hash") == resource.sha256 and MODIFIED in fields:
        noted = before.get(f"{at}{MODIFIED}") if before.get(f"{at}hash") == resource.sha256 else None
        fields[MODIFIED] = noted or shown.get(MODIFIED) or fields[MODIFIED]
    return replace(resource, fields=_as_edited(fields, shown, kept, at))


def _table(table: Table, now: Present, kept: set[str]) -> Table:
    """The table with entries of the dictionary that people added; our loaders write an entry of a column whole."""
    if now.table is None:
        return table
    return replace(
        table, fields=tuple(_field(field, now.table.info.get(field["id"], {}), kept) for field in table.fields)
    )


def _field(field: Mapping[str, Any], shown: Mapping[str, Any], kept: set[str]) -> dict[str, Any]:
    theirs = {entry: value for entry, value in shown.items() if not is_ours(entry)}
    return {**field, "info": theirs | _as_edited(field["info"], shown, kept, f"columns.{field['id']}.")}
