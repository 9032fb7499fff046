"""The options under which a JSON document can be read: where its list of records is."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from assets.errors import SourceUnreadable
from assets.propose.proposal import Origin
from assets.sources.records import NotJson, parse

_DEEPEST = 4


def document_origin(file: Path, place: Mapping[str, Any]) -> Origin:
    """The source in `file`: its longest list of records. Raises `SourceUnreadable`."""
    try:
        document = parse(file.read_text(encoding="utf-8-sig"))
    except (NotJson, UnicodeDecodeError) as error:
        found = str(error) if isinstance(error, NotJson) else "no UTF-8"
        raise SourceUnreadable("the file is not JSON", file=file.name, found=found, next="open it by hand") from None
    lists = dict(_lists(document, ""))
    if not lists:
        raise SourceUnreadable("no list of records was found in the document", file=file.name, found="no list",
                               allowed="a list of objects or of rows", next="ask for one list, of objects or of rows")  # fmt: skip
    path = max(lists, key=lambda name: (len(lists[name]), -name.count(".")))
    others = ", ".join(name or "the whole document" for name in lists if name != path)
    where = f"records at {path}" if path else "a list of records"
    return Origin(
        options={**place, **({"records": path} if path else {})},
        remarks={"records": f"the longest list; others: {others}"} if others else {},
        told=f"{file.name}: JSON, {where}",
    )


def _lists(value: Any, path: str) -> Iterator[tuple[str, list[Any]]]:
    """Every list of records, by its dotted path."""
    if isinstance(value, list):
        if value and all(isinstance(one, dict | list) for one in value):
            yield path, value
    elif isinstance(value, dict) and path.count(".") < _DEEPEST:
        for name, inner in value.items():
            if "." not in name:
                yield from _lists(inner, f"{path}.{name}" if path else name)
