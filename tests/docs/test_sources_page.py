"""docs/sources.md is true: each of its examples is run, and reads or refuses what the page says.

A section is files, a source and what comes of it, in fenced blocks: ```text NAME, ```yaml and ```text read or refused.
"""

import datetime as dt
import gzip
import re
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, get_args

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml

from assets.errors import SourceError
from assets.sources import AnySource
from assets.types import arrow_type
from tests.assets import books
from tests.assets.office import column, contract, read, settings

PAGE = Path(__file__).parents[2] / "docs/sources.md"
_SECTION = re.compile(r"^## (.+?)\n(.*?)(?=^## |\Z)", re.MULTILINE | re.DOTALL)
_BLOCK = re.compile(r"^```(\w+)(?: ([^\n]+))?\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_OTHERS = {"sql", "xlsb"}  # no files, or files that no library here writes

Block = tuple[str, str, str]
SECTIONS = dict(_SECTION.findall(PAGE.read_text(encoding="utf-8")))


def blocks(section: str) -> list[Block]:
    """The language, the name and the text of each block."""
    return [(kind, name, text) for kind, name, text in _BLOCK.findall(SECTIONS[section])]


def examples() -> Iterator[tuple[str, int]]:
    """Each section, and each of the sources in it."""
    for title in SECTIONS:
        for at, (kind, _, _) in enumerate(blocks(title)):
            if kind == "yaml":
                yield title, at


def _gzip(path: Path, text: str) -> None:
    path.write_bytes(gzip.compress(text.encode()))


def _zip(path: Path, text: str, member: str) -> None:
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr(member, text)


def _parquet(path: Path, text: str) -> None:
    """Rows under a line of names with their types, with bars between."""
    head, *rows = [line.split(" | ") for line in text.splitlines()]
    columns = {}
    for at, title in enumerate(head):
        name, kind = title.split(": ")
        cells = pa.array([row[at] or None for row in rows], pa.string())
        columns[name] = cells.cast(arrow_type(kind))
    pq.write_table(pa.table(columns), path)


def _cell(text: str) -> Any:
    """A number, a day or a text, as somebody would type it into a sheet; nothing for an empty cell."""
    if re.fullmatch(r"\d{4}-\d\d-\d\d", text):
        return dt.date.fromisoformat(text)
    return (
        int(text)
        if re.fullmatch(r"-?[1-9]\d*|0", text)
        else float(text)
        if re.fullmatch(r"-?\d+\.\d+", text)
        else text or None
    )


def _book(write: Callable[[Path, Any], None]) -> Callable[[Path, str], None]:
    """Rows with bars between the cells."""
    return lambda path, text: write(
        path, [[_cell(cell.strip()) for cell in line.split("|")] for line in text.splitlines()]
    )


WRITERS: dict[str, Callable[[Path, str], None]] = {
    ".gz": _gzip,
    ".parquet": _parquet,
    ".xlsx": _book(books.xlsx),
    ".xls": _book(books.xls),
    ".ods": _book(books.ods),
}


def _write(folder: Path, name: str, text: str) -> None:
    name, _, option = name.partition(" ")
    packed, inside, member = name.partition(".zip/")
    if inside:
        _zip(folder / f"{packed}.zip", text, member)
        return
    path = folder / name
    if path.suffix in WRITERS:
        WRITERS[path.suffix](path, text)
    else:
        path.write_bytes(text.encode(option or "utf-8"))


def _columns(declared: dict[str, str]) -> list[dict[str, Any]]:
    found = []
    for name, said in declared.items():
        kind, _, title = said.partition(" from ")
        found.append(column(name, kind, **({"from": title} if title else {})))
    return found


def _told(receipt: Any, rows: pa.Table, rejects: pa.Table, names: list[str]) -> str:
    cells = [rows[name].cast(pa.string()).to_pylist() for name in [*names, "_line"]]
    lines = [" | ".join("NULL" if cell is None else cell for cell in row) for row in zip(*cells, strict=True)]
    refused = [rejects[name].to_pylist() for name in ("_line", "rule", "column")]
    lines += [f"rejected: {' '.join(filter(None, row))}" for row in zip(*refused, strict=True)]
    lines += [f"set aside: {count} {reason}" for reason, count in receipt.set_aside.items()]
    lines += [f"warning: {text}" for text in receipt.facts.get("warnings", [])]
    return "\n".join([*lines, ""])


@pytest.mark.parametrize(("title", "at"), list(examples()))
def test_an_example_does_what_the_page_says(tmp_path: Path, title: str, at: int) -> None:
    """Files before it in its section, the source itself, and what comes after it."""
    before, after = blocks(title)[:at], blocks(title)[at + 1]
    for kind, name, text in before:
        if kind == "text" and name not in {"read", "refused"}:
            _write(tmp_path, name, text)
    declared = yaml.safe_load(blocks(title)[at][2])
    names = list(declared["columns"])
    made = contract({"connection": "drop", **declared["source"]}, *_columns(declared["columns"]))
    if after[1] == "refused":
        with pytest.raises(SourceError) as caught:
            read(made, settings(tmp_path))
        assert str(caught.value) == f"spending: {after[2].strip()}"
    else:
        assert _told(*read(made, settings(tmp_path)), names) == after[2]


def test_every_kind_and_option_of_files_has_an_example() -> None:
    """A kind or an option that the page does not show is one that nobody finds."""
    used: dict[str, set[str]] = {}
    for title, at in examples():
        source = yaml.safe_load(blocks(title)[at][2])["source"]
        used.setdefault(source["kind"], set()).update(source)
    shared = {option for options in used.values() for option in options}
    for model in get_args(AnySource):
        kinds = set(get_args(model.model_fields["kind"].annotation)) - _OTHERS
        assert kinds <= used.keys()
        if kinds:
            own = set(model.model_fields) - {"connection", "endpoint", "parameters", "paging"}
            assert own <= shared, sorted(own - shared)
