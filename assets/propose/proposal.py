"""What is proposed: a source, its columns, and all that a person should know before deciding."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from assets.propose.people import Suspicion
from assets.sources.source import Values


@dataclass(frozen=True, kw_only=True, slots=True)
class Column:
    """A column as it is proposed; `hint` is the class to think of first, `remarks` what was found out about it."""

    name: str
    title: str
    label: str
    type: str
    values: Values | None = None
    required: bool = True
    unit: str | None = None
    minimum: str | None = None
    maximum: str | None = None
    pattern: str | None = None
    enum: tuple[str, ...] | None = None
    suspicion: Suspicion | None = None
    hint: str = "public"
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Origin:
    """A source whose format is known: its options as a contract has them, and a remark on some of them.

    `told` is what a person is told of it in one line: where the table stands. `key` is what the source says of itself.
    """

    options: Mapping[str, Any]
    remarks: Mapping[str, str] = field(default_factory=dict)
    told: str = ""
    key: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Proposal:
    """A contract to complete. `preview` is masked; counts are those of the whole source."""

    name: str
    origin: Origin
    values: Values
    columns: Sequence[Column]
    key: tuple[str, ...]
    key_remark: str | None = None
    rows: int = 0
    rejects: Mapping[str, int] = field(default_factory=dict)
    set_aside: Mapping[str, int] = field(default_factory=dict)
    totals: Mapping[str, str] = field(default_factory=dict)
    preview: Sequence[Sequence[str]] = ()

    @property
    def suspects(self) -> list[Column]:
        """The columns that look like people."""
        return [column for column in self.columns if column.suspicion]
