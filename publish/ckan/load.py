"""Brings a DataStore table from what it is to what it should be: keyed changes, by one writer, counted once at the end."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from publish.ckan.client import Client, Missing
from publish.ckan.difference import INTERNAL, Difference, compare
from publish.ckan.readback import dump
from publish.ckan.steps import Basis
from publish.ckan.table import Table

ID_KEY: Final = ("id",)
JSON_HEADERS: Final = {"Content-Type": "application/json"}


def create(client: Client, table: Table) -> None:
    """Make the empty table; its indexes now, for they cost nothing while it is empty."""
    if _left_behind(client, table):
        drop(client, table)
    client.write(
        "datastore_create",
        resource_id=table.resource_id,
        force=True,  # a table beside an uploaded file is read-only for everybody else
        fields=[dict(field) for field in table.fields],
        primary_key=list(table.key),
        indexes=list(table.indexes),
    )


def _left_behind(client: Client, table: Table) -> bool:
    """Whether a table of this id is there: a dataset that is purged leaves its tables, and ids are for ever."""
    try:
        client.read("datastore_info", id=table.resource_id, resource_id=table.resource_id)
    except Missing:
        return False
    return True


def drop(client: Client, table: Table) -> None:
    """Remove the table with its rows."""
    client.write("datastore_delete", resource_id=table.resource_id, force=True)


def describe(client: Client, table: Table) -> None:
    """Write the data dictionary."""
    fields = [dict(field) for field in table.fields]
    client.write("datastore_create", resource_id=table.resource_id, force=True, fields=fields)


def change(client: Client, table: Table, basis: Basis, *, careful: bool, at: Callable[[str], None]) -> None:
    """Remove, change and add rows. `careful`: a lost request may still be adding rows, so adding must not clash."""
    with TemporaryDirectory() as folder:
        old = dump(client, table, Path(folder)) if basis.kind == "portal" else basis.path
        with compare(table, old) as difference:
            left = sum((difference.counts.added, difference.counts.changed, difference.counts.removed))
            for action, body, many in _requests(table, difference, careful=careful):
                left -= many
                count = b"true" if left == 0 else b"false"
                client.write_body(action, body.replace(b"@count@", count, 1), JSON_HEADERS)
                at("rows")


def _requests(table: Table, difference: Difference, *, careful: bool) -> Iterator[tuple[str, bytes, int]]:
    """Action, body and number of rows of each request, in order."""
    column = "id" if table.key == ID_KEY else INTERNAL
    for values in difference.removed(column):
        yield "datastore_delete", _body(table, filters=_some(column, values)), len(values)
    methods = {"changed": "upsert", "added": "upsert" if careful else "insert"}
    for which, method in methods.items():
        for records, many in difference.records(which):
            yield "datastore_upsert", _with_records(_body(table, method=method), records), many


def _some(column: str, values: list[Any]) -> dict[str, list[Any]]:
    """Never empty: CKAN takes a deletion without a filter as one of the whole table."""
    if not values or any(value is None for value in values):
        raise ValueError("a deletion names the rows it means")
    return {column: values}


def _body(table: Table, **data: Any) -> bytes:
    text = json.dumps({"resource_id": table.resource_id, "force": True, **data})
    return f'{{"calculate_record_count": @count@, {text[1:]}'.encode()


def _with_records(body: bytes, records: str) -> bytes:
    return body[:-1] + b', "records": ' + records.encode() + b"}"
