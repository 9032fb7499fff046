"""Switches a package to what was loaded, and takes that back: tables, files and metadata in one go.

1. The metadata is changed and checked, but not committed. 2. One transaction in the DataStore's database swaps all
tables and notes what is still to be done. 3. Files are renamed. 4. The metadata is committed. 5. Search index, activity,
leftovers. A crash before the commit of 2 leaves the old release, one after it is carried on by the next call.
"""

import time
from contextlib import suppress
from random import uniform
from typing import Any

from ckan import model
from ckan.plugins import toolkit
from ckan.types import Context
from ckanext.terang import database, files, metadata, swap
from ckanext.terang.database import gone, note, previous, run, transaction, write
from sqlalchemy.engine import Connection
from sqlalchemy.exc import OperationalError

LOCKED = {"55P03", "40P01"}  # lock not available, deadlock: somebody is reading


def switch(
    context: Context, package: str, change: dict[str, Any], loads: dict[str, Any], *, keep: bool
) -> dict[str, Any]:
    """Switch to what was loaded. `keep`: the release before stays, to be taken back."""
    resources = {
        id_: {"table": bool(load["table"]), "file": True, "rows": load.get("rows")} for id_, load in loads.items()
    }
    return _flip(context, package, {"change": change, "place": files.NEW, "resources": resources, "keep": keep})


def rollback(context: Context, package: str, *, at: Any = None) -> dict[str, Any]:
    """Switch to the release before (`at`: if it is still that one), which then can be taken back as well."""
    with transaction() as conn:
        old = note(conn, "previous", package)
    if at is not None and (old or {}).get("at") != at:
        raise _another()
    if not old or not any(found["file"] or found["had"] for found in old["resources"].values()):
        raise toolkit.ObjectNotFound("there is no release to go back to")
    for resource, found in old["resources"].items():
        if found["file"]:
            files.prepare_back(resource)
    change = {"undo": old["undo"], "at": old["at"]}
    flip = {"change": change, "place": files.BACK, "resources": old["resources"], "keep": True}
    return _flip(context, package, flip)


def _another() -> toolkit.ValidationError:
    return toolkit.ValidationError({"match": ["there is another release to go back to by now"]})


def repair(context: Context, package: str) -> bool:
    """Carry on what a crash left half done; returns whether there was something."""
    with transaction() as conn:
        flip = note(conn, "switch", package)
    if not flip:
        return False
    with metadata.session():
        metadata.amend(context, package, flip["change"], again=True)
        _complete(context, package, flip)
    return True


def _flip(context: Context, package: str, flip: dict[str, Any]) -> dict[str, Any]:
    with metadata.session():
        before, after = metadata.amend(context, package, flip["change"])
        metadata.settle()
        began = _tables(package, flip, metadata.difference(before, after, flip["resources"]))
        done = _complete(context, package, flip)
    return {"package": after, "window_ms": round((done - began) * 1000, 1)}


def _tables(package: str, flip: dict[str, Any], undo: dict[str, Any]) -> float:
    """Swap the tables as soon as nobody reads them; returns when they began to be other ones."""
    deadline = time.monotonic() + toolkit.config["ckanext.terang.switch_seconds"]
    while True:
        try:
            with transaction() as conn:
                _swap(conn, package, flip, undo)
                began = time.monotonic()
        except OperationalError as error:
            if getattr(error.orig, "pgcode", "") not in LOCKED:
                raise
            if time.monotonic() > deadline:
                raise toolkit.ValidationError({"busy": ["readers do not let go of the table"]}) from None
            time.sleep(uniform(0.02, 0.2))  # noqa: S311 (no secret)
        else:
            return began


