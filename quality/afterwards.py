"""After publishing: G2 and G4 once more, over the very bytes that the public is sent. A gate that crashes has not passed.

What stands on the portal's pages that are of no dataset is the portal's own, and left out by the caller.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, NamedTuple

import duckdb
import pyarrow as pa

from assets import sql
from assets.contract import Contract
from assets.settings import Settings
from assets.store import Store, store_of
from assets.table import ID
from quality.gates import changed, pages
from quality.gates.documents import Reader, leaves
from quality.gates.evidence import Evidence, Material
from quality.gates.files import Table, tables
from quality.gates.known import NAME as KNOWN
from quality.gates.known import hits, is_open, learned
from quality.gates.scan import NAME as SCANNED
from quality.gates.scan import scan_files
from quality.verdict import ask

TABLES: Final = frozenset({".csv", ".parquet", ".xlsx", ".jsonl"})
ROW_NUMBER: Final = "_id"
LEDGER: Final = "ledger.jsonl"


@dataclass(frozen=True, kw_only=True, slots=True)
class Public:
    """What the public was sent: files, JSON documents and texts of pages, each by where it stands."""

    files: tuple[Path, ...]
    documents: Mapping[str, Any]
    texts: Mapping[str, tuple[str, ...]]


class Cells(NamedTuple):
    """Cells that are looked at: where they stand, for people and for SQL, and whether their words are looked at too."""

    place: str
    source: str
    cell: str
    inside: bool


def look_again(public: Public, contract: Contract, settings: Settings) -> tuple[Evidence, ...]:
    """The evidence of both gates; that of the second is missing where the extract is not at hand any more."""

    def scan(_: Material) -> Evidence:
        return _scanned(public, contract)

    def recognise(material: Material) -> Evidence:
        return _recognised(public, contract, material.store)

    store = store_of(contract.name, settings)
    material = Material(contract=contract, store=store, settings=settings)
    return tuple(ask(gate, material) for gate in ((scan, recognise) if store.raw.is_file() else (scan,)))


def _scanned(public: Public, contract: Contract) -> Evidence:
    reader = Reader(contract)
    found: dict[str, int] = scan_files(public.files, contract).facts["suspect values by place"]
    said = {place: reader.document(document) for place, document in public.documents.items()}
    known = [text for one in public.documents.values() for _, text in leaves(one)]
    said |= {place: reader.lines("\n".join(pages.without(t, known))) for place, t in public.texts.items()}
    found |= {f"{place}: {key}": count for place, keys in said.items() for key, count in keys.items()}
    return Evidence(name=SCANNED, passed=not found, facts={"suspect values by place": found})


def _recognised(public: Public, contract: Contract, store: Store) -> Evidence:
    found: dict[str, int] = {}
    with learned(contract, store, public.files) as (connection, count):
        for cells in _cells(connection, public, contract):
            found |= _met(connection, cells)
    return Evidence(name=KNOWN, passed=not found, facts={"identifiers": count, "suspect values by place": found})


def _met(connection: duckdb.DuckDBPyConnection, cells: Sequence[Cells]) -> dict[str, int]:
    """Where known persons stand: all is asked at once, and place by place only where there is something."""
    found: dict[str, int] = {}
    for inside in (True, False):
        some = [one for one in cells if one.inside is inside]
        together = " UNION ALL ".join(f"SELECT CAST({one.cell} AS VARCHAR) AS cell FROM {one.source}" for one in some)
        if some and hits(connection, f"({together})", "cell", inside=inside):
            for one in some:
                source = f"(SELECT CAST({one.cell} AS VARCHAR) AS cell FROM {one.source})"
                if rows := hits(connection, source, "cell", inside=inside):
                    found[one.place] = found.get(one.place, 0) + rows
    return found


def _cells(connection: duckdb.DuckDBPyConnection, public: Public, contract: Contract) -> Iterator[list[Cells]]:
    """The cells of each table, and all texts outside tables. Looked inside is every one but an organisation's name."""
    inside = {column.name: column.class_ != "org_id" for column in contract.public_columns}
    for path in public.files:
        for table in _tables(connection, path):
            sources = changed.relations(table.source, _names(connection, table.source), inside) or [table.source]
            yield [
                Cells(f"{path.name}: {table.place}{column}", source, sql.name(column), inside.get(column, True))
                for source in sources
                for column in _open(_names(connection, source), contract)
            ]
    said = [(place, text) for place, texts in _texts(public) for text in texts]
    places = list(dict.fromkeys(place for place, _ in said))
    connection.register("said", pa.Table.from_pylist([{"place": place, "text": text} for place, text in said]))
    yield [
        Cells(place, f"(SELECT text FROM said WHERE place = {sql.text(place)})", "text", inside=True)
        for place in places
    ]


def _open(columns: Iterable[str], contract: Contract) -> Iterator[str]:
    """The columns whose words no list or pattern names, and every one that is not declared."""
    closed = {column.name for column in contract.public_columns if not is_open(column)}
    return (column for column in columns if column not in {*closed, ID, ROW_NUMBER})


def _tables(connection: duckdb.DuckDBPyConnection, path: Path) -> Iterator[Table]:
    return tables(connection, path) if path.suffix in TABLES and path.name != LEDGER else iter(())


def _names(connection: duckdb.DuckDBPyConnection, source: str) -> list[str]:
    return [row[0] for row in connection.execute(f"DESCRIBE SELECT * FROM {source}").fetchall()]


def _texts(public: Public) -> Iterator[tuple[str, list[str]]]:
    """Every text outside a table, by where it stands."""
    for path in public.files:
        if path.name == LEDGER or path.suffix not in TABLES:
            lines = path.read_text(encoding="utf-8").splitlines()
            documents = [json.loads(line) for line in lines] if path.name == LEDGER else []
            documents = [json.loads("\n".join(lines))] if path.suffix == ".json" else documents
            yield path.name, [text for one in documents for _, text in leaves(one)] or lines
    for place, document in public.documents.items():
        by_key: dict[str, list[str]] = {}
        for key, text in leaves(document):
            by_key.setdefault(key, []).append(text)
        yield from ((f"{place}: {key}", texts) for key, texts in by_key.items())
    yield from ((place, list(texts)) for place, texts in public.texts.items())
