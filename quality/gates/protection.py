"""G1, on the bytes: each technique did what it says to every cell, and no row about a person stands where none may.

That a column has a technique is the contract's word; this gate reads the cells.
"""

import re
from collections.abc import Iterator

import duckdb

from assets.column import Column
from assets.contract import Contract
from assets.privacy.anonymise import Anonymise
from assets.privacy.generalise import Generalise
from assets.privacy.pseudonym import Pseudonym
from assets.privacy.redact import Redact
from assets.sql import name, parquet, text
from quality.gates.allow import of_bands
from quality.gates.evidence import Evidence, Material
from quality.session import session
from quality.suite import PSEUDONYM

NAME = "every protected cell is protected"
_PERIODS = {"month": r"\d{4,}-\d{2}", "year": r"\d{4,}"}


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
        form = _form(column)
        if column.technique is None or form is None:
            continue
        bare = f"NOT regexp_full_match(CAST({name(column.name)} AS VARCHAR), {text(form)})"
        if column.technique.rows == "all":
            yield column.name, bare
        elif persons is not None:
            yield column.name, f"({persons}) AND ({bare})"
    if contract.persons and contract.persons.rows == "withhold" and not contract.aggregate and persons is not None:
        yield str(contract.persons.column), persons


def _form(column: Column) -> str | None:
    """What every cell of a protected column looks like, as a regular expression."""
    technique = column.technique
    if isinstance(technique, Redact):
        return re.escape(f"REDACTED: {technique.reason}")
    if isinstance(technique, Pseudonym):
        return PSEUDONYM
    if isinstance(technique, Anonymise):
        return technique.form
    if not isinstance(technique, Generalise):
        return None
    if technique.bands:
        return of_bands(technique.bands)
    return _PERIODS[technique.to] if technique.to else rf"[^.]*(?:\.[^.]*){{0,{(technique.parts or 1) - 1}}}"


def _persons(contract: Contract) -> str | None:
    """The condition under which a public row is about a person, where public columns can tell."""
    who = contract.persons
    shown = {column.name for column in contract.public_columns if column.technique is None}
    if who is None or who.column not in shown:
        return None
    kinds = ", ".join(map(text, who.organisations)) or "NULL"
    looks = [
        f"coalesce(regexp_full_match(CAST({name(column)} AS VARCHAR), {text(who.person_id)}), false)"
        for column in who.ids
        if who.person_id and column in shown
    ]
    return " OR ".join([f"coalesce({name(str(who.column))} NOT IN ({kinds}), true)", *looks])


def _count(connection: duckdb.DuckDBPyConnection, query: str) -> int:
    return int(connection.execute(query).fetchall()[0][0])
