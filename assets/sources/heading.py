"""The header of delimited text: the lines above the data, and the names that they give to columns."""

import codecs
import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from assets.errors import SourceUnreadable
from assets.sources.files import unchanged
from assets.sources.headers import joined, unique
from assets.sources.lines import OTHER_ENCODING, BadText, Lines
from assets.sources.packed import Content
from assets.sources.source import Request

if TYPE_CHECKING:
    from assets.sources.csv import Csv


@dataclass(frozen=True, kw_only=True, slots=True)
class Heading:
    """Column `names`, those of them that only fill up the header, the cells of its rows, and the lines above the data."""

    names: Sequence[str]
    unnamed: frozenset[str]
    rows: Sequence[Sequence[str]]
    lines: int


def heading(file: Content, source: "Csv", request: Request) -> Heading:
    """The header of a file; raises `SourceUnreadable` where it has none."""
    try:
        with file.open() as opened:
            text = io.TextIOWrapper(
                io.BufferedReader(Lines(opened, encoding=source.encoding, skip=source.skip)), encoding="utf-8"
            )
            records = csv.reader(
                text,
                delimiter=source.delimiter,
                quotechar=source.quote,
                escapechar=source.escape,
                quoting=csv.QUOTE_MINIMAL if source.quote else csv.QUOTE_NONE,
            )
            rows = [next(records, None) for _ in range(max(source.header, 1))]
            lines = records.line_num if source.header else 0
    except (UnicodeError, BadText) as error:
        raise bad_text(request, file, source.encoding, error) from None
    except (LookupError, csv.Error) as error:
        raise unreadable(request, file, f"encoding {source.encoding}: {error}") from error
    except PermissionError:
        with unchanged(file.file, request):
            raise
    found = [row for row in rows if row is not None]
    if len(found) < max(source.header, 1) or not any(cell.strip() for row in found for cell in row):
        wanted = f"{source.skip + source.header} lines, and rows or none" if source.header else "rows"
        why = "it ends before its header does" if source.header else "it holds no data"
        raise unreadable(request, file, why, allowed=wanted)
    names, unnamed = _names(found if source.header else [[""] * len(found[0])], bool(source.header))
    titles = [[cell.strip() for cell in row] for row in found] if source.header else []
    return Heading(names=names, unnamed=unnamed, rows=titles, lines=source.skip + lines)


def _names(rows: Sequence[Sequence[str]], named: bool) -> tuple[list[str], frozenset[str]]:  # noqa: FBT001 - private
    titles = joined(rows)
    last = max((i for i, title in enumerate(titles) if title), default=-1)
    names = unique([title or str(i + 1) for i, title in enumerate(titles)])
    return names, frozenset(names[last + 1 :]) if named else frozenset()


def unreadable(
    request: Request,
    file: Content,
    why: str,
    *,
    allowed: str | None = None,
    line: int | None = None,
    advice: str = "mend the file or source",
) -> SourceUnreadable:
    """What is raised for a file that is no delimited text as declared."""
    return SourceUnreadable(
        "the file cannot be read",
        dataset=request.dataset,
        file=file.name,
        found=why,
        allowed=allowed,
        where=f"line {line}" if line else None,
        next=advice,
    )


def bad_text(request: Request, file: Content, encoding: str, error: ValueError) -> SourceUnreadable:
    """What is raised for a file that is not in the declared encoding, or holds what no table does."""
    if isinstance(error, BadText) and error.advice != OTHER_ENCODING:
        return unreadable(request, file, error.found, line=error.line, advice=error.advice)
    return SourceUnreadable(
        "the file is not in the declared encoding",
        dataset=request.dataset,
        file=file.name,
        where=f"line {error.line}" if isinstance(error, BadText) else None,
        allowed=codecs.lookup(encoding).name,
        next=OTHER_ENCODING,
        found="other bytes than its letters",
    )


def unclosed(request: Request, file: Content, line: int) -> SourceUnreadable:
    """What is raised where a cell holds the rows that come after it."""
    found = "a quote that is never closed: rows after it would be a part of its cell"
    advice = "mend that quote, or set source.quote to null if quotes mean nothing in the file"
    return unreadable(request, file, found, line=line, advice=advice)
