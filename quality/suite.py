"""Contract -> Great Expectations suite, for the raw and for the public table, saved as the JSON that GX itself saves.

The documents are plain data; only `suite_of` and `public_suite_of` import Great Expectations.
"""

import copy
from collections.abc import Iterator
from decimal import Decimal
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assets.column import Column
from assets.contract import Aggregate, Contract
from assets.privacy.generalise import Generalise
from assets.privacy.pseudonym import Pseudonym
from assets.privacy.redact import Redact
from assets.store import write_json
from assets.table import ID, ROW_ID, table_key
from quality import expect
from quality.expect import Expectation
from quality.rules import columns_of

if TYPE_CHECKING:
    from great_expectations.core import ExpectationSuite


def document(contract: Contract) -> dict[str, Any]:
    """The suite of the raw table, as GX saves it."""
    expectations = [found for column in contract.raw_columns for found in expect.of_column(column)]
    expectations.append(expect.unique_key(contract.key))
    expectations += [expect.of_row(rule) for rule in contract.rules]
    expectations.append(expect.row_count(contract.rows.min, contract.rows.max))
    return _document(f"raw/{contract.name}", contract, expectations)


def public_document(contract: Contract) -> dict[str, Any]:
    """The suite of the public table, as GX saves it: what still holds once columns are protected or grouped."""
    group = contract.aggregate
    expectations = list(_groups(contract, group) if group else _rows(contract))
    expectations.append(expect.unique_key(table_key(contract)))
    return _document(f"public/{contract.name}", contract, expectations)


def suite_of(contract: Contract) -> "ExpectationSuite":
    """The suite of the raw table, as a GX object."""
    return loaded(document(contract))


def public_suite_of(contract: Contract) -> "ExpectationSuite":
    """The suite of the public table, as a GX object."""
    return loaded(public_document(contract))


def loaded(suite: dict[str, Any]) -> "ExpectationSuite":
    """A saved suite as a GX object."""
    from great_expectations.core.expectation_suite import (  # noqa: PLC0415 - takes seconds
        ExpectationSuite,
        expectationSuiteSchema,
    )

    return ExpectationSuite(**expectationSuiteSchema.load(copy.deepcopy(suite)))  # it takes the document apart


def save(suite: dict[str, Any], path: Path) -> None:
    """Write a suite whole, keys sorted."""
    write_json(path, suite)


def _document(name: str, contract: Contract, expectations: list[Expectation]) -> dict[str, Any]:
    meta = {"great_expectations_version": version("great_expectations"), "contract": contract.digest}
    return {"name": name, "id": None, "expectations": expectations, "meta": meta, "notes": None}


def _rows(contract: Contract) -> Iterator[Expectation]:
    plain = frozenset(column.name for column in contract.public_columns if column.technique is None)
    for column in contract.public_columns:
        yield from expect.of_column(column) if column.technique is None else _protected(column)
    for rule in contract.rules:
        if columns_of(rule.rows) <= plain:
            yield expect.of_row(rule)
    kind = "expect_column_values_to_match_regex"
    yield expect.expectation(
        kind, rule="id is 16 letters", meta={"column": ID, "pattern": ROW_ID}, column=ID, regex=f"^(?:{ROW_ID})$"
    )


def _protected(column: Column) -> Iterator[Expectation]:
    """What a technique promises; a column that is protected in some rows only holds what it held, or the mark."""
    technique = column.technique
    if column.required:
        yield expect.not_empty(column)
    if technique is None or technique.rows != "all":
        return
    if isinstance(technique, Redact):
        yield expect.in_set(column, [technique.mark], "is redacted")
    elif isinstance(technique, Pseudonym):
        yield expect.matches(column, technique.form, "is a pseudonym")
    elif isinstance(technique, Generalise) and technique.to:
        yield expect.matches(column, technique.form, f"is a {technique.to}")


def _groups(contract: Contract, group: Aggregate) -> Iterator[Expectation]:
    for column in contract.public_columns:
        if column.name == group.count_as:
            yield expect.not_empty(column)
            yield expect.at_least(column, Decimal(group.minimum))
        elif column.name in group.sums:
            if column.minimum is not None and column.minimum >= 0:
                yield expect.at_least(column, column.minimum)
        elif column.technique is None:
            yield from (found for found in expect.of_column(column) if "unique" not in found["type"])
        else:
            yield from _protected(column)
