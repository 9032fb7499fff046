"""G5: enough persons share what is shown of each of them, and what is sensitive varies among them.

Measured anew on the final table, with NULL as a value; who is behind a row is known from the restricted rows. How many
stand behind a single row is told nobody but the office.
"""

from collections.abc import Sequence
from dataclasses import asdict

import duckdb

from assets.anonymity.sense import TELLING
from assets.contract import Anonymity, Contract
from assets.persons import sql_about_persons
from assets.privacy.levels import HIDDEN
from assets.privacy.redact import Redact
from assets.sql import name, parquet, text
from assets.store import Store, write_json
from quality.anonymity import Measured, measure
from quality.gates.evidence import Evidence, Material
from quality.session import session

NAME = "enough persons behind every row"
REPORT = "crowd.json"
_WHO = "_who"


def crowd(material: Material) -> Evidence:
    """Count the persons behind every combination of quasi-identifiers, and the values of sensitive columns among them."""
    contract, store = material.contract, material.store
    asked = contract.anonymity
    if asked is None:
        return Evidence(name=NAME, passed=True, facts={"asked": False})
    quasi, sensitive = _measured(contract)
    files = [store.table, store.raw, store.shown]
    with session(files, spill=store.restricted / "spill-crowd") as connection:
        astray = _join(connection, contract, store, [*quasi, *sensitive])
        found = measure(connection, "behind", quasi=quasi, person=_WHO, sensitive=sensitive, k=asked.k, l=asked.l)
        stars = {column: _stars(connection, column) for column in quasi}
    write_json(store.restricted / REPORT, _report(asked, found))
    facts = {
        "asked": True,
        "k": asked.k,
        **({"l": asked.l} if sensitive else {}),
        "quasi-identifiers": quasi,
        "sensitive": sensitive,
        "rows about persons": found.rows,
        "starred cells by column": stars,
        "combinations of too few": found.small,
        "rows that are not those of the restricted table": astray,
    }
    return Evidence(name=NAME, passed=not found.small and not astray, facts=facts)


def _measured(contract: Contract) -> tuple[list[str], list[str]]:
    """The public columns that tell persons apart, and those that are sensitive; one that says the same of all does not."""
    shown = [column for column in contract.public_columns if not isinstance(column.technique, Redact)]
    quasi = [column.name for column in shown if column.class_ in TELLING]
    return quasi, [column.name for column in shown if column.class_ == "sensitive"]


def _join(connection: duckdb.DuckDBPyConnection, contract: Contract, store: Store, columns: Sequence[str]) -> int:
    """Leave in `behind` these columns of the public rows about persons, with who it is; returns the rows that do not match.

    A row matches when all that is public as it is stands in its restricted row too.
    """
    assert contract.anonymity is not None  # noqa: S101 - the caller asks only where it is measured
    plain = [column.name for column in contract.public_columns if column.technique is None]
    apart = " OR ".join(f"p.{name(column)} IS DISTINCT FROM r.{name(column)}" for column in plain) or "false"
    person = sql_about_persons(contract.persons) if contract.persons else "true"
    about = f"(SELECT *, {person} AS _person FROM {parquet(store.raw)})"
    public, shown = (parquet(file, numbered=True) for file in (store.table, store.shown))
    cells = "".join(f"p.{name(column)}, " for column in columns)
    connection.execute(
        f"CREATE TEMP TABLE behind AS SELECT {cells}r.{name(contract.anonymity.person)} AS {_WHO}, "
        f"coalesce(r._person, true) AS _person, r._row IS NULL OR {apart} AS _astray "
        f"FROM {public} p LEFT JOIN {shown} s USING (file_row_number) LEFT JOIN {about} r ON s._row = r._row"
    )
    counts = (
        f"(SELECT count(*) FROM {public}), (SELECT count(*) FROM {shown}), (SELECT count(DISTINCT _row) FROM {shown})"
    )
    query = f"SELECT count(*) FILTER (_astray), {counts} FROM behind"
    astray, rows, ordered, different = connection.execute(query).fetchall()[0]
    connection.execute("DELETE FROM behind WHERE NOT _person")
    return int(astray + abs(rows - ordered) + ordered - different)


def _stars(connection: duckdb.DuckDBPyConnection, column: str) -> int:
    query = f"SELECT count(*) FROM behind WHERE {name(column)} = {text(HIDDEN)}"
    return int(connection.execute(query).fetchall()[0][0])


def _report(asked: Anonymity, found: Measured) -> dict[str, object]:
    """What was measured, for the office alone."""
    told = asdict(found)
    risks = {"highest risk": 1 / found.k if found.k else 0.0, "mean risk": told.pop("risk")}
    return {"asked": {"k": asked.k, "l": asked.l}, "measured": told, **risks}
