"""The row rules of a contract: SQL conditions that may look at one row's columns, and at nothing else.

A rule that is NULL for a row is not broken by it.
"""

import json
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import duckdb

from assets.contract import Contract, Rule
from assets.duck import duck
from assets.errors import Mistake
from assets.sql import name
from assets.types import duckdb_type

_REFUSED = {
    "SUBQUERY": "looks into another table: a rule sees one row",
    "WINDOW": "looks at other rows: a rule sees one row",
    "STAR": "uses *: name the columns",
    "LAMBDA": "uses a lambda: name the columns",
    "PARAMETER": "has a parameter: write the value",
}


def check_rules(contract: Contract) -> list[Mistake]:
    """Every row rule that cannot be evaluated on a table of the contract's columns, with the reason."""
    with duck() as connection:
        connection.execute("SET enable_external_access = false")
        columns = ", ".join(f"{name(column.name)} {duckdb_type(column.type)}" for column in contract.raw_columns)
        connection.execute(f"CREATE TABLE batch ({columns})")
        found = [(i, rule, _problem(connection, rule)) for i, rule in enumerate(contract.rules)]
    return [
        Mistake(path=f"rules[{i}].rows", message=f'"{rule.name}" {problem}') for i, rule, problem in found if problem
    ]


@lru_cache(maxsize=1024)
def columns_of(condition: str) -> frozenset[str]:
    """The names that a condition reads; raises `ValueError` where it is not one plain condition."""
    nodes = list(_nodes(_parsed(condition)))
    refused = [_REFUSED[node["class"]] for node in nodes if node.get("class") in _REFUSED]
    if refused:
        raise ValueError(refused[0])
    return frozenset(node["column_names"][-1].lower() for node in nodes if node.get("class") == "COLUMN_REF")


def _problem(connection: duckdb.DuckDBPyConnection, rule: Rule) -> str | None:
    try:
        columns_of(rule.rows)
        connection.execute(f"SELECT 1 FROM batch WHERE ({rule.rows}\n)")
        row = connection.execute(
            f"SELECT typeof(({rule.rows}\n)), ({rule.rows}\n) FROM (SELECT 1) LEFT JOIN batch ON true"
        ).fetchone()
    except (ValueError, duckdb.Error) as error:
        return f"does not work: {str(error).splitlines()[0]}"
    kind = row[0] if row else "nothing"
    return None if kind in {"BOOLEAN", '"NULL"'} else f"is not a condition: it gives {kind}"


def _parsed(condition: str) -> Any:
    """The tree of one condition: whatever would break out of the parentheses is refused."""
    if not condition.strip():
        raise ValueError("is empty")
    with duck() as connection:
        query = f"SELECT 1 FROM batch WHERE ({condition}\n)"
        row = connection.execute("SELECT json_serialize_sql(?)", [query]).fetchone()
    tree = json.loads(row[0]) if row else {}
    statements = tree.get("statements", [])
    if tree.get("error") or len(statements) != 1:
        raise ValueError(tree.get("error_message") or "is not one condition")
    node = statements[0]["node"]
    alone = node.get("type") == "SELECT_NODE" and not node["modifiers"] and not node["group_expressions"]
    if not alone or node["having"] or node["qualify"] or node["cte_map"]["map"]:
        raise ValueError("is more than a condition")
    return node["where_clause"]


def _nodes(tree: Any) -> Iterator[dict[str, Any]]:
    if isinstance(tree, dict):
        yield tree
        for value in tree.values():
            yield from _nodes(value)
    elif isinstance(tree, list):
        for value in tree:
            yield from _nodes(value)
