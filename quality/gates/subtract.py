"""G8: nobody learns of few persons by comparing this release with earlier ones, or with other datasets of its source.

All that was ever released counts as known for ever, also what was taken back. Who stands behind it is read from the
records of those releases, who stands behind this one from the restricted rows. What passes leaves its own record. Of
groups no sum may come out; rows about persons, where each is published, must have enough others whose past is the same.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace

import duckdb

from assets.contract import Contract
from assets.errors import TerangError
from assets.keys import vault_of
from assets.past import rows
from assets.past.behind import lay_behind, told
from assets.past.numbers import Told
from assets.past.past import Learnt, Past
from assets.past.records import Record, columns_of, earlier, needed, office_key, sheet, siblings, write
from assets.sql import names, parquet, same
from assets.store import Store, read_json, sha256
from quality.anonymity import measure
from quality.gates.evidence import Evidence, Material
from quality.session import session

NAME = "nothing of few persons by comparing releases"
_GROUPS = "a release of more changes; columns of aggregate.by as they were before; or a coarser column"
_ALIKE, _ASTRAY = "too few alike over all releases", "rows that are not those of the restricted table"
_ROWS = "the levels that the releases before had; or a run anew, which holds such rows back"


def subtract(material: Material) -> Evidence:
    """Count what can be reckoned about few persons from this release and all that were made before it."""
    contract, store = material.contract, material.store
    store.told.unlink(missing_ok=True)
    if not needed(contract):
        return Evidence(name=NAME, passed=True, facts={"asked": False})
    try:
        before, unrecorded = earlier(contract, material.settings)
        beside = siblings(contract, material.settings) if contract.aggregate else []
    except TerangError as error:
        return Evidence(name=NAME, passed=False, facts={"asked": True, "why": error.sentence, **error.facts})
    facts = {
        "asked": True,
        "first release": not before and not beside and not unrecorded,
        "releases compared with": len(before),
        "releases of other datasets of the same source": len(beside),
        "releases without a record, not compared": unrecorded,
    }
    if contract.aggregate:
        wrong = _groups(material, [*before, *beside])
        return Evidence(name=NAME, passed=not wrong.get("secrets that come out"), facts=facts | wrong)
    wrong = _persons(material, [record for record in before if not record.sheet.groups])
    return Evidence(name=NAME, passed=not wrong[_ALIKE] and not wrong[_ASTRAY], facts=facts | wrong)


def _persons(material: Material, before: Sequence[Record]) -> dict[str, object]:
    """How many rows about persons can be followed through releases as those of few; leaves its record where none can."""
    contract, store, settings = material.contract, material.store, material.settings
    files = [store.table, store.raw, store.shown, *(record.path for record in before)]
    with session(files, spill=store.restricted / "spill-subtract") as connection:
        astray = rows.lay_rows(connection, contract, store, store.table)
        rows.follow(connection, contract, settings, before)
        few = _few(connection, contract)
        columns = rows.columns_of(connection, contract)
    if not few and not astray:
        levels = (read_json(store.anonymity) or {}).get("levels")
        write(store.told, replace(sheet(contract, settings, sha256(store.table)), levels=levels), columns)
    facts: dict[str, object] = {"rows about persons": len(columns["id"]), _ALIKE: few, _ASTRAY: astray}
    return facts | ({"what helps": _ROWS} if few else {})


def _few(connection: duckdb.DuckDBPyConnection, contract: Contract) -> int:
    """The rows of an anonymised dataset that too few others have the same past as."""
    asked, sensitive = contract.anonymity, rows.telling(contract)[1]
    if asked is None:
        return 0
    found = measure(
        connection, "followed", quasi=rows.ALIKE, person=rows.WHO, sensitive=sensitive, k=asked.k, l=asked.l
    )
    return found.small_rows


def _groups(material: Material, records: Iterable[Record]) -> dict[str, object]:
    """What comes out of the groups of an aggregated dataset; leaves its record where nothing does."""
    contract, store, settings = material.contract, material.store, material.settings
    group = contract.aggregate
    assert group is not None  # noqa: S101 - the caller asks only for datasets that are aggregated
    office = office_key(settings)
    vault = vault_of(contract, store, settings)
    with session([store.table], spill=store.restricted / "spill-subtract") as connection:
        lay_behind(connection, contract, store, vault, office)
        now = _now(connection, contract, store, whole=_tells(store))
    past = Past([record.told for record in records if record.sheet.groups])
    learnt = [past.learnt(now, measure, group.minimum) for measure in now.words] if past.releases else []
    if not any(one.found for one in learnt):
        about = replace(sheet(contract, settings, sha256(store.table)), whole=now.whole)
        write(store.told, about, columns_of(now))
    return _facts(learnt)


def _tells(store: Store) -> bool:
    """Whether the public is told how much is hidden, or of how many."""
    parts = (read_json(store.withheld) or {}).get("withheld", ())
    return not parts or any(part["money"] or part["persons"] is not None for part in parts)


def _now(connection: duckdb.DuckDBPyConnection, contract: Contract, store: Store, *, whole: bool) -> Told:
    """The groups of the restricted rows, and which of them the table shows."""
    group = contract.aggregate
    assert group is not None  # noqa: S101 - as above
    shown = f"EXISTS (FROM {parquet(store.table)} p WHERE {same('p', 'c', group.by)})"
    every = f"SELECT {names(group.by)}, row_number() OVER () - 1 AS _cell FROM behind GROUP BY {names(group.by)}"
    connection.execute(f"CREATE TEMP TABLE cells AS SELECT *, {shown} AS _shown FROM ({every}) c")
    return told(connection, contract, "cells", whole=whole)


def _facts(learnt: Iterable[Learnt]) -> dict[str, object]:
    """Counts, and the releases that are needed to reckon it; no group, no number of persons, no value."""
    every = list(learnt)
    found = sum(len(one.found) for one in every)
    facts: dict[str, object] = {
        "secrets that come out": found,
        "told by known totals alone, whatever is published": sum(one.totals for one in every),
        "told by earlier releases already": sum(one.already for one in every),
    }
    if found:
        facts["with releases"] = ", ".join(sorted(set().union(*(one.releases() for one in every)))) or "known totals"
        facts["what helps"] = _GROUPS
    return facts
