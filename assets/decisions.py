"""What a proposed contract leaves to a person: every "?" in it is a decision that nobody has made yet."""

from collections.abc import Iterator
from typing import Any

from assets.errors import Mistake
from assets.yaml import Lines, Path_, dotted

OPEN = "?"
CLASS = "class"


def undecided(document: Any, lines: Lines) -> list[Mistake]:
    """Every decision that is open: one mistake that counts the columns without a class, and one for each other."""
    places = list(_open(document, ()))
    classes = [path for path in places if path[0] == "columns" and path[-1] == CLASS]
    others = [path for path in places if path not in classes]
    found = [Mistake(path=dotted(path), message=_WORDS, line=lines.get(path)) for path in others]
    return [*_classes(document, classes, lines), *found]


def is_open(mistake: Mistake, document: Any) -> bool:
    """Whether a mistake is only that its place is not decided."""
    return any(mistake.path == dotted(path) for path in _open(document, ()))


_WORDS = f'not decided: "{OPEN}" stands where a person must write'


def _classes(document: Any, places: list[Path_], lines: Lines) -> Iterator[Mistake]:
    if not places:
        return
    columns = document["columns"]
    names = ", ".join(str(columns[path[1]].get("name", path[1])) for path in places)
    yield Mistake(
        path="columns",
        message=f"{len(places)} of {len(columns)} columns have no class yet: {names}. "
        f'Decide for each what it says about people, and write it in place of "{OPEN}" (docs/contract.md)',
        line=lines.get(places[0]),
    )


def _open(value: Any, path: Path_) -> Iterator[Path_]:
    if value == OPEN:
        yield path
    elif isinstance(value, dict):
        for name, inner in value.items():
            yield from _open(inner, (*path, name))
    elif isinstance(value, list):
        for i, inner in enumerate(value):
            yield from _open(inner, (*path, i))
