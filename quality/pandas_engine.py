"""Great Expectations' own pandas engine, for the kinds that `quality/compile.py` does not know.

It reads only the columns that it needs, and leaves its findings where the DuckDB pass leaves them. Slow and hungry:
2.5 s and 1 GiB for a million rows.
"""

from collections.abc import Mapping
from typing import Any

import duckdb
import pyarrow as pa

from assets.sql import names
from quality.compile import Lookups
from quality.expect import Expectation

_FORMAT = {
    "result_format": "COMPLETE",
    "unexpected_index_column_names": ["_row"],
    "exclude_unexpected_values": True,
    "return_unexpected_index_query": False,
}


def run(connection: duckdb.DuckDBPyConnection, expectations: Mapping[int, Expectation], lookups: Lookups) -> None:
    """Add the rows that break each expectation to `broken`; raises `ValueError` where GX cannot evaluate one."""
    results = validate(_table(connection, expectations), expectations, lists(connection, expectations, lookups))
    for rule, result in results.items():
        rows = _rows(result)
        found = pa.table({"_row": pa.array(rows, pa.int64()), "rule": pa.array([rule] * len(rows), pa.int16())})
        connection.register("found", found)
        connection.execute("INSERT INTO broken SELECT _row, rule FROM found")
        connection.unregister("found")


def validate(
    table: pa.Table, expectations: Mapping[int, Expectation], parameters: Mapping[str, list[Any]]
) -> dict[int, dict[str, Any]]:
    """GX's own result of each expectation on a table with `_row`, as plain data without failing values."""
    import great_expectations as gx  # noqa: PLC0415 - takes seconds
    from great_expectations.core.expectation_suite import (  # noqa: PLC0415
        ExpectationSuite,
        expectationSuiteSchema,
    )
    from great_expectations.data_context.types.base import ProgressBarsConfig  # noqa: PLC0415

    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    asset = context.data_sources.add_pandas("rows").add_dataframe_asset("rows")
    batch = asset.add_batch_definition_whole_dataframe("all").get_batch({"dataframe": table.to_pandas()})
    tagged = [found | {"meta": {**found["meta"], "position": i}} for i, found in expectations.items()]
    document: dict[str, Any] = {"name": "rest", "id": None, "expectations": tagged, "meta": {}, "notes": None}
    suite = ExpectationSuite(**expectationSuiteSchema.load(document))
    outcome = batch.validate(suite, result_format=_FORMAT, expectation_parameters=dict(parameters))
    plain: list[Any] = [result.to_json_dict() for result in outcome.results]
    return {int(found["expectation_config"]["meta"]["position"]): found for found in plain}


def lists(
    connection: duckdb.DuckDBPyConnection, expectations: Mapping[int, Expectation], lookups: Lookups
) -> dict[str, list[Any]]:
    """The values of every list that the expectations refer to."""
    wanted = [found["kwargs"].get("value_set") for found in expectations.values()]
    keys = {values["$PARAMETER"] for values in wanted if isinstance(values, Mapping)}
    return {key: [row[0] for row in connection.execute(f"SELECT value FROM {lookups[key]}").fetchall()] for key in keys}


def _table(connection: duckdb.DuckDBPyConnection, expectations: Mapping[int, Expectation]) -> pa.Table:
    have = [row[0] for row in connection.execute("DESCRIBE batch").fetchall()]
    text = repr([found["kwargs"] for found in expectations.values()])
    needed = [column for column in have if column != "_row" and column in text]
    return connection.sql(f"SELECT {names(['_row', *needed])} FROM batch ORDER BY _row").to_arrow_table()


def _rows(result: Mapping[str, Any]) -> list[int]:
    """The rows that GX names; a rule on the whole table that fails is told without a row."""
    if "'raised_exception': True" in str(result["exception_info"]):  # of the rule itself, or below a metric's name
        raise ValueError("Great Expectations could not evaluate a rule")
    if result["success"]:
        return []
    if result["result"].get("unexpected_index_list") is None:
        raise ValueError("a rule of this kind names no rows")
    return named(result)


def named(result: Mapping[str, Any]) -> list[int]:
    """The rows in a result, in order; GX gives them one by one for some kinds and all at once for others."""
    places = [entry["_row"] for entry in result["result"].get("unexpected_index_list") or []]
    return sorted(int(row) for place in places for row in (place if isinstance(place, list) else [place]))
