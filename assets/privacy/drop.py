"""Drop: the column never leaves."""

from typing import ClassVar, Literal

import pyarrow as pa

from assets.privacy.technique import Technique, Vault


class Drop(Technique):
    """The column is left out of everything public. The safest technique, and the usual one."""

    technique: Literal["drop"]
    rows: Literal["all"] = "all"

    removes: ClassVar[bool] = True
    protects: ClassVar[frozenset[str]] = frozenset(
        {"direct_id", "org_id", "quasi_id", "sensitive", "personal_amount", "free_text", "linkage_key", "internal"}
    )

    def protect(self, values: pa.Array, *, vault: Vault) -> pa.Array:
        """Nothing but NULL, should anyone ask for the values all the same."""
        del vault
        return pa.nulls(len(values), values.type)
