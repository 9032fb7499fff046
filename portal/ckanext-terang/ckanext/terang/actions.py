"""The actions of the API, and who may call them. What they do is in `loading` and `flip`."""

import json
import re
from pathlib import Path
from typing import Any

from ckan import model
from ckan.lib import uploader
from ckan.lib.munge import munge_filename
from ckan.plugins import toolkit
from ckan.types import AuthResult, Context
from ckanext.terang import VERSION, database, files, flip, loading, metadata, staging

UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
DIGEST = re.compile(r"[0-9a-f]{64}")


@toolkit.side_effect_free
def terang_capabilities(context: Context, data_dict: dict[str, Any]) -> dict[str, Any]:
    """What this extension can do here. Anyone may ask.

    :returns: ``version``; ``load``, whether files and tables can be loaded; ``why_not`` where they can't; ``types`` of
        columns; ``forget``, whether there is ``terang_forget``; ``max_bytes`` of a file; ``background_bytes``, from which on a file is loaded in the background;
        ``full_text_rows``, up to which the full-text index is advised
    """
    toolkit.check_access("terang_capabilities", context, data_dict)
    why_not = "" if files.supported() else "the portal's files are not in a folder of its own"
    return {
        "version": VERSION,
        "load": not why_not,
        "why_not": why_not,
        "types": sorted(staging.TYPES),
        "forget": True,
        "max_bytes": uploader.get_max_resource_size() << 20,
        "background_bytes": toolkit.config["ckanext.terang.background_bytes"],
        "full_text_rows": toolkit.config["ckanext.terang.full_text_rows"],
    }


