"""The form that every source kind has: an options model with one verb, `read`, that yields Arrow batches.

A source gives what is there: text as text, native types as they come. What it means is decided by
`assets/conform.py`, the same way for every kind.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import pyarrow as pa
from pydantic import Field, field_validator
from pydantic_core import PydanticCustomError

from assets.model import Duration, Strict
from assets.part import Part
from assets.settings import Connection

if TYPE_CHECKING:
    from assets.sources.files import Delivered

LINE = "_line"


class Values(Strict):
    """How values are written in the source; on a source for all its columns, on a column for that one.

    `dates` are strptime formats tried in turn; `nulls` are texts that mean "no value"; `words` are texts that stand for
    another one: `{I: "1", II: "2"}`. Around a number may stand `affixes` that are no part of it (`[Rp, "%"]`), and behind
    it one of the words in `scales`, which say how much more it is: `{Jt: 1000000}`.
    """

    decimal: Literal[".", ","] = "."
    thousands: Literal["", ".", ",", " ", "'"] = ""
    negative: Literal["minus", "parentheses"] = "minus"
    affixes: tuple[str, ...] = ()
    scales: dict[str, int] = Field(default_factory=dict)
    dates: tuple[str, ...] = ("%Y-%m-%d",)
    datetimes: tuple[str, ...] = ("%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%S")
    timezone: str = "UTC"
    nulls: tuple[str, ...] = ("",)
    words: dict[str, str] = Field(default_factory=dict)
    true: tuple[str, ...] = ("true", "1")
    false: tuple[str, ...] = ("false", "0")
    trim: bool = True

    @field_validator("scales")
    @classmethod
    def _powers_of_ten(cls, scales: dict[str, int]) -> dict[str, int]:
        wrong = [word for word, times in scales.items() if times < 1 or str(times).strip("0") != "1"]
        if wrong:
            raise PydanticCustomError("scales", "only 10, 100, 1000 ... keep a number exact: mend {words}",
                                      {"words": ", ".join(wrong)})  # fmt: skip
        return scales


@dataclass(frozen=True, kw_only=True, slots=True, weakref_slot=True)
class Request:
    """What a run wants of a source: these columns, of this partition, changed since then.

    All columns are named as in the source. `told` are those whose sums may stand in a message; `comma` are the number columns that the contract writes with a decimal
    comma; `root` is the folder that relative paths start from; `replaced` are the files that earlier runs read and the last
    one did not. `every` asks for all columns, whatever they are called.
    """

    dataset: str
    columns: tuple[str, ...]
    key: tuple[str, ...] = ()
    every: bool = False
    comma: frozenset[str] = frozenset()
    told: frozenset[str] = frozenset()
    root: Path = Path()
    connection: Connection | None = None
    since: datetime | None = None
    part: Part | None = None
    replaced: "Sequence[Delivered]" = ()


@dataclass(kw_only=True, slots=True)
class Reading:
    """A source being read: batches of source columns plus `_line`, and what was learnt on the way.

    `rejects` (columns `_line`, `rule`, `column`, `record`) and `facts` are complete once `batches` is exhausted.
    `facts` may hold `set_aside` (rows that are no data, by reason), `files` (name, sha256, bytes), `pages`, `totals`.
    """

    batches: Iterator[pa.RecordBatch]
    rejects: list[pa.RecordBatch] = field(default_factory=list)
    facts: dict[str, Any] = field(default_factory=dict)

    def close(self) -> None:
        """Let go of the source, also when its batches were not all drawn."""
        close = getattr(self.batches, "close", None)
        if close is not None:
            close()


REJECTS = pa.schema([(LINE, pa.string()), ("rule", pa.string()), ("column", pa.string()), ("record", pa.string())])


class Source(Strict):
    """Options that every kind shares.

    `ignore` names source columns that are known and never read: a column that is neither in `columns` nor
    here stops the run.
    """

    kind: str
    connection: str | None = None
    ignore: tuple[str, ...] = ()
    values: Values = Field(default_factory=Values)

    def notation(self, values: Values | None) -> Values:
        """How a column is written, given what it says of itself."""
        return values or self.values

    def read(self, request: Request) -> Reading:
        """Start reading; raises `SourceError` of the fitting kind, at once or while batches are drawn."""
        raise NotImplementedError


class Files(Source):
    """Options of every kind that reads files: those that fit `path` (a glob), below the folder of `connection` if any.

    `files: newest` takes the one that was changed last. A file that was written to less than `quiet` ago is left for the
    next run, and so are the marks that office programs and downloads leave beside a file. A file that is there twice,
    under two names, is read once. A file that lies elsewhere, behind a link, is refused. What was read is remembered by what
    is in it: a file that an earlier run read, and that was replaced since, is left alone when it comes back under another
    name, unless `repeats` is `read`.
    """

    path: str | None
    files: Literal["newest", "all"] = "all"
    quiet: Duration = Field(default=timedelta(0), validate_default=True)
    repeats: Literal["leave", "read"] = "leave"
    row_number: str | None = None


class Packed(Strict):
    """What may come out of a packed file: `member` is a glob over the names in a ZIP (default: the only one there is).

    Reading stops at `ratio` times the size of the packed file, once more than 64 MB came out, and at `gigabytes`.
    """

    member: str | None = None
    ratio: int = Field(default=200, ge=1)
    gigabytes: int = Field(default=16, ge=1)


class Texts(Files):
    """Options of the kinds that read text: gzip and ZIP are unpacked while they are read."""

    packed: Packed = Packed()
