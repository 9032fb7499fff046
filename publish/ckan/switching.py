"""The loader for portals with ckanext-terang: each file is sent once, its table is made from it, then all is switched.

Nothing is seen before the switch. What was sent before a run was broken off is not sent again.
"""

import hashlib
import json
import logging
import time
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import Any, Final

from assets.errors import PortalError, PortalMismatch
from publish.ckan.capabilities import Extension
from publish.ckan.client import Client, Rejected, Unclear
from publish.ckan.difference import compare
from publish.ckan.resources import Resource
from publish.ckan.revise import Revision, moved
from publish.ckan.table import Table

log = logging.getLogger(__name__)

ASK_S: Final = 0.25
QUEUE_S: Final = 20.0  # a worker that does not begin by then does not run: the portal is asked to load at once
TAKEN: Final = frozenset({"busy", "files", "match"})
WORKING: Final = frozenset({"queued", "loading"})


def carry_on(client: Client, package: str) -> None:
    """End a switch that was broken off."""
    client.write("terang_switch", id=package)


def load(
    client: Client, package: str, resources: Iterable[Resource], tables: Mapping[str, Table], *, able: Extension,
    shown: Mapping[str, str], at: Callable[[str], None] = lambda _: None,
) -> None:  # fmt: skip
    """Send files, and make the tables of those that have one; raises `PortalMismatch` where one holds something else.

    A file that readers get already, as the earlier version of another resource, is not sent: `shown` is SHA-256 to id.
    """
    known = _loads(client, package)
    for resource in resources:
        table = tables.get(resource.id)
        asked = _asked(package, resource, _spec(table, able) if table else None)
        found = known.get(resource.id, {})
        if _same(found, asked) and found["state"] in {"ready", *WORKING}:
            log.info("%s: %s was sent before", client.dataset, resource.path.name)
        else:
            asked_now = {**asked, "instead": found.get("sha256", "")}
            found = _sent(client, package, resource, asked_now, of=shown.get(resource.sha256))
        if table:
            _check(client, table, _awaited(client, package, resource, asked, found))
        at("sent")


def switch(client: Client, revision: Revision, files: Mapping[str, str]) -> None:
    """Show readers these files (id to SHA-256), their tables and the new metadata, all at once."""
    try:
        client.write("terang_switch", id=revision.package, files=dict(files), **revision.flat())
    except Rejected as error:
        raise _taken(client, error) from None


def _spec(table: Table, able: Extension) -> str:
    wanted = {
        "fields": [dict(field) for field in table.fields],
        "key": list(table.key),
        "indexes": list(table.indexes),
        "full_text": table.rows <= able.full_text_rows,
        "unguard": True,  # our CSV guards texts against spreadsheets: publish/formats/csv.py
    }
    return json.dumps(wanted, ensure_ascii=False)


def _asked(package: str, resource: Resource, spec: str | None) -> dict[str, str]:
    asked = {"id": package, "resource": resource.id, "sha256": resource.sha256, "name": resource.path.name}
    tag = hashlib.sha256((spec or "").encode()).hexdigest()
    return {**asked, "tag": tag, **({"table": spec} if spec else {})}


def _same(found: Mapping[str, Any], asked: Mapping[str, str]) -> bool:
    return all(found.get(name) == asked[name] for name in ("sha256", "tag"))


def _loads(client: Client, package: str) -> dict[str, Any]:
    found: dict[str, Any] = client.read("terang_status", id=package)["loads"]
    return found


def _sent(
    client: Client, package: str, resource: Resource, asked: Mapping[str, str], *, of: str | None
) -> dict[str, Any]:
    """Send the file, or say of which resource it is. When the answer is lost, the portal may still be loading, and tells."""
    answer: dict[str, Any]
    try:
        if of:
            answer = client.write("terang_load", **asked, of=of)
        else:
            answer = client.write_files("terang_load", asked, {"upload": resource.path})
    except Unclear:
        answer = _loads(client, package).get(resource.id, {})
        if not _same(answer, asked) or answer["state"] not in {"ready", *WORKING}:
            raise
    except Rejected as error:
        if of and not error.fields & TAKEN:
            return _sent(client, package, resource, {**asked, "instead": asked["sha256"]}, of=None)
        raise _taken(client, error) from None
    return answer


def _awaited(
    client: Client, package: str, resource: Resource, asked: Mapping[str, str], found: Mapping[str, Any]
) -> Mapping[str, Any]:
    """The load when it is ready; one that waits in vain for the portal's worker is done at once."""
    began, told = time.monotonic(), 0.0
    while found["state"] in WORKING:
        if found["state"] == "queued" and time.monotonic() - began > QUEUE_S:
            log.warning("%s: the portal's worker does not run; loading without it", client.dataset)
            return dict(client.write("terang_load", **asked, background=False))
        if time.monotonic() - told > QUEUE_S:
            told = time.monotonic()
            log.info("%s: loading, %s of %s bytes", client.dataset, found.get("read", 0), found.get("size"))
        time.sleep(ASK_S)
        found = _loads(client, package).get(resource.id, {"state": "gone"})
    if found["state"] != "ready" or not _same(found, asked):
        raise PortalError(
            "the portal could not load the table",
            dataset=client.dataset,
            where=client.portal.url,
            found=json.dumps(found.get("error") or found["state"], ensure_ascii=False),
            next=f"run again: terang publish {client.dataset}; if it stays, ask the portal's operator",
        )
    return found


def _check(client: Client, table: Table, found: Mapping[str, Any]) -> None:
    """Count and sums of what the portal loaded, against the release."""
    with compare(table, None) as difference:
        rows, sums = difference.counts.after, difference.sums("new")
    shown = {name: Decimal(found["sums"].get(name, "NaN")) for name in sums}
    wrong = [name for name, total in sums.items() if shown[name] != total]
    if found["rows"] != rows or wrong:
        raise PortalMismatch(
            "the portal made another table of the file",
            dataset=client.dataset,
            column=wrong[0] if wrong else None,
            where=client.portal.url,
            found=f"{shown[wrong[0]]:f}" if wrong else str(found["rows"]),
            allowed=f"{sums[wrong[0]]:f}" if wrong else str(rows),
            next="readers still have the release before; report it to the makers of ckanext-terang",
        )


def _taken(client: Client, error: Rejected) -> Exception:
    """Somebody else changed or loads this dataset; everything else stays what it is."""
    if not error.fields & TAKEN:
        return error
    return moved(client, ", ".join(sorted(error.fields & TAKEN)))
