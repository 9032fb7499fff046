"""What was taken down and must not come back: a list beside the ledger, which every step obeys that makes rows public.

The ids of rows stand in it, so it is for its owner alone: with an old copy they would say whom it was about. The ledger
tells its digest, which a secret salt keeps from being tried out.
"""

import hashlib
import json
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final, Self

from assets.contract import Contract
from assets.errors import Blocked
from assets.store import Store, read_json, write_json

FILE: Final = ".takedown.json"
REASON: Final = "takedown"


@dataclass(frozen=True, kw_only=True, slots=True)
class Takedown:
    """Ids of rows, names of columns, or the `whole` dataset; nothing without a salt."""

    salt: str = ""
    rows: frozenset[str] = frozenset()
    columns: frozenset[str] = frozenset()
    whole: bool = False

    @property
    def digest(self) -> str:
        """What the ledger says of the list; "" where there never was one."""
        return hashlib.sha256(json.dumps(self._document(), sort_keys=True).encode()).hexdigest() if self.salt else ""

    def with_more(self, *, rows: Iterable[str] = (), columns: Iterable[str] = (), whole: bool = False) -> Self:
        """A list that holds these too."""
        return replace(
            self,
            salt=self.salt or secrets.token_hex(32),
            rows=self.rows | frozenset(rows),
            columns=self.columns | frozenset(columns),
            whole=self.whole or whole,
        )

    def with_less(self, *, rows: Iterable[str] = (), columns: Iterable[str] = (), whole: bool = False) -> Self:
        """A list without these."""
        return replace(
            self,
            rows=self.rows - frozenset(rows),
            columns=self.columns - frozenset(columns),
            whole=self.whole and not whole,
        )

    def keep(self, store: Store) -> None:
        """Write the list, for its owner alone."""
        write_json(_path(store), self._document(), private=True)

    def _document(self) -> dict[str, Any]:
        return {"salt": self.salt, "rows": sorted(self.rows), "columns": sorted(self.columns), "whole": self.whole}


def taken_down(store: Store) -> Takedown:
    """The list of a dataset; an empty one where nothing was taken down."""
    found = read_json(_path(store))
    if found is None:
        return Takedown()
    sets = {name: frozenset(found[name]) for name in ("rows", "columns")}
    return Takedown(salt=found["salt"], whole=found["whole"], **sets)


def obey(contract: Contract, store: Store) -> Takedown:
    """The list, if this contract publishes nothing of it but rows that can be left out; raises `Blocked` where it does."""
    listed = taken_down(store)
    if listed.whole:
        raise Blocked(
            "this dataset was taken down",
            dataset=contract.name,
            where="the list of what was taken down",
            found="the whole dataset",
            next=f"when that is lifted: terang takedown {contract.name} --lift --reason TEXT, then run again",
        )
    columns = sorted(listed.columns & {column.name for column in contract.public_columns})
    if columns:
        raise Blocked(
            "a column that was taken down would be published again",
            dataset=contract.name,
            column=", ".join(columns),
            allowed="columns that are not on the list of what was taken down",
            next="in the contract give it class: internal, or privacy: {technique: drop} where it has another one; run again",
        )
    return listed


def _path(store: Store) -> Path:
    return store.releases / FILE
