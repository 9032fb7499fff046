"""Changes a package without committing it, and commits when everything else is ready. No table and no file here."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timezone
from typing import Any

from ckan import logic, model
from ckan.plugins import plugin_loaded, toolkit
from ckan.types import Context

DERIVED = {"resources", "metadata_modified", "num_resources", "num_tags", "organization"}
OF_RESOURCE = {"metadata_modified", "position", "package_id"}
LATER = hasattr(logic, "index_update_package")  # since CKAN 2.12 its actions index and tell, before that each commit


@contextmanager
def session() -> Iterator[None]:
    """Leave nothing uncommitted behind."""
    try:
        yield
    except BaseException:
        model.Session.rollback()
        raise


def amend(context: Context, package: str, change: dict[str, Any], *, again: bool = False) -> tuple[dict[str, Any], ...]:
    """The package before and after a change that is not committed; it is locked. `again`: it may have been made."""
    own = {key: context[key] for key in ("user", "auth_user_obj", "ignore_auth") if key in context}  # type: ignore[literal-required]
    # Without return_id_only CKAN 2.12 takes it back; with the cache it revises what the search index remembers.
    waiting = {**own, "defer_commit": True, "return_id_only": True, "use_cache": False}
    show, before = toolkit.get_action("package_show"), {"for_update": True, "use_cache": False}
    shown = show({**own, **before}, {"id": package})
    _close_gaps(shown["resources"])
    if "undo" in change:
        toolkit.get_action("package_update")(waiting, _undone(shown, change["undo"]))
    else:
        revision = {key: value for key, value in change["revise"].items() if not (again and key.startswith("match"))}
        toolkit.get_action("package_revise")(waiting, {**revision, "match__id": package})
    return shown, show({**own, "use_cache": False}, {"id": package})


def _close_gaps(resources: list[dict[str, Any]]) -> None:
    """Number them without a gap: CKAN takes an unchanged resource by its position, and fails where one is beyond the last."""
    for place, resource in enumerate(resources):
        if resource["position"] != place:
            model.Session.query(model.Resource).filter_by(id=resource["id"]).update({"position": place})
            resource["position"] = place


def settle() -> None:
    """Send everything to the database, so that only its commit is left."""
    current = model.Session()
    current.flush()
    while (nested := current.get_nested_transaction()) is not None:
        nested.commit()


def commit() -> None:
    """Commit at once; what CKAN and its extensions do at a commit (2.11: index the package) is left to `announce`."""
    settle()
    model.Session.connection().connection.commit()


def announce(context: Context, package: str) -> None:
    """Tell the search index and the activity stream."""
    model.Session.commit()
    context.setdefault("changed_entities", {}).setdefault("packages", set()).add(package)  # type: ignore[typeddict-item]
    if not LATER:
        return
    logic.index_update_package({"ignore_auth": True}, package)
    told = {**context, "changed_entities": {"packages": {package}}}
    toolkit.signals.action_succeeded.send("package_update", context=told, data_dict={"id": package}, result=package)


def forget_activities(package: str) -> int:
    """Leave of each activity of a package who, when and what kind, without the metadata of that time; how many had it."""
    if not plugin_loaded("activity"):
        return 0
    from ckanext.activity.model import Activity  # noqa: PLC0415 - only where that plugin is used

    emptied = 0
    for activity in model.Session.query(Activity).filter_by(object_id=package):
        shown = (activity.data or {}).get("package")
        kept = {name: shown[name] for name in ("id", "name", "title", "type") if name in shown} if shown else shown
        if kept != shown:
            activity.data = {**activity.data, "package": kept}
            emptied += 1
    model.Session.commit()
    return emptied


def with_files(revision: dict[str, Any], loads: Mapping[str, Any]) -> dict[str, Any]:
    """A revision that also says of each resource which file and table it has now."""
    revised = dict(revision)
    added = [dict(one) for one in revised.get("update__resources__extend", ())]
    for id_, load in loads.items():
        new = next((one for one in added if one.get("id") == id_), None)
        if new is not None:
            new |= _facts(load)
        else:
            key = f"update__resources__{id_}"
            revised[key] = {**revised.get(key, {}), **_facts(load)}
    return {**revised, **({"update__resources__extend": added} if added else {})}


def _facts(load: Mapping[str, Any]) -> dict[str, Any]:
    facts = {
        "url": load["name"],
        "url_type": "upload",
        "size": load["size"],
        "hash": load["sha256"],
        "last_modified": _now(),
    }
    return {**facts, "datastore_active": True} if load["table"] else facts


def _now() -> str:
    return datetime.now(timezone.utc).replace(tzinfo=None).isoformat()  # noqa: UP017 (Python 3.10)


def difference(before: Mapping[str, Any], after: Mapping[str, Any], moved: Mapping[str, Any]) -> dict[str, Any]:
    """What takes a change back: the values before it; None is what was not there."""
    old, new = ({one["id"]: one for one in package["resources"]} for package in (before, after))
    resources = {
        id_: dict(old[id_]) if id_ not in new else _changed(old[id_], new[id_], OF_RESOURCE) if id_ in old else None
        for id_ in {**old, **new}
    }
    return {
        "fields": _changed(before, after, DERIVED),
        "resources": {id_: found for id_, found in resources.items() if found is None or found},
        "order": list(old),
        "moved": sorted(moved),
    }


def _changed(before: Mapping[str, Any], after: Mapping[str, Any], apart: set[str]) -> dict[str, Any]:
    keys = {*before, *after} - apart
    return {key: before.get(key) for key in sorted(keys) if before.get(key) != after.get(key)}


def _undone(shown: dict[str, Any], undo: dict[str, Any]) -> dict[str, Any]:
    """The package as it was before; what others changed in the meantime stays."""
    resources = {one["id"]: one for one in shown["resources"]}
    for id_, fields in undo["resources"].items():
        if fields is None:
            resources.pop(id_, None)
        else:
            touched = {"last_modified": _now()} if id_ in undo["moved"] else {}
            resources[id_] = _set(resources.get(id_, {}), {**fields, **touched})
    order = {id_: number for number, id_ in enumerate(undo["order"])}
    listed = sorted(resources.values(), key=lambda one: order.get(one["id"], len(order)))
    package = _set({key: value for key, value in shown.items() if key != "metadata_modified"}, undo["fields"])
    return {**package, "resources": listed}


def _set(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in {**old, **new}.items() if value is not None or key not in new}
