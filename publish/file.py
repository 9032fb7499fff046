"""One file of a release, as `release.json` lists it."""

from pathlib import Path
from typing import Literal, TypedDict

from assets.store import sha256

Role = Literal["data", "dictionary", "withheld", "changes", "retired", "evidence", "datapackage"]


class File(TypedDict):
    """`rows` is None for what is not the table itself; `format` is a name of `publish.formats`, or json."""

    sha256: str
    bytes: int
    rows: int | None
    media_type: str
    format: str
    role: Role


def describe(path: Path, *, role: Role, format_: str, media_type: str, rows: int | None = None) -> File:
    """What is to be said of the file in `path`."""
    return File(
        sha256=sha256(path),
        bytes=path.stat().st_size,
        rows=rows,
        media_type=media_type,
        format=format_,
        role=role,
    )
