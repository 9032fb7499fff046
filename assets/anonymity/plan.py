"""Anonymises a dataset on its way from raw to public: chooses over all rows that are kept, then shows batch by batch.

Leaves in restricted storage what was chosen and what it loses.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

import duckdb
import pyarrow as pa

from assets.anonymity.choice import Choice, choose
from assets.anonymity.classes import collapse
from assets.contract import Contract
from assets.duck import duck
from assets.persons import about_persons, sql_about_persons
from assets.privacy.anonymise import Anonymise
from assets.sql import names, parquet
from assets.store import ROW, Store, write_json

MEMORY = "2GB"


@dataclass(frozen=True, kw_only=True, slots=True)
class Anonymiser:
    """Shows rows as was chosen."""

    contract: Contract
    choice: Choice
    connection: duckdb.DuckDBPyConnection

    def cells(self, batch: pa.RecordBatch) -> dict[str, pa.Array]:
        """The anonymised columns of a batch."""
        persons = about_persons(batch, self.contract.persons)
        if self.contract.persons is None:
            persons = pa.array([True] * batch.num_rows, pa.bool_())
        return self.choice.shown.cells(self.connection, batch, persons)


@contextmanager
def anonymiser(
    contract: Contract, store: Store, gone: pa.Array, *, levels: Mapping[str, str] | None = None
) -> Iterator[Anonymiser | None]:
    """What anonymises a dataset, but for the rows that are `gone`, where its contract asks for it.

    The `levels` of the release before stay as long as they are enough. Raises `Blocked` where it cannot be done well enough.
    """
    if contract.anonymity is None:
        yield None
        return
    with duck(store.restricted / ".spill-anonymity", memory=MEMORY) as connection:
        choice = chosen(contract, store, connection, gone, levels)
        write_json(store.anonymity, {"contract": contract.digest, **choice.report})
        yield Anonymiser(contract=contract, choice=choice, connection=connection)


def chosen(
    contract: Contract,
    store: Store,
    connection: duckdb.DuckDBPyConnection,
    gone: pa.Array,
    levels: Mapping[str, str] | None,
) -> Choice:
    """The levels and stars of a dataset."""
    connection.register("gone", pa.table({ROW: gone}))
    asked = contract.anonymity
    assert asked is not None  # noqa: S101 - the caller asks only for datasets that are anonymised
    columns = {c.name: c.technique.ladder for c in contract.public_columns if isinstance(c.technique, Anonymise)}
    sensitive = [c.name for c in contract.public_columns if c.class_ == "sensitive" and c.technique is None]
    person = None if contract.key == (asked.person,) else asked.person
    classes = collapse(connection, _kept(contract, store), columns=columns, person=person, sensitive=sensitive)
    return choose(classes, asked, columns=columns, sensitive=sensitive, dataset=contract.name, levels=levels)


def _kept(contract: Contract, store: Store) -> str:
    """The raw rows about persons that screening let through and nobody took down, as a subquery."""
    columns = names(column.name for column in contract.raw_columns)
    left_out = [f"SELECT {ROW} FROM {parquet(store.excluded)}", f"SELECT {ROW} FROM gone"]
    where = " AND ".join(f"{ROW} NOT IN ({rows})" for rows in left_out)
    if contract.persons:
        where += f" AND {sql_about_persons(contract.persons)}"
    return f"(SELECT {columns} FROM {parquet(store.raw)} WHERE {where})"
