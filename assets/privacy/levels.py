"""How coarse a value may be shown: one level, as a check of names and as an SQL expression over the source's value.

Which level a column gets is decided in `assets/anonymity/`, for all columns together.
"""

import re
from collections.abc import Sequence
from decimal import Decimal
from itertools import pairwise
from typing import Literal, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from assets.model import Exact, Strict
from assets.sql import text
from assets.types import is_number

HIDDEN = "*"
Word = Literal["exact", "month", "year", "decade", "hidden"]
_TIME: tuple[Word, ...] = ("month", "year", "decade")
_DECADE = "(year({0}) - year({0}) % 10)"
_WORDS = {
    "exact": "CAST({0} AS VARCHAR)",
    "month": "strftime({0}, '%Y-%m')",
    "year": "strftime({0}, '%Y')",
    "decade": f"({_DECADE} || '-' || ({_DECADE} + 9))",
    "hidden": f"'{HIDDEN}'",
}
_FORMS = {
    "exact": r"(?s:.*)",
    "month": r"\d{4,}-\d{2}",
    "year": r"\d{4,}",
    "decade": r"\d{3,}0-\d{3,}9",
    "hidden": re.escape(HIDDEN),
}


class Level(Strict):
    """One form of a value: `to` a word (exact, month, year, decade, hidden), or `parts`, `width`, `bands` or `groups`.

    `parts: 3` keeps three parts of a code such as `35.19.05.2001`; `width: 5` makes bands of five of a whole number;
    `bands` are lower bounds; `groups` gives each group's name and the values in it, any other value is `*`.
    """

    to: Word | None = None
    parts: int | None = Field(default=None, ge=1)
    width: int | None = Field(default=None, ge=2)
    bands: tuple[Exact, ...] | None = Field(default=None, min_length=1)
    groups: dict[str, tuple[str, ...]] | None = None

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if len(self.model_fields_set) != 1:
            raise PydanticCustomError("level", "say exactly one of: to, parts, width, bands, groups")
        if self.bands is not None and list(self.bands) != sorted(set(self.bands)):
            raise PydanticCustomError("level", "bands are lower bounds in rising order, each once")
        listed = [value for values in (self.groups or {}).values() for value in values]
        if len(listed) != len(set(listed)):
            raise PydanticCustomError("level", "a value stands in one group only")
        return self

    @property
    def said(self) -> str:
        """The level as a contract writes it."""
        if self.to:
            return self.to
        if self.groups is not None:
            return f"groups {', '.join(self.groups)}"
        if self.bands is not None:
            return f"bands {', '.join(f'{bound:f}' for bound in self.bands)}"
        return f"parts {self.parts}" if self.parts else f"width {self.width}"

    def fits(self, kind: str) -> bool:
        """Whether values of this column type have such a form."""
        if self.to in {"exact", "hidden"}:
            return True
        if self.to:
            return kind == "date"
        if self.width:
            return kind == "integer"
        return is_number(kind) if self.bands else kind == "string"

    def misfits(self, kind: str) -> list[str]:
        """Why values of this column type have no such form, in words."""
        if self.fits(kind):
            return []
        days = ". Declare the column as date: its days begin in the zone of values" if kind == "datetime" else ""
        return [f"level {self.said} does not go with type {kind}{days}"]

    def follows(self, finer: "Level") -> bool:
        """Whether all that `finer` shows alike, this level shows alike too."""
        if finer.to == "exact" or self.to == "hidden":
            return self != finer
        if self.to in _TIME and finer.to in _TIME:
            return _TIME.index(self.to) > _TIME.index(finer.to)
        if self.parts and finer.parts:
            return self.parts < finer.parts
        if finer.width:
            bounds = self.bands or ((Decimal(self.width),) if self.width and self.width > finer.width else (None,))
            return all(bound is not None and bound % finer.width == 0 for bound in bounds)
        if self.bands and finer.bands:
            return set(self.bands) < set(finer.bands)
        return bool(self.groups and finer.groups) and _joins(self.groups or {}, finer.groups or {})

    def sql(self, column: str) -> str:
        """The shown text of `column`, a quoted name; NULL stays NULL, unless it is hidden like all others."""
        if self.to:
            return _WORDS[self.to].format(column)
        if self.parts:
            return rf"regexp_extract({column}, '^[^.]*(?:\.[^.]*){{0,{self.parts - 1}}}')"
        if self.width:
            first = f"({column} - (({column} % {self.width}) + {self.width}) % {self.width})"
            return f"({first} || ' - < ' || ({first} + {self.width}))"
        return _banded(column, self.bands) if self.bands else _grouped(column, self.groups or {})

    @property
    def form(self) -> str:
        """What each shown text looks like, as a regular expression."""
        if self.to:
            return _FORMS[self.to]
        if self.parts:
            return rf"[^.]*(?:\.[^.]*){{0,{self.parts - 1}}}"
        if self.width:
            return r"-?\d+ - < -?\d+"
        names = band_names(self.bands) if self.bands else (*(self.groups or {}), HIDDEN)
        return "|".join(map(re.escape, names))


def band_names(bounds: Sequence[Decimal]) -> list[str]:
    """How bands are called: one below the first bound, then one from each bound up to the next."""
    between = [f"{lower:f} - < {upper:f}" for lower, upper in pairwise(bounds)]
    return [f"< {bounds[0]:f}", *between, f">= {bounds[-1]:f}"]


def level(said: "Word | Level") -> Level:
    """A level as a model, also where the contract has only a word."""
    return said if isinstance(said, Level) else Level(to=said)


def _joins(coarse: dict[str, tuple[str, ...]], fine: dict[str, tuple[str, ...]]) -> bool:
    """Whether every coarse group is made of whole finer ones, and nothing that was `*` is named again."""
    of = {value: name for name, values in coarse.items() for value in values}
    parted = [values for values in fine.values() if len({of.get(value) for value in values}) > 1]
    listed = {value for values in fine.values() for value in values}
    return not parted and of.keys() <= listed and len(coarse) < len(fine)


def _banded(column: str, bounds: tuple[Decimal, ...]) -> str:
    names = [f"'{name}'" for name in band_names(bounds)]
    above = [f"WHEN {column} >= {bound:f} THEN {name}" for bound, name in zip(bounds, names[1:], strict=True)]
    return f"CASE {' '.join(reversed(above))} WHEN {column} < {bounds[0]:f} THEN {names[0]} END"


def _grouped(column: str, groups: dict[str, tuple[str, ...]]) -> str:
    pairs = [(value, name) for name, values in groups.items() for value in values]
    cases = " ".join(f"WHEN {text(value)} THEN {text(name)}" for value, name in pairs)
    shown = f"CASE {column} {cases} ELSE '{HIDDEN}' END" if pairs else f"'{HIDDEN}'"
    return f"CASE WHEN {column} IS NULL THEN NULL ELSE {shown} END"
