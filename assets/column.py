"""One column of a contract: its meaning, its type, the rules on it, and what it says about people."""

import re
from typing import Any, ClassVar, Literal, Self

from pydantic import Field, ValidationInfo, field_validator, model_validator
from pydantic_core import PydanticCustomError

from assets.model import ColumnName, DatasetName, Exact, LocalText, Strict
from assets.patterns import resolve
from assets.privacy import AnyTechnique
from assets.privacy.drop import Drop
from assets.sources.source import Values
from assets.types import ColumnType, is_number

Class = Literal[
    "direct_id",
    "org_id",
    "quasi_id",
    "sensitive",
    "personal_amount",
    "free_text",
    "controlled_text",
    "code",
    "public",
    "public_measure",
    "linkage_key",
    "internal",
]
Severity = Literal["error", "warn"]

MEANING: dict[str, str] = {
    "direct_id": "points at one person: name, identity or tax number, bank account, phone, e-mail",
    "org_id": "names an organisation; in a row about a person it names that person",
    "quasi_id": "points at few people together with others: place, age, sex, occupation, exact date",
    "sensitive": "health, belief, personal finance and the like (UU 27/2022 Art. 4; GDPR Art. 9)",
    "personal_amount": "an amount that one person got or owes",
    "free_text": "words that somebody typed",
    "controlled_text": "words from a list that the contract names",
    "code": "an official code of a declared pattern or list",
    "public": "a fact about a public body or its act: year, month, stage, official name",
    "public_measure": "a number about public money or work",
    "linkage_key": "joins rows about the same person to another table",
    "internal": "for the office alone; never leaves",
}
MUST_PROTECT = frozenset({"direct_id", "free_text", "linkage_key"})


class References(Strict):
    """The value must stand in `column` of `dataset`, among the rows where other columns have these values."""

    dataset: DatasetName
    column: ColumnName
    where: dict[ColumnName, str] = Field(default_factory=dict)


class Column(Strict):
    """A column of the source, of the public table, or both.

    `from` is its name in the source (default: `name`); `derived` columns come from the transform or the aggregate.
    Constraints carry the names of Table Schema (required, unique, minimum, maximum, minLength, maxLength, pattern,
    enum). `severity: warn` publishes rows that break them, and counts them.
    """

    name: ColumnName
    source_name: str | None = Field(default=None, alias="from")
    derived: bool = False
    type: ColumnType
    class_: Class = Field(alias="class")
    label: LocalText
    description: LocalText | None = None
    purpose: LocalText | None = None
    basis: str | None = None
    unit: str | None = None
    required: bool = True
    unique: bool = False
    minimum: Exact | None = None
    maximum: Exact | None = None
    earliest: str | None = None
    latest: str | None = None
    min_length: int | None = Field(default=None, alias="minLength", ge=0)
    max_length: int | None = Field(default=None, alias="maxLength", ge=1)
    pattern: str | None = None
    enum: tuple[str, ...] | None = None
    references: References | None = None
    severity: Severity = "error"
    privacy: AnyTechnique | None = Field(default=None, discriminator="technique")
    values: Values | None = None

    TEXT_ONLY: ClassVar[tuple[str, ...]] = ("min_length", "max_length", "pattern", "enum")
    NUMBER_ONLY: ClassVar[tuple[str, ...]] = ("minimum", "maximum")
    DATE_ONLY: ClassVar[tuple[str, ...]] = ("earliest", "latest")

    @property
    def read_as(self) -> str:
        """Its name in the source."""
        return self.source_name or self.name

    @property
    def technique(self) -> AnyTechnique | None:
        """How it is protected; an internal column is always dropped."""
        return Drop(technique="drop") if self.class_ == "internal" and not self.privacy else self.privacy

    @property
    def published(self) -> bool:
        """Whether a column of this name stands in the public table."""
        return self.technique is None or not self.technique.removes

    @field_validator("pattern")
    @classmethod
    def _regex(cls, value: str | None, info: ValidationInfo) -> str | None:
        return None if value is None else resolve(value, (info.context or {}).get("patterns", {}))

    @field_validator("earliest", "latest")
    @classmethod
    def _iso_date(cls, value: str | None) -> str | None:
        if value is not None and not re.fullmatch(r"\d{4}-\d{2}-\d{2}", value):
            raise PydanticCustomError("iso_date", 'a date is written in quotes as "2026-01-31"')
        return value

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        problems = [*self._wrong_constraints(), *self._unprotected()]
        if problems:
            raise PydanticCustomError("contradiction", "contradiction", {"problems": problems, "column": self.name})
        return self

    def _wrong_constraints(self) -> list[str]:
        fits = {
            self.TEXT_ONLY: self.type == "string",
            self.NUMBER_ONLY: is_number(self.type),
            self.DATE_ONLY: self.type in {"date", "datetime"},
        }
        wrong = [name for names, ok in fits.items() if not ok for name in names if getattr(self, name) is not None]
        problems = [f"{name} does not go with type {self.type}" for name in wrong]
        if self.class_ == "code" and self.type != "string":
            problems.append(f'a code is text, so that "0101" keeps its zero. Found type {self.type}; allowed: string')
        if self.class_ in {"code", "controlled_text"} and not (self.pattern or self.enum or self.references):
            problems.append(f"class {self.class_} needs pattern, enum or references: what is not listed is not known")
        return problems

    def _unprotected(self) -> list[str]:
        technique = self.technique
        if self.class_ in MUST_PROTECT and technique is None:
            return [f"class {self.class_} needs a technique. Allowed: {allowed(self.class_)}. Most datasets drop it"]
        if technique is None:
            return []
        problems = []
        if self.class_ not in technique.protects:
            problems.append(
                f"{technique.technique} cannot protect class {self.class_}. Allowed: {allowed(self.class_)}"
            )
        problems += technique.misfits(self.type)
        if self.class_ in MUST_PROTECT and technique.rows != "all":
            problems.append(f"class {self.class_} is protected in all rows. Found rows: {technique.rows}; allowed: all")
        return problems


def techniques() -> dict[str, Any]:
    """Every technique by its name in a contract."""
    return {kind.model_fields["technique"].annotation.__args__[0]: kind for kind in AnyTechnique.__args__}


def allowed(class_: str) -> str:
    """The techniques that can protect a class, for a message."""
    return ", ".join(name for name, kind in techniques().items() if class_ in kind.protects) or "none: it needs none"
