"""The form that every export format has: a few constants and one verb, `write`."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Protocol

from assets.contract import Contract
from assets.model import Text
from publish.metadata.fields import Field, fields


@dataclass(frozen=True, kw_only=True)
class Context:
    """What a file may say of its dataset: the contract's public words, the languages (first one first), the version."""

    contract: Contract
    languages: tuple[str, ...]
    version: str

    @cached_property
    def fields(self) -> tuple[Field, ...]:
        """The columns of the public table, in its order."""
        return fields(self.contract)

    @property
    def language(self) -> str:
        """The first language."""
        return self.languages[0]


class NotMade(Exception):
    """This table does not fit into this format; the message says why. It ends up in `release.json` as `omitted`."""


class Format(Protocol):
    """One export format.

    `VERSION` rises whenever the same table would give other bytes, so that everything is released again.
    `FILE_TYPE` is the format's URI in the EU file type authority table. `NOTE` is what a reader must know.
    """

    NAME: str
    EXTENSION: str
    MEDIA_TYPE: str
    FILE_TYPE: str
    VERSION: int
    NOTE: Text

    def write(self, table: Path, target: Path, context: Context) -> None:
        """Write the public table (Parquet) to `target`; the same table gives the same bytes. Raises `NotMade`."""
