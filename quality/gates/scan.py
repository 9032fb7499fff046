"""G2: every cell, header, file name and document is scanned; what looks like a person's blocks.

The same rule for the table, for each file made from it, and for what is sent to a portal. What is known to be harmless
stands in `quality/gates/allow.py`.
"""

import json
import logging
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb

from assets.contract import Contract
from assets.duck import duck
from assets.errors import Blocked
from assets.sql import name, parquet, text
from quality.compile import understood
from quality.detectors.look import Eye
from quality.detectors.question import worth_a_look
from quality.gates import changed, pages
from quality.gates.allow import IDENTITY, NOTHING, NUMBER, Known, eye, of_contract, too_broad
from quality.gates.documents import Hits, Reader
from quality.gates.evidence import Evidence, Material
from quality.gates.files import parts, tables
from quality.session import session

NAME = "nothing that looks personal"
_TEXTS = frozenset({"", ".md", ".txt", ".svg", ".css"})
_PLAIN = frozenset({"BOOLEAN", "DATE", "TIMESTAMP", "TIMESTAMP WITH TIME ZONE"})
_LEDGER = "ledger.jsonl"
_FIRST = 10
_EVERY = "true"
log = logging.getLogger(__name__)


def scan(material: Material) -> Evidence:
    """G2 over the public table; evidence has columns, counts, the numbers of the first rows, and how broad patterns are."""
    contract, file = material.contract, material.store.table
    with session([file], spill=material.store.restricted / "spill-scan") as connection:
        found = _suspects(connection, parquet(file), contract)
        rows = {column: _rows(connection, file, column, values) for column, values in found.items()}
    hits = {column: sum(values.values()) for column, values in found.items()}
    facts = {"suspect values by column": hits, "first rows": rows, "let through by pattern": _warned(contract)}
    return Evidence(name=NAME, passed=not hits, facts=facts)


def _warned(contract: Contract) -> dict[str, dict[str, str]]:
    """Patterns that take personal numbers for codes, and the share of those that they let through; each is warned of."""
    told = {
        column: {kind: f"{share:.0%}" for kind, share in shares.items()}
        for column, shares in too_broad(contract).items()
    }
    for column, shares in told.items():
        kinds = ", ".join(f"{share} of {kind}" for kind, share in shares.items())
        log.warning("%s: the pattern of column %s lets through %s: make it narrower", contract.name, column, kinds)
    return told


def scan_files(paths: Sequence[Path], contract: Contract) -> Evidence:
    """G2 over the final files: CSV, Parquet, JSON lines and XLSX cell by cell, JSON documents key by key.

    A file that cannot be read blocks, like one that holds something.
    """
    hits: Hits = {}
    for path in paths:
        try:
            found = _file(path, contract)
        except Exception as error:  # noqa: BLE001 - whatever cannot be read is not known to be harmless
            found = {f"cannot be read ({type(error).__name__})": 1}
        hits |= {f"{path.name}: {place}": count for place, count in found.items()}
        if eye(contract).suspects(path.name):
            hits["a file name"] = hits.get("a file name", 0) + 1
    return Evidence(name=NAME, passed=not hits, facts={"suspect values by place": hits})


def scan_payload(document: Any, contract: Contract) -> None:
    """G2 over what is about to be sent to a portal; raises `Blocked`."""
    hits = Reader(contract).document(document)
    if hits:
        raise Blocked(
            "what would be sent to the portal looks personal; nothing was sent",
            dataset=contract.name,
            rule=NAME,
            where=", ".join(sorted(hits)),
            found=f"{sum(hits.values())} values",
            next="take it out of the contract's texts, or give the column a class that protects it",
        )


def _file(path: Path, contract: Contract) -> Hits:
    reader = Reader(contract)
    if path.suffix == ".json":
        return reader.document(json.loads(path.read_text(encoding="utf-8")))
    if path.name == _LEDGER:
        entries = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
        return reader.document(entries)
    if path.suffix == ".html":
        return reader.lines("\n".join(pages.read(path.read_text(encoding="utf-8"))[0]))
    if path.suffix in _TEXTS:
        return reader.lines(path.read_text(encoding="utf-8"))
    hits: Hits = {}
    with duck(path.parent / ".spill-scan") as connection:
        for table in tables(connection, path):
            found = _table(connection, table.source, contract, reader)
            hits |= {f"{table.place}{column}": count for column, count in found.items()}
    if path.suffix == ".xlsx":
        hits |= reader.cells(parts(path))
    return hits


def _table(connection: duckdb.DuckDBPyConnection, source: str, contract: Contract, reader: Reader) -> Hits:
    """Suspect cells by column: the data by what its columns are, any other table by what its words are."""
    columns = {column for column, _ in _described(connection, source)}
    declared = set(of_contract(contract))
    long = changed.relations(source, columns, declared)
    if not long and not declared <= columns:
        return _small(connection, source, reader)
    found: Hits = {}
    for relation in long or [source]:
        for column, values in _suspects(connection, relation, contract).items():
            found[column] = found.get(column, 0) + sum(values.values())
    return found | _headers(columns - declared, reader.eye)


