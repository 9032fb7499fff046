"""Which rows are about a person: the same answer in Arrow and in SQL."""

import duckdb
import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from assets.contract import Persons
from assets.persons import about_persons, sql_about_persons

WHO = Persons(column="kind", organisations=("body", "it's"), ids=("tax", "nik"), person_id=r"[1-9]\d{3}")
DUCK = duckdb.connect(config={"threads": 1})
KIND = st.sampled_from([None, "", "body", "it's", "person", "BODY"])
NUMBER = st.sampled_from([None, "", "0123", "1234", "12345", "1234\n", " 1234"])


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(KIND, NUMBER, NUMBER), max_size=20))
def test_arrow_and_sql_agree(rows: list[tuple[str | None, str | None, str | None]]) -> None:
    """NULL, blank, another spelling, an id with something around it: no row is judged differently."""
    cells = {name: pa.array([row[i] for row in rows], pa.string()) for i, name in enumerate(("kind", "tax", "nik"))}
    batch = pa.RecordBatch.from_pydict(cells)
    DUCK.register("rows", pa.Table.from_batches([batch]))
    asked = f"SELECT {sql_about_persons(WHO)} FROM rows"
    assert [row[0] for row in DUCK.execute(asked).fetchall()] == about_persons(batch, WHO).to_pylist()
