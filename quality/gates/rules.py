"""The contract's own rules, once more, on the table that goes out: protecting and grouping must not have broken them."""

from assets.sql import parquet
from quality import lookups, suite
from quality.engine import execute
from quality.gates.evidence import Evidence, Material
from quality.session import session

NAME = "public rules hold"


def hold(material: Material) -> Evidence:
    """Run the public suite over the public table, and leave the suite beside it."""
    contract, store = material.contract, material.store
    rules = suite.public_document(contract)
    suite.save(rules, store.public / "suite.json")
    lists = lookups.referenced(contract, material.settings)
    with session([store.table, *lists.values()], spill=store.restricted / "spill-rules") as connection:
        source = parquet(store.table, numbered=True)
        connection.execute(f"CREATE TEMP VIEW batch AS SELECT * RENAME (file_row_number AS _row) FROM {source}")
        tables = lookups.load(connection, contract, lists)
        outcomes = execute(connection, rules, dataset=contract.name, lookups=tables, rows=0)
    broken = {outcome.rule: outcome.failed for outcome in outcomes if outcome.failed and not outcome.warns}
    warned = {outcome.rule: outcome.failed for outcome in outcomes if outcome.failed and outcome.warns}
    facts = {"rules": len(outcomes), "rows by broken rule": broken, "rows by warning": warned}
    return Evidence(name=NAME, passed=not broken, facts=facts)
