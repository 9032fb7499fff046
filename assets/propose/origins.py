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
from assets.propose.place import Place, place_of
from assets.propose.proposal import Origin
from assets.propose.text import text_origin
from assets.propose.unpack import unpacked
from assets.settings import Settings

_BOOKS = ("xlsx", "xls", "xlsb", "ods")
_TEXTS = {"csv": text_origin, "json": document_origin, "xml": markup_origin}
_KINDS = {**_TEXTS, **dict.fromkeys(_BOOKS, book_origin), "parquet": parquet_origin}


def origin_of(address: str, settings: Settings, *, sheet: str | None = None) -> tuple[Origin, Place]:
    """The source at `address` and where it is; raises the `SourceError` that fits where it is none."""
    file = Path(address)
    if re.match(r"https?://", address):
        raise SourceUnreadable(
            "what lies on the web is not proposed yet", where=address.split("?", maxsplit=1)[0],
            found="an address of the web", allowed="a file, or DSN:table",
            next="download the file and name it here; for an API write source kind json by hand: docs/contract.md",
        )  # fmt: skip
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


def _origin(file: Path, place: Mapping[str, Any], sheet: str | None, *, kinds: Mapping[str, Any] = _KINDS) -> Origin:
    kind = kind_of(file)
    if kind in _BOOKS and kind in kinds:
        return book_origin(file, {"kind": kind, **place}, sheet=sheet)
    if kind in kinds:
        found: Origin = kinds[kind](file, {"kind": kind, **place})
        return found
    raise SourceUnreadable("what is packed in the file is no text", file=file.name, found=kind, allowed=", ".join(kinds),
                           next="unpack it, then name the file that was in it")  # fmt: skip
