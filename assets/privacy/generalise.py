"""Generalise: a coarser value that more people share."""

from decimal import Decimal
from typing import ClassVar, Literal, Self

import pyarrow as pa
from pydantic import Field, ValidationError, model_validator
from pydantic_core import PydanticCustomError

from assets.model import Exact
from assets.privacy.levels import Level
from assets.privacy.technique import Technique, Vault


class Generalise(Technique):
    """A date to its month or year, a dotted place code to its first parts, an amount to a band.

    `to: month | year` for dates; `parts: 3` keeps three parts of a code such as `35.19.05.2001`;
    `bands: ["0", "1000000"]` names the half-open band `[lower, upper)` that holds the amount.
    Source: Samarati & Sweeney (1998), generalisation hierarchies.
    """

    technique: Literal["generalise"]
    to: Literal["month", "year"] | None = None
    parts: int | None = Field(default=None, ge=1)
    bands: tuple[Exact, ...] | None = Field(default=None, min_length=1)

    protects: ClassVar[frozenset[str]] = frozenset({"quasi_id", "personal_amount", "sensitive"})

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if len(self._said) != 1:
            raise PydanticCustomError("generalise", "say exactly one of: to, parts, bands")
        try:
            Level.model_validate(self._said)
        except ValidationError as error:
            raise PydanticCustomError("generalise", "{why}", {"why": error.errors()[0]["msg"]}) from None
        return self

    @property
    def _said(self) -> dict[str, str | int | tuple[Decimal, ...]]:
        ways = {"to": self.to, "parts": self.parts, "bands": self.bands}
        return {way: said for way, said in ways.items() if said is not None}

    @property
    def level(self) -> Level:
        """How coarse: what is checked and shown is the level's."""
        return Level.model_validate(self._said)

    @property
    def form(self) -> str:
        """What each shown text looks like, as a regular expression."""
        return self.level.form

    def misfits(self, kind: str) -> list[str]:
        """What does not go with a column of this type."""
        return self.level.misfits(kind)

    def output_type(self, source: pa.DataType) -> pa.DataType:
        """Always text."""
        del source
        return pa.string()

    def protect(self, values: pa.Array, *, vault: Vault) -> pa.Array:
        """The coarser values; NULL stays NULL, and an amount below the first band is its own band."""
        from assets.duck import duck  # noqa: PLC0415 - loaded when rows are protected

        del vault
        with duck() as connection:
            connection.register("cells", pa.table({"cell": values}))
            shown: pa.Table = connection.sql(f"SELECT {self.level.sql('cell')} AS shown FROM cells").to_arrow_table()
            return shown.column("shown").combine_chunks().cast(pa.string())
