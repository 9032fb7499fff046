"""The rules of the house: which room may import which, and what only one place may import."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
ROOMS = ("assets", "quality", "publish", "pipelines")
FILES = [file for room in ROOMS for file in sorted((ROOT / room).rglob("*.py"))]


def _imports(file: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


def _where(file: Path) -> str:
    return file.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("file", FILES, ids=_where)
def test_imports_point_left(file: Path) -> None:
    """A room imports only itself and the rooms to its left, and never the portal or the examples."""
    room = file.relative_to(ROOT).parts[0]
    forbidden = {*ROOMS[ROOMS.index(room) + 1 :], "portal", "examples", "tests"}
    assert not {name.split(".")[0] for name in _imports(file)} & forbidden


@pytest.mark.parametrize("file", FILES, ids=_where)
def test_special_libraries_stay_in_their_place(file: Path) -> None:
    """Dagster is imported by defs.py and pipelines alone, Great Expectations by quality, HTTP by sources and CKAN."""
    where, names = _where(file), {name.split(".")[0] for name in _imports(file)}
    if not where.startswith("pipelines/") and file.name != "defs.py":
        assert "dagster" not in names
    if not where.startswith("quality/"):
        assert "great_expectations" not in names
    if not where.startswith(("assets/sources/", "publish/ckan/")):
        assert not names & {"httpx", "requests", "ckanapi", "urllib"}


def test_duckdb_is_opened_in_one_place() -> None:
    """Its memory, its zone and its folder are given there: elsewhere it would spill where the process was started."""
    opening = re.compile(r"duckdb\.connect\(|default_factory=duckdb\.connect")
    assert [_where(f) for f in FILES if opening.search(f.read_text(encoding="utf-8"))] == ["assets/duck.py"]


def test_no_file_is_long() -> None:
    """A file of more than 300 lines is two files."""
    assert [_where(f) for f in FILES if len(f.read_text(encoding="utf-8").splitlines()) > 300] == []
