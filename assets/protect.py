"""raw -> public: leaves out what screening excluded, withholds persons, protects columns, in one streaming pass.

Writes the public table and `withheld.json`, which accounts for every row that was read.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from assets import groups
from assets.ahead import ahead
from assets.anonymity.plan import Anonymiser, anonymiser
from assets.column import Column
from assets.contract import Contract
from assets.duck import duck
from assets.errors import Unbalanced, Unproven
from assets.keys import used, vault_of
from assets.past.guard import guarding
from assets.past.records import Record, earlier, one_by_one
from assets.past.rows import hold_back
from assets.persons import about_persons
from assets.privacy.pseudonym import LETTERS
from assets.privacy.technique import Vault
from assets.settings import Settings
from assets.sql import name, names, parquet
from assets.store import ROW, Store, explained, read_json, replacing, sha256, store_of, write_json
from assets.table import ID, public_schema
from assets.takedown import REASON, obey
from assets.withheld import Tally, Withheld, measures, sums

BATCH = 131_072
ORDER = pa.schema([pa.field(ROW, pa.int64())])


@dataclass(frozen=True, kw_only=True, slots=True)
class Protected:
    """The account of one run in source rows: read = published + quarantined + duplicates + withheld.

    `takedown` is the digest of the list of what was taken down that was obeyed.
    """

    read: int
    published: int
    quarantined: int
    duplicates: int
    withheld: tuple[Withheld, ...]
    published_rows: int
    raw_sha256: str
    public_sha256: str
    contract: str
    takedown: str = ""

    def check(self, dataset: str) -> None:
        """Raise `Unbalanced` where a row is missing or counted twice."""
        hidden = sum(part.rows for part in self.withheld)
        accounted = self.published + self.quarantined + self.duplicates + hidden
        if accounted != self.read:
            raise Unbalanced(
                "rows are missing between what was read and what was published",
                dataset=dataset,
                found=f"published {self.published} + quarantined {self.quarantined} + duplicates {self.duplicates}"
                f" + withheld {hidden} = {accounted}",
                allowed=f"read {self.read}",
                next="report it: this is a defect of Terang",
            )


def protect(contract: Contract, settings: Settings) -> Protected:
    """Write the public table of a dataset.

    Raises `Unproven` where its rows were not screened as they are now, `Blocked` where what it shows was taken down.
    """
    store = store_of(contract.name, settings)
    listed = obey(contract, store)
    screening = proven_screening(contract, store)
    vault = vault_of(contract, store, settings)
    persons, taken = Tally(contract, contract.persons.reason if contract.persons else ""), Tally(contract, REASON)
    gone = _listed(contract, store, vault, listed.rows)
    before = _followed(contract, settings)
    with explained(contract.name), replacing(store.table) as target:
        levels = before[-1].sheet.levels if before else None
        with anonymiser(contract, store, gone, levels=levels) as crowd, _ordering(contract, store) as order:
            out = Withholding(persons=persons, taken=taken, gone=gone, order=order)
            batches = _protected(contract, store, vault, out, crowd)
            if contract.aggregate:
                guard = guarding(contract, settings, store, vault)
                shown, hidden, published = groups.write(contract, store, batches, target, guard=guard)
            else:
                shown = published = _write(contract, batches, target)
                hidden = [*persons.hidden(), *taken.hidden()]
        held = hold_back(contract, settings, store, target, before)
        shown, published = (count - sum(part.rows for part in held) for count in (shown, published))
        hidden = [*hidden, *held]
        account = Protected(
            read=screening["read"],
            published=published,
            quarantined=screening["quarantined"],
            duplicates=screening["duplicates"],
            withheld=tuple(part.told(contract) for part in hidden),
            published_rows=shown,
            raw_sha256=screening["raw_sha256"],
            public_sha256=sha256(target),
            contract=contract.digest,
            takedown=listed.digest,
        )
        account.check(contract.name)  # before the table takes its place
    used(vault, store)
    write_json(store.hidden, {"public_sha256": account.public_sha256, "sums": sums(hidden, measures(contract))})
    write_json(store.withheld, asdict(account))
    return account


def _followed(contract: Contract, settings: Settings) -> list[Record]:
    """The records of all releases in which a reader can follow the rows of an anonymised dataset."""
    return [one for one in earlier(contract, settings)[0] if not one.sheet.groups] if contract.anonymity else []


def proven_screening(contract: Contract, store: Store) -> dict[str, Any]:
    """The screening of exactly these raw bytes by exactly this contract; raises `Unproven` where there is none."""
    proof: dict[str, Any] | None = read_json(store.screening)
    if proof is None:
        why = "its rows were never screened"
    elif not proof["passed"]:
        why = "screening stopped it"
    elif proof["contract"] != contract.digest:
        why = "the contract changed after screening"
    elif proof["raw_sha256"] != sha256(store.raw):
        why = "its rows changed after screening"
    else:
        return proof
    raise Unproven(f"cannot make the public table: {why}", dataset=contract.name, next=f"terang run {contract.name}")


@dataclass(frozen=True, kw_only=True, slots=True)
class Withholding:
    """The rows that are not shown: counted as they come, those about persons, and those taken down by their `_row`.

    The others are written down in their `order`, where who is behind them is asked for.
    """

    persons: Tally
    taken: Tally
    gone: pa.Array
    order: pq.ParquetWriter | None


@contextmanager
def _ordering(contract: Contract, store: Store) -> Iterator[pq.ParquetWriter | None]:
    """What writes down which raw row is behind each public row, where rows about persons are published one by one."""
    if not one_by_one(contract):
        yield None
        return
    with replacing(store.shown) as order, pq.ParquetWriter(order, ORDER, compression="zstd") as writer:
        yield writer


def _protected(
    contract: Contract, store: Store, vault: Vault, withholding: Withholding, crowd: Anonymiser | None
) -> Iterator[pa.RecordBatch]:
    """Batches of protected columns, without the rows that are excluded or withheld."""
    who = contract.persons
    excluded = pq.read_table(store.excluded, columns=[ROW]).column(ROW).combine_chunks()
    for batch in _ordered(contract, store):
        stays = pc.invert(pc.is_in(batch.column(ROW), value_set=excluded))
        persons = about_persons(batch, who)
        if who and who.rows == "withhold" and not contract.aggregate:
            withholding.persons.add(batch.filter(pc.and_(stays, persons)))
            stays = pc.and_(stays, pc.invert(persons))
        taken = pc.is_in(batch.column(ROW), value_set=withholding.gone)
        withholding.taken.add(batch.filter(pc.and_(stays, taken)))
        stays = pc.and_(stays, pc.invert(taken))
        kept = batch.filter(stays)
        if withholding.order:
            withholding.order.write_batch(kept.select([ROW]).cast(ORDER))
        cells = crowd.cells(kept) if crowd else {}
        yield _columns(contract, kept, persons.filter(stays), vault, cells)


def _listed(contract: Contract, store: Store, vault: Vault, ids: Collection[str]) -> pa.Array:
    """`_row` of the restricted rows that have one of these ids in public."""
    found = [pa.array([], pa.int64())]
    if not ids or contract.aggregate:
        return found[0]
    wanted, key = pa.array(sorted(ids), pa.string()), [contract.column(name) for name in contract.key]
    with duck() as connection:
        for batch in pq.ParquetFile(store.raw).iter_batches(BATCH, columns=_needed(contract)):
            persons = about_persons(batch, contract.persons)
            shown = {c.name: _shown(c, batch, persons, vault) for c in key}
            public = with_id(connection, pa.RecordBatch.from_pydict(shown), contract.key).column(ID).combine_chunks()
            found.append(batch.column(ROW).filter(pc.is_in(public, value_set=wanted)).cast(pa.int64()))
    return pa.concat_arrays(found)


def _shown(column: Column, batch: pa.RecordBatch, persons: pa.BooleanArray, vault: Vault) -> pa.Array:
    """The cells of a column as the public sees them."""
    cells = batch.column(column.name)
    return column.technique.apply(cells, persons=persons, vault=vault) if column.technique else cells


def _ordered(contract: Contract, store: Store) -> Iterator[pa.RecordBatch]:
    """The raw rows in order of the key: a database gives them so, anything else is sorted here."""
    columns = _needed(contract)
    if contract.source.kind == "sql":
        yield from pq.ParquetFile(store.raw).iter_batches(BATCH, columns=columns)
        return
    with duck(store.restricted / ".spill-order") as connection:
        query = f"SELECT {names(columns)} FROM {parquet(store.raw)} ORDER BY {names((*contract.key, ROW))}"
        reader: pa.RecordBatchReader = connection.sql(query).to_arrow_reader(BATCH)
        yield from reader


def _needed(contract: Contract) -> list[str]:
    """The columns that are shown, or that say which rows are; what is dropped is not even read."""
    who, group = contract.persons, contract.aggregate
    named: set[str | None] = {c.name for c in contract.public_columns}
    named |= {*who.ids, who.column, who.count} if who else set()
    named |= {group.count} if group else set()
    return [*(c.name for c in contract.raw_columns if c.name in named), ROW]


def _columns(
    contract: Contract,
    batch: pa.RecordBatch,
    persons: pa.BooleanArray,
    vault: Vault,
    cells: Mapping[str, pa.Array],
) -> pa.RecordBatch:
    """The public columns: those in `cells` are protected already."""
    group = contract.aggregate
    wanted = [c for c in contract.public_columns if group is None or c.name != group.count_as]
    arrays = {c.name: cells[c.name] if c.name in cells else _shown(c, batch, persons, vault) for c in wanted}
    if group and group.count not in arrays:
        arrays[group.count] = batch.column(group.count)
    return pa.RecordBatch.from_pydict(arrays)


def _write(contract: Contract, batches: Iterator[pa.RecordBatch], target: Path) -> int:
    schema, rows = public_schema(contract), 0
    with duck() as connection, pq.ParquetWriter(target, schema, compression="zstd") as writer:
        for batch in ahead(batches):
            rows += batch.num_rows
            writer.write_table(with_id(connection, batch, contract.public_key).cast(schema))
    return rows


def with_id(connection: duckdb.DuckDBPyConnection, batch: pa.RecordBatch, key: Sequence[str]) -> pa.Table:
    """`batch` with a first column `id`: 64 bits of the key's SHA-256 as 16 letters, the same in every release."""
    table = pa.Table.from_batches([batch])
    parts = ", ".join(f"coalesce(CAST({name(column)} AS VARCHAR), '')" for column in key)
    connection.register("batch", table)
    digits: pa.Table = connection.sql(
        f"SELECT left(sha256(concat_ws(chr(31), {parts})), 16) FROM batch"
    ).to_arrow_table()
    connection.unregister("batch")
    return table.add_column(0, ID, pa.chunked_array(map(_letters, digits.column(0).chunks), pa.string()))


def _letters(digits: pa.StringArray) -> pa.StringArray:
    """Hexadecimal digits as the letters a to p, which no scan takes for a number."""
    _, offsets, data = digits.buffers()
    letters = pa.py_buffer(data.to_pybytes().translate(LETTERS)) if data else None
    return pa.StringArray.from_buffers(len(digits), offsets, letters, offset=digits.offset)
