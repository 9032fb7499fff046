"""One column as it was read: its distinct texts, how often each stands there, and how many cells are empty."""

from dataclasses import dataclass, replace
from functools import cached_property

import pyarrow as pa
import pyarrow.compute as pc


@dataclass(frozen=True, kw_only=True)
class Profile:
    """The texts of a column without spaces around them; `title` is its name in the source.

    `native` is the type that the source itself gives to days, moments and truth.
    """

    title: str
    native: str | None = None
    rows: int
    texts: pa.Array
    counts: pa.Array

    @property
    def filled(self) -> int:
        """How many cells hold something."""
        return int(pc.sum(self.counts).as_py() or 0)

    @property
    def empty(self) -> int:
        """How many hold nothing."""
        return self.rows - self.filled

    @property
    def distinct(self) -> int:
        """How many different texts there are."""
        return len(self.texts)

    @property
    def unique(self) -> bool:
        """Whether every row has a text that no other has."""
        return self.distinct == self.rows > 0

    @cached_property
    def longest(self) -> int:
        """The length of the longest text."""
        return int(pc.max(pc.utf8_length(self.texts)).as_py() or 0)

    @cached_property
    def words(self) -> float:
        """How many words a text has, in the middle."""
        return float(pc.quantile(pc.count_substring(self.texts, " "), 0.5)[0].as_py() or 0) + 1

    def share(self, regex: str) -> float:
        """Of the filled cells, the share whose text matches."""
        return self.share_of(pc.match_substring_regex(self.texts, regex))

    def share_of(self, mask: pa.Array) -> float:
        """Of the filled cells, the share whose text `mask` marks."""
        marked = pc.sum(self.counts.filter(mask)).as_py() or 0
        return marked / self.filled if self.filled else 0.0

    def all(self, regex: str) -> bool:
        """Whether every text matches, and there is one."""
        return self.distinct > 0 and bool(pc.all(pc.match_substring_regex(self.texts, regex)).as_py())

    def without(self, texts: tuple[str, ...]) -> "Profile":
        """The same column where these texts mean nothing."""
        kept = pc.invert(pc.is_in(self.texts, value_set=pa.array(texts, pa.string())))
        return replace(self, texts=self.texts.filter(kept), counts=self.counts.filter(kept))


def profile(title: str, column: pa.ChunkedArray, *, native: str | None = None) -> Profile:
    """What stands in a column."""
    texts = pc.utf8_trim_whitespace(column.cast(pa.string()))
    counted = texts.combine_chunks().value_counts() if texts.num_chunks != 1 else texts.chunk(0).value_counts()
    values, counts = counted.field(0), counted.field(1)
    held = pc.and_(pc.is_valid(values), pc.not_equal(pc.fill_null(values, ""), ""))
    return Profile(title=title, native=native, rows=len(column), texts=values.filter(held), counts=counts.filter(held))
