"""A DuckDB connection that can read the given files, can write nowhere, and whose settings nothing can change.

Rules of a contract are SQL: whatever they say, they reach no other file and no network.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from assets.duck import duck
from assets.sql import texts


@contextmanager
def session(files: Iterable[Path], *, spill: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open one; `spill` is a folder in restricted storage for what does not fit in memory, removed at the end."""
    with duck(spill) as connection:
        allowed = texts(str(file) for file in files)
        connection.execute(f"SET preserve_insertion_order=false; SET allowed_paths=[{allowed}]")
        connection.execute("SET enable_external_access=false; SET enable_progress_bar=false")
        connection.execute("SET lock_configuration=true")
        yield connection
