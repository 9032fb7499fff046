"""JSON: a file, or an HTTP API read page by page; numbers keep every digit, nested keys are dotted names."""

from typing import Any, Literal, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from assets.model import Strict
from assets.sources import documents
from assets.sources.source import Reading, Request, Texts


class Paging(Strict):
    """How an API hands out pages.

    `cursor`: the value at `next` (dotted path in the answer) goes into parameter `parameter` of the next request,
    until `more` (dotted path to a boolean) is false or the cursor is empty. `offset` and `page` count up, from 0 and
    `first`, until a page is empty, `more` is false, or `total` (dotted path to a number) is reached. Every page but the
    last must be as long as the first, and all together as many as `total` says.
    """

    by: Literal["cursor", "offset", "page"]
    parameter: str
    next: str | None = None
    more: str | None = None
    size: int = Field(default=1000, ge=1)
    size_parameter: str = "limit"
    total: str | None = None
    first: int = Field(default=1, ge=0)

    @model_validator(mode="after")
    def _has_next(self) -> Self:
        if self.by == "cursor" and self.next is None:
            raise PydanticCustomError("paging", "paging by cursor needs next: where the answer holds the next cursor")
        return self


class Json(Texts):
    """`path` (a glob) for files, or `endpoint` below the `connection`'s URL for an API.

    `records` is the dotted path to the list of records ("" when the document is the list). The connection holds the
    address and the credentials; `parameters` are sent with each request, and a list among them is swept: all pages of
    the first value, then all of the next. A record that is a list has columns "1", "2", and so on. In files,
    `row_number` names a column with the number of each record, for tables that have no key.
    """

    kind: Literal["json"]
    path: str | None = None
    endpoint: str | None = None
    records: str = ""
    parameters: dict[str, Any] = Field(default_factory=dict)
    paging: Paging | None = None

    @model_validator(mode="after")
    def _one_of(self) -> Self:
        if self.row_number is not None and self.path is None:
            raise PydanticCustomError("json", "row_number goes with files: the order of an API's records may change")
        if (self.path is None) == (self.endpoint is None):
            raise PydanticCustomError("json", "say either path (for files) or endpoint (for an API)")
        if self.endpoint is not None and self.connection is None:
            raise PydanticCustomError("json", "an endpoint needs a connection, which holds the address")
        empty = [name for name, value in self.parameters.items() if value == []]
        if empty:
            raise PydanticCustomError("json", "nothing to sweep in parameters: {names}", {"names": ", ".join(empty)})
        return self

    def read(self, request: Request) -> Reading:
        """Stream the records, page by page or file by file."""
        if self.path is not None:
            return documents.read(self, request)
        from assets.sources import api  # noqa: PLC0415 - the HTTP client is loaded when an API is read

        return api.read(self, request)
