"""A portal as a value, for laws that need thousands of them: it is planned for, and a plan is carried out on it. No test."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from assets.store import store_of
from publish.ckan import planning
from publish.ckan.noting import note_written
from publish.ckan.planning import Plan, Rows, planned
from publish.ckan.present import Present, PresentTable, changed_fields, changed_resource, gone
from publish.ckan.resources import MARK
from publish.release import Release
from tests.publish.ckan.office import Office
from tests.publish.ckan.test_desired import able

URL = "http://portal.invalid"


def planner(at: Office, release: Release, patch: pytest.MonkeyPatch) -> Callable[[Present | None], Plan]:
    """Plans for a portal that is in the given state; rows are compared with nothing, as there is no table to read."""
    client: Any = SimpleNamespace(portal=SimpleNamespace(url=URL))
    patch.setattr(planning, "probe", lambda *_, **__: able())
    patch.setattr(planning, "_rows", lambda *_: Rows())

    def plan(now: Present | None) -> Plan:
        patch.setattr(planning, "present", lambda *_: now)
        return planned(client, at.contract, at.settings, release)

    return plan


def applied(plan: Plan, at: Office) -> Present:
    """The portal after the plan, as CKAN would show it."""
    note_written(plan, store_of(at.contract.name, at.settings), writes=1)
    now, wanted = plan.present, plan.desired
    package = {} if now is None else {**now.package}
    fields = changed_fields(wanted, now) if now else {**wanted.fields}
    package |= {name: value for name, value in fields.items() if value is not None}
    for name in [name for name, value in fields.items() if value is None]:
        del package[name]
    had = now.resources if now else {}
    left = {id_: one for id_, one in had.items() if id_ not in gone(wanted, now).values()}
    ours = {one.id: _file(one, left.get(one.id, {}), now) for one in wanted.resources}
    ours[wanted.data.id][MARK] = wanted.mark
    return Present(
        id="p",
        package={**package, "private": False, "state": "active"},
        resources={**left, **ours},
        mark=wanted.mark,
        table=_table(plan),
    )


def _file(resource: Any, shown: Mapping[str, Any], now: Present | None) -> dict[str, Any]:
    changed = changed_resource(resource, now) if now and shown else resource.fields
    return {**shown, **changed, "id": resource.id, "url_type": "upload", "hash": resource.sha256}


def _table(plan: Plan) -> PresentTable | None:
    table = plan.desired.table
    if table is None:
        return None
    return PresentTable(
        types={field["id"]: field["type"] for field in table.fields},
        info={field["id"]: {**field["info"]} for field in table.fields},
        rows=table.rows,
        viewed=True,
    )


def edited(now: Present, path: str, text: str) -> Present:
    """The portal after somebody made another text of one fact; an empty text takes it away."""
    subject, _, rest = path.partition(".")
    if subject == "tags":
        tags = [one for one in now.package["tags"] if one["name"] != rest] + ([{"name": text}] if text else [])
        return replace(now, package={**now.package, "tags": tags})
    if subject == "resources":
        id_, _, field = rest.partition(".")
        return replace(now, resources={**now.resources, id_: _with(now.resources[id_], field, text)})
    if subject == "columns" and now.table:
        column, _, entry = rest.partition(".")
        info = {**now.table.info, column: _with(now.table.info[column], entry, text)}
        return replace(now, table=replace(now.table, info=info))
    return replace(now, package=_with(now.package, path, text))


def _with(of: Mapping[str, Any], name: str, text: str) -> dict[str, Any]:
    return {**of, name: text} if text else {key: value for key, value in of.items() if key != name}
