"""Hides groups of an aggregated dataset from readers who know its totals, and writes down the proof."""

from dataclasses import replace

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from assets.contract import Aggregate, Contract
from assets.errors import Blocked
from assets.sql import name, names, same
from assets.store import Store, replacing, write_json
from assets.suppression.known import known, lowest, sql
from assets.suppression.secondary import Hidden, hide
from assets.suppression.tables import Floats, Ints, Secret, Table, Truths, known_totals

_REPORT = "suppression.json"


def suppress(
    connection: duckdb.DuckDBPyConnection,
    contract: Contract,
    store: Store,
    *,
    held: Truths | None = None,
    told: Truths | None = None,
) -> None:
    """Mark in `marked` the groups to hide; raises `Blocked` where a small group can be reckoned whatever is hidden.

    Groups that are `held` are hidden too; those that readers were `told` before hide others only where nothing else can.
    """
    group = contract.aggregate
    assert group is not None  # noqa: S101 - the caller asks only for datasets that are aggregated
    table = _table(connection, contract, group)
    secret = replace(_secret(connection, group, table), held=held, told=told)
    found = hide(table, secret)
    if len(found.open) and told is not None:
        found = hide(table, replace(secret, told=None))
    if len(found.open):
        raise _blocked(connection, store, group, found.open, int(secret.cells.sum()))
    connection.register("chosen", pa.table({"_at": np.flatnonzero(found.cells) + 1}))
    connection.execute("UPDATE marked SET _hidden = _at IN (SELECT _at FROM chosen)")
    connection.unregister("chosen")
    _prove(connection, store, group, found)
    write_json(
        store.restricted / _REPORT,
        {
            "contract": contract.digest,
            "groups": table.size,
            "small or dominated": int(secret.cells.sum()),
            "hidden": int(found.cells.sum()),
            "kinds of known totals": [list(kind) for kind in known(contract)],
            "linear programs": found.programs,
            "witnesses": {column: len(moves) for column, moves in zip(group.sums, found.moves, strict=True)},
        },
    )


def _table(connection: duckdb.DuckDBPyConnection, contract: Contract, group: Aggregate) -> Table:
    kinds = known(contract)
    ranks = ", ".join(f"dense_rank() OVER (ORDER BY {sql(kind)}) - 1 AS k{i}" for i, kind in enumerate(kinds))
    sums = "".join(f", CAST(coalesce({name(one)}, 0) AS DOUBLE) AS s{i}" for i, one in enumerate(group.sums))
    found = _asked(connection, f"SELECT {ranks}{sums} FROM marked ORDER BY _at")
    who = "dense_rank() OVER (ORDER BY _who) AS who"
    members = _asked(
        connection, f"SELECT _at - 1 AS cell, {who} FROM members JOIN marked ON {same('members', 'marked', group.by)}"
    )
    values = np.array([_floats(found, f"s{i}") for i in range(len(group.sums))]).reshape(len(group.sums), len(found))
    return Table(
        values=values,
        totals=known_totals([_ints(found, f"k{i}") for i in range(len(kinds))]),
        members=(_ints(members, "cell"), _ints(members, "who")),
        lowest=np.array(
            [
                lowest(contract, column, smallest=row.min(initial=0.0), largest=np.abs(row).max(initial=0.0))
                for column, row in zip(group.sums, values, strict=True)
            ]
        ),
    )


def _secret(connection: duckdb.DuckDBPyConnection, group: Aggregate, table: Table) -> Secret:
    """The groups of few persons, and those of which few persons have nearly all, or one could reckon another's part."""
    persons = _ints(_asked(connection, f"SELECT {name(group.count_as)} AS n FROM marked ORDER BY _at"), "n")
    cells: Truths = persons < group.minimum
    mean = table.values.sum(axis=1, keepdims=True) / max(int(persons.sum()), 1)
    need = float(group.within) * np.maximum(np.abs(table.values), np.abs(mean))
    for i, column in enumerate(group.sums if group.dominance or group.p is not None else ()):
        parts, whole = _parts(connection, group, column)
        if group.dominance:
            cells |= parts[: group.dominance.persons].sum(axis=0) > float(group.dominance.share) * whole
        if group.p is not None:
            lacking = float(group.p) * parts[0] - (whole - parts[:2].sum(axis=0))
            cells |= lacking > 0
            need[i] = np.maximum(need[i], lacking)
    return Secret(cells=cells, need=need, minimum=group.minimum)


def _parts(connection: duckdb.DuckDBPyConnection, group: Aggregate, column: str) -> tuple[Floats, Floats]:
    """The parts of the largest persons of each group, the largest first, and the sum of all parts, as amounts."""
    count = max(2, group.dominance.persons if group.dominance else 0)
    part = f"abs(coalesce(CAST(members.{name(column)} AS DOUBLE), 0))"
    parts = ", ".join(f"coalesce(parts[{i + 1}], 0) AS p{i}" for i in range(count))
    query = f"SELECT _at, max({part}, {count}) AS parts, sum({part}) AS whole FROM members JOIN marked ON {same('members', 'marked', group.by)} GROUP BY _at"
    found = _asked(connection, f"SELECT {parts}, whole FROM ({query}) ORDER BY _at")
    return np.stack([_floats(found, f"p{i}") for i in range(count)]), _floats(found, "whole")


def _blocked(
    connection: duckdb.DuckDBPyConnection, store: Store, group: Aggregate, cells: Ints, secret: int
) -> Blocked:
    """What cannot be hidden; which groups they are stands in restricted storage."""
    connection.register("chosen", pa.table({"_at": cells + 1}))
    columns = names((*group.by, group.count_as))
    with replacing(store.unprotected) as target:
        pq.write_table(
            _asked(connection, f"SELECT {columns} FROM marked SEMI JOIN chosen USING (_at) ORDER BY _at"), target
        )
    return Blocked(
        "groups of few persons can be reckoned from totals that are known, whatever else is hidden",
        dataset=store.dataset,
        rule="known totals",
        found=f"{len(cells)} of {secret} small groups; which ones: {store.unprotected.name} in restricted storage",
        allowed="0",
        next="make a column of aggregate.by coarser; or leave out a total that nobody can know",
    )


def _prove(connection: duckdb.DuckDBPyConnection, store: Store, group: Aggregate, found: Hidden) -> None:
    """Write the moves: for each the groups that it changes, and by how much."""
    told = []
    for column, moves in zip(group.sums, found.moves, strict=True):
        which, where = np.nonzero(moves)
        told.append(
            pa.table({"measure": [column] * len(which), "move": which, "_at": where + 1, "change": moves[which, where]})
        )
    schema = pa.schema([("measure", pa.string()), ("move", pa.int64()), ("_at", pa.int64()), ("change", pa.float64())])
    connection.register("moves", pa.concat_tables([schema.empty_table(), *(one.cast(schema) for one in told)]))
    query = f"SELECT measure, move, {names(group.by)}, change FROM moves JOIN marked USING (_at) ORDER BY measure, move, _at"
    with replacing(store.witnesses) as target:
        pq.write_table(_asked(connection, query), target, compression="zstd")


def _asked(connection: duckdb.DuckDBPyConnection, query: str) -> pa.Table:
    return connection.sql(query).to_arrow_table()


def _ints(table: pa.Table, column: str) -> Ints:
    return np.asarray(table.column(column).to_numpy(), np.int64)


def _floats(table: pa.Table, column: str) -> Floats:
    return np.asarray(table.column(column).to_numpy(), np.float64)
