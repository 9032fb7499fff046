"""Records of an XML document, one by one, by expat: no tree is built, and no entity or definition is followed."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from xml.parsers import expat

import pyarrow as pa

from assets.errors import SourceChanged, SourceRefused, SourceUnreadable
from assets.sources.columns import expect
from assets.sources.files import find, first_time, numbered, unchanged
from assets.sources.packed import Content, contents
from assets.sources.source import LINE, Reading, Request

if TYPE_CHECKING:
    from assets.sources.xml import Xml

_CHUNK = 1 << 18
_RECORDS = 10_000
_DEEPEST = 200
_LONGEST = 16 << 20  # characters of one record

Record = dict[str, list[str]]


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
        held: list[tuple[int, Record]] = []
        count = 0
        for record in records:
            held.append(record)
            if len(held) == _RECORDS:
                yield self._batch(held, count)
                count += len(held)
                held = []
        if not count and not held:
            raise SourceChanged(
                "the document has no element where source.record says",
                dataset=self.request.dataset,
                where=self.where,
                found="no record",
                allowed=self.source.record,
                next="mend source.record, or ask who changed the format",
            )
        yield self._batch(held, count)
        given = numbered(self.source.row_number)
        header = [*self.seen]
        expect([*header, *given], self.request, ignore=self.source.ignore, where=self.where, header=header)

    def _batch(self, held: list[tuple[int, Record]], before: int) -> pa.RecordBatch:
        self.seen |= dict.fromkeys(name for _, record in held for name in record)
        given = numbered(self.source.row_number)
        header = [*dict.fromkeys([*self.seen, *(n for n in self.request.columns if n not in given)])]
        wanted = expect([*header, *given], self.request, ignore=self.source.ignore, where=self.where, header=header)
        columns: dict[str, Any] = {
            name: [str(at) for at in range(before + 1, before + len(held) + 1)]
            if name in given
            else [_text(record.get(name)) for _, record in held]
            for name in wanted
        }
        columns[LINE] = [f"{self.where}:{line}" for line, _ in held]
        return pa.RecordBatch.from_arrays(
            [pa.array(cells, pa.string()) for cells in columns.values()], names=[*columns]
        )


def _text(found: list[str] | None) -> str | None:
    if found is None:
        return None
    return found[0] if len(found) == 1 else json.dumps(found, ensure_ascii=False)


def parsed(file: Content, record: str) -> Iterator[tuple[int, Record]]:
    """The records with the line that each begins in; raises the `SourceError` that fits."""
    parser = expat.ParserCreate()
    parser.buffer_text = True
    found = _Finder(path=record.split("/"), parser=parser, file=file)
    parser.StartElementHandler, parser.EndElementHandler = found.start, found.end
    parser.CharacterDataHandler = found.text
    parser.StartDoctypeDeclHandler, parser.EntityDeclHandler = found.doctype, found.entity
    try:
        with file.open() as opened:
            while chunk := opened.read(_CHUNK):
                parser.Parse(chunk, False)  # noqa: FBT003 - expat's own order
                yield from found.taken()
            parser.Parse(b"", True)  # noqa: FBT003
            yield from found.taken()
    except expat.ExpatError as error:
        raise _unreadable(
            file, f"{expat.ErrorString(error.code)}, line {error.lineno}", "ask for it again, whole"
        ) from None
    except (LookupError, ValueError):
        raise _unreadable(file, "an encoding that is not known", "ask for it as UTF-8") from None


@dataclass(kw_only=True, slots=True)
class _Finder:
    """What expat tells, as records."""

    path: list[str]
    parser: Any
    file: Content
    stack: list[str] = field(default_factory=list)
    texts: list[list[str]] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    holds: list[bool] = field(default_factory=list)
    record: Record | None = None
    line: int = 0
    size: int = 0
    ready: list[tuple[int, Record]] = field(default_factory=list)

    def taken(self) -> list[tuple[int, Record]]:
        """The records that ended since the last time."""
        ready, self.ready = self.ready, []
        return ready

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """An element begins."""
        self.stack.append(name)
        if self.record is None:
            if self.stack != self.path:
                self._not_too_deep()
                return
            self.record, self.line, self.size, inner = {}, self.parser.CurrentLineNumber, 0, ""
        else:
            above = self.names[-1]
            inner = f"{above}.{name}" if above else name
            self.holds[-1] = True
            self._not_too_deep()
        self.names.append(inner)
        self.texts.append([])
        self.holds.append(False)
        for attribute, value in attributes.items():
            self.record.setdefault(f"{inner}.@{attribute}" if inner else f"@{attribute}", []).append(value)

    def text(self, text: str) -> None:
        """Text within an element."""
        if self.record is not None:
            self.size += len(text)
            self.texts[-1].append(text)
            if self.size > _LONGEST:
                raise _unreadable(
                    self.file, f"a record of more than {_LONGEST >> 20} million characters", "ask for it again"
                )

    def end(self, _: str) -> None:
        """An element ends. One that holds others has no text of its own, unless there is some between them."""
        self.stack.pop()
        if self.record is None:
            return
        parts, name, holds = self.texts.pop(), self.names.pop(), self.holds.pop()
        text = parts[0] if len(parts) == 1 else "".join(parts)
        if (name and not holds) or text.strip():
            self.record.setdefault(name or ".", []).append(text)
        if not name:
            self.ready.append((self.line, self.record))
            self.record = None

    def _not_too_deep(self) -> None:
        if len(self.stack) > _DEEPEST:
            raise _unreadable(self.file, f"elements within elements, {_DEEPEST} deep", "ask for a flat document")

    def doctype(self, name: str, system: str | None, public: str | None, internal: int) -> None:
        """A definition of the document: its own may stand there, another file's is not fetched."""
        del name, internal
        if system or public:
            raise _refused(self.file, "an external definition (DTD)")

    def entity(self, *_: object) -> None:
        """A shorthand for other text, or for another file."""
        raise _refused(self.file, "an entity of its own")


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