def terang_load(context: Context, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Take in the next file of a resource, and load its table from exactly this file. Readers see nothing of it yet.

    Loading again replaces what was loaded. An editor of the dataset's organisation may do it.

    :param id: the dataset
    :param resource: the id of the resource; one that does not exist yet is made by the switch
    :param sha256: the file's SHA-256, which is checked
    :param upload: the file; without it, the one that was taken in before is loaded
    :param of: instead of a file, the id of a resource of the dataset whose file readers get now, if it is this one (optional)
    :param name: the file's name (optional, default: the one it is sent with)
    :param table: the DataStore table, as JSON: ``fields`` as of ``datastore_create`` (id, type, info), ``key`` (columns
        that name a row), ``indexes`` (lists of columns), ``full_text`` (whether all words are indexed; slow), ``unguard``
        (whether texts that begin with an apostrophe before = + - @ tab or CR lose it). Without it, the resource's table
        stays as it is (optional)
    :param background: whether the portal's worker does it (optional, default: when the file is large)
    :param tag: any text, returned by ``terang_status`` (optional)
    :param instead: the SHA-256 of what ``terang_status`` says is loaded for this resource, empty for nothing; where it is
        something else by now, another client is at work, and nothing is done (optional)

    :returns: ``state`` (``ready``, or ``queued``: ask ``terang_status``), ``rows``, ``sums`` of number columns as text,
        ``size``, ``seconds``
    """
    package = _package(context, "terang_load", data_dict)
    flip.repair(context, package)
    resource = _resource(package, data_dict)
    digest = str(data_dict.get("sha256", ""))
    if not DIGEST.fullmatch(digest):
        raise toolkit.ValidationError({"sha256": ["64 digits from 0 to f"]})
    table, upload = data_dict.get("table"), data_dict.get("upload") or None
    if upload is not None and not hasattr(upload, "stream"):
        raise toolkit.ValidationError({"upload": ["not a file"]})
    staging.parse(table)
    of = _resource(package, {"resource": data_dict["of"]}) if data_dict.get("of") else None
    load = {
        "resource": resource,
        "package": package,
        "sha256": digest,
        "name": munge_filename(data_dict.get("name") or getattr(upload, "filename", "") or "data"),
        "size": _size(files.path(of) if of else files.path(resource, files.NEW), upload),
        "of": of,
        "table": json.loads(table) if isinstance(table, str) else table,
        "tag": str(data_dict.get("tag", "")),
        "state": "loading",
    }
    instead = data_dict.get("instead")
    background = data_dict.get("background")
    done = loading.receive(
        load,
        upload.stream if upload else None,
        background=None if background is None else toolkit.asbool(background),
        instead=None if instead is None else str(instead),
    )
    return {key: value for key, value in done.items() if key not in {"table", "of"}}


def terang_status(context: Context, data_dict: dict[str, Any]) -> dict[str, Any]:
    """What is loaded for a dataset. Who may load may ask.

    :param id: the dataset

    :returns: ``loads`` by resource, each with its ``state`` (``queued``, ``loading`` with bytes ``read``, ``ready``,
        ``failed`` with its ``error``, ``broken`` when nobody works on it any more), ``sha256`` and ``tag``;
        ``unfinished``, whether a switch was broken off, which the next call carries on; ``previous``, the release to go
        back to: since when it is (``at``, seconds of Unix time), and what of the metadata would be other then (``fields``
        of the dataset; ``resources`` by id, None for one that was not there)
    """
    return loading.status(_package(context, "terang_status", data_dict))


def terang_switch(context: Context, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Show readers a new release: files, tables and metadata change together.

    The release before stays, to be taken back. What a crash left half done is carried on first; without ``files`` that is
    all that is done. An editor of the dataset's organisation may do it.

    :param id: the dataset
    :param files: resource id to the SHA-256 that was loaded, of all files to switch to
    :param keep: whether the release before can be taken back (optional, default: true)
    :param match, filter, update, update__resources__ID...: changes of the metadata, as of ``package_revise``; URL, size,
        hash and date of the switched files are set here

    :returns: ``package``; ``window_ms``, for how long tables and metadata were not of the same release
    """
    package = _package(context, "terang_switch", data_dict)
    repaired = flip.repair(context, package)
    wanted = data_dict.pop("files", None)
    keep = toolkit.asbool(data_dict.pop("keep", True))
    if not wanted:
        return {"repaired": repaired}
    loads = _ready(package, wanted)
    revision = {key: value for key, value in data_dict.items() if key != "id"}
    return flip.switch(context, package, {"revise": metadata.with_files(revision, loads)}, loads, keep=keep)


def terang_rollback(context: Context, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Take the last switch back: files, tables and all metadata that it changed. Taken back again, it is made anew.

    What was loaded for the next release is dropped. An editor of the dataset's organisation may do it.

    :param id: the dataset
    :param at: which release to go back to, as ``terang_status`` tells; where it is another one by now, nothing is done
        (optional)

    :returns: as of ``terang_switch``
    """
    package = _package(context, "terang_rollback", data_dict)
    flip.repair(context, package)
    return flip.rollback(context, package, at=data_dict.get("at"))


def terang_forget(context: Context, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Remove for good what is kept of earlier states of a dataset, as after a takedown; readers see no difference.

    These are the release that could be taken back, loads that were not switched to, tables and files of resources that
    the dataset no longer has, and what the activity stream keeps of its earlier metadata: of each activity who, when and
    what kind stays. An editor of the dataset's organisation may do it.

    :param id: the dataset

    :returns: ``removed``, the ids of the resources of which something was removed or looked for; ``activities``, how many
        were emptied
    """
    package = _package(context, "terang_forget", data_dict)
    flip.repair(context, package)
    return {"removed": flip.forget(package), "activities": metadata.forget_activities(package)}


def _package(context: Context, action: str, data_dict: dict[str, Any]) -> str:
    """The id of the dataset, which this user may change."""
    toolkit.get_or_bust(data_dict, "id")
    toolkit.check_access(action, context, data_dict)
    found = model.Package.get(data_dict["id"])
    if found is None or found.state == model.State.DELETED:
        raise toolkit.ObjectNotFound("dataset")
    return str(found.id)


def _resource(package: str, data_dict: dict[str, Any]) -> str:
    """The id of a resource, which is this dataset's or nobody's."""
    resource = str(toolkit.get_or_bust(data_dict, "resource"))
    found = model.Resource.get(resource)
    with database.transaction() as conn:
        load = database.note(conn, "load", resource)
    owners = {found.package_id if found else package, load["package"] if load else package}
    if not UUID.fullmatch(resource) or owners != {package}:
        raise toolkit.ValidationError({"resource": ["not a resource of this dataset"]})
    return resource


def _size(waiting: Path, upload: Any) -> int:
    if upload is None:
        return waiting.stat().st_size if waiting.exists() else 0
    end = upload.stream.seek(0, 2)
    upload.stream.seek(0)
    return int(end)


def _ready(package: str, wanted: Any) -> dict[str, Any]:
    """What was loaded for these resources, if it is what is wanted."""
    try:
        digests = dict(json.loads(wanted) if isinstance(wanted, str) else wanted)
    except (ValueError, TypeError):
        raise toolkit.ValidationError({"files": ["resource id to SHA-256"]}) from None
    with database.transaction() as conn:
        loads = database.notes(conn, "load", package)
    found = {id_: loads.get(id_) for id_ in digests}
    wrong = {
        id_: ["not loaded" if load is None else f"{load['state']}, with another SHA-256" if ready else load["state"]]
        for id_, load in found.items()
        if not (ready := load is not None and load["state"] == "ready") or load["sha256"] != digests[id_]
    }
    if wrong:
        raise toolkit.ValidationError({"files": wrong})
    return found  # type: ignore[return-value]


@toolkit.auth_allow_anonymous_access
def allowed(context: Context, data_dict: dict[str, Any]) -> AuthResult:  # noqa: ARG001 (the signature of auth functions)
    """Anyone."""
    return {"success": True}


def editor(context: Context, data_dict: dict[str, Any]) -> AuthResult:
    """Who may change the dataset."""
    return toolkit.check_access("package_update", context, {"id": data_dict["id"]}) and {"success": True}


ACTIONS = {
    action.__name__: action
    for action in (terang_capabilities, terang_load, terang_status, terang_switch, terang_rollback, terang_forget)
}
AUTH = {name: allowed if name == "terang_capabilities" else editor for name in ACTIONS}
