"""A dataset is one YAML file, read by this one strict model; everything else is derived from it.

No Dagster, no Great Expectations, no CKAN here, and no reading of files: see `assets/catalog.py` for that.
"""

import hashlib
import json
from functools import cached_property
from typing import Any, Literal, Self

from pydantic import Field, ValidationInfo, field_validator, model_validator
from pydantic_core import PydanticCustomError

from assets.column import Column, Severity
from assets.model import ColumnName, DatasetName, Duration, Exact, LocalText, Share, Strict
from assets.oversight import Approval, Retention
from assets.patterns import resolve
from assets.privacy.levels import Level
from assets.schedule import Cron
from assets.sources import AnySource

Format = Literal["csv", "parquet", "xlsx", "jsonl"]


class Publisher(Strict):
    """The office that answers for the data, and where a reader can write to it."""

    name: str
    contact: str = Field(pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$")
    url: str | None = None


class Freshness(Strict):
    """How old the public data may be before the schedule's owner is warned, and before it counts as failed."""

    warn: Duration
    fail: Duration


class Rows(Strict):
    """Bounds on the rows that a run may read; `shrink` is the most that may be lost against the release before."""

    min: int = Field(default=1, ge=0)
    max: int | None = None
    shrink: Share | None = None


class Partition(Strict):
    """The source is read in parts, by the year or month that `by` names in the source."""

    by: ColumnName
    every: Literal["year", "month"]
    start: str = Field(pattern=r"^\d{4}(-\d{2})?$")


class Persons(Strict):
    """Which rows are about a person. What is not clearly an organisation is a person.

    A row is about an organisation when `column` has one of the values in `organisations` **and** none of the columns in
    `ids` matches `person_id` (a pattern such as a 16-digit tax number that is an identity number).
    `rows: withhold` publishes no row about a person, only how many there were and their sum of `money`; of fewer than
    `minimum` different persons (by `count`) neither their number nor the sum is told.
    """

    column: ColumnName
    organisations: tuple[str, ...] = Field(min_length=1)
    ids: tuple[ColumnName, ...] = ()
    person_id: str | None = None
    count: ColumnName | None = None
    rows: Literal["keep", "withhold"] = "keep"
    money: ColumnName | None = None
    minimum: int = Field(default=5, ge=3)
    reason: str = "PERSONAL DATA"


class Dominance(Strict):
    """A sum of which so few `persons` have more than this `share` is as good as theirs."""

    persons: int = Field(default=2, ge=1, le=9)
    share: Share


class Aggregate(Strict):
    """Publish groups instead of rows: one per combination of `by`, with sums and the number of distinct `count`.

    A group of fewer than `minimum` persons is withheld: its rows and money are counted, its cell is not shown. All that
    is withheld is told as one sum, unless it is about fewer than `minimum` persons itself. So is a group that few persons
    dominate: see `dominance`; or whose second largest person could reckon the largest closer than by `p` (a share).

    `totals` are sums that somebody else publishes or a reader may know, each by some of the columns of `by`, or by a
    coarser form of one: `[[tahun, kode_rekening], [tahun, {kode_rekening: {parts: 3}}]]`. Totals that `reconcile`
    compares with count as known. Other groups are withheld with the small ones, so that nobody who knows the totals can
    reckon a small group's sum closer than by `within`; it is proven for each of them.
    """

    by: tuple[ColumnName, ...] = Field(min_length=1)
    sums: tuple[ColumnName, ...] = ()
    count: ColumnName
    count_as: ColumnName
    minimum: int = Field(default=5, ge=3)
    totals: tuple[tuple[ColumnName | dict[ColumnName, Level], ...], ...] = ()
    within: Share = Field(default="20%", validate_default=True)
    dominance: Dominance | None = None
    p: Share | None = None
    reason: str = "SMALL GROUP"


class Anonymity(Strict):
    """How many persons stand behind all that is shown of a row, for the columns with the technique `anonymise`.

    At least `k` different persons, by the column `person`, share what a row shows, and among them every column of class
    `sensitive` has at least `l` different values; NULL is a value too. Of all levels that the columns allow, those are
    taken that lose least. Rows that are still too few show `*` instead of some values: no more than `suppress_at_most`
    of the rows. When all in all more than `lose_at_most` would be lost (0%: shown as exactly as the contract allows,
    100%: nothing shown), nothing is published.
    """

    k: int = Field(default=5, ge=2)
    l: int = Field(default=2, ge=2)  # noqa: E741 - its name in the field
    person: ColumnName
    suppress_at_most: Share = Field(default="5%", validate_default=True)
    lose_at_most: Share = Field(default="100%", validate_default=True)


class Rule(Strict):
    """Rows that break it are those for which `rows`, an SQL condition over the columns, is true."""

    name: str
    rows: str
    severity: Severity = "error"


class Against(Strict):
    """What a sum is held against: a `query` on a `connection`, or `values` written down here.

    Each row has the columns of `by` and one called `total`.
    """

    connection: str | None = None
    query: str | None = None
    values: tuple[dict[str, str | int], ...] | None = None

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if (self.values is None) == (self.query is None) or (self.query is None) != (self.connection is None):
            raise PydanticCustomError("against", "say either connection and query, or values")
        return self


class Reconcile(Strict):
    """The sum of a column, by other columns, equals the source's own total within `tolerance` (in the column's unit)."""

    name: str
    sum: ColumnName
    by: tuple[ColumnName, ...] = ()
    against: Against
    tolerance: Exact = Field(default="0", validate_default=True)
    severity: Severity = "error"


class Quarantine(Strict):
    """The largest share of rows that may be set aside before the whole release is blocked."""

    max: Share = Field(default="5%", validate_default=True)


class Versions(Strict):
    """How many releases before the current one stay, on the portal as files of their own and in the office's store.

    Of the last `tables` of them the portal also has a table that can be queried; each costs a load of its own. Older
    ones are retired: their files go, what the ledger says of them stays.
    """

    keep: int = Field(default=12, ge=0)
    tables: int = Field(default=0, ge=0)

    @model_validator(mode="after")
    def _of_what_is_kept(self) -> Self:
        if self.tables > self.keep:
            raise PydanticCustomError("versions", "tables are of versions that are kept: at most as many as keep")
        return self


class Contract(Strict):
    """Everything Terang needs to know of one dataset.

    `purpose` says what the data is processed for, `basis` on which law; a column may say its own.
    `portal_edits` says what becomes of texts that people edit on the portal, instead of here: `overwrite` puts back what
    this file says, and tells what was there; `keep` leaves such a text as it is until it says the same as this file again;
    `refuse` stops until somebody has decided. Files and rows can't be kept: they are put right, or refused. Resources,
    groups and tags that people add always stay.
    """

    name: DatasetName
    title: LocalText
    summary: LocalText
    publisher: Publisher
    owner: str | None = None
    purpose: LocalText | None = None
    basis: str | None = None
    license: Literal["CC-BY-4.0", "CC-BY-SA-4.0", "CC0-1.0", "ODC-BY-1.0", "ODbL-1.0", "PDDL-1.0"]
    topics: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    schedule: Cron | None = None
    freshness: Freshness | None = None
    partition: Partition | None = None
    source: AnySource = Field(discriminator="kind")
    transform: str | None = None
    key: tuple[ColumnName, ...] = Field(min_length=1)
    rows: Rows = Rows()
    quarantine: Quarantine = Quarantine()
    columns: tuple[Column, ...] = Field(min_length=1)
    persons: Persons | None = None
    aggregate: Aggregate | None = None
    anonymity: Anonymity | None = None
    rules: tuple[Rule, ...] = ()
    reconcile: tuple[Reconcile, ...] = ()
    formats: tuple[Format, ...] = ("csv", "parquet", "xlsx", "jsonl")
    versions: Versions = Versions()
    approval: Approval | None = None
    portal: str = "default"
    # these say nothing of the data: another choice makes no new release
    retention: Retention | None = Field(default=None, exclude=True)
    portal_edits: Literal["overwrite", "keep", "refuse"] = Field(default="overwrite", exclude=True)

    @field_validator("columns")
    @classmethod
    def _each_once(cls, columns: tuple[Column, ...]) -> tuple[Column, ...]:
        names = [column.name for column in columns]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise PydanticCustomError("twice", "named more than once: {names}", {"names": ", ".join(twice)})
        return columns

    @field_validator("persons")
    @classmethod
    def _person_id(cls, who: Persons | None, info: ValidationInfo) -> Persons | None:
        if who is None or who.person_id is None:
            return who
        regex = resolve(who.person_id, (info.context or {}).get("patterns", {}))
        return who.model_copy(update={"person_id": regex})

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        from assets.contradictions import contradictions  # noqa: PLC0415 - it reads whole contracts, so it imports this

        found = contradictions(self)
        if found:
            raise PydanticCustomError("contradictions", "contradictions", {"found": found})
        return self

    def column(self, name: str) -> Column:
        """The column called `name`."""
        return next(column for column in self.columns if column.name == name)

    @cached_property
    def read_columns(self) -> tuple[Column, ...]:
        """The columns that the source gives, in the contract's order."""
        return tuple(column for column in self.columns if not column.derived)

    @cached_property
    def raw_columns(self) -> tuple[Column, ...]:
        """The columns of the restricted table: all but what only the aggregate makes."""
        made = self.aggregate.count_as if self.aggregate else None
        return tuple(column for column in self.columns if column.name != made)

    @cached_property
    def public_columns(self) -> tuple[Column, ...]:
        """The columns of the public table, in the contract's order."""
        if self.aggregate:
            shown = {*self.aggregate.by, *self.aggregate.sums, self.aggregate.count_as}
            return tuple(column for column in self.columns if column.name in shown)
        return tuple(column for column in self.columns if column.published)

    @cached_property
    def public_key(self) -> tuple[str, ...]:
        """The columns that tell one public row from another."""
        return self.aggregate.by if self.aggregate else self.key

    @cached_property
    def digest(self) -> str:
        """sha256 of what the contract says, whatever its layout and comments."""
        return hashlib.sha256(json.dumps(self.document(), sort_keys=True).encode()).hexdigest()

    def document(self) -> dict[str, Any]:
        """The contract as plain JSON data."""
        return self.model_dump(mode="json", by_alias=True, exclude_none=True)
