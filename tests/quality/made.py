"""A small contract and files in the form that extraction leaves, for the tests of this room. All values are invented."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from assets.contract import Contract
from assets.settings import Settings
from assets.sources.source import REJECTS
from assets.store import Store, sha256, store_of, write_json
from assets.types import arrow_type

TEXT = {"en": "words"}


def column(name: str, kind: str = "string", class_: str = "public", **options: Any) -> dict[str, Any]:
    """A column of a contract."""
    return {"name": name, "type": kind, "class": class_, "label": TEXT, **options}


def contract(*columns: dict[str, Any], name: str = "spending", **options: Any) -> Contract:
    """A contract of these columns, keyed by the first one."""
    document = {
        "name": name,
        "title": TEXT,
        "summary": TEXT,
        "publisher": {"name": "Office", "contact": "data@example.org"},
        "license": "CC0-1.0",
        "source": {"kind": "csv", "connection": "drop", "path": "*.csv"},
        "key": [columns[0]["name"]],
        "columns": list(columns),
    }
    return Contract.model_validate({**document, **options})


def settings(root: Path) -> Settings:
    """Settings whose folders lie under `root`."""
    return Settings(root=root)


def raw(
    asked: Contract, where: Settings, rows: Sequence[Mapping[str, Any]], rejects: Sequence[Mapping[str, str]] = ()
) -> Store:
    """Write the rows and rejects of a dataset as extraction would."""
    store = store_of(asked.name, where)
    fields = [pa.field(c.name, arrow_type(c.type)) for c in asked.raw_columns]
    table = pa.Table.from_pylist([{f.name: row.get(f.name) for f in fields} for row in rows], pa.schema(fields))
    table = table.append_column("_row", pa.array(range(len(rows)), pa.int64()))
    table = table.append_column("_line", pa.array([f"file.csv:{i + 2}" for i in range(len(rows))], pa.string()))
    pq.write_table(table, store.raw)
    pq.write_table(pa.Table.from_pylist(list(rejects), REJECTS), store.rejects)
    receipt = {"rows": len(rows), "rejects": len(rejects), "sha256": sha256(store.raw)}
    write_json(store.receipt, receipt)
    return store


def reject(line: str, rule: str, column: str, record: Mapping[str, str]) -> dict[str, str]:
    """A row that could not be typed."""
    return {"_line": line, "rule": rule, "column": column, "record": json.dumps(record)}
