"""YAML read strictly: a key written twice is a mistake, and every value remembers its line."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from assets.errors import ContractError, Mistake

Path_ = tuple[str | int, ...]
Lines = dict[Path_, int]
DEEPEST, MOST = 50, 100_000  # entries within entries, and all of them: far more than any contract has

_ENDLESS = (
    f"nested more than {DEEPEST} deep, or more than {MOST:,} entries: does an alias (*name) stand within its own anchor "
    "(&name), or aliases of aliases?"
)


class _Strict(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]  # libyaml, ten times as fast
    pass


# Dates stay text: a contract has no date values, and "2026-01-31" without quotes is meant as written.
_Strict.yaml_implicit_resolvers = {
    first: [(tag, regex) for tag, regex in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def read(file: Path) -> tuple[Any, Lines]:
    """The document and the line of every path in it; raises `ContractError` where it is not YAML."""
    data = file.read_bytes()
    try:
        return _parsed(file, data.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise _wrong(file, "not UTF-8: save the file in that encoding", _line(data, error.start)) from None
    except yaml.reader.ReaderError as error:
        raise _wrong(file, "not YAML: a control character", _line(data, error.position)) from None
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else None
        raise _wrong(file, f"not YAML: {error.problem}", line) from error


def _parsed(file: Path, text: str) -> tuple[Any, Lines]:
    loader = _Strict(text)
    try:
        node = loader.get_single_node()
        if node is None:
            raise _wrong(file, "the file is empty")
        lines, wrong = _walk(node)
        if wrong:
            raise ContractError(str(file), wrong)
        return loader.construct_document(node), lines
    finally:
        loader.dispose()


def _wrong(file: Path, message: str, line: int | None = None) -> ContractError:
    return ContractError(str(file), [Mistake(path="(file)", message=message, line=line)])


def _line(data: bytes, at: int) -> int:
    return data.count(b"\n", 0, at) + 1


def _walk(root: yaml.Node) -> tuple[Lines, list[Mistake]]:
    lines: Lines = {}
    wrong: list[Mistake] = []
    todo: list[tuple[Path_, yaml.Node]] = [((), root)]
    while todo:
        path, node = todo.pop()
        lines[path] = node.start_mark.line + 1
        if len(path) > DEEPEST or len(lines) > MOST:
            return lines, [Mistake(path=dotted(path[:3]), message=_ENDLESS, line=lines[path])]
        if isinstance(node, yaml.SequenceNode):
            todo += [((*path, i), child) for i, child in enumerate(node.value)]
        if isinstance(node, yaml.MappingNode):
            wrong += _keys(path, node)
            todo += [((*path, key.value), child) for key, child in node.value if isinstance(key, yaml.ScalarNode)]
    return lines, wrong


def _keys(path: Path_, node: yaml.MappingNode) -> Iterator[Mistake]:
    """What is wrong with the keys of a mapping."""
    names = [key.value for key, _ in node.value]
    for key, _ in node.value:
        at = key.start_mark.line + 1
        if not isinstance(key, yaml.ScalarNode):
            yield Mistake(path=dotted(path), message="a key is one word, no list and no mapping", line=at)
        elif names.count(key.value) > 1:
            yield Mistake(path=dotted((*path, key.value)), message="written more than once", line=at)


def dotted(path: Path_) -> str:
    """`("columns", 3, "class")` as `columns[3].class`."""
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)
    return text.removeprefix(".") or "(file)"
