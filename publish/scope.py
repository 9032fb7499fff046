"""What is to be taken down, and which releases hold it. Reads the release store only; removes nothing.

A release that holds any of it is withdrawn whole: its files are immutable, and its checksums stand for all of them.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Literal

import duckdb
import pyarrow as pa

from assets.contract import Contract
from assets.contradictions import did_you_mean
from assets.duck import duck
from assets.errors import SettingsError, Unproven
from assets.store import Store
from assets.table import ID
from publish.standing import Standing

Kind = Literal["rows", "column", "version", "all"]
READ: Final = (".parquet", ".csv", ".jsonl", ".xlsx")  # the quickest first: all formats hold the same rows
FORM: Final = re.compile("[a-p]{16}")
WITHOUT_ROWS: Final = frozenset({"dictionary.csv", "withheld.csv"})
ID_ONLY: Final = "retired.csv"  # ids of rows that are no longer published, without any cell of theirs
GONE: Final = "kind IS DISTINCT FROM 'removed'"  # of a row that went, changes.csv has its id alone


@dataclass(frozen=True, kw_only=True, slots=True)
class Scope:
    """Rows by their public id, a column, one version, or all of it."""

    kind: Kind
    rows: frozenset[str] = frozenset()
    column: str = ""
    version: str = ""

    def told(self) -> dict[str, Any]:
        """The scope as everyone may read it: counts and names, no id."""
        told: dict[str, Any] = {"scope": self.kind}
        told |= {"rows": len(self.rows)} if self.kind == "rows" else {}
        told |= {"column": self.column} if self.kind == "column" else {}
        return told | ({"version": self.version} if self.kind == "version" else {})

    def document(self) -> dict[str, Any]:
        """All of it, for the owner's own folder."""
        return {"kind": self.kind, "rows": sorted(self.rows), "column": self.column, "version": self.version}


def read_ids(dataset: str, given: str) -> frozenset[str]:
    """Ids with commas between, or those of @FILE, one a line; raises `SettingsError` where one is none."""
    try:
        text = Path(given[1:]).read_text(encoding="utf-8") if given.startswith("@") else given
    except OSError:
        raise SettingsError(
            "the file of ids cannot be read", file=given[1:], next="name a file that is there"
        ) from None
    ids = [part.strip() for part in text.replace(",", "\n").splitlines() if part.strip()]
    wrong = sum(FORM.fullmatch(one) is None for one in ids)
    if wrong or not ids:
        raise SettingsError(
            "these are no ids of rows", dataset=dataset, found=f"{wrong} of {len(ids)} are none",
            allowed="16 letters from a to p, as in the column id of the table", next="copy them from the published table",
        )  # fmt: skip
    return frozenset(ids)


def read_scope(document: Mapping[str, Any]) -> Scope:
    """The scope of such a document."""
    return Scope(**{**document, "rows": frozenset(document["rows"])})


@dataclass(frozen=True, kw_only=True, slots=True)
class Reach:
    """The versions that hold it, oldest first, each with its count of these rows; `unknown` ids are in none of them."""

    versions: tuple[str, ...] = ()
    rows: Mapping[str, int] = field(default_factory=dict)
    unknown: int = 0


def reach(contract: Contract, store: Store, scope: Scope, stands: Standing) -> Reach:
    """Look into every release; raises `SettingsError` or `Unproven` where the scope makes no sense for this dataset."""
    there = [version for version in stands.contents if version not in stands.withdrawn]
    if scope.kind == "all":
        return Reach(versions=tuple(there))
    if scope.kind == "version":
        return Reach(versions=(_known(contract, scope, there, stands),))
    if scope.kind == "column":
        found = [version for version in there if scope.column in _columns(contract, store.releases / version)]
        _check_column(contract, scope, found)
        return Reach(versions=tuple(found))
    if contract.aggregate:
        raise SettingsError(
            "its rows are groups, which have no id", dataset=contract.name, allowed="--column, --version, --all",
            next="take down a version, and correct the rows in the source",
        )  # fmt: skip
    return _reach_rows(contract, store, scope, there)


def _known(contract: Contract, scope: Scope, there: list[str], stands: Standing) -> str:
    if scope.version in there:
        return scope.version
    gone = scope.version in stands.withdrawn
    raise Unproven(
        "this version was taken down already" if gone else f"there is no version {scope.version}",
        dataset=contract.name, allowed=", ".join(there) or None, next=f"name one: terang status, or {contract.name}'s page",
    )  # fmt: skip


def _check_column(contract: Contract, scope: Scope, found: list[str]) -> None:
    known = [column.name for column in contract.columns]
    if not found and scope.column not in known:
        raise SettingsError(
            f'no release has a column "{scope.column}".{did_you_mean(scope.column, known)}', dataset=contract.name,
            column=scope.column, next="name a column of the table",
        )  # fmt: skip


def _reach_rows(contract: Contract, store: Store, scope: Scope, there: list[str]) -> Reach:
    with duck() as con:
        con.register("listed", pa.table({"id": pa.array(sorted(scope.rows), pa.string())}))
        con.execute("CREATE TABLE wanted AS FROM listed")
        con.execute("CREATE TABLE met (version VARCHAR, id VARCHAR)")
        for version in there:
            _meet(con, contract, store.releases / version)
        [(known,)] = con.execute("SELECT count(DISTINCT id) FROM met").fetchall()
        counted = con.execute("SELECT version, count(DISTINCT id) FROM met GROUP BY version").fetchall()
    rows = {str(version): int(count) for version, count in counted}
    return Reach(
        versions=tuple(version for version in there if version in rows), rows=rows, unknown=len(scope.rows) - int(known)
    )


def _meet(con: duckdb.DuckDBPyConnection, contract: Contract, folder: Path) -> None:
    """Note in `met` which of the wanted ids stand anywhere in a release."""
    for path in _tables(contract, folder):
        for source, columns in _sources(con, path) if path.name != ID_ONLY or contract.aggregate else []:
            for column in [ID] if ID in columns and path.stem == contract.name else columns:
                same = f'wanted.id = CAST(t."{column}" AS VARCHAR)'
                holding = f"(SELECT * FROM {source} WHERE {GONE})" if {"kind", "before"} <= {*columns} else source
                query = f"INSERT INTO met SELECT DISTINCT ?, id FROM wanted SEMI JOIN {holding} t ON {same}"
                con.execute(query, [folder.name])


def _tables(contract: Contract, folder: Path) -> Iterator[Path]:
    """One file of the data, and every other table of the release, such as what changed."""
    data = [path for kind in READ if (path := folder / f"{contract.name}{kind}").is_file()]
    yield from data[:1]
    for path in sorted(folder.iterdir()) if folder.is_dir() else []:
        if path.suffix in READ and path.stem != contract.name and path.name not in WITHOUT_ROWS:
            yield path


def _sources(con: duckdb.DuckDBPyConnection, path: Path) -> Iterator[tuple[str, list[str]]]:
    from quality.gates.files import tables  # noqa: PLC0415 - only where releases are searched

    for table in tables(con, path):
        described = con.execute(f"DESCRIBE SELECT * FROM {table.source}").fetchall()
        yield table.source, [str(name) for name, *_ in described]


def _columns(contract: Contract, folder: Path) -> set[str]:
    """The columns of a release: of its table, and those that any other of its tables speaks of."""
    found = set[str]()
    with duck() as con:
        for path in _tables(contract, folder):
            for source, columns in _sources(con, path):
                found |= set(columns)
                if "column" in columns:
                    found |= {
                        str(name) for (name,) in con.execute(f'SELECT DISTINCT "column" FROM {source}').fetchall()
                    }
    return found
