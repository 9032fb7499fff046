"""A small office for the tests of reading: a folder, a contract and what was extracted. All values are invented."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from assets.contract import Contract
from assets.extract import extract
from assets.receipt import Receipt
from assets.settings import ConnectionSettings, Settings
from assets.store import store_of

TEXT = {"en": "words"}


def column(name: str, kind: str = "string", class_: str = "public", **options: Any) -> dict[str, Any]:
    """A column of a contract; nothing is demanded of its values."""
    return {"name": name, "type": kind, "class": class_, "label": TEXT, "required": False, **options}


def contract(source: Mapping[str, Any], *columns: dict[str, Any], name: str = "spending", **options: Any) -> Contract:
    """A contract of these columns, keyed by the first."""
    first, *others = columns
    document = {
        "name": name,
        "title": TEXT,
        "summary": TEXT,
        "publisher": {"name": "Office", "contact": "data@example.org"},
        "license": "CC0-1.0",
        "source": source,
        "key": [first["name"]],
        "columns": [{**first, "required": True}, *others],
    }
    return Contract.model_validate({**document, **options})


def settings(root: Path, **connections: str) -> Settings:
    """Settings of an office in `root`, whose drop folder is there too."""
    urls = {"drop": str(root), **connections}
    return Settings(root=root, connections={name: ConnectionSettings(url=url) for name, url in urls.items()})


def read(made: Contract, office: Settings) -> tuple[Receipt, pa.Table, pa.Table]:
    """Extract; the receipt, the rows, and the rejected ones."""
    receipt = extract(made, office)
    store = store_of(made.name, office)
    return receipt, pq.read_table(store.raw), pq.read_table(store.rejects)


def cells(table: pa.Table, *names: str) -> list[tuple[Any, ...]]:
    """Rows as tuples of these columns."""
    return list(zip(*(table[name].to_pylist() for name in names), strict=True))


def files(root: Path, texts: Mapping[str, bytes | str] | Sequence[tuple[str, bytes | str]]) -> None:
    """Write files."""
    for name, text in dict(texts).items():
        (root / name).write_bytes(text if isinstance(text, bytes) else text.encode())
