"""Where DuckDB puts what does not fit in memory: beside the dataset's other files, never where the process was started."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from assets.store import explained


@contextmanager
def sorting(folder: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection that sorts below `folder`; raises `StorageError` where that is full."""
    spill = folder / ".spill"
    try:
        with explained(None, where=folder), duckdb.connect(config={"temp_directory": str(spill)}) as connection:
            yield connection
    finally:
        shutil.rmtree(spill, ignore_errors=True)  # what a killed run left, too
