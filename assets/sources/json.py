"""JSON: a file, or an HTTP API read page by page; numbers keep every digit, nested keys are dotted names."""

from typing import Any, Literal

from pydantic import Field

from assets.model import Strict
from assets.sources.source import Reading, Request, Source


class Paging(Strict):
    """How an API hands out pages.

    `cursor`: the value at `next` (dotted path in the answer) goes into parameter `parameter` of the next request,
    until `more` (dotted path to a boolean) is false or the cursor is empty. `offset` and `page` count up.
    """

    by: Literal["cursor", "offset", "page"]
    parameter: str
    next: str | None = None
    more: str | None = None
    size: int = Field(default=1000, ge=1)
    size_parameter: str = "limit"
    total: str | None = None


class Json(Source):
    """`path` (a glob) for files, or `endpoint` below the `connection`'s URL for an API.

    `records` is the dotted path to the list of records ("" when the document is the list). The connection holds the
    address and the credentials; `parameters` are sent with each request.
    """

    kind: Literal["json"]
    path: str | None = None
    endpoint: str | None = None
    files: Literal["newest", "all"] = "all"
    records: str = ""
    parameters: dict[str, Any] = Field(default_factory=dict)
    paging: Paging | None = None

    def read(self, request: Request) -> Reading:
        """Stream the records, page by page or file by file."""
        raise NotImplementedError
