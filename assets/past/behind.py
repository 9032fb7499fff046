"""Who is behind each group of an aggregated dataset, in words that only the office's key makes again.

A word is the first 64 bits of SHA-256 over the key, which fills its first block, and what is to be known again: a person, or
one amount of one row of one person. The same row gives the same word in each release, and in each dataset that is made
of the same source.
"""

from collections.abc import Iterator

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from assets.contract import Contract
from assets.past.numbers import Told
from assets.persons import about_persons
from assets.privacy.technique import Vault
from assets.sql import names, same, text
from assets.store import ROW, Store
from assets.suppression.known import Kind, known, sql
from assets.types import arrow_type

BATCH = 131_072
EXACT = (
    "coalesce(CAST(TRY_CAST({0} AS DECIMAL(38, 6)) AS VARCHAR), CAST({0} AS VARCHAR))"  # whatever its declared scale
)
_WORD = "CAST('0x' || left(sha256({0}), 16) AS UBIGINT)"


def word(*parts: str) -> str:
    """The word of some SQL expressions, in a query that has the key as `office.key`."""
    told = ", ".join(f"coalesce(CAST({part} AS VARCHAR), chr(30))" for part in parts)
    return _WORD.format(f"concat_ws(chr(31), office.key, {told})")


def measures(contract: Contract) -> dict[str, str | None]:
    """The amounts of the groups as the source calls them, by column; where groups only count persons, that one."""
    group = contract.aggregate
    if group is None:
        return {}
    return {contract.column(one).read_as: one for one in group.sums} or {"": None}


def lay_behind(
    connection: duckdb.DuckDBPyConnection, contract: Contract, store: Store, vault: Vault, office: str
) -> None:
    """Leave in `behind` the rows that groups are made of: their groups, who it is about, and a word for each amount."""
    group = contract.aggregate
    assert group is not None  # noqa: S101 - the caller asks only for datasets that are aggregated
    schema = _schema(contract)
    connection.register("office", pa.table({"key": [office]}))
    connection.register("rows_behind", pa.RecordBatchReader.from_batches(schema, _rows(contract, store, vault, schema)))
    keys = [part for i, column in enumerate(contract.key) for part in (text(contract.column(column).read_as), f"_k{i}")]
    amounts = [
        f", {word('_who', *keys, text(amount), *([EXACT.format(f'_m{i}')] if column else []))} AS w{i}"
        for i, (amount, column) in enumerate(measures(contract).items())
    ]
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE behind AS SELECT {names(group.by)}, {word('_who')} AS who{''.join(amounts)} "
        "FROM rows_behind, office"
    )
    connection.unregister("rows_behind")
    connection.unregister("office")


def told(connection: duckdb.DuckDBPyConnection, contract: Contract, cells: str, *, whole: bool = True) -> Told:
    """The release whose groups are in the table `cells`, with `_cell` from 0 on and `_shown`; needs `behind`."""
    group = contract.aggregate
    assert group is not None  # noqa: S101 - as above
    ranks = "".join(
        f", dense_rank() OVER (ORDER BY {sql(kind)}) - 1 AS k{i}" for i, kind in enumerate(_of_others(contract))
    )
    found = connection.sql(f"SELECT _shown{ranks} FROM {cells} ORDER BY _cell").to_arrow_table()
    words = [f"w{i}" for i in range(len(measures(contract)))]
    of = f"behind b JOIN {cells} c ON {same('b', 'c', group.by)}"
    rows = connection.sql(f"SELECT _cell, who, {', '.join(words)} FROM {of} ORDER BY ALL").to_arrow_table()
    return Told(
        label="",
        cell=np.asarray(rows.column("_cell").to_numpy(), np.int64),
        who=np.asarray(rows.column("who").to_numpy(), np.uint64),
        words={
            amount: np.asarray(rows.column(column).to_numpy(), np.uint64)
            for amount, column in zip(measures(contract), words, strict=True)
        },
        shown=np.asarray(found.column("_shown").to_numpy(zero_copy_only=False), np.bool_),
        totals=np.array(
            [np.asarray(found.column(i + 1).to_numpy(), np.int64) for i in range(found.num_columns - 1)], np.int64
        ).reshape(found.num_columns - 1, found.num_rows),
        whole=whole,
    )


def _of_others(contract: Contract) -> list[Kind]:
    """The kinds of totals that others know; the sum of everything is one where a total of theirs is by nothing."""
    group = contract.aggregate
    assert group is not None  # noqa: S101 - as above
    compared = [set(one.by) & set(group.by) for one in contract.reconcile if one.sum in group.sums]
    everything = not all(compared) or not all(group.totals)
    return [kind for kind in known(contract) if kind or everything]


def _schema(contract: Contract) -> pa.Schema:
    group = contract.aggregate
    assert group is not None  # noqa: S101 - as above
    fields = []
    for column in map(contract.column, group.by):
        kind = arrow_type(column.type)
        fields.append(pa.field(column.name, column.technique.output_type(kind) if column.technique else kind))
    fields += [pa.field(f"_k{i}", arrow_type(contract.column(one).type)) for i, one in enumerate(contract.key)]
    fields += [pa.field(f"_m{i}", arrow_type(contract.column(one).type)) for i, one in enumerate(group.sums)]
    return pa.schema([*fields, pa.field("_who", arrow_type(contract.column(group.count).type))])


def _rows(contract: Contract, store: Store, vault: Vault, schema: pa.Schema) -> Iterator[pa.RecordBatch]:
    """The restricted rows that screening let through."""
    group = contract.aggregate
    assert group is not None  # noqa: S101 - as above
    excluded = pq.read_table(store.excluded, columns=[ROW]).column(0).combine_chunks()
    for batch in pq.ParquetFile(store.raw).iter_batches(BATCH):
        kept = batch.filter(pc.invert(pc.is_in(batch.column(ROW), value_set=excluded)))
        persons = about_persons(kept, contract.persons)
        shown = []
        for column in map(contract.column, group.by):
            cells = kept.column(column.name)
            technique = column.technique
            shown.append(technique.apply(cells, persons=persons, vault=vault) if technique else cells)
        plain = [kept.column(one) for one in (*contract.key, *group.sums, group.count)]
        yield pa.RecordBatch.from_arrays([*shown, *plain], schema=schema)
