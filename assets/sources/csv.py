"""CSV and other delimited text, one file or many, streamed in Arrow batches; every cell is text."""

from typing import Literal

from pydantic import Field

from assets.model import Regex
from assets.sources import delimited
from assets.sources.source import Reading, Request, Texts
from assets.sources.unpivot import Unpivot


class Csv(Texts):
    """Delimited text: CSV and its kin, plain, in gzip or in a ZIP.

    `header` is the number of lines that make the header (0: columns are named by position, "1", "2", ...);
    `skip` lines come before it and `footer` lines after the data. `file_fields` is a regular expression with
    named groups over the file name; each group becomes a column. `row_number` names a column with the number of each
    row's line, for tables that have no key.
    Rows whose cell in a column of `leave_out` matches its pattern are no data: set aside and counted, as is a header that
    comes again. A line with more or fewer cells than the header is rejected with its number, never guessed. A column without a
    name in the header is named by position; at the end of the header it is left out, and may hold nothing.
    """

    kind: Literal["csv"]
    path: str
    encoding: str = "utf-8"
    delimiter: str = Field(default=",", min_length=1, max_length=1)
    quote: str | None = Field(default='"', max_length=1)
    escape: str | None = Field(default=None, max_length=1)
    header: int = Field(default=1, ge=0, le=5)
    skip: int = Field(default=0, ge=0)
    footer: int = Field(default=0, ge=0)
    leave_out: dict[str, Regex] = Field(default_factory=dict)
    unpivot: Unpivot | None = None
    file_fields: Regex | None = None

    def read(self, request: Request) -> Reading:
        """Stream the files in order of their names."""
        return delimited.read(self, request)
