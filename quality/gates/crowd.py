"""G5: enough persons share what is shown of each of them, and what is sensitive varies among them.

Measured anew on the final table, with NULL as a value; who is behind a row is known from the restricted rows. How many
stand behind a single row is told nobody but the office.
"""

from dataclasses import asdict

import duckdb

from assets.contract import Anonymity
from assets.past.rows import WHO, lay_rows, telling
from assets.privacy.levels import HIDDEN
from assets.sql import name, text
from assets.store import write_json
from quality.anonymity import Measured, measure
from quality.gates.evidence import Evidence, Material
from quality.session import session

NAME = "enough persons behind every row"
REPORT = "crowd.json"


def crowd(material: Material) -> Evidence:
    """Count the persons behind every combination of quasi-identifiers, and the values of sensitive columns among them."""
    contract, store = material.contract, material.store
    asked = contract.anonymity
    if asked is None:
        return Evidence(name=NAME, passed=True, facts={"asked": False})
    quasi, sensitive = telling(contract)
    files = [store.table, store.raw, store.shown]
    with session(files, spill=store.restricted / "spill-crowd") as connection:
        astray = lay_rows(connection, contract, store, store.table)
        found = measure(connection, "behind", quasi=quasi, person=WHO, sensitive=sensitive, k=asked.k, l=asked.l)
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


def _stars(connection: duckdb.DuckDBPyConnection, column: str) -> int:
    query = f"SELECT count(*) FROM behind WHERE {name(column)} = {text(HIDDEN)}"
    return int(connection.execute(query).fetchall()[0][0])


def _report(asked: Anonymity, found: Measured) -> dict[str, object]:
    """What was measured, for the office alone."""
    told = asdict(found)
    risks = {"highest risk": 1 / found.k if found.k else 0.0, "mean risk": told.pop("risk")}
    return {"asked": {"k": asked.k, "l": asked.l}, "measured": told, **risks}
