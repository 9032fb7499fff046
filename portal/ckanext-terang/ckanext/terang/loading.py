"""Takes a file in, checks it, and loads its table: at once, or as a job of the portal's worker that can be asked about."""

import time
from collections.abc import Callable
from typing import Any, BinaryIO

from ckan.plugins import toolkit
from ckanext.terang import database, files, staging
from ckanext.terang.database import transaction, write

EVERY_S = 0.5
FULL_TEXT = 8  # a table with full text takes about as long as one so many times its size
JOB_S = 6 * 3600


def receive(
    load: dict[str, Any], stream: BinaryIO | None, *, background: bool | None, instead: str | None = None
) -> dict[str, Any]:
    """Take the file in, and load its table now or later; returns what is noted of it. `instead`: of what, by its SHA-256."""
    if not load["table"] or not (_large(load) if background is None else background):
        return _load(load, stream, instead=instead)
    if stream is not None:
        load = _load({**load, "state": "queued"}, stream, table=False, instead=instead)
    else:
        _note({**load, "state": "queued"})
    toolkit.enqueue_job(
        job, [load["resource"], load["sha256"]],
        title=f"Terang: load {load['resource']}",
        queue=toolkit.config["ckanext.terang.queue"],
        rq_kwargs={"timeout": JOB_S},
    )  # fmt: skip
    return {**load, "state": "queued"}


def _large(load: dict[str, Any]) -> bool:
    size = load["size"] * (FULL_TEXT if load["table"].get("full_text") else 1)
    return bool(size >= toolkit.config["ckanext.terang.background_bytes"])


def job(resource: str, sha256: str) -> None:
    """Load what waits, unless somebody did or replaced it."""
    with transaction() as conn:
        load = database.note(conn, "load", resource)
    if load and load["sha256"] == sha256 and load["state"] == "queued":
        _load({**load, "state": "loading"}, None)


def status(package: str) -> dict[str, Any]:
    """What is loaded for a package, what can be taken back, and whether a switch was broken off."""
    with transaction() as conn:
        loads = database.notes(conn, "load", package)
        for resource, load in loads.items():
            if load["state"] == "loading" and not database.held(conn, resource):
                load["state"] = "broken"
        old = database.note(conn, "previous", package)
        unfinished = database.note(conn, "switch", package) is not None
    shown = {resource: {key: load[key] for key in load if key != "table"} for resource, load in loads.items()}
    kept = {"at": old["at"], "fields": old["undo"]["fields"], "resources": old["undo"]["resources"]} if old else None
    return {"loads": shown, "unfinished": unfinished, "previous": kept}


def _load(
    load: dict[str, Any], stream: BinaryIO | None, *, table: bool = True, instead: str | None = None
) -> dict[str, Any]:
    """Take in or read the file, and load its table; a failure is noted, and leaves no table."""
    resource, state = load["resource"], load["state"]
    try:
        with transaction() as conn:
            database.lock(conn, resource)
            if instead is not None and (database.note(conn, "load", resource) or {"sha256": ""})["sha256"] != instead:
                raise toolkit.ValidationError({"busy": ["another client loaded this resource meanwhile"]})
            _note({**load, "state": "loading"})
            began = time.monotonic()
            staging.drop(conn, resource)
            with files.received(resource, stream, _telling(load), load.get("of")) as source:
                wanted = staging.parse(load["table"]) if table else None
                found = staging.load(conn, resource, wanted, source) if wanted else {}
                _check(source, load)
            load = {**load, **found, "state": "ready" if state == "loading" else state, "size": source.size}
            load["seconds"] = round(time.monotonic() - began, 3)
            write(conn, "load", resource, load["package"], load)
    except toolkit.ValidationError as error:
        if "busy" not in error.error_dict:
            _note({**load, "state": "failed", "error": error.error_dict})
        raise
    return load


def _check(source: files.Source, load: dict[str, Any]) -> None:
    if source.finish() != load["sha256"]:
        raise toolkit.ValidationError({"sha256": ["the file has another SHA-256"]})


def _telling(load: dict[str, Any]) -> Callable[[int], None]:
    """Notes how far the file was read, twice a second."""
    last = time.monotonic()

    def tell(size: int) -> None:
        nonlocal last
        if time.monotonic() - last > EVERY_S:
            last = time.monotonic()
            _note({**load, "state": "loading", "read": size})

    return tell


def _note(load: dict[str, Any]) -> None:
    with transaction() as conn:
        write(conn, "load", load["resource"], load["package"], load)