def _headers(names: Iterable[str], by: Eye) -> Hits:
    count = sum(1 for header in names if by.suspects(header))
    return {"a header": count} if count else {}


def _suspects(connection: duckdb.DuckDBPyConnection, source: str, contract: Contract) -> dict[str, dict[str, int]]:
    """Suspect values with their counts by column: DuckDB finds the few texts worth a look, and only those get one."""
    known, look = of_contract(contract), eye(contract)
    doubts = {
        column: doubt
        for column, kind in _described(connection, source)
        if (doubt := _doubt(column, kind, known.get(column, Known(form=NOTHING))))
    }
    found: dict[str, dict[str, int]] = {}
    for column, value, count in _candidates(connection, source, doubts):
        if not known.get(column, Known(form=NOTHING)).holds(value) and look.suspects(value):
            found.setdefault(column, {})[value] = count
    return found


def _candidates(
    connection: duckdb.DuckDBPyConnection, source: str, doubts: Mapping[str, str]
) -> list[tuple[str, str, int]]:
    """Column, value, count of the cells that are worth a look. The question is dear, so it is asked of each text once."""
    doubted = [column for column, doubt in doubts.items() if doubt != _EVERY]
    every = [column for column, doubt in doubts.items() if doubt == _EVERY]
    queries = [_some(source, {column: doubts[column] for column in doubted})] if doubted else []
    queries += [_all(source, every)] if every else []
    worth = f"{worth_a_look('value')} OR regexp_matches(value, '[0-9]{{{IDENTITY}}}')"
    query = f"SELECT * FROM ({' UNION ALL '.join(queries)}) WHERE value IS NOT NULL AND ({worth})"
    return connection.execute(query).fetchall() if queries else []


def _some(source: str, doubts: Mapping[str, str]) -> str:
    """Column, value, count of the cells that are in doubt, in one reading: few."""
    picked = [f"CASE WHEN {doubt} THEN {_cell(column)} END AS c{i}" for i, (column, doubt) in enumerate(doubts.items())]
    cells = ", ".join(f"{{'column': {text(column)}, 'value': c{i}}}" for i, column in enumerate(doubts))
    some = " OR ".join(f"c{i} IS NOT NULL" for i in range(len(picked)))
    return (
        f'SELECT cell."column", cell.value AS value, count(*) FROM (SELECT unnest([{cells}]) AS cell FROM '
        f"(SELECT {', '.join(picked)} FROM {source}) WHERE {some}) GROUP BY ALL"
    )


def _all(source: str, columns: Sequence[str]) -> str:
    """Column, value, count of every different cell, in one reading."""
    numbered = [f"c{i}" for i in range(len(columns))]
    cells = ", ".join(f"{_cell(column)} AS {c}" for column, c in zip(columns, numbered, strict=True))
    which = " ".join(f"WHEN grouping({c}) = 0 THEN {text(o)}" for o, c in zip(columns, numbered, strict=True))
    return (
        f'SELECT CASE {which} END AS "column", coalesce({", ".join(numbered)}) AS value, count(*) FROM '
        f"(SELECT {cells} FROM {source}) GROUP BY GROUPING SETS ({', '.join(f'({c})' for c in numbered)})"
    )


def _doubt(column: str, kind: str, known: Known) -> str | None:
    """The condition under which a cell may be worth a look; None where none is."""
    if kind in _PLAIN:
        return None
    if kind != "VARCHAR" and known.form == NUMBER:
        return f"abs({name(column)}) >= {10 ** (IDENTITY - 1)}" if known.amount else None
    if known.form == NOTHING or not understood(known.form):
        return _EVERY
    strange = f"NOT regexp_full_match({_cell(column)}, {text(known.form)})"
    return f"{strange} OR regexp_matches({_cell(column)}, '[0-9]{{{IDENTITY}}}')" if known.amount else strange


def _cell(column: str) -> str:
    return f"CAST({name(column)} AS VARCHAR)"


def _described(connection: duckdb.DuckDBPyConnection, source: str) -> list[tuple[str, str]]:
    return [(row[0], row[1]) for row in connection.execute(f"DESCRIBE SELECT * FROM {source}").fetchall()]


def _rows(connection: duckdb.DuckDBPyConnection, file: Path, column: str, values: Iterable[str]) -> list[int]:
    """Where the first of these values stand in the table, counted from 0."""
    listed = ", ".join(map(text, values))
    source = parquet(file, numbered=True)
    query = f"SELECT file_row_number FROM {source} WHERE CAST({name(column)} AS VARCHAR) IN ({listed}) ORDER BY 1 LIMIT {_FIRST}"
    return [row[0] for row in connection.execute(query).fetchall()]


def _small(connection: duckdb.DuckDBPyConnection, source: str, reader: Reader) -> Hits:
    """A small table of ours, such as the dictionary: headers and cells, by header."""
    columns = [column for column, _ in _described(connection, source)]
    rows = connection.execute(f"SELECT * FROM {source}").fetchall()
    cells = ((c, str(v)) for row in rows for c, v in zip(columns, row, strict=True) if v is not None)
    return reader.cells(cells) | _headers(columns, reader.eye)
