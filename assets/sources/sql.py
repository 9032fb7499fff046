"""SQL: a table, view or query of a database, streamed in Arrow batches with exact decimals."""

from typing import Any, Literal, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from assets.model import Duration
from assets.sources import anysql, postgres
from assets.sources.source import Reading, Request, Source


class Sql(Source):
    """A `table` (or view, `schema.table`) or a `query`; with `cursor`, later runs read only what changed.

    `parameters` are put where the query says `:name`.

    `cursor` is a column that grows when a row changes; a run reads again from `overlap` before the last value
    seen, because transactions commit late. `deleted` is a boolean column that marks a row as gone.
    Every `full_refresh`-th run reads everything, and so does a run whose counts do not agree with the source.
    A statement that takes longer than `timeout` is ended.
    """

    kind: Literal["sql"]
    connection: str
    table: str | None = None
    query: str | None = None
    parameters: dict[str, Any] = Field(default_factory=dict)
    cursor: str | None = None
    overlap: Duration = Field(default="1h", validate_default=True)
    deleted: str | None = None
    full_refresh: int = Field(default=10, ge=1)
    timeout: Duration = Field(default="30m", validate_default=True)

    @model_validator(mode="after")
    def _one_of(self) -> Self:
        if (self.table is None) == (self.query is None):
            raise PydanticCustomError("sql", "say either table or query")
        return self

    def read(self, request: Request) -> Reading:
        """Stream the rows in order of the key, in one read-only transaction."""
        url = request.connection.url if request.connection else ""
        return postgres.read(self, request) if postgres.speaks(url) else anysql.read(self, request)
