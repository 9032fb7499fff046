"""Brings a DataStore table from what it is to what it should be: keyed changes, by one writer, counted once at the end."""

import json
from collections.abc import Callable, Collection, Iterator
from typing import Any, Final

from publish.ckan.client import Client, Missing
from publish.ckan.difference import INTERNAL, Difference, compare, scratch
from publish.ckan.readback import dump
from publish.ckan.steps import Basis
from publish.ckan.table import Table

ID_KEY: Final = ("id",)
JSON_HEADERS: Final = {"Content-Type": "application/json"}


def create(client: Client, table: Table, *, careful: bool, at: Callable[[str], None]) -> None:
    """Make the table with its rows. The first rows come in the same request, so that nobody finds it empty for longer.

    `careful`: a lost request may still be making it, so rows come afterwards, and adding them must not clash.
    """
    if _there(client, table):
        client.write("datastore_delete", resource_id=table.resource_id, force=True)
    with compare(table, None) as difference:
        chunks = difference.records("added")
        first = None if careful else next(chunks, None)
        body = _body(table, fields=_fields(table), primary_key=list(table.key), indexes=list(table.indexes))
        client.write_body("datastore_create", _with_records(body, first) if first else body, JSON_HEADERS)
        at("table")
        for records in chunks:
            body = _body(table, method="upsert" if careful else "insert")
            client.write_body("datastore_upsert", _with_records(body, records), JSON_HEADERS)
            at("rows")


def _there(client: Client, table: Table) -> bool:
    """Whether a table of this id is there: other columns, or left behind by a dataset that was purged."""
    try:
        client.read("datastore_info", id=table.resource_id, resource_id=table.resource_id)
    except Missing:
        return False
    return True


def alter(client: Client, table: Table, kept: Collection[str]) -> None:
    """Give the table its columns and leave its rows: other columns go, then the new ones come, empty, at the end."""
    fields = _fields(table)
    wanted = {"resource_id": table.resource_id, "force": True}
    stay = [field for field in fields if field["id"] in kept]
    client.write("datastore_create", **wanted, fields=stay, delete_fields=True)
    if len(stay) < len(fields):
        client.write("datastore_create", **wanted, fields=fields, indexes=list(table.indexes))


def describe(client: Client, table: Table) -> None:
    """Write the data dictionary."""
    client.write("datastore_create", resource_id=table.resource_id, force=True, fields=_fields(table))


def _fields(table: Table) -> list[dict[str, Any]]:
    return [dict(field) for field in table.fields]


def change(client: Client, table: Table, basis: Basis, *, careful: bool, at: Callable[[str], None]) -> None:
    """Remove, change and add rows. `careful`: a lost request may still be adding rows, so adding must not clash."""
    read = basis.kind in {"portal", "alter"}
    with scratch(table) as folder:
        old = dump(client, table, folder) if read else basis.path
        with compare(table, old, without=() if basis.kind == "alter" else None) as difference:
            for action, body in _requests(table, difference, careful=careful):
                client.write_body(action, body, JSON_HEADERS)
                at("rows")


def _requests(table: Table, difference: Difference, *, careful: bool) -> Iterator[tuple[str, bytes]]:
    """Action and body of each request, in order.

    Rows with an id are added before others go: readers find some too many rather than too few. Rows without one may
    have a NULL in their key, and their older copy must be gone first, or a killed run could not tell the two apart.
    """
    has_id = table.key == ID_KEY
    removals = (
        ("datastore_delete", _body(table, filters=_some("id" if has_id else INTERNAL, values)))
        for values in difference.removed("id" if has_id else INTERNAL)
    )
    if not has_id:
        yield from removals
    # CKAN's upsert leaves a row's word index as it was: a name that was redacted would still be found; update does not
    methods = {"changed": "update", "added": "upsert" if careful else "insert"}
    for which, method in methods.items():
        for records in difference.records(which):
            yield "datastore_upsert", _with_records(_body(table, method=method), records)
    if has_id:
        yield from removals


def _some(column: str, values: list[Any]) -> dict[str, list[Any]]:
    """Never empty: CKAN takes a deletion without a filter as one of the whole table."""
    if not values or any(value is None for value in values):
        raise ValueError("a deletion names the rows it means")
    return {column: values}


def _body(table: Table, **data: Any) -> bytes:
    """A request. Without a count of rows: CKAN then drops the one that it keeps, and the next reader's is right.

    `true`, or its default, would keep what a reader was told between two of our requests.
    """
    wanted = {"resource_id": table.resource_id, "force": True, "calculate_record_count": False}
    return json.dumps({**wanted, **data}).encode()


def _with_records(body: bytes, records: str) -> bytes:
    return body[:-1] + b', "records": ' + records.encode() + b"}"
