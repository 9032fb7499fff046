"""DuckDB as Terang opens it: bounded memory, UTC in every zone, and no byte on disk where nobody guards it."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path

import duckdb

from assets.store import OWNER_ONLY, explained

MEMORY, THREADS = "1GB", 2


@contextmanager
def duck(
    spill: Path | None = None, *, memory: str = MEMORY, file: Path | None = None
) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection; what does not fit in `memory` goes to the folder `spill`, which is made and removed with it.

    Without `spill` nothing is ever put on disk. The database itself is in memory, or in `file`. Raises `StorageError`
    where the disk is full.
    """
    try:
        with explained(None, where=spill.parent) if spill else nullcontext():
            if spill:
                spill.mkdir(mode=OWNER_ONLY, parents=True, exist_ok=True)
            with connected(spill, memory=memory, file=file) as connection:
                yield connection
    finally:
        if spill:
            shutil.rmtree(spill, ignore_errors=True)  # what a killed run left, too


def connected(
    spill: Path | None = None, *, memory: str = MEMORY, file: Path | None = None
) -> duckdb.DuckDBPyConnection:
    """The same for whoever closes it himself."""
    config: dict[str, str | bool | int | float | list[str]]
    config = {"threads": THREADS, "memory_limit": memory, "temp_directory": str(spill or "")}
    connection = duckdb.connect(str(file or ":memory:"), config=config)
    connection.execute("SET TimeZone = 'UTC'")
    return connection
