"""G2: every cell, header, file name and document is scanned; what looks like a person's number or e-mail blocks.

The same rule for the table, for each file made from it, and for what is sent to a portal. Cells of columns of class
`code` that match their official pattern are known; so are numbers and dates of declared number and date columns.
"""

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import duckdb

from assets.column import Column
from assets.contract import Contract
from assets.errors import Blocked
from assets.table import ID
from assets.types import decimal_of
from quality.gates.evidence import Evidence, Material
from quality.gates.suspicion import PREFILTER, suspect
from quality.session import name, text

NAME = "no personal numbers or e-mails"
_OURS = re.compile(r"[0-9a-f]{64}|(?:urn:uuid:)?[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|sha256:[0-9a-f]{64}")
_PLAIN_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
_TIME = re.compile(r"\d{4}-\d{2}-\d{2}(?:[T ][\d:.]+(?:Z|[+-]\d{2}:?\d{2})?)?")
_MEASURES = re.compile(r"(?:sum_.*|rows|persons|read|published|withheld|quarantined|duplicates|bytes|size|.*_rows)")
# Keys of our own documents whose values are the office's own contact, licence addresses, or regular expressions.
_NOTHING = re.compile(r"(?!)")
_SPOKEN = frozenset(
    {
        "pattern",
        "email",
        "contact",
        "contact_email",
        "path",
        "url",
        "uri",
        "$schema",
        "maintainer_email",
        "publisher_email",
    }
)
Hits = dict[str, int]


def scan(material: Material) -> Evidence:
    """G2 over the public table."""
    with duckdb.connect() as connection:
        hits = _table(connection, f"read_parquet({text(str(material.store.table))})", material.contract)
    return Evidence(name=NAME, passed=not hits, facts={"suspect values by column": hits})


def scan_files(paths: Sequence[Path], contract: Contract) -> Evidence:
    """G2 over the final files: CSV, Parquet, JSON lines and XLSX cell by cell, JSON documents key by key."""
    hits: Hits = {}
    for path in paths:
        hits |= {f"{path.name}: {place}": count for place, count in _file(path, contract).items()}
        if suspect(path.stem):
            hits[f"{path.name}: file name"] = 1
    return Evidence(name=NAME, passed=not hits, facts={"suspect values by place": hits})


def scan_payload(document: Any, contract: Contract) -> None:
    """G2 over what is about to be sent to a portal; raises `Blocked`."""
    hits = _document(document, contract)
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
    own = path.stem == contract.name
    with duckdb.connect() as connection:
        if path.suffix == ".json":
            return _document(json.loads(path.read_text(encoding="utf-8")), contract)
        if path.suffix == ".parquet":
            return _table(connection, f"read_parquet({text(str(path))})", contract)
        if path.suffix == ".jsonl":
            return _table(connection, _lines(path, contract), contract)
        if path.suffix == ".csv":
            source = f"read_csv({text(str(path))}, all_varchar=true, header=true, delim=',', quote='\"', escape='\"')"
            return _table(connection, source, contract) if own else _cells(connection, source, contract)
        if path.suffix == ".xlsx":
            return _workbook(connection, path, contract)
    return _counted([("text", _OURS.sub("", line)) for line in path.read_text(encoding="utf-8").splitlines()], _NOTHING)


def _lines(path: Path, contract: Contract) -> str:
    columns = ", ".join(f"{text(c)}: 'VARCHAR'" for c in _names(contract))
    return f"read_json({text(str(path))}, format='newline_delimited', columns={{{columns}}})"


def _names(contract: Contract) -> list[str]:
    return [*([] if contract.aggregate else [ID]), *(column.name for column in contract.public_columns)]


def _table(connection: duckdb.DuckDBPyConnection, source: str, contract: Contract) -> Hits:
    """Suspect cells by column: DuckDB finds the few texts worth a look, and only those are looked at."""
    hits: Hits = {}
    for column in contract.public_columns:
        known = _known(column.name, contract)
        if known is None:
            continue
        cell = f"CAST({name(column.name)} AS VARCHAR)"
        query = f"SELECT {cell}, count(*) FROM {source} WHERE regexp_matches({cell}, {text(PREFILTER)}) GROUP BY 1"
        counts = connection.execute(query).fetchall()
        count = sum(n for value, n in counts if not known.fullmatch(value) and suspect(value))
        if count:
            hits[column.name] = count
    return hits


def _known(column: str, contract: Contract) -> re.Pattern[str] | None:
    """What needs no look in a column, or None when its type already says all: numbers and dates."""
    found = contract.column(column)
    changed = found.technique is not None
    if not changed and (decimal_of(found.type) or found.type in {"integer", "boolean", "date", "datetime"}):
        return None
    return re.compile(f"'?(?:{_official(found)})") if not changed else _NOTHING


def _official(column: Column) -> str:
    """The texts that a column may hold by an official pattern or list, as a regular expression."""
    if column.class_ == "code" and column.pattern:
        return column.pattern
    if column.class_ in {"code", "controlled_text"} and column.enum:
        return "|".join(map(re.escape, column.enum))
    return _NOTHING.pattern


def _cells(connection: duckdb.DuckDBPyConnection, source: str, contract: Contract) -> Hits:
    """Cells of a small document of ours, such as the dictionary."""
    relation = connection.execute(f"SELECT * FROM {source}")
    columns = [description[0] for description in relation.description or ()]
    rows = relation.fetchall()
    cells = ((c, v) for row in rows for c, v in zip(columns, row, strict=True) if isinstance(v, str))
    return _counted(cells, _codes(contract))


def _workbook(connection: duckdb.DuckDBPyConnection, path: Path, contract: Contract) -> Hits:
    import fastexcel  # noqa: PLC0415 - only where a workbook is scanned

    book = fastexcel.read_excel(path)
    hits: Hits = {}
    for place, sheet in enumerate(book.sheet_names):
        cells = book.load_sheet(sheet, dtypes="string").to_arrow()
        connection.register("sheet", cells)
        found = _table(connection, "sheet", contract) if place == 0 else _cells(connection, "sheet", contract)
        hits |= {f"{sheet} {column}": count for column, count in found.items()}
        connection.unregister("sheet")
    return hits


def _document(document: Any, contract: Contract) -> Hits:
    return _counted(_leaves(document, ""), _codes(contract))


def _codes(contract: Contract) -> re.Pattern[str]:
    """A word of a text about the data that is an official code of this contract."""
    known = "|".join(f"(?:{_official(column)})" for column in contract.columns)
    return re.compile(rf"(?<![\w./-])(?:{known})(?![\w/-]|\.\w)")


def _leaves(value: Any, key: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for inner, child in value.items():
            yield ("key", str(inner))
            yield from _leaves(child, str(inner))
    elif isinstance(value, list | tuple):
        for child in value:
            yield from _leaves(child, key)
    elif isinstance(value, str):
        yield (key, value)


def _counted(cells: Iterable[tuple[str, str]], codes: re.Pattern[str]) -> Hits:
    hits: Hits = {}
    for place, value in cells:
        if not _innocent(place, value) and suspect(codes.sub("", value)):
            hits[place] = hits.get(place, 0) + 1
    return hits


def _innocent(place: str, value: str) -> bool:
    """Our own digests, times, counted measures, and what an office says of itself."""
    if place in _SPOKEN or _OURS.fullmatch(value) or _TIME.fullmatch(value):
        return True
    return bool(_PLAIN_NUMBER.fullmatch(value) and _MEASURES.fullmatch(place))
