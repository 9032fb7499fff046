"""Generalise: a coarser value that more people share."""

from collections.abc import Sequence
from decimal import Decimal
from itertools import pairwise
from typing import ClassVar, Literal, Self

import pyarrow as pa
import pyarrow.compute as pc
from pydantic import model_validator
from pydantic_core import PydanticCustomError

from assets.model import Exact
from assets.privacy.technique import Technique, Vault

DATES = {"month": "%Y-%m", "year": "%Y"}


class Generalise(Technique):
    """A date to its month or year, a dotted place code to its first parts, an amount to a band.

    `to: month | year` for dates; `parts: 3` keeps three parts of a code such as `35.19.05.2001`;
    `bands: ["0", "1000000"]` names the half-open band `[lower, upper)` that holds the amount.
    Source: Samarati & Sweeney (1998), generalisation hierarchies.
    """

    technique: Literal["generalise"]
    to: Literal["month", "year"] | None = None
    parts: int | None = None
    bands: tuple[Exact, ...] | None = None

    protects: ClassVar[frozenset[str]] = frozenset({"quasi_id", "personal_amount", "sensitive"})

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if sum(way is not None for way in (self.to, self.parts, self.bands)) != 1:
            raise PydanticCustomError("generalise", "say exactly one of: to, parts, bands")
        if self.bands is not None and list(self.bands) != sorted(set(self.bands)):
            raise PydanticCustomError("generalise", "bands are lower bounds in rising order, each once")
        return self

    def output_type(self, source: pa.DataType) -> pa.DataType:
        """Always text."""
        del source
        return pa.string()

    def protect(self, values: pa.Array, *, vault: Vault) -> pa.Array:
        """The coarser values; NULL stays NULL, and an amount below the first band is its own band."""
        del vault
        if self.to is not None:
            return pc.strftime(values.cast(pa.timestamp("us")), format=DATES[self.to])
        if self.parts is not None:
            pattern = rf"^([^.]*(?:\.[^.]*){{0,{self.parts - 1}}}).*$"
            return pc.replace_substring_regex(values.cast(pa.string()), pattern=pattern, replacement=r"\1")
        return _banded(values, self.bands or ())


def band_names(bounds: Sequence[Decimal]) -> list[str]:
    """How bands are called: one below the first bound, then one from each bound up to the next."""
    between = [f"{lower:f} - < {upper:f}" for lower, upper in pairwise(bounds)]
    return [f"< {bounds[0]:f}", *between, f">= {bounds[-1]:f}"]


def _banded(values: pa.Array, bounds: tuple[Decimal, ...]) -> pa.Array:
    exact = values.cast(pa.decimal128(38, 2), safe=False)
    below, *names = band_names(bounds)
    result = pc.if_else(pc.is_valid(exact), pa.scalar(below, pa.string()), pa.scalar(None, pa.string()))
    for lower, name in zip(bounds, names, strict=True):
        inside = pc.greater_equal(exact, pa.scalar(lower, pa.decimal128(38, 2)))
        result = pc.if_else(inside, pa.scalar(name, pa.string()), result)
    return result
