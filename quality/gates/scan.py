"""G2: every cell, header, file name and document is scanned; what looks like a person's number or e-mail blocks.

The same rule for the table, for each file made from it, and for what is sent to a portal. What is known to be harmless
stands in `quality/gates/allow.py`.
"""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb

from assets.contract import Contract
from assets.errors import Blocked
from quality.compile import understood
from quality.gates.allow import NOTHING, of_contract
from quality.gates.documents import Hits, Reader
from quality.gates.evidence import Evidence, Material
from quality.gates.files import parts, tables
from quality.gates.suspicion import PREFILTER, suspect
from quality.session import MEMORY, name, parquet, session, text

NAME = "no personal numbers or e-mails"
_TEXTS = frozenset({"", ".md", ".txt", ".html", ".svg", ".css"})
_FIRST = 10


def scan(material: Material) -> Evidence:
    """G2 over the public table; evidence has columns, counts and the numbers of the first rows."""
    file = material.store.table
    with session([file], spill=material.store.restricted / "spill-scan") as connection:
        found = _suspects(connection, parquet(file), material.contract)
        rows = {column: _rows(connection, file, column, values) for column, values in found.items()}
    hits = {column: sum(values.values()) for column, values in found.items()}
    return Evidence(name=NAME, passed=not hits, facts={"suspect values by column": hits, "first rows": rows})


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
        if suspect(path.name):
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
    if path.suffix in _TEXTS:
        return reader.lines(path.read_text(encoding="utf-8"))
    hits: Hits = {}
    with duckdb.connect(config={"threads": 2, "memory_limit": MEMORY}) as connection:
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
    if not declared <= columns:
        return _small(connection, source, reader)
    found = {column: sum(values.values()) for column, values in _suspects(connection, source, contract).items()}
    return found | _headers(columns - declared)


def _headers(names: Iterable[str]) -> Hits:
    count = sum(1 for header in names if suspect(header))
    return {"a header": count} if count else {}


def _suspects(connection: duckdb.DuckDBPyConnection, source: str, contract: Contract) -> dict[str, dict[str, int]]:
    """Suspect values with their counts by column: DuckDB finds the few texts worth a look, and only those get one."""
    allowed = of_contract(contract)
    typed = {c.name for c in contract.public_columns if c.technique is None and c.type != "string"}
    columns = [c for c, kind in _described(connection, source) if c not in typed or kind == "VARCHAR"]
    found: dict[str, dict[str, int]] = {}
    for column, value, count in _candidates(connection, source, {c: allowed.get(c, NOTHING) for c in columns}):
        if not re.fullmatch(allowed.get(column, NOTHING), value, re.ASCII) and suspect(value):
            found.setdefault(column, {})[value] = count
    return found


def _candidates(
    connection: duckdb.DuckDBPyConnection, source: str, harmless: Mapping[str, str]
) -> list[tuple[str, str, int]]:
    """Column, value, count of cells that are not known to be harmless, in one reading of all columns."""
    if not harmless:
        return []
    worth = [f"CASE WHEN {_worth(column, regex)} THEN {_cell(column)} END AS c{i}"
             for i, (column, regex) in enumerate(harmless.items())]  # fmt: skip
    cells = ", ".join(f"{{'column': {text(column)}, 'value': c{i}}}" for i, column in enumerate(harmless))
    some = " OR ".join(f"c{i} IS NOT NULL" for i in range(len(worth)))
    query = (
        f'SELECT cell."column", cell.value, count(*) FROM (SELECT unnest([{cells}]) AS cell FROM '
        f"(SELECT {', '.join(worth)} FROM {source}) WHERE {some}) WHERE cell.value IS NOT NULL GROUP BY ALL"
    )
    return connection.execute(query).fetchall()


def _worth(column: str, harmless: str) -> str:
    look = f"regexp_matches({_cell(column)}, {text(PREFILTER)})"
    known = harmless != NOTHING and understood(harmless)
    return f"NOT regexp_full_match({_cell(column)}, {text(harmless)}) AND {look}" if known else look


def _cell(column: str) -> str:
    return f"CAST({name(column)} AS VARCHAR)"


def _described(connection: duckdb.DuckDBPyConnection, source: str) -> list[tuple[str, str]]:
    return [(row[0], row[1]) for row in connection.execute(f"DESCRIBE SELECT * FROM {source}").fetchall()]


def _rows(connection: duckdb.DuckDBPyConnection, file: Path, column: str, values: Iterable[str]) -> list[int]:
    """Where the first of these values stand in the table, counted from 0."""
    listed = ", ".join(map(text, values))
    source = f"read_parquet({text(str(file))}, file_row_number=true)"
    query = f"SELECT file_row_number FROM {source} WHERE CAST({name(column)} AS VARCHAR) IN ({listed}) ORDER BY 1 LIMIT {_FIRST}"
    return [row[0] for row in connection.execute(query).fetchall()]


def _small(connection: duckdb.DuckDBPyConnection, source: str, reader: Reader) -> Hits:
    """A small table of ours, such as the dictionary: headers and cells, by header."""
    columns = [column for column, _ in _described(connection, source)]
    rows = connection.execute(f"SELECT * FROM {source}").fetchall()
    cells = ((c, str(v)) for row in rows for c, v in zip(columns, row, strict=True) if v is not None)
    return reader.cells(cells) | _headers(columns)
