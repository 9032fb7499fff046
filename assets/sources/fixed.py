"""Text of fixed width: cells by the position of their characters, as mainframes and banks write it."""

from itertools import pairwise
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from assets.model import Regex
from assets.sources import positions
from assets.sources.source import Reading, Request, Texts

Span = tuple[Annotated[int, Field(ge=1)], Annotated[int, Field(ge=1)]]


class Fixed(Texts):
    """Lines whose cells stand at fixed positions, plain, in gzip or in a ZIP.

    `fields` gives each column its first and last character, from 1: `{kode: [1, 10], nilai: [11, 25]}`. `skip` lines come
    before the data and `footer` lines after it. A line that is shorter than the last field, or has more than blanks where
    no field is, is rejected with its number; with `cut_blanks` blanks at the end of a line may be missing, and a line need
    only reach into the last field.
    `file_fields` is a regular expression with named groups over the file name; each group becomes a column. `row_number`
    names a column with the number of each line, for tables that have no key.
    """

    kind: Literal["fixed"]
    path: str
    fields: dict[str, Span] = Field(min_length=1)
    encoding: str = "utf-8"
    skip: int = Field(default=0, ge=0)
    footer: int = Field(default=0, ge=0)
    cut_blanks: bool = False
    file_fields: Regex | None = None

    @model_validator(mode="after")
    def _apart(self) -> Self:
        spans = sorted(self.fields.values())
        if any(first > last for first, last in spans) or any(one[1] >= two[0] for one, two in pairwise(spans)):
            raise PydanticCustomError(
                "fixed", "fields lie one after the other, each from its first to its last character"
            )
        return self

    def read(self, request: Request) -> Reading:
        """Stream the files in order of their names."""
        return positions.read(self, request)
