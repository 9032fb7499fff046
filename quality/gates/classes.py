"""G0 and G1: the table has exactly the columns that the contract declares public, and none that names a person."""

import pyarrow.parquet as pq

from assets.column import MUST_PROTECT
from assets.table import public_schema
from quality.gates.evidence import Evidence, Material


def declare(material: Material) -> Evidence:
    """G0: names, order and types of the table are an allow-list; one column more is one too many."""
    wanted, found = public_schema(material.contract), pq.read_schema(material.store.table)
    strange = [name for name in found.names if name not in wanted.names]
    missing = [name for name in wanted.names if name not in found.names]
    passed = found.remove_metadata().equals(wanted)
    return Evidence(name="declared columns", passed=passed, facts={"undeclared": strange, "missing": missing})


def unname(material: Material) -> Evidence:
    """G1: no public column of a class that points at one person goes out as it is."""
    bare = [
        c.name for c in material.contract.public_columns if c.class_ in MUST_PROTECT | {"internal"} and not c.technique
    ]
    return Evidence(name="no direct identifiers", passed=not bare, facts={"columns": bare})
