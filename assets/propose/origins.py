"""From what somebody typed after `--from` to a source whose format is known."""

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from assets.errors import SourceUnreadable
from assets.propose.book import book_origin
from assets.propose.columnar import parquet_origin
from assets.propose.database import database_origin, is_database
from assets.propose.documents import document_origin
from assets.propose.kinds import PACKED, kind_of
from assets.propose.markup import markup_origin
from assets.propose.place import Place, place_above, place_of
from assets.propose.proposal import Origin
from assets.propose.text import text_origin
from assets.propose.unpack import unpacked
from assets.settings import Settings
from assets.sources.files import find
from assets.sources.source import Files, Request

_BOOKS = ("xlsx", "xls", "xlsb", "ods")
_WEB = r"(?:https?|s3|sftp|gs|abfs|ftp)://"
_TEXTS = {"csv": text_origin, "json": document_origin, "xml": markup_origin}
_KINDS = {**_TEXTS, **dict.fromkeys(_BOOKS, book_origin), "parquet": parquet_origin}


def origin_of(address: str, settings: Settings, *, sheet: str | None = None) -> tuple[Origin, Place]:
    """The source at `address` and where it is; raises the `SourceError` that fits where it is none."""
    file = Path(address)
    if re.match(_WEB, address):
        return _elsewhere(address, settings, sheet)
    if not file.exists() and is_database(address):
        return database_origin(address, settings)
    if not file.is_file():
        raise SourceUnreadable("there is no such file", file=address, found="no file", allowed="a file, or DSN:table",
                               next="see how it is spelt, and from where: --from FILE")  # fmt: skip
    place = place_of(file, settings)
    if kind_of(file) != PACKED:
        return _origin(file, place.options, sheet), place
    with unpacked(file, file.name) as (plain, member):
        origin = _origin(plain, {**place.options, **member}, sheet, kinds=_TEXTS)
        return replace(origin, told=f"{file.name}, {origin.told}"), place


def _elsewhere(address: str, settings: Settings, sheet: str | None) -> tuple[Origin, Place]:
    """The source at an address of the web or of a store, by a connection to what is above it."""
    if "?" in address:
        raise SourceUnreadable(
            "an address with a question mark is one of an API, or holds a key", where=address.split("?", maxsplit=1)[0],
            found="parameters", allowed="the address of a file",
            next="for an API write source kind json by hand: docs/contract.md; keys belong to the connection's headers",
        )  # fmt: skip
    place = place_above(address, settings)
    request = Request(dataset="new", columns=(), connection=place.settings.connection(place.options["connection"]))
    [file] = find(Files(kind="csv", path=place.options["path"]), request)
    kind = kind_of(file)
    if kind != PACKED:
        return _origin(file, place.options, sheet), place
    with unpacked(file, file.name) as (plain, member):
        return _origin(plain, {**place.options, **member}, sheet, kinds=_TEXTS), place


def _origin(file: Path, place: Mapping[str, Any], sheet: str | None, *, kinds: Mapping[str, Any] = _KINDS) -> Origin:
    kind = kind_of(file)
    if kind in _BOOKS and kind in kinds:
        return book_origin(file, {"kind": kind, **place}, sheet=sheet)
    if kind in kinds:
        found: Origin = kinds[kind](file, {"kind": kind, **place})
        return found
    raise SourceUnreadable("what is packed in the file is no text", file=file.name, found=kind, allowed=", ".join(kinds),
                           next="unpack it, then name the file that was in it")  # fmt: skip
