"""A DuckDB connection that can read the given files, can write nowhere, and whose settings nothing can change.

Rules of a contract are SQL: whatever they say, they reach no other file and no network.
"""

import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from assets.store import OWNER_ONLY

MEMORY = "1GB"
THREADS = 2


@contextmanager
def session(files: Iterable[Path], *, spill: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open one; `spill` is a folder in restricted storage for what does not fit in memory, removed at the end."""
    allowed = ", ".join(text(str(file)) for file in files)
    connection = duckdb.connect()
    spill.mkdir(mode=OWNER_ONLY, parents=True, exist_ok=True)
    try:
        connection.execute(f"SET threads={THREADS}; SET memory_limit='{MEMORY}'; SET TimeZone='UTC'")
        connection.execute(f"SET temp_directory={text(str(spill))}; SET preserve_insertion_order=false")
        connection.execute(f"SET allowed_paths=[{allowed}]; SET enable_external_access=false")
        connection.execute("SET enable_progress_bar=false; SET lock_configuration=true")
        yield connection
    finally:
        connection.close()
        shutil.rmtree(spill, ignore_errors=True)


def name(identifier: str) -> str:
    """An identifier, quoted."""
    return '"' + identifier.replace('"', '""') + '"'


def text(value: str) -> str:
    """A text literal, quoted."""
    return "'" + value.replace("'", "''") + "'"


def names(identifiers: Iterable[str]) -> str:
    """Identifiers, quoted, with commas between."""
    return ", ".join(name(identifier) for identifier in identifiers)


def parquet(file: Path) -> str:
    """A Parquet file as a table of a query."""
    return f"read_parquet({text(str(file))})"
