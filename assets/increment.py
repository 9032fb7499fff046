"""Which rows of an earlier run stay: all but those whose key was read again, or those of the partition that was."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from assets.column import Column
from assets.conform import conform
from assets.contract import Contract
from assets.part import Part
from assets.receipt import last
from assets.sources.source import LINE, Values
from assets.sources.sql import Sql
from assets.sources.statements import DELETED
from assets.sql import name, names, parquet, same
from assets.store import Store
from assets.types import arrow_type

CHANGED, KEYS = "changed.parquet", "keys.parquet"
_BATCH = 131_072


@dataclass(frozen=True, kw_only=True, slots=True)
class Increment:
    """What a run reads: one `partition`, or what changed `since`, or everything (both None).

    `run` counts the runs since everything was read last, `cursor` is how far the last one came. `joins` says that rows
    of earlier runs stay in the store.
    """

    partition: str | None = None
    since: datetime | None = None
    run: int = 1
    cursor: str | None = None
    joins: bool = False

    def part(self, contract: Contract) -> Part | None:
        """The rows that the partition is about."""
        if self.partition is None or contract.partition is None:
            return None
        by = contract.column(contract.partition.by)
        zone = contract.source.notation(by.values).timezone
        return Part(value=self.partition, by=by.read_as, kind=by.type, zone=zone)


def plan(contract: Contract, store: Store, *, partition: str | None, code: str) -> Increment:
    """What to read next. Everything, when the contract or its transform (`code`) changed, or when it is time again.

    A partition takes its place among the others as long as the columns are the same.
    """
    if partition is not None:
        return Increment(partition=partition, joins=_same_columns(contract, store))
    previous, source = last(store), contract.source
    if previous is None or (previous.contract, previous.facts.get("code", "")) != (contract.digest, code):
        return Increment()
    run, since = previous.facts.get("run", 0) + 1, previous.facts.get("cursor")
    derived = any(column.derived for column in keys_of(contract))
    if not isinstance(source, Sql) or not source.cursor or not since or derived or run > source.full_refresh:
        return Increment()
    since = datetime.fromisoformat(since) - source.overlap
    return Increment(since=since, run=run, cursor=previous.facts["cursor"], joins=True)


def _same_columns(contract: Contract, store: Store) -> bool:
    if not store.raw.is_file() or not store.rejects.is_file():
        return False
    found = pq.read_schema(store.raw)
    wanted = {column.name: arrow_type(column.type) for column in contract.raw_columns}
    return {field.name: field.type for field in found if not field.name.startswith("_")} == wanted


def keys_of(contract: Contract) -> list[Column]:
    """The columns of the key, as the contract has them."""
    return [contract.column(name) for name in contract.key]


def split(batch: pa.RecordBatch) -> tuple[pa.RecordBatch, pa.RecordBatch]:
    """The rows that live, and all rows, without the mark of deletion."""
    if DELETED not in batch.schema.names:
        return batch, batch
    gone = pc.fill_null(batch.column(DELETED).cast(pa.bool_()), fill_value=False)
    plain = batch.drop_columns([DELETED])
    return plain.filter(pc.invert(gone)) if pc.any(gone).as_py() else plain, plain


@dataclass(kw_only=True, slots=True)
class Kept:
    """The rows of the earlier run that stay, together with those of this one."""

    contract: Contract
    store: Store
    increment: Increment
    folder: Path
    connection: duckdb.DuckDBPyConnection

    def count(self) -> int:
        """How many good rows there are in all."""
        [(rows,)] = self.connection.execute(f"SELECT count(*) FROM ({self._rows()})").fetchall()
        return int(rows)

    def batches(self) -> Iterator[pa.Table]:
        """The rows in order of the key."""
        keys = [*self.contract.key, *(c.name for c in self.contract.read_columns if c.name not in self.contract.key)]
        for batch in self.connection.sql(f"{self._rows()} ORDER BY {names(keys)}").to_arrow_reader(_BATCH):
            yield pa.Table.from_batches([batch])

    def rejects(self) -> pa.Table:
        """The rows that an earlier run could not read and that were not read again."""
        before = pq.read_table(self.store.rejects)
        part, by = self.increment.part(self.contract), self.contract.partition
        if part is not None and by is not None:
            return before.filter(pc.invert(self._within(before, part, self.contract.column(by.by))))
        known = pq.read_table(self.folder / KEYS)
        marked = rekeyed(before, keys_of(self.contract)).append_column("_at", pa.array(range(before.num_rows)))
        again = set(self._matching(marked, known))
        return before.filter(pa.array([at not in again for at in range(before.num_rows)], pa.bool_()))

    def _within(self, before: pa.Table, part: Part, by: Column) -> pa.Array:
        """Which rejected rows belong to a part: by what their cell says, or where it cannot be read, by how it begins."""
        said = [_cell(json.loads(record), by) for record in before.column("record").to_pylist()]
        table = rekeyed(before, [by]).rename_columns(["_by"]).append_column("_said", pa.array(said, pa.string()))
        self.connection.register("rejected", table)
        within = f"coalesce({part.stored('_by')}, {part.worded('_said')}, FALSE)"
        found: pa.Table = self.connection.sql(f"SELECT {within} AS within FROM rejected").to_arrow_table()
        return found.column("within").combine_chunks()

    def _matching(self, marked: pa.Table, known: pa.Table) -> list[int]:
        self.connection.register("marked", marked)
        self.connection.register("known", known)
        found = self.connection.execute(
            f"SELECT _at FROM marked a SEMI JOIN known b ON {same('a', 'b', self.contract.key)}"
        )
        return [int(at) for (at,) in found.fetchall()]

    def _rows(self) -> str:
        columns = names([*(column.name for column in self.contract.raw_columns), LINE])
        before, changed = parquet(self.store.raw), parquet(self.folder / CHANGED)
        return f"SELECT {columns} FROM {before} a {self._stays()} UNION ALL SELECT {columns} FROM {changed}"

    def _stays(self) -> str:
        part = self.increment.part(self.contract)
        if part is not None and self.contract.partition is not None:
            return f"WHERE NOT coalesce({part.stored(f'a.{name(self.contract.partition.by)}')}, FALSE)"
        return f"ANTI JOIN {parquet(self.folder / KEYS)} b ON {same('a', 'b', self.contract.key)}"


def rekeyed(rejects: pa.Table, keys: Sequence[Column]) -> pa.Table:
    """The keys of rejected rows in declared types; one that cannot be read is NULL."""
    records = [json.loads(record) for record in rejects.column("record").to_pylist()]
    columns = {key.name: [_cell(record, key) for record in records] for key in keys}
    cells = pa.table({name: pa.array(texts, pa.string()) for name, texts in columns.items()})
    cells = cells.append_column(LINE, pa.array([""] * len(records), pa.string()))
    plain = [key.model_copy(update={"source_name": None, "values": None}) for key in keys]
    typed = []
    for key in plain:
        good, _ = conform(cells.select([key.name, LINE]), [key], values=Values(), keep=())
        typed.append(good.column(0) if good.num_rows == len(records) else pa.nulls(len(records), good.schema.types[0]))
    return pa.table(typed, names=[key.name for key in keys])


def _cell(record: dict[str, object], key: Column) -> str | None:
    value = record.get(key.read_as)
    return None if value is None else str(value)
