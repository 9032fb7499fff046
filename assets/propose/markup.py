"""The options under which an XML document can be read: which of its elements are rows."""

from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from xml.parsers import expat

from assets.errors import SourceUnreadable
from assets.propose.proposal import Origin

_CHUNK = 1 << 18
_DEEPEST = 8


def markup_origin(file: Path, place: Mapping[str, Any]) -> Origin:
    """The source in `file`: the elements nearest to the top that come again, the most frequent of them."""
    counts = _counted(file)
    several = [path for path, count in counts.items() if count > 1]
    if not several:
        raise SourceUnreadable("no table was found in the document", file=file.name, found="no element that comes again",
                               allowed="an element for each row", next="ask for a list of records")  # fmt: skip
    top = min(path.count("/") for path in several)
    record = max((path for path in several if path.count("/") == top), key=lambda path: counts[path])
    others = [path for path in several if path.count("/") == top and path != record]
    return Origin(
        options={**place, "record": record},
        remarks={"record": f"the most frequent of the elements nearest to the top; others: {', '.join(others)}"}
        if others
        else {},
        told=f"{file.name}: XML, records at {record}",
    )


def _counted(file: Path) -> Counter[str]:
    """How often an element stands at each path."""
    counts: Counter[str] = Counter()
    stack: list[str] = []

    def start(name: str, _: dict[str, str]) -> None:
        stack.append(name)
        if len(stack) <= _DEEPEST:
            counts["/".join(stack)] += 1

    def refuse(*_: object) -> None:
        raise _Entity

    parser = expat.ParserCreate()
    parser.StartElementHandler, parser.EndElementHandler = start, lambda _: stack.pop()
    parser.EntityDeclHandler = refuse
    try:
        with file.open("rb") as opened:
            while chunk := opened.read(_CHUNK):
                parser.Parse(chunk, False)  # noqa: FBT003 - expat's own order
            parser.Parse(b"", True)  # noqa: FBT003
    except expat.ExpatError as error:
        raise _no_xml(
            file, f"{expat.ErrorString(error.code)}, line {error.lineno}", "ask for it again, whole"
        ) from None
    except (_Entity, LookupError, ValueError):
        raise _no_xml(
            file, "entities, or an encoding that is not known", "ask for it without DOCTYPE, in UTF-8"
        ) from None
    return counts


class _Entity(Exception):
    """The document defines a shorthand."""


def _no_xml(file: Path, found: str, advice: str) -> SourceUnreadable:
    return SourceUnreadable("the file is not XML that can be read", file=file.name, found=found, next=advice)
