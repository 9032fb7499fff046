"""Anonymise: as coarse as needed, so that enough persons share what is shown of them, and no coarser."""

from typing import Any, ClassVar, Literal, Self

import pyarrow as pa
from pydantic import Field, field_validator, model_validator
from pydantic_core import PydanticCustomError

from assets.privacy.levels import HIDDEN, Level, Word, level
from assets.privacy.technique import Technique, Vault

WORDS: tuple[str, ...] = Word.__args__  # type: ignore[attr-defined]


class Anonymise(Technique):
    """The finest of `levels` at which, over all such columns together, every row is like those of enough others.

    `levels` go from fine to coarse, and one that is not listed is never taken: `[exact, {parts: 3}, {parts: 2}, hidden]`,
    `[month, year, decade]`, `[{width: 5}, {width: 10}]`. How many are enough stands in the contract's `anonymity`, and
    how many rows may show `*` instead. Source: Samarati (2001), full-domain generalisation with suppression.
    """

    technique: Literal["anonymise"]
    levels: tuple[Word | Level, ...] = Field(min_length=1)

    protects: ClassVar[frozenset[str]] = frozenset({"quasi_id", "personal_amount"})

    @field_validator("levels", mode="before")
    @classmethod
    def _known(cls, levels: Any) -> Any:
        unknown = [said for said in levels if isinstance(said, str) and said not in WORDS] if levels else []
        if unknown:
            allowed = f"{', '.join(WORDS)}, or one of parts, width, bands, groups"
            raise PydanticCustomError(
                "level", '"{found}" is not a level. Allowed: {allowed}', {"found": unknown[0], "allowed": allowed}
            )
        return levels

    @model_validator(mode="after")
    def _coarser_and_coarser(self) -> Self:
        for finer, coarser in zip(self.ladder, self.ladder[1:], strict=False):
            if not coarser.follows(finer):
                raise PydanticCustomError(
                    "levels",
                    'levels go from fine to coarse, each made of whole parts of the one before. Found "{coarser}" after "{finer}"',
                    {"coarser": coarser.said, "finer": finer.said},
                )
        return self

    @property
    def ladder(self) -> tuple[Level, ...]:
        """The levels, from fine to coarse."""
        return tuple(map(level, self.levels))

    @property
    def form(self) -> str:
        """What each shown text looks like, as a regular expression."""
        return "|".join(dict.fromkeys([*(f"(?:{one.form})" for one in self.ladder), rf"\{HIDDEN}"]))

    def misfits(self, kind: str) -> list[str]:
        """What does not go with a column of this type."""
        return [problem for one in self.ladder for problem in one.misfits(kind)]

    def output_type(self, source: pa.DataType) -> pa.DataType:
        """Always text."""
        del source
        return pa.string()

    def protect(self, values: pa.Array, *, vault: Vault) -> pa.Array:
        """Nothing but `*`: how coarse is enough is not known from one column of one batch."""
        del vault
        return pa.array([HIDDEN] * len(values), pa.string())
