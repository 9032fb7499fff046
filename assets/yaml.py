"""YAML read strictly: a key written twice is a mistake, and every value remembers its line."""

from pathlib import Path
from typing import Any

import yaml

from assets.errors import ContractError, Mistake

Path_ = tuple[str | int, ...]
Lines = dict[Path_, int]


class _Strict(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]  # libyaml, ten times as fast
    pass


# Dates stay text: a contract has no date values, and "2026-01-31" without quotes is meant as written.
_Strict.yaml_implicit_resolvers = {
    first: [(tag, regex) for tag, regex in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def read(file: Path) -> tuple[Any, Lines]:
    """The document and the line of every path in it; raises `ContractError` where it is not YAML."""
    loader = _Strict(file.read_text(encoding="utf-8"))
    try:
        node = loader.get_single_node()
        if node is None:
            raise ContractError(str(file), [Mistake(path="(file)", message="the file is empty")])
        lines, twice = _walk(node)
        if twice:
            raise ContractError(str(file), twice)
        return loader.construct_document(node), lines
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        line = mark.line + 1 if mark else None
        raise ContractError(
            str(file), [Mistake(path="(file)", message=f"not YAML: {error.problem}", line=line)]
        ) from error
    finally:
        loader.dispose()


def _walk(root: yaml.Node) -> tuple[Lines, list[Mistake]]:
    lines: Lines = {}
    twice: list[Mistake] = []
    todo: list[tuple[Path_, yaml.Node]] = [((), root)]
    while todo:
        path, node = todo.pop()
        lines[path] = node.start_mark.line + 1
        if isinstance(node, yaml.SequenceNode):
            todo += [((*path, i), child) for i, child in enumerate(node.value)]
        if isinstance(node, yaml.MappingNode):
            names = [key.value for key, _ in node.value]
            for key, child in node.value:
                todo.append(((*path, key.value), child))
                if names.count(key.value) > 1:
                    at = key.start_mark.line + 1
                    twice.append(Mistake(path=dotted((*path, key.value)), message="written more than once", line=at))
    return lines, twice


def dotted(path: Path_) -> str:
    """`("columns", 3, "class")` as `columns[3].class`."""
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)
    return text.removeprefix(".") or "(file)"
