"""XML: each element at a path is a row; its attributes and the elements within it are columns with dotted names."""

from typing import Literal

from pydantic import Field

from assets.sources import elements
from assets.sources.source import Reading, Request, Texts


class Xml(Texts):
    """XML documents, plain, in gzip or in a ZIP.

    `record` is the path of the elements that are rows, from the document's own on: `realisasi/baris`. The text of an
    element within a row is the column of its name, deeper ones with dots (`penyedia.nama`), an attribute with "@"
    (`nilai.@mata_uang`, or `@id` of the row's own element), the row's own text is "."; prefixes are part of names. An
    element that comes several times in a row gives a list, as JSON. `row_number` names a column with the number of each
    record. Entities and external definitions are refused: nothing but the file is read.
    """

    kind: Literal["xml"]
    path: str
    record: str = Field(pattern=r"^[^/\s]+(/[^/\s]+)*$")

    def read(self, request: Request) -> Reading:
        """Stream the records, file by file."""
        return elements.read(self, request)
