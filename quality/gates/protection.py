"""G1, on the bytes: each technique did what it says to every cell, and no row about a person stands where none may.

That a column has a technique is the contract's word; this gate reads the cells.
"""

from collections.abc import Iterator

import duckdb

from assets.contract import Contract
from assets.persons import sql_about_persons
from assets.sql import name, parquet, text
from quality.gates.evidence import Evidence, Material
from quality.session import session

NAME = "every protected cell is protected"


def protected(material: Material) -> Evidence:
    """Count the cells that are not of their technique's form, and the rows about persons that should be withheld."""
    contract, file = material.contract, material.store.table
    wrong: dict[str, int] = {}
    with session([file], spill=material.store.restricted / "spill-protection") as connection:
        for column, condition in _conditions(contract):
            count = _count(connection, f"SELECT count(*) FROM {parquet(file)} WHERE {condition}")
            if count:
                wrong[column] = wrong.get(column, 0) + count
    looked = sorted({column for column, _ in _conditions(contract)})
    return Evidence(name=NAME, passed=not wrong, facts={"columns": looked, "unprotected cells by column": wrong})


def _conditions(contract: Contract) -> Iterator[tuple[str, str]]:
    """Columns, and the condition under which a cell of theirs is not protected."""
    persons = _persons(contract)
    for column in contract.public_columns:
        if column.technique is None or column.technique.form is None:
            continue
        bare = f"NOT regexp_full_match(CAST({name(column.name)} AS VARCHAR), {text(column.technique.form)})"
        if column.technique.rows == "all":
            yield column.name, bare
        elif persons is not None:
            yield column.name, f"({persons}) AND ({bare})"
    if contract.persons and contract.persons.rows == "withhold" and not contract.aggregate and persons is not None:
        yield str(contract.persons.column), persons


def _persons(contract: Contract) -> str | None:
    """The condition under which a public row is about a person, where public columns can tell."""
    who = contract.persons
    shown = {column.name for column in contract.public_columns if column.technique is None}
    if who is None or who.column not in shown:
        return None
    return sql_about_persons(who.model_copy(update={"ids": tuple(column for column in who.ids if column in shown)}))


def _count(connection: duckdb.DuckDBPyConnection, query: str) -> int:
    return int(connection.execute(query).fetchall()[0][0])
