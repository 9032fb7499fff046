"""From what somebody typed after `--from` to a source whose format is known."""

import re
from pathlib import Path

from assets.errors import SourceUnreadable
from assets.propose.book import book_origin
from assets.propose.database import database_origin, is_database
from assets.propose.documents import document_origin
from assets.propose.kinds import kind_of
from assets.propose.place import Place, place_of
from assets.propose.proposal import Origin
from assets.propose.text import text_origin
from assets.settings import Settings


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
    kind = kind_of(file)
    place = place_of(file, settings)
    options = {"kind": kind, **place.options}
    if kind == "xlsx":
        return book_origin(file, options, sheet=sheet), place
    return (text_origin if kind == "csv" else document_origin)(file, options), place
