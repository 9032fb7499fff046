"""What changed since the release before: `changes.csv`, `retired.csv`, and both in figures for `release.json`.

A line for each row that came or went and for each cell that is another one. What may be told of the row before is
decided in `told.py`. Everything streams; the same two tables give the same bytes.
"""

import re
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from assets.contract import Contract
from assets.sql import name, names, text
from assets.store import read_json
from assets.table import ID, table_key
from assets.types import is_number
from publish import told
from publish.formats.csv import encoded, guarded
from publish.formats.lines import is_text, plain, pour
from publish.metadata.table import write_csv
from publish.rows import NUMBERED, count, differs, parquet, same_row, sums

FILE, RETIRED = "changes.csv", "retired.csv"
OWN: Final = ("kind", "column", "before", "after")
LAST: Final = "last_version"
MOST: Final = 1_000_000  # lines: about 100 MB, which people and programs still open
SHARES: Final = re.compile(r"%|persen|percent", re.IGNORECASE)  # their sums mean nothing
NOT_LISTED: Final = "not listed"


@dataclass(frozen=True, kw_only=True, slots=True)
class Before:
    """The release that readers have now: its table, None without a Parquet file, and its columns as it described them."""

    version: str
    table: Path | None
    columns: told.Columns
    retired: Path | None = None


def released(folder: Path, dataset: str) -> Before:
    """A release in its folder, as the next one is compared with it."""
    table, listed = folder / f"{dataset}.parquet", folder / RETIRED
    return Before(
        version=folder.name,
        table=table if table.is_file() else None,
        columns=(read_json(folder / "release.json") or {}).get("columns", {}),
        retired=listed if listed.is_file() else None,
    )


def write(folder: Path, contract: Contract, table: Path, before: Before) -> dict[str, Any]:
    """Write both files into `folder`, and return the account of them."""
    from quality.session import session  # noqa: PLC0415 - only a release that is built needs it

    why = _incomparable(contract, before)
    if before.table is None or why:
        write_csv(folder / FILE, _header(contract), [_not_listed(contract, NOT_LISTED)])
        _carry(folder, contract, before)
        return {"since": before.version, "listed": False, "not_listed": why}
    spill = folder.with_name(f"{folder.name}.spill.part")
    files = [table, before.table, *([before.retired] if before.retired else [])]
    with session(files, spill=spill) as con:
        return _Comparison(con, contract, table, before).write(folder)


def _incomparable(contract: Contract, before: Before) -> str | None:
    """Why rows of the two releases cannot be told to be the same; None where they can."""
    key, now = table_key(contract), told.columns(contract)
    if before.table is None:
        return "the release before has no Parquet file"
    if not before.columns:
        return "the release before does not say how its columns were protected"
    if key != (ID,) and not set(key) <= set(told.same(before.columns, now)):
        return "rows are known by other columns, or by columns that are protected in another way"
    if key == (ID,) and before.columns.get(ID) != now[ID]:
        return "rows have other ids: they are made of other columns"
    clash = set(key) & {*OWN, LAST}
    return f"a column is called as one of this file: {', '.join(sorted(clash))}" if clash else None


def _header(contract: Contract) -> list[str]:
    return ["kind", *_keys(contract), *OWN[1:]]


def _keys(contract: Contract) -> list[str]:
    """What tells rows apart: the id and the key's public columns, or what groups are by."""
    public = {column.name for column in contract.public_columns}
    key = [name for name in contract.public_key if name in public and name not in {*OWN, ID}]
    return key if contract.aggregate else [ID, *key]


def _not_listed(contract: Contract, kind: str, column: str = "", rows: int | None = None) -> list[str | int | None]:
    return [kind, *[""] * len(_keys(contract)), column, "", rows]


def _carry(folder: Path, contract: Contract, before: Before) -> None:
    """The retired list as it was, where rows cannot be compared."""
    if before.retired is None:
        write_csv(folder / RETIRED, [*table_key(contract), LAST], [])
    else:
        shutil.copyfile(before.retired, folder / RETIRED)


