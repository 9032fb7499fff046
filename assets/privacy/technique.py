"""The form that every privacy technique has: an options model with one verb, `protect`.

A technique sees one column of one batch, never a whole table and never a name it could log.
"""

import hmac
from dataclasses import dataclass
from typing import ClassVar, Literal

import pyarrow as pa
import pyarrow.compute as pc

from assets.model import Strict


@dataclass(frozen=True, kw_only=True, slots=True)
class Vault:
    """What techniques may use and nobody may print: the secret key, bound to one dataset's domain."""

    dataset: str
    key: bytes | None = None

    def __repr__(self) -> str:
        return f"Vault(dataset={self.dataset!r}, key={'set' if self.key else 'missing'})"

    @property
    def bound(self) -> bytes:
        """The key as it is for this dataset, so that codes of two datasets are never the same; empty without one."""
        return hmac.digest(self.key, f"terang:{self.dataset}".encode(), "sha256") if self.key else b""

    @property
    def fingerprint(self) -> str:
        """Tells one key from another, and nothing else of it."""
        return hmac.new(self.bound, b"terang:fingerprint", "sha256").hexdigest()[:32]


class Technique(Strict):
    """How one column is protected. `rows` says where: everywhere, or only where the row is about a person."""

    technique: str
    rows: Literal["all", "persons"] = "all"

    removes: ClassVar[bool] = False
    needs_key: ClassVar[bool] = False
    protects: ClassVar[frozenset[str]] = frozenset()

    @property
    def form(self) -> str | None:
        """What every protected cell looks like, as a regular expression; None where nothing can be said of it."""
        return None

    def misfits(self, kind: str) -> list[str]:
        """What of the options does not go with a column of this type, in words."""
        del kind
        return []

    def output_type(self, source: pa.DataType) -> pa.DataType:
        """The Arrow type of the protected column."""
        return source

    def protect(self, values: pa.Array, *, vault: Vault) -> pa.Array:
        """The protected values, as long as `values`, of `output_type`; NULL stays NULL."""
        raise NotImplementedError

    def apply(self, values: pa.Array, *, persons: pa.BooleanArray, vault: Vault) -> pa.Array:
        """Protect where `rows` says so; elsewhere the value passes in the type of the output."""
        protected = self.protect(values, vault=vault)
        if self.rows == "all":
            return protected
        return pc.if_else(persons, protected, values.cast(self.output_type(values.type)))
