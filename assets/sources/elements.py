"""Records of an XML document, part by part, by expat: no entity or definition is followed.

Python's own builder makes a tree of each part in C; what was read is taken out of it, so that it does not grow.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, Any
from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat

import pyarrow as pa

from assets.errors import SourceChanged, SourceRefused, SourceUnreadable
from assets.sources.columns import expect
from assets.sources.files import find, first_time, numbered, placed, unchanged
from assets.sources.packed import Content, contents
from assets.sources.source import LINE, Reading, Request

if TYPE_CHECKING:
    from assets.sources.xml import Xml

_CHUNK = 1 << 13  # small: a part whose elements are gone before they are many is nothing to collect
_RECORDS = 10_000
_DEEPEST = 200
_LONGEST = 16 << 20  # characters of one record

_LINE = ""  # the name of no attribute

Record = dict[str, str]


def read(source: "Xml", request: Request) -> Reading:
    """Stream the files in order of their names."""
    reading = Reading(batches=iter(()), facts={"files": []})
    files = [content for file in find(source, request) for content in contents(file, source, request)]
    reading.batches = _batches(source, request, files, reading)
    return reading


def _batches(source: "Xml", request: Request, files: Sequence[Content], reading: Reading) -> Iterator[pa.RecordBatch]:
    for file in files:
        with unchanged(file.file, request) as facts:
            if first_time({**facts, **file.told}, reading, request, fields={}):
                yield from _Table(source=source, request=request, where=file.name).rows(parsed(file, source.record))


@dataclass(kw_only=True, slots=True)
class _Table:
    """Records as batches. A name that no record of a batch has is empty there; one that no record has at all is missing."""

    source: "Xml"
    request: Request
    where: str
    seen: dict[str, None] = field(default_factory=dict)

    def rows(self, records: Iterator[tuple[int, Record]]) -> Iterator[pa.RecordBatch]:
        """All records; raises `SourceChanged` where a column is missing, is not declared, or there is no record."""
        count = 0
        while held := list(islice(records, _RECORDS)):
            yield self._batch([line for line, _ in held], [record for _, record in held], count)
            count += len(held)
        if not count:
            raise SourceChanged(
                "the document has no element where source.record says",
                dataset=self.request.dataset,
                where=self.where,
                found="no record",
                allowed=self.source.record,
                next="mend source.record, or ask who changed the format",
            )
        given = numbered(self.source.row_number)
        header = [*self.seen]
        expect([*header, *given], self.request, ignore=self.source.ignore, where=self.where, header=header)

    def _batch(self, lines: list[int], records: list[Record], before: int) -> pa.RecordBatch:
        for record in records:
            if not record.keys() <= self.seen.keys():
                self.seen |= dict.fromkeys(record)
        given = numbered(self.source.row_number)
        header = [*dict.fromkeys([*self.seen, *(n for n in self.request.columns if n not in given)])]
        wanted = expect([*header, *given], self.request, ignore=self.source.ignore, where=self.where, header=header)
        places = range(before + 1, before + len(records) + 1)
        columns: dict[str, Any] = {
            name: map(str, places) if name in given else [record.get(name) for record in records] for name in wanted
        }
        arrays = [pa.array(cells, pa.string()) for cells in columns.values()]
        return pa.RecordBatch.from_arrays([*arrays, placed(self.where, lines)], names=[*columns, LINE])


def parsed(file: Content, record: str) -> Iterator[tuple[int, Record]]:
    """The records with the line that each begins in; raises the `SourceError` that fits."""
    found = _Finder(path=record.split("/"), file=file)
    parser = found.parser()
    try:
        with file.open() as opened:
            while chunk := opened.read(_CHUNK):
                parser.Parse(chunk, False)  # noqa: FBT003 - expat's own order
                found.bounded(len(chunk))
                yield from found.ended(found.top, 0)
            parser.Parse(b"", True)  # noqa: FBT003
            yield from found.ended(found.top, 0, every=True)
    except expat.ExpatError as error:
        raise _unreadable(
            file, f"{expat.ErrorString(error.code)}, line {error.lineno}", "ask for it again, whole"
        ) from None
    except (LookupError, ValueError):
        raise _unreadable(file, "an encoding that is not known", "ask for it as UTF-8") from None


@dataclass(kw_only=True, slots=True)
class _Finder:
    """The tree of what expat tells, below `top`, and the records in it."""

    path: list[str]
    file: Content
    builder: TreeBuilder = field(default_factory=TreeBuilder)
    top: Element = field(init=False)
    tip: Element | None = None
    size: int = 0

    def __post_init__(self) -> None:
        self.top = self.builder.start("", {})

    def parser(self) -> Any:
        """What calls the builder, with the line of each record among its attributes."""
        parser = expat.ParserCreate()
        parser.buffer_text = True
        begin, record = self.builder.start, self.path[-1]

        def start(name: str, attributes: dict[str, Any]) -> None:
            if name == record:
                attributes[_LINE] = parser.CurrentLineNumber
            begin(name, attributes)

        parser.StartElementHandler, parser.EndElementHandler = start, self.builder.end
        parser.CharacterDataHandler = self.builder.data
        parser.StartDoctypeDeclHandler, parser.EntityDeclHandler = self.doctype, self.entity
        return parser

    def ended(self, element: Element, depth: int, *, every: bool = False) -> Iterator[tuple[int, Record]]:
        """The records below an element of the path that ended; whatever ended there is taken out of the tree.

        The last element may go on, unless this is the end and `every` one has ended.
        """
        wanted = self.path[depth] if depth < len(self.path) else None
        done = element[:] if every else element[:-1]
        for child in done:
            if child.tag == wanted:
                yield from self.records(child, depth + 1)
        del element[: len(done)]
        for child in element:
            if child.tag != wanted:
                yield from self.ended(child, len(self.path))
            elif depth + 1 < len(self.path):
                yield from self.ended(child, depth + 1)

    def records(self, element: Element, depth: int) -> Iterator[tuple[int, Record]]:
        """An element of the path that ended, if it is a record; else those below it."""
        if depth < len(self.path):
            yield from self.ended(element, depth, every=True)
        else:
            yield int(element.get(_LINE, 0)), self.flat(element)

    def bounded(self, size: int) -> None:
        """Raise `SourceUnreadable` for elements too deep, and for a record, or a text between them, without end."""
        chain = [self.top]
        while len(chain[-1]):
            chain.append(chain[-1][-1])
        self.shallow(len(chain))
        last = len(self.path)
        held = chain[last] if [one.tag for one in chain[1 : last + 1]] == self.path else chain[-1]
        self.size = self.size + size if held is self.tip else 0
        self.tip = held
        if self.size > _LONGEST:
            found = f"a record of more than {_LONGEST >> 20} million characters"
            raise _unreadable(self.file, found, "ask for it again")

    def shallow(self, depth: int) -> None:
        """Raise `SourceUnreadable` for elements too deep."""
        if depth > _DEEPEST:
            raise _unreadable(self.file, f"elements within elements, {_DEEPEST} deep", "ask for a flat document")

    def flat(self, record: Element) -> Record:
        """Texts by their dotted names; a list, as JSON, of those that have one name."""
        found: Record = {}
        lists: dict[str, list[str]] = {}
        if self._fill("", record, found, lists, depth=1):
            _add(".", _own(record), found, lists)
        return (
            found | {name: json.dumps(texts, ensure_ascii=False) for name, texts in lists.items()} if lists else found
        )

    def _fill(self, above: str, element: Element, found: Record, lists: dict[str, list[str]], *, depth: int) -> bool:
        """Take in what is within an element; whether it has text of its own between that."""
        self.shallow(depth)
        for attribute, value in element.items():
            if attribute != _LINE:
                _add(f"{above}@{attribute}", value, found, lists)
        loose = bool(element.text) and not element.text.isspace()  # type: ignore[union-attr]  # it is there, then
        for child in element:
            name, tail = above + child.tag, child.tail
            if len(child) or child.keys():
                if self._fill(f"{name}.", child, found, lists, depth=depth + 1) or not len(child):
                    _add(name, _own(child), found, lists)
            elif name in found:
                _add(name, child.text or "", found, lists)
            else:
                found[name] = child.text or ""
            loose = loose or (tail is not None and not tail.isspace())
        return loose

    def doctype(self, name: str, system: str | None, public: str | None, internal: int) -> None:
        """A definition of the document: its own may stand there, another file's is not fetched."""
        del name, internal
        if system or public:
            raise _refused(self.file, "an external definition (DTD)")

    def entity(self, *_: object) -> None:
        """A shorthand for other text, or for another file."""
        raise _refused(self.file, "an entity of its own")


def _own(element: Element) -> str:
    """The text of an element that is in none of those within it."""
    return "".join([element.text or "", *(child.tail or "" for child in element)])


def _add(name: str, text: str, found: Record, lists: dict[str, list[str]]) -> None:
    if name in found:
        lists.setdefault(name, [found[name]]).append(text)
    else:
        found[name] = text


def _refused(file: Content, found: str) -> SourceRefused:
    return SourceRefused(
        "the XML document asks for more than itself",
        dataset=file.request.dataset,
        file=file.name,
        found=found,
        allowed="elements, attributes and text",
        next="ask for it without DOCTYPE: data needs none",
    )


def _unreadable(file: Content, found: str, advice: str) -> SourceUnreadable:
    return SourceUnreadable("the file is not XML that can be read", dataset=file.request.dataset, file=file.name,
                            found=found, next=advice)  # fmt: skip