class _Comparison:
    """Two tables, open for reading what differs."""

    def __init__(self, con: duckdb.DuckDBPyConnection, contract: Contract, table: Path, before: Before) -> None:
        self._con, self._contract, self._before = con, contract, before
        assert before.table is not None  # noqa: S101 - its only caller looked
        self._key, self._keys = table_key(contract), _keys(contract)
        now = told.columns(contract)
        self._same = told.same(before.columns, now)
        self._types = {name: now[name]["type"] for name in self._same}
        for alias, path in (("new", table), ("old", before.table)):
            con.execute(f"CREATE VIEW {alias} AS SELECT * FROM {parquet(path)}")
            con.execute(f"CREATE VIEW {alias}_text AS SELECT {_texts(pq.read_schema(path))} FROM {alias}")
        for query in self._queries():
            con.execute(query)
        self._counts = {kind: count(con, kind) for kind in ("added", "changed", "removed")}

    def _queries(self) -> list[str]:
        """Rows by their numbers: what came, what went, and pairs of which any cell differs."""
        same = same_row(self._key)
        other = differs(self._types, but=self._key)
        return [
            f"CREATE TABLE added AS SELECT n.{NUMBERED} FROM new n ANTI JOIN old o ON {same}",
            f"CREATE TABLE removed AS SELECT o.{NUMBERED} FROM old o ANTI JOIN new n ON {same}",
            f"CREATE TABLE changed AS SELECT n.{NUMBERED}, o.{NUMBERED} AS _o FROM new n JOIN old o ON {same} "
            f"WHERE {other}",
        ]

    def write(self, folder: Path) -> dict[str, Any]:
        """Write both files; the account of them."""
        lines = sum(self._counts.values())
        if lines <= MOST:
            self._cells()
            lines += count(self._con, "cells") - self._counts["changed"]
        listed = lines <= MOST
        if listed:
            self._list(folder / FILE)
        else:
            rows = [_not_listed(self._contract, NOT_LISTED, kind, rows) for kind, rows in self._counts.items()]
            write_csv(folder / FILE, _header(self._contract), rows)
        self._retire(folder / RETIRED)
        why = {} if listed else {"not_listed": f"more than {MOST} lines"}
        return {"since": self._before.version, "listed": listed, **why, **self._account()}

    def _account(self) -> dict[str, Any]:
        return {
            **self._counts,
            "before_rows": count(self._con, "old"),
            "after_rows": count(self._con, "new"),
            "totals": self._totals(),
            "columns": self._columns(),
        }

    def _totals(self) -> dict[str, dict[str, str]]:
        """The exact sum of each measure that means something, before and after."""
        measures = [
            column.name
            for column in self._contract.public_columns
            if column.class_ == "public_measure" and column.name in self._types and is_number(self._types[column.name])
            and column.unit and not SHARES.search(column.unit)
        ]  # fmt: skip
        old, new = sums(self._con, "old", measures), sums(self._con, "new", measures)
        return {name: {"total_before": f"{old[name]:f}", "total_after": f"{new[name]:f}"} for name in measures}

    def _columns(self) -> dict[str, list[str]]:
        """Columns that came, went, or are of another type, class or protection: of these no cell is compared."""
        now, then = told.columns(self._contract), self._before.columns
        return {
            "added": [name for name in now if name not in then],
            "removed": [name for name in then if name not in now],
            "other": [name for name in now if name in then and name not in self._same],
        }

    def _cells(self) -> None:
        """Every cell that differs, with what may be told of the one before; column by column, so that memory stays flat."""
        self._con.execute("CREATE TABLE cells (_n BIGINT, place INTEGER, before VARCHAR, after VARCHAR)")
        for place, column in enumerate(self._types):
            if column in self._key or not self._counts["changed"]:
                continue
            self._con.execute(f"CREATE OR REPLACE VIEW shown AS SELECT {name(column)} FROM new_text")
            self._con.execute(
                f"INSERT INTO cells SELECT c.{NUMBERED}, {place}, {told.before(self._contract, column)}, n.{name(column)} "
                f"FROM changed c JOIN new_text n ON n.{NUMBERED} = c.{NUMBERED} JOIN old_text o ON o.{NUMBERED} = c._o "
                f"WHERE {differs({column: 'string'})}"
            )

    def _list(self, target: Path) -> None:
        """One line after the other: rows that came, cells that changed, rows that went."""
        column = " ".join(f"WHEN {place} THEN {text(one)}" for place, one in enumerate(self._types))
        keys, id_only = _fields("x", self._keys), _fields("x", self._keys, only=self._key)
        blank = ["''"] * 3
        parts = [
            (0, "0", "added", keys, blank, f"added p JOIN new_text x ON x.{NUMBERED} = p.{NUMBERED}"),
            (
                1, "p.place", "changed", keys, [f"CASE p.place {column} END", encoded("p.before"), encoded("p.after")],
                f"cells p JOIN new_text x ON x.{NUMBERED} = p._n",
            ),
            (2, "0", "removed", id_only, blank, f"removed p JOIN old_text x ON x.{NUMBERED} = p.{NUMBERED}"),
        ]  # fmt: skip
        lines = " UNION ALL ".join(
            f"SELECT concat_ws(',', '{kind}', {', '.join([*cells, *rest])}) || chr(13) || chr(10) AS line, "
            f"{order} AS kind, x.{NUMBERED} AS _row, {place} AS place FROM {source}"
            for order, place, kind, cells, rest, source in parts
        )
        with target.open("wb") as file:
            file.write(f"{','.join(_header(self._contract))}\r\n".encode())
            pour(self._con.sql(f"SELECT line FROM ({lines}) ORDER BY kind, _row, place"), file)

    def _retire(self, target: Path) -> None:
        """Rows that were published once and are no longer, with the last version that had them."""
        keys = names(self._key)
        parts = [f"SELECT {keys}, '{self._before.version}' AS {LAST} FROM removed r JOIN old_text USING ({NUMBERED})"]
        if self._before.retired:
            header = [*self._key, LAST]
            listed = _retired(self._before.retired)
            have = self._con.sql(f"SELECT * FROM {listed}").columns
            kept = f"SELECT o.* FROM {listed} o ANTI JOIN new_text n ON {_same_text(self._key)}"
            parts += [kept] if have == header else []
        cells = ", ".join(_fields("x", [*self._key, LAST]))
        query = f"SELECT concat_ws(',', {cells}) || chr(13) || chr(10) FROM ({' UNION ALL '.join(parts)}) x"
        with target.open("wb") as file:
            file.write(f"{','.join([*self._key, LAST])}\r\n".encode())
            pour(self._con.sql(f"{query} ORDER BY {LAST}, {keys}"), file)


def _texts(schema: pa.Schema) -> str:
    """Every cell as the CSV of the data has it, before it is quoted."""
    cells = [f"{guarded(name(c.name)) if is_text(c.type) else plain(c.name, c.type)} AS {name(c.name)}" for c in schema]
    return ", ".join([NUMBERED, *cells])


def _fields(alias: str, columns: Sequence[str], *, only: Sequence[str] | None = None) -> list[str]:
    """Cells for a line; of a row that went only what tells it apart."""
    return [encoded(f"{alias}.{name(n)}") if only is None or n in only else "''" for n in columns]


def _same_text(key: Sequence[str]) -> str:
    return " AND ".join(f"NULLIF(n.{name(k)}, '') IS NOT DISTINCT FROM NULLIF(o.{name(k)}, '')" for k in key)


def _retired(path: Path) -> str:
    return f"read_csv({text(str(path))}, all_varchar = true, header = true, delim = ',', quote = '\"', escape = '\"')"
