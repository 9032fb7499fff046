"""What of an earlier release may be told again: the law of the change file. What is no longer public never comes back.

A cell from before is told only where its column, class and protection are the same in both releases. A text that no
official list names is told only while the new table, which the gates passed, shows that text in that column.
"""

import hashlib
import json
from collections.abc import Mapping
from typing import Any, Final

from assets import sql
from assets.column import Column
from assets.contract import Contract
from assets.privacy.anonymise import Anonymise
from assets.privacy.redact import Redact
from assets.table import ID
from publish.metadata.fields import fields

NOT_TOLD: Final = "REDACTED: NOT REPEATED"

Columns = Mapping[str, Mapping[str, str]]


def columns(contract: Contract) -> dict[str, dict[str, str]]:
    """Type, class and protection of each public column, for `release.json`: equal where nothing of these changed."""
    public = {column.name: column for column in contract.public_columns}
    return {
        field.name: {
            "type": field.type,
            "class": field.class_,
            "protection_digest": _digest(_protection(contract, public.get(field.name))),
        }
        for field in fields(contract)
    }


def same(before: Columns, after: Columns) -> list[str]:
    """The columns of which type, class and protection are the same."""
    return [name for name, said in after.items() if before.get(name) == said]


def before(contract: Contract, name: str) -> str:
    """The SQL of what is told of `o.<name>`, the cell from before; `n` is the row now, `shown` a table of the new cells."""
    column = contract.column(name)
    old, new, technique = f"o.{sql.name(name)}", f"n.{sql.name(name)}", column.technique
    if technique is None and (column.type != "string" or _is_listed(column)):
        return old
    may = f"{old} IN (SELECT {sql.name(name)} FROM shown)"
    if isinstance(technique, Redact) and technique.rows != "all":  # the row may be about a person now
        may += f" AND {new} <> {sql.text(technique.mark)}"
    elif isinstance(technique, Anonymise) or (technique and technique.rows != "all"):
        may = "false"
    return f"CASE WHEN {old} IS NULL OR {old} = '' OR ({may}) THEN {old} ELSE {sql.text(NOT_TOLD)} END"


def _is_listed(column: Column) -> bool:
    """Whether its texts are official ones: of a list, or of a pattern that the scan knows."""
    return column.class_ in {"code", "controlled_text"} and bool(column.enum or column.pattern or column.references)


def _protection(contract: Contract, column: Column | None) -> Any:
    """All that decides how the cells of a column are protected; of `id`, what it is made of."""
    group = contract.aggregate.model_dump(mode="json") if contract.aggregate else None
    if column is None:
        return [ID, contract.key]
    technique = column.technique
    if technique is None:
        return [group]
    persons = contract.persons.model_dump(mode="json") if contract.persons and technique.rows != "all" else None
    return [group, technique.model_dump(mode="json"), persons]


def _digest(document: Any) -> str:
    return hashlib.sha256(json.dumps(document, sort_keys=True).encode()).hexdigest()
