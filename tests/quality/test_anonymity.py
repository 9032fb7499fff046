"""Anonymity measured: the same as the definition, whatever the table."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

import duckdb
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quality.anonymity import SIZES, Measured, measure

Row = tuple[str | None, ...]
COLUMNS = ("place", "age", "person", "illness")
DUCK = duckdb.connect(config={"threads": 1})
CELLS = st.one_of(st.none(), st.sampled_from(["", "a", "b", "c"]))
ROW = st.tuples(CELLS, CELLS, st.one_of(st.none(), st.integers(0, 12).map(str)), CELLS)


def _measured(rows: Sequence[Row], *, person: str | None = "person", k: int = 3, l: int = 2) -> Measured:  # noqa: E741
    cells = {name: pa.array([row[i] for row in rows], pa.string()) for i, name in enumerate(COLUMNS)}
    DUCK.register("people", pa.table(cells))
    return measure(DUCK, "people", quasi=["place", "age"], person=person, sensitive=["illness"], k=k, l=l)


def _defined(rows: Iterable[Row], *, person: bool, k: int, l: int) -> Measured:  # noqa: E741
    """k-anonymity and distinct l-diversity by their definitions, class by class."""
    classes: dict[Row, list[Row]] = defaultdict(list)
    for row in rows:
        classes[row[:2]].append(row)
    persons = {key: len({row[2] for row in of} if person else of) for key, of in classes.items()}
    values = {key: len({row[3] for row in of}) for key, of in classes.items()}
    small = [key for key in classes if persons[key] < k or values[key] < l]
    sizes: dict[int, int] = defaultdict(int)
    for count in persons.values():
        sizes[max(size for size in SIZES if size <= count)] += 1
    return Measured(
        rows=sum(map(len, classes.values())),
        classes=len(classes),
        k=min(persons.values(), default=0),
        l={"illness": min(values.values(), default=0)},
        small=len(small),
        small_rows=sum(len(classes[key]) for key in small),
        sizes=dict(sizes),
        risk=sum(len(classes[key]) / persons[key] for key in classes) / max(sum(map(len, classes.values())), 1),
    )


@pytest.mark.slow
@settings(max_examples=200, deadline=None)
@given(st.lists(ROW, max_size=40), st.booleans(), st.integers(1, 6), st.integers(1, 4))
def test_measuring_agrees_with_the_definition(rows: list[Row], person: bool, k: int, l: int) -> None:  # noqa: E741, FBT001
    """On tables with NULL and blank, in every role, all figures are those of the definition."""
    found = _measured(rows, person="person" if person else None, k=k, l=l)
    defined = _defined(rows, person=person, k=k, l=l)
    assert found == defined
    assert abs(found.risk - defined.risk) < 1e-9


def test_many_values_are_counted_exactly() -> None:
    """More persons and values than there are bits, and one class that hides among them."""
    rows: list[Row] = [("a", "x", str(i % 300), str(i % 200)) for i in range(600)]
    rows += [("b", "x", str(i), str(i // 2)) for i in range(140)]
    found = _measured(rows, k=5, l=3)
    assert (found.k, found.l["illness"], found.small) == (140, 70, 0)
    assert found == _defined(rows, person=True, k=5, l=3)


def test_a_table_without_quasi_identifiers_is_one_class() -> None:
    """Nothing tells its rows apart; an empty table has no class at all."""
    DUCK.register("people", pa.table({"person": ["1", "1", None], "illness": ["a", "b", "b"]}))
    found = measure(DUCK, "people", quasi=[], person="person", sensitive=["illness"], k=3)
    assert (found.classes, found.k, found.l, found.small_rows) == (1, 2, {"illness": 2}, 3)
    empty = measure(DUCK, "(SELECT * FROM people WHERE false)", quasi=[], person="person", k=3)
    assert (empty.rows, empty.classes, empty.k, empty.sizes) == (0, 0, 0, {})
