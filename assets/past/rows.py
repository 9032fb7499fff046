"""Rows about persons that are published one by one: what a reader of every release can follow of each, and who is behind it.

A row is known again by its id. What it showed in each release, or that it was not there, is its trace; rows with one
trace that show the same are alike to whoever kept all releases, and so enough persons must stand behind them.
Source: Fung et al. (2008), anonymity for continuous data publishing.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from assets.anonymity.sense import TELLING
from assets.contract import Contract
from assets.duck import duck
from assets.past.behind import word
from assets.past.links import linking, links
from assets.past.records import Record, office_key
from assets.persons import sql_about_persons
from assets.privacy.redact import Redact
from assets.settings import Settings
from assets.sql import name, names, parquet, text
from assets.store import ROW, Store, replacing
from assets.table import ID
from assets.withheld import Hidden, Tally

BATCH = 131_072
WHO = "_who"
ALIKE = ("trace", "shape")
REASON = "too few alike over releases"
_PERSON = f"regexp_replace(lower(CAST({WHO} AS VARCHAR)), '[^0-9a-z]', '', 'g')"  # however a number is written
_AT = "file_row_number"


def telling(contract: Contract) -> tuple[list[str], list[str]]:
    """The public columns that tell persons apart, and those that are sensitive; one that says the same of all does not."""
    shown = [column for column in contract.public_columns if not isinstance(column.technique, Redact)]
    quasi = [column.name for column in shown if column.class_ in TELLING]
    return quasi, [column.name for column in shown if column.class_ == "sensitive"]


def lay_rows(connection: duckdb.DuckDBPyConnection, contract: Contract, store: Store, table: Path) -> int:
    """Leave in `behind` what the public rows about persons tell, with who it is; returns the rows that do not match.

    A row matches when all that is public as it is stands in its restricted row too.
    """
    quasi, sensitive = telling(contract)
    columns = dict.fromkeys([ID, *quasi, *sensitive, *linking(contract)])
    plain = [column.name for column in contract.public_columns if column.technique is None]
    apart = " OR ".join(f"p.{name(column)} IS DISTINCT FROM r.{name(column)}" for column in plain) or "false"
    person = sql_about_persons(contract.persons) if contract.persons else "true"
    about = f"(SELECT *, {person} AS _person FROM {parquet(store.raw)})"
    public, shown = (parquet(file, numbered=True) for file in (table, store.shown))
    cells = "".join(f"p.{name(column)}, " for column in columns)
    connection.execute(
        f"CREATE TEMP TABLE behind AS SELECT {cells}{_who(contract)} AS {WHO}, p.{_AT}, s.{ROW}, "
        f"coalesce(r._person, true) AS _person, r.{ROW} IS NULL OR {apart} AS _astray "
        f"FROM {public} p LEFT JOIN {shown} s USING ({_AT}) LEFT JOIN {about} r ON s.{ROW} = r.{ROW}"
    )
    counts = (
        f"(SELECT count(*) FROM {public}), (SELECT count(*) FROM {shown}), (SELECT count(DISTINCT {ROW}) FROM {shown})"
    )
    query = f"SELECT count(*) FILTER (_astray), {counts} FROM behind"
    astray, rows, ordered, different = connection.execute(query).fetchall()[0]
    connection.execute("DELETE FROM behind WHERE NOT _person")
    return int(astray + abs(rows - ordered) + ordered - different)


def person_of(contract: Contract) -> str | None:
    """The restricted column that tells persons apart; None where the contract has none."""
    who = contract.persons
    direct = (column.name for column in contract.raw_columns if column.class_ == "direct_id")
    named = [contract.anonymity.person] if contract.anonymity else [who.count, *who.ids] if who else []
    return next((one for one in (*named, *direct) if one is not None), None)


def _who(contract: Contract) -> str:
    person = person_of(contract)
    return f"r.{name(person)}" if person else "CAST(NULL AS VARCHAR)"


def follow(
    connection: duckdb.DuckDBPyConnection, contract: Contract, settings: Settings, before: Sequence[Record]
) -> None:
    """Leave in `followed` the rows of `behind`, each with its `shape` in this release and its `trace` through those before."""
    quasi, sensitive = telling(contract)
    connection.register("office", pa.table({"key": [office_key(settings)]}))
    shape = word(text("shape"), *(part for column in quasi for part in (text(column), name(column))))
    who = f"CASE WHEN {WHO} IS NULL THEN 0 ELSE {word(text('who'), _PERSON)} END"
    # hashed twice: of two values DuckDB mixes the hashes by XOR, which would cancel out what a row showed twice
    told = " UNION ALL ".join(
        f"SELECT id, hash(hash({n}, shape)) AS step FROM {parquet(record.path)}" for n, record in enumerate(before)
    )
    steps = (
        f"(SELECT id, bit_xor(step) AS trace FROM ({told}) GROUP BY id)" if before else "(SELECT 0 AS id, 0 AS trace)"
    )
    connection.execute(
        f"CREATE TEMP TABLE followed AS SELECT now.*, coalesce(past.trace, 0) AS trace FROM (SELECT {_AT}, {ROW}, {WHO}, "
        f"{''.join(f'{name(column)}, ' for column in sensitive)}{word(text(ID), name(ID))} AS id, {who} AS who, {shape} AS shape"
        f"{''.join(f', {link} AS {name(of)}' for of, link in links(contract).items())} FROM behind, office) now LEFT JOIN {steps} past ON now.id = past.id"
    )
    connection.unregister("office")


def columns_of(connection: duckdb.DuckDBPyConnection, contract: Contract) -> dict[str, Any]:
    """What a record says of rows: for each a word for its id, who it is (0: nobody knows), what it shows of them, and its links."""
    of = names(["id", "who", "shape", *links(contract)])
    found = connection.sql(f"SELECT {of} FROM followed ORDER BY id").to_arrow_table()
    return dict(zip(found.column_names, found.columns, strict=True))


def hold_back(
    contract: Contract, settings: Settings, store: Store, table: Path, before: Sequence[Record]
) -> list[Hidden]:
    """Take the rows out of `table` that too few others are like over all releases; what was taken out, for the account."""
    if not before:
        return []
    with duck(store.restricted / ".spill-traces") as connection:
        lay_rows(connection, contract, store, table)
        follow(connection, contract, settings, before)
        few = connection.sql(f"SELECT {_AT}, {ROW} FROM followed SEMI JOIN ({_few(contract)}) USING ({names(ALIKE)})")
        at, rows = (np.asarray(column, np.int64) for column in few.fetchnumpy().values())
    if not len(at):
        return []
    for file in (table, store.shown):
        _thin(file, at)
    return _counted(contract, store, rows)


def _few(contract: Contract) -> str:
    """The traces and shapes that are of fewer persons, or of fewer values of a sensitive column, than the contract asks."""
    asked = contract.anonymity
    assert asked is not None  # noqa: S101 - as above
    least = {WHO: asked.k, **dict.fromkeys(telling(contract)[1], asked.l)}
    several = (
        f"count(DISTINCT {name(one)}) + max(CAST({name(one)} IS NULL AS BIGINT)) < {n}" for one, n in least.items()
    )
    return f"SELECT {names(ALIKE)} FROM followed GROUP BY ALL HAVING {' OR '.join(several)}"


def _thin(file: Path, out: npt.NDArray[np.int64]) -> None:
    """Write a file anew without the rows at these places."""
    source, at = pq.ParquetFile(file), 0
    with replacing(file) as target, pq.ParquetWriter(target, source.schema_arrow, compression="zstd") as writer:
        for batch in source.iter_batches(BATCH):
            places = np.arange(at, at + batch.num_rows)
            writer.write_batch(batch.filter(pa.array(~np.isin(places, out))))
            at += batch.num_rows


def _counted(contract: Contract, store: Store, rows: npt.NDArray[np.int64]) -> list[Hidden]:
    tally = Tally(contract, REASON)
    for batch in pq.ParquetFile(store.raw).iter_batches(BATCH):
        tally.add(batch.filter(pa.array(np.isin(batch.column(ROW).to_numpy(), rows))))
    return tally.hidden()
