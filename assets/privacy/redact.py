"""Redact: a fixed text with a reason stands in place of the value."""

import re
from typing import ClassVar, Literal

import pyarrow as pa
import pyarrow.compute as pc

from assets.privacy.technique import Technique, Vault


class Redact(Technique):
    """Every value becomes `REDACTED: <reason>`, so that a reader knows that something was there, and why it is not.

    Source: HM Treasury, *Guidance for publishing spend over £25,000*, 2.14; USAspending `REDACTED DUE TO PII`.
    """

    technique: Literal["redact"]
    reason: str

    protects: ClassVar[frozenset[str]] = frozenset(
        {"direct_id", "org_id", "quasi_id", "sensitive", "free_text", "linkage_key"}
    )

    @property
    def mark(self) -> str:
        """What stands in place of a value."""
        return f"REDACTED: {self.reason}"

    @property
    def form(self) -> str:
        """The mark, as a regular expression."""
        return re.escape(self.mark)

    def output_type(self, source: pa.DataType) -> pa.DataType:
        """Always text."""
        del source
        return pa.string()

    def protect(self, values: pa.Array, *, vault: Vault) -> pa.Array:
        """The redaction wherever there was a value; NULL stays NULL."""
        del vault
        mark = pa.scalar(self.mark, pa.string())
        return pc.if_else(pc.is_valid(values), mark, pa.scalar(None, pa.string()))
