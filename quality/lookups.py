"""The lists that references point at: values of a column of another dataset's restricted rows."""

from collections.abc import Iterable
from pathlib import Path

import duckdb

from assets.column import Column, References
from assets.contract import Contract
from assets.errors import Blocked
from assets.settings import Settings
from assets.sql import name, parquet, text
from assets.store import store_of
from quality.expect import parameter


def referenced(contract: Contract, settings: Settings) -> dict[str, Path]:
    """The file of each dataset that the contract refers to; raises `Blocked` where one was never read."""
    found = {}
    for column, reference in _references(contract.columns):
        file = store_of(reference.dataset, settings).raw
        if not file.is_file():
            raise Blocked(
                "the list that it refers to was never read, so its codes cannot be checked",
                dataset=contract.name,
                column=column.name,
                where=reference.dataset,
                found="no rows of it",
                next=f"terang run {reference.dataset}",
            )
        found[reference.dataset] = file
    return found


def load(connection: duckdb.DuckDBPyConnection, contract: Contract, files: dict[str, Path]) -> dict[str, str]:
    """One temporary table of distinct values per list; returns its name by the name of the list."""
    tables: dict[str, str] = {}
    for _, reference in _references(contract.columns):
        key = parameter(reference)
        if key not in tables:
            tables[key] = f"list{len(tables)}"
            connection.execute(f"CREATE TEMP TABLE {tables[key]} AS {_values(reference, files[reference.dataset])}")
    return tables


def _values(reference: References, file: Path) -> str:
    column = name(reference.column)
    where = "".join(f" AND CAST({name(other)} AS VARCHAR) = {text(v)}" for other, v in reference.where.items())
    return f"SELECT DISTINCT {column} AS value FROM {parquet(file)} WHERE {column} IS NOT NULL{where}"


def _references(columns: Iterable[Column]) -> list[tuple[Column, References]]:
    return [(column, column.references) for column in columns if column.references is not None]
