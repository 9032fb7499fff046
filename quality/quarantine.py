"""Rows that break a rule, and rows that could not be read, whole and with their reasons, for those who may mend them.

Restricted: these two files are the only place where a failing cell is written down.
"""

from collections.abc import Mapping

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet as pq

from assets.contract import Contract
from assets.formula import PATTERN
from assets.sql import name, parquet, text
from assets.store import LINE, ROW, Store, replacing

BATCH = 65_536
_NUMBER = r"^-\d+(?:[.,]\d+)*$"  # every cell is text here, and an amount below nothing is no formula


def write(connection: duckdb.DuckDBPyConnection, contract: Contract, store: Store, rules: Mapping[int, str]) -> int:
    """Write the rows of `broken` that break one of `rules` (position: words), and all rejects; returns how many."""
    _name_rules(connection, rules)
    query = (
        f"{_bad_rows(contract)} UNION ALL {_rejects(contract, store)} ORDER BY _row NULLS LAST, _line, _rules, _record"
    )
    reader = connection.sql(query).to_arrow_reader(BATCH)
    schema = pa.schema([pa.field(field.name, field.type) for field in reader.schema])
    cells = [field.name for field in schema if field.type == pa.string()]
    written = 0
    with (
        replacing(store.quarantine) as table,
        replacing(store.quarantine.with_suffix(".csv")) as sheet,
        pq.ParquetWriter(table, schema, compression="zstd") as whole,
        pyarrow.csv.CSVWriter(sheet, schema) as safe,
    ):
        for batch in reader:
            whole.write_batch(batch)
            safe.write_batch(_defused(batch, cells))
            written += batch.num_rows
    return written


def exclude(connection: duckdb.DuckDBPyConnection, store: Store) -> None:
    """Write which rows of the raw table go no further, and why."""
    query = (
        "SELECT _row, 'quarantined' AS fate FROM bad UNION ALL SELECT _row, 'duplicate' FROM duplicates ORDER BY _row"
    )
    with replacing(store.excluded) as file:
        pq.write_table(connection.sql(query).to_arrow_table(), file, compression="zstd")


def _name_rules(connection: duckdb.DuckDBPyConnection, rules: Mapping[int, str]) -> None:
    names = pa.table({"rule": pa.array(list(rules), pa.int16()), "words": pa.array(list(rules.values()), pa.string())})
    connection.register("blocking", names)
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE bad AS "
        "SELECT _row, string_agg(words, '; ' ORDER BY rule) AS _rules FROM broken JOIN blocking USING (rule) GROUP BY _row"
    )
    connection.unregister("blocking")


def _bad_rows(contract: Contract) -> str:
    cells = "".join(f", CAST({name(column.name)} AS VARCHAR) AS {name(column.name)}" for column in contract.raw_columns)
    return f"SELECT {ROW}, {LINE}, _rules{cells}, CAST(NULL AS VARCHAR) AS _record FROM raw JOIN bad USING ({ROW})"


def _rejects(contract: Contract, store: Store) -> str:
    """The cells of a reject by their name in the source, else by the contract's; `_record` has them all."""
    cells = "".join(
        f", coalesce({_cell(column.read_as)}, {_cell(column.name)}) AS {name(column.name)}"
        for column in contract.raw_columns
    )
    rule = "concat_ws(' ', nullif(\"column\", ''), rule) AS _rules"
    return (
        f"SELECT CAST(NULL AS BIGINT) AS {ROW}, {LINE}, {rule}{cells}, record AS _record FROM {parquet(store.rejects)}"
    )


def _cell(key: str) -> str:
    pointer = "/" + key.replace("~", "~0").replace("/", "~1")
    return f"CASE WHEN json_valid(record) THEN json_extract_string(record, {text(pointer)}) END"


def _defused(batch: pa.RecordBatch, cells: list[str]) -> pa.RecordBatch:
    """Cells that no spreadsheet runs; the Parquet file beside it has them as they came."""
    columns = dict(zip(batch.schema.names, batch.columns, strict=True))
    for cell in cells:
        formula, number = (pc.match_substring_regex(columns[cell], pattern=one) for one in (PATTERN, _NUMBER))
        risky = pc.fill_null(pc.and_not(formula, number), fill_value=False)
        columns[cell] = pc.if_else(risky, pc.binary_join_element_wise("'", columns[cell], ""), columns[cell])
    return pa.RecordBatch.from_pydict(columns, schema=batch.schema)
