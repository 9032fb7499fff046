"""What runs leave behind, as text: whatever lies in a folder, opened as far as anybody could open it."""

import io
import sqlite3
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path

import pyarrow.parquet as pq


def texts(folder: Path) -> Iterator[tuple[str, str]]:
    """Every file below `folder` with its name and all that can be read in it: databases, tables, archives, bytes."""
    for file in sorted(folder.rglob("*")):
        if file.is_file() and not file.is_symlink():
            yield from ((f"{file}{place}", text) for place, text in _opened(file))


def where(folders: Iterable[Path], values: Iterable[str]) -> list[str]:
    """The files, and places in them, in whose text or name one of the values stands."""
    wanted = tuple(values)
    return [
        place
        for folder in folders
        for place, text in texts(folder)
        if any(one in text or one in place for one in wanted)
    ]


def _opened(file: Path) -> Iterator[tuple[str, str]]:
    content = file.read_bytes()
    yield "", content.decode(errors="replace")
    if content.startswith(b"SQLite format 3"):
        yield from _database(file)
    elif content.startswith(b"PAR1"):
        yield " cells", "\n".join(str(column.to_pylist()) for column in pq.read_table(file).columns)
    elif content.startswith(b"PK\x03\x04"):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            yield from ((f"!{name}", archive.read(name).decode(errors="replace")) for name in archive.namelist())


def _database(file: Path) -> Iterator[tuple[str, str]]:
    with sqlite3.connect(f"file:{file}?mode=ro", uri=True) as connection:
        tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        for table in tables:
            for row in connection.execute(f'SELECT * FROM "{table}"'):
                yield f"#{table}", "\n".join(map(_cell, row))


def _cell(value: object) -> str:
    if not isinstance(value, bytes):
        return str(value)
    try:
        return zlib.decompress(value).decode(errors="replace")
    except zlib.error:
        return value.decode(errors="replace")
