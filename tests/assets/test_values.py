"""Numbers as people write them: units around them, scales behind them, words for them; exact or not read at all."""

from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from assets.column import Column
from assets.conform import conform
from assets.sources.source import Values
from tests.assets.office import column

LPSE = Values(decimal=",", thousands=".", scales={"Jt": 10**6, "M": 10**9, "T": 10**12}, affixes=("Rp", "Rp."))


def read(texts: list[str], values: Values, kind: str = "decimal(20,2)") -> list[Any]:
    """What is read; None for a row that is rejected."""
    table = pa.table({"x": texts, "_line": [str(at) for at in range(len(texts))]})
    good, _ = conform(table, [Column.model_validate(column("x", kind))], values=values)
    found = dict(zip(good.column("_line").to_pylist(), good.column("x").to_pylist(), strict=True))
    return [found.get(str(at)) for at in range(len(texts))]


def test_scales_are_exact() -> None:
    """22,1 M is twenty-two thousand million and a hundred million, to the rupiah."""
    texts = ["22,1 M", "325 Jt", "284,6 Jt", "0,5 Jt", "1.234,5M", "-2 Jt", "7", "1,2345678901 T"]
    assert read(texts, LPSE) == [
        22_100_000_000, 325_000_000, 284_600_000, 500_000, 1_234_500_000_000, -2_000_000, 7, Decimal("1234567890100.00"),
    ]  # fmt: skip


def test_units_around_a_number_are_no_part_of_it() -> None:
    """Before and behind, with and without a space, within parentheses too."""
    assert read(["Rp 1.000", "Rp.2.000,50", "Rp3", "-Rp 4", "Rp -5", "6"], LPSE) == [
        1000, Decimal("2000.50"), 3, -4, -5, 6,
    ]  # fmt: skip
    dollars = Values(thousands=",", negative="parentheses", affixes=("$", "%"))
    assert read(["$5,000.00", "($12)", "12.5%", "(3 %)"], dollars) == [5000, -12, Decimal("12.5"), -3]


@pytest.mark.parametrize(
    "text", ["22,1 Mio", "M", "Rp", "1 Jt Jt", "Rp Rp 1", "1 M 2", "USD 1", "1,234567891 M1", "Jt 1"]
)
def test_another_writing_is_rejected(text: str) -> None:
    """A unit or a scale that was not declared is never guessed."""
    assert read([text], LPSE) == [None]


def test_digits_below_the_scale_of_the_column_are_rejected() -> None:
    """What would have to be rounded is not read."""
    assert read(["0,000000001 Jt"], LPSE) == [None]
    assert read(["0,00000001 Jt"], LPSE) == [Decimal("0.01")]


@given(st.integers(-(10**9), 10**9), st.integers(0, 6), st.sampled_from(["Jt", "M", "T"]))
def test_a_scaled_number_is_the_number_times_its_scale(units: int, places: int, word: str) -> None:
    """Whatever its digits."""
    number = Decimal(units).scaleb(-places)
    shown = f"{number:f}".replace(".", ",")
    assert read([f"{shown} {word}"], LPSE, "decimal(38,6)") == [number * LPSE.scales[word]]


@pytest.mark.parametrize("times", [0, 12, 1024, -10])
def test_only_powers_of_ten_are_scales(times: int) -> None:
    """Others would not keep the digits."""
    with pytest.raises(ValidationError, match="keep a number exact"):
        Values(scales={"x": times})


def test_words_stand_for_values() -> None:
    """Roman quarters, months by name, a sentence where there is no amount."""
    roman = Values(words={"I": "1", "II": "2", "III": "3", "IV": "4"})
    assert read(["I", "IV", "II"], roman, "integer") == [1, 4, 2]
    assert read(["V"], roman, "integer") == [None]
    assert read(["I", "x"], roman, "string") == ["1", "x"]
