"""Keeps the groups of an aggregated dataset from giving away, together with earlier releases, what few persons have."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import duckdb
import numpy as np

from assets.contract import Contract
from assets.past.behind import lay_behind, told
from assets.past.choice import ROUNDS, before, more
from assets.past.numbers import Truths
from assets.past.past import Past
from assets.past.records import earlier, office_key, siblings
from assets.privacy.technique import Vault
from assets.settings import Settings
from assets.store import Store

Hide = Callable[[Truths, Truths], None]
_NUMBERED = "(SELECT *, _at - 1 AS _cell, NOT _hidden AS _shown FROM marked)"


@dataclass(frozen=True, kw_only=True, slots=True)
class Guard:
    """What earlier releases told, and how to find the rows of this one again in them."""

    contract: Contract
    store: Store
    vault: Vault
    office: str
    past: Past

    def settle(self, connection: duckdb.DuckDBPyConnection, hide: Hide) -> bool:
        """Let `hide` mark the groups in `marked`, given those to hide and those that are known, until nothing comes out.

        Returns whether the sum of what is hidden may be told. Where something comes out whatever is hidden, it is left to
        the gate to say so.
        """
        group = self.contract.aggregate
        assert group is not None  # noqa: S101 - only aggregated datasets have a guard
        lay_behind(connection, self.contract, self.store, self.vault, self.office)
        now = told(connection, self.contract, _NUMBERED)
        stands = before(self.past, now)
        held = stands.held
        for _ in range(ROUNDS):
            hide(held, stands.known)
            found = more(self.past, now, _shown(connection), group.minimum)
            if not found.any():
                break
            held = held | found
        now = replace(now, shown=_shown(connection))
        return not any(self.past.learnt(now, measure, group.minimum).found for measure in now.words)


def guarding(contract: Contract, settings: Settings, store: Store, vault: Vault) -> Guard | None:
    """The guard of a dataset, where any release was made before, of it or of the same source.

    Raises `Unproven` where nobody can tell any more what an earlier release told.
    """
    records = [*earlier(contract, settings)[0], *siblings(contract, settings)]
    releases = [record.told for record in records if record.sheet.groups]
    if not releases:
        return None
    return Guard(contract=contract, store=store, vault=vault, office=office_key(settings), past=Past(releases))


def _shown(connection: duckdb.DuckDBPyConnection) -> Truths:
    found = connection.sql("SELECT NOT _hidden AS shown FROM marked ORDER BY _at").to_arrow_table()
    return np.asarray(found.column("shown").to_numpy(zero_copy_only=False), np.bool_)
