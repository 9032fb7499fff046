"""G4: no name and no number of the extract's own persons stands anywhere in the public table.

The strongest gate, and it needs no guessing: the answer is known from the restricted rows.
"""

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from assets.persons import about_persons
from quality.gates.evidence import Evidence, Material
from quality.session import name, parquet, text

NAME = "no known person"
SHORTEST = 5
BATCH = 131_072
# Case, blanks and punctuation do not make another person.
_FOLDED = r"regexp_replace(lower(CAST({} AS VARCHAR)), '[^\p{{L}}\p{{N}}]', '', 'g')"


def recognise(material: Material) -> Evidence:
    """Compare every public text, whole and by its long numbers, with the identifiers of the restricted rows."""
    contract = material.contract
    texts = [
        c.name for c in contract.public_columns if c.type == "string" and c.class_ not in {"code", "controlled_text"}
    ]
    with duckdb.connect() as connection:
        secrets, organisations = _names(material)
        connection.register("secrets", secrets)
        connection.register("organisations", organisations)
        folded = _FOLDED.format("name")
        connection.execute(
            f"CREATE TABLE known AS SELECT {folded} AS folded FROM secrets EXCEPT SELECT {folded} FROM organisations"
        )
        connection.execute(f"DELETE FROM known WHERE folded IS NULL OR length(folded) < {SHORTEST}")
        (count,) = connection.execute("SELECT count(*) FROM known").fetchall()[0]
        hits = {column: found for column in texts if (found := _hits(connection, material, column))}
    return Evidence(name=NAME, passed=not hits, facts={"identifiers": count, "rows by column": hits})


def _names(material: Material) -> tuple[pa.Table, pa.Table]:
    """What must not appear, and what may.

    The first: direct identifiers of all rows, and what names an organisation in rows that are about a person. The
    second: the organisations' own names, which stand as account holders among the direct identifiers too.
    """
    contract = material.contract
    direct = [c.name for c in contract.raw_columns if c.class_ == "direct_id" and c.type == "string"]
    named = (
        [c.name for c in contract.raw_columns if c.class_ == "org_id" and c.type == "string"]
        if contract.persons
        else []
    )
    secrets: list[pa.Array] = [pa.array([], pa.string())]
    organisations: list[pa.Array] = [pa.array([], pa.string())]
    for batch in pq.ParquetFile(material.store.raw).iter_batches(BATCH):
        persons = about_persons(batch, contract.persons)
        secrets += [batch.column(column).unique() for column in direct]
        secrets += [batch.filter(persons).column(column).unique() for column in named]
        organisations += [batch.filter(pc.invert(persons)).column(column).unique() for column in named]
    return tuple(pa.table({"name": pa.chunked_array(part)}) for part in (secrets, organisations))


def _hits(connection: duckdb.DuckDBPyConnection, material: Material, column: str) -> int:
    cell = _FOLDED.format(name(column))
    source = f"(SELECT {cell} AS folded, count(*) AS n FROM {parquet(material.store.table)} GROUP BY 1)"
    whole = connection.execute(f"SELECT coalesce(sum(n), 0) FROM {source} SEMI JOIN known USING (folded)").fetchall()
    digits = connection.execute(
        f"SELECT coalesce(sum(n), 0) FROM (SELECT n, unnest(regexp_extract_all(folded, {text(r'[0-9]{9,}')})) AS folded"
        f" FROM {source}) SEMI JOIN known USING (folded)"
    ).fetchall()
    return int(whole[0][0]) + int(digits[0][0])