def _swap(conn: Connection, package: str, flip: dict[str, Any], undo: dict[str, Any]) -> None:
    resources = flip["resources"]
    tables = [resource for resource, found in resources.items() if found["table"]]
    for resource in resources:
        database.lock(conn, resource)
    old = note(conn, "previous", package) or {"resources": {}}
    if flip["change"].get("at") not in {None, old.get("at")}:
        raise _another()
    swap.hold(conn, tables)
    kept = {}
    for resource, found in resources.items():
        count = swap.counted(conn, resource)
        turn = swap.switch if flip["place"] == files.NEW else swap.back
        had = found["table"] and turn(conn, resource, found["rows"])
        kept[resource] = {"table": found["table"], "had": had, "rows": count, "file": files.path(resource).exists()}
    flip["stale"] = sorted({*old["resources"], *resources} if not flip["keep"] else old["resources"].keys() - resources)
    database.forget(conn, "load", *resources)
    if flip["keep"]:
        write(conn, "previous", package, package, {"at": time.time(), "undo": undo, "resources": kept})
    else:
        database.forget(conn, "previous", package)
    write(conn, "switch", package, package, flip)


def _complete(context: Context, package: str, flip: dict[str, Any]) -> float:
    """Everything after the tables; each of it may have been done before. Returns when readers had all of it."""
    for resource, found in flip["resources"].items():
        if found["file"]:
            files.switch(resource, flip["place"])
    metadata.commit()
    done = time.monotonic()
    metadata.announce(context, package)
    _tidy(package, flip)
    return done


def _tidy(package: str, flip: dict[str, Any]) -> None:
    with transaction() as conn:
        for resource in [*flip["resources"], *flip["stale"]]:
            run(conn, f"DROP TABLE IF EXISTS {gone(resource)}")
            files.remove(resource, files.GONE, files.BACK, *([files.NEW] if flip["place"] == files.BACK else []))
        for resource in flip["stale"]:
            run(conn, f"DROP TABLE IF EXISTS {previous(resource)}")
            files.remove(resource, files.PREVIOUS)
        database.forget(conn, "switch", package)
    with suppress(Exception):  # it is not this package's
        sweep()


def forget(package: str) -> list[str]:
    """Remove tables and files that readers do not get: the previous and the next, and those of resources that are gone."""
    query = model.Session.query(model.Resource.id).filter_by(package_id=package, state=model.State.DELETED)
    gone_resources = {row.id for row in query}
    with transaction() as conn:
        kept = (note(conn, "previous", package) or {"resources": {}})["resources"]
        loads = database.notes(conn, "load", package)
        resources = sorted({*gone_resources, *kept, *loads})
        for resource in resources:
            database.lock(conn, resource)
            places = [database.new(resource), previous(resource), gone(resource)]
            for place in [*places, *([database.live(resource)] if resource in gone_resources else [])]:
                run(conn, f"DROP TABLE IF EXISTS {place} CASCADE")
        database.forget(conn, "previous", package)
        database.forget(conn, "load", *loads)
    for resource in resources:
        places = [files.NEW, files.NEW + "~", files.PREVIOUS, files.GONE, files.BACK]
        files.remove(resource, *places, *([""] if resource in gone_resources else []))
    return resources


def sweep() -> None:
    """Remove what belongs to packages that are no more, and what was loaded long ago and never switched to."""
    with transaction() as conn:
        owners = {found.package for found in run(conn, "SELECT DISTINCT package FROM terang_new.notes")}
        there = {row.id for row in model.Session.query(model.Package.id).filter(model.Package.id.in_(owners))}
        old = "kind = 'load' AND at < now() - make_interval(days => %s)"
        days = toolkit.config["ckanext.terang.keep_days"]
        query = f"SELECT kind, id, package, body FROM terang_new.notes WHERE package = ANY(%s) OR ({old})"
        for found in run(conn, query, sorted(owners - there), days).all():
            _remove(conn, found.kind, found.id)


def _remove(conn: Connection, kind: str, of: str) -> None:
    resources = [of] if kind == "load" else list((note(conn, kind, of) or {}).get("resources", ()))
    for resource in resources:
        if database.free(conn, resource):
            run(conn, f"DROP TABLE IF EXISTS {database.new(resource) if kind == 'load' else previous(resource)}")
            run(conn, f"DROP TABLE IF EXISTS {gone(resource)}")
            files.remove(resource, *([files.NEW, files.NEW + "~"] if kind == "load" else [files.PREVIOUS, files.GONE]))
    database.forget(conn, kind, of)
