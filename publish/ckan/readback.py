"""Reads back what the portal shows and compares it with what was released; a difference raises `PortalMismatch`."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from assets.errors import PortalMismatch
from publish.ckan.client import Client
from publish.ckan.difference import compare, scratch
from publish.ckan.resources import Resource
from publish.ckan.table import Table

SAMPLE: Final = 20
ONE_BY_ONE: Final = 5  # rows without an id are asked for one at a time
BOOLEANS: Final = {"t": "true", "f": "false"}


def dump(client: Client, table: Table, folder: Path) -> Path:
    """The portal's table as it is now, as a CSV file with the portal's `_id`: exact, which its JSON is not."""
    path = folder / "table.csv"
    with path.open("wb") as file:
        client.download(f"{client.portal.url}/datastore/dump/{table.resource_id}?bom=false", file)
    return path


def check_table(client: Client, table: Table) -> None:
    """Every row of the portal's table against the released file: count, exact sum of each measure, and contents."""
    with scratch(table) as folder, compare(table, dump(client, table, folder)) as difference:
        counts, before, after = difference.counts, difference.sums("old"), difference.sums("new")
    if counts.before != counts.after:
        raise _mismatch(client, "other count of rows", str(counts.before), str(counts.after))
    for column, total in after.items():
        if before[column] != total:
            raise _mismatch(client, f"other sum of {column}", f"{before[column]:f}", f"{total:f}", column=column)
    if counts:
        found = f"{counts.added} rows missing, {counts.changed} other, {counts.removed} too many"
        raise _mismatch(client, "other rows", found, f"{counts.after} rows")


def check_changed(client: Client, table: Table, old: Path) -> None:
    """The rows that came, changed or went since `old`, and the count of all: the others were compared when they were written.

    For rows with an id: a whole table is read only where many of its rows changed.
    """
    key, wrong, left = list(table.types).index(table.key[0]), 0, 0
    with compare(table, old) as difference:
        rows = difference.counts.after
        for wanted in (*difference.rows("added"), *difference.rows("changed")):
            shown = {tuple(row) for row in _ask(client, table, {table.key[0]: [row[key] for row in wanted]})}
            wrong += sum(row not in shown for row in wanted)
        for ids in difference.removed(table.key[0]):
            left += len(_ask(client, table, {table.key[0]: ids}))
    if wrong or left:
        raise _mismatch(client, "other rows", f"{wrong} rows missing or other, {left} too many", f"{rows} rows")
    found = client.read("datastore_search", resource_id=table.resource_id, limit=0)["total"]
    if found != rows:
        raise _mismatch(client, "other count of rows", str(found), str(rows))


def check_sample(client: Client, table: Table, seed: int) -> int:
    """Some rows, asked for as a reader of the API would; returns how many were compared."""
    with compare(table, None) as difference:
        rows = difference.sample(SAMPLE if len(table.key) == 1 else ONE_BY_ONE, seed)
    if not rows:
        return 0
    names = list(table.types)
    wanted = [dict(zip(names, row, strict=True)) for row in rows]
    found = [_ask(client, table, filters) for filters in _filters(table, wanted)]
    shown = {tuple(row) for part in found for row in part}
    missing = sum(tuple(row.values()) not in shown for row in wanted)
    if missing:
        raise _mismatch(client, "rows of a sample read otherwise", f"{missing} of {len(rows)} rows", "all the same")
    return len(rows)


def _filters(table: Table, rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """One question for all rows where the key is one column, one for each row where not; CKAN can't ask for NULL."""
    if len(table.key) == 1:
        return [{table.key[0]: [row[table.key[0]] for row in rows]}]
    return [{name: row[name] for name in table.key if row[name] is not None} for row in rows]


def _ask(client: Client, table: Table, filters: Mapping[str, Any]) -> list[list[str | None]]:
    answer = client.read(
        "datastore_search",
        resource_id=table.resource_id,
        filters=dict(filters),
        fields=list(table.types),
        limit=1000,
        records_format="csv",  # numbers as they are; JSON would make them floats
        include_total=False,
    )
    kinds = list(table.types.values())
    lines = csv.reader(io.StringIO(answer["records"], newline=""))
    return [[_canonical(text, kind) for text, kind in zip(line, kinds, strict=True)] for line in lines if line]


def _canonical(text: str, kind: str) -> str | None:
    if text == "":
        return None
    if kind == "datetime":
        moment = datetime.fromisoformat(text)
        return str(round(moment.timestamp() * 1_000_000))
    return BOOLEANS.get(text.lower(), text.lower()) if kind == "boolean" else text


def check_files(client: Client, package: str, resources: Iterable[Resource]) -> list[Resource]:
    """The resources whose file, downloaded, is not the released one."""
    shown = {entry["id"]: entry for entry in client.read("package_show", id=package)["resources"]}
    return [resource for resource in resources if not _same_file(client, package, resource, shown.get(resource.id))]


def _same_file(client: Client, package: str, resource: Resource, shown: Mapping[str, Any] | None) -> bool:
    if shown is None or shown.get("url_type") != "upload":
        return False
    name = str(shown["url"]).rpartition("/")[2]
    url = f"{client.portal.url}/dataset/{package}/resource/{resource.id}/download/{name}"
    return client.download(url) == resource.sha256


def anonymous(client: Client) -> "closing[Client]":
    """The same portal, as a reader without a name sees it."""
    return closing(Client(client.portal, dataset=client.dataset, anonymous=True))


def mismatched_files(client: Client, resources: Sequence[Resource]) -> PortalMismatch:
    """The error for files that read otherwise than they were sent."""
    names = ", ".join(resource.path.name for resource in resources)
    return _mismatch(client, "files read otherwise than they were sent", names, "their SHA-256 in SHA256SUMS")


def _mismatch(client: Client, sentence: str, found: str, allowed: str, column: str | None = None) -> PortalMismatch:
    return PortalMismatch(
        f"what the portal shows is not what was released: {sentence}",
        dataset=client.dataset,
        column=column,
        where=client.portal.url,
        found=found,
        allowed=allowed,
        next=f"run again: the portal's table and files are compared with the release (terang publish {client.dataset})",
    )
