"""Values are read exactly or rejected: decimals against Python's own, dates, moments, truth, texts."""

import json
from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assets.column import Column
from assets.conform import conform
from assets.errors import SourceChanged
from assets.sources.source import Values
from tests.assets.office import column

PLAIN = Values()
INDONESIAN = Values(decimal=",", thousands=".", negative="parentheses", dates=("%d/%m/%Y",), nulls=("", "-"))


def read(kind: str, given_: Sequence[Any] | pa.Array, values: Values = PLAIN) -> list[Any]:
    """What is read of each cell; "rejected" where it cannot be."""
    cells = given_ if isinstance(given_, pa.Array) else pa.array(given_)
    lines = pa.array([str(at) for at in range(len(cells))])
    batch = pa.RecordBatch.from_arrays([cells, lines], names=["x", "_line"])
    good, bad = conform(batch, [Column.model_validate(column("x", kind))], values=values)
    assert good.num_rows + bad.num_rows == len(cells)
    found = dict(zip(good["_line"].to_pylist(), good["x"].to_pylist(), strict=True))
    assert set(bad["rule"].to_pylist()) <= {f"type {kind.partition('(')[0]}"}
    return [found.get(line, "rejected") for line in lines.to_pylist()]


def expected(text: str, precision: int, scale: int) -> Decimal | str:
    """What Python's Decimal says of a plain number."""
    number = Decimal(text)
    fits = number == number.quantize(Decimal(1).scaleb(-scale)) if abs(number) < Decimal(10) ** 38 else False
    return number if fits and abs(number) < Decimal(10) ** (precision - scale) else "rejected"


NUMBERS = st.from_regex(r"\A-?[0-9]{1,20}(\.[0-9]{1,6})?\Z")
TYPES = st.tuples(st.integers(1, 20), st.integers(0, 6)).filter(lambda kind: kind[1] <= kind[0])


@given(texts=st.lists(NUMBERS, min_size=1, max_size=8), kind=TYPES)
def test_decimals_are_what_python_says_or_rejected(texts: list[str], kind: tuple[int, int]) -> None:
    """A number is read exactly where it fits precision and scale, and else rejected, whatever its neighbours are."""
    precision, scale = kind
    assert read(f"decimal({precision},{scale})", texts) == [expected(text, precision, scale) for text in texts]


@given(cents=st.lists(st.integers(-(10**20) + 1, 10**20 - 1), min_size=1, max_size=8))
def test_notation_does_not_change_the_amount(cents: list[int]) -> None:
    """An amount written as an Indonesian office writes it is the amount."""
    amounts = [Decimal(number).scaleb(-2) for number in cents]
    shown = [f"{abs(amount):,.2f}".translate(str.maketrans(",.", ".,")) for amount in amounts]
    shown = [f"({text})" if amount < 0 else text for text, amount in zip(shown, amounts, strict=True)]
    assert read("decimal(20,2)", shown, INDONESIAN) == amounts


@given(texts=st.lists(st.text(max_size=12), min_size=1, max_size=8))
def test_no_text_makes_it_fail(texts: list[str]) -> None:
    """Whatever stands in a cell, it is read, empty or rejected; and a text stays what it is."""
    for kind in ("decimal(10,2)", "integer", "date", "datetime", "boolean"):
        assert len(read(kind, texts, INDONESIAN)) == len(texts)
    keep = Values(nulls=(), trim=False)
    assert read("string", texts, keep) == texts


@pytest.mark.parametrize(
    "text", ["NaN", "Infinity", "-inf", "1.005", "1E5", "1e2", "1,5", "1.2.3", ".5", "5.", "+5", "Rp 5", "0x1F", "١"]
)
def test_what_is_no_exact_number_is_rejected(text: str) -> None:
    """Neither rounded nor guessed."""
    assert read("decimal(20,2)", [text, "1.50"]) == ["rejected", Decimal("1.50")]


def test_english_amounts_are_no_indonesian_ones() -> None:
    """With a decimal comma declared, "1,250,000.00" is rejected; so is a group of four."""
    found = read("decimal(20,2)", ["1,250,000.00", "1234.567", "1.23,4", "-1.234,5", "7"], INDONESIAN)
    assert found == ["rejected", "rejected", "rejected", Decimal("-1234.50"), Decimal(7)]


def test_thousands_may_be_spaces_of_any_width() -> None:
    """A narrow or protected space counts as a space."""
    spaced = Values(decimal=",", thousands=" ")
    assert read("decimal(20,2)", ["1 234 567,89", "1\u00a0234,5", "12 34"], spaced) == [
        Decimal("1234567.89"), Decimal("1234.50"), "rejected",
    ]  # fmt: skip


def test_integers_hold_64_bits_and_no_fraction() -> None:
    """The largest fits, one more is rejected, and so is a fraction that is not zero."""
    found = read("integer", ["9223372036854775807", "9223372036854775808", "007", "5.00", "5.5", "-1"])
    assert found == [2**63 - 1, "rejected", 7, 5, "rejected", -1]


def test_native_numbers_keep_every_digit() -> None:
    """PostgreSQL's NUMERIC comes as opaque text; integers and floats as they are."""
    numeric = pa.opaque(pa.string(), "numeric", "PostgreSQL").wrap_array(pa.array(["12345678901234567.89", "nan"]))
    assert read("decimal(20,2)", numeric) == [Decimal("12345678901234567.89"), "rejected"]
    assert read("decimal(5,2)", pa.array([1, 1000])) == [Decimal(1), "rejected"]
    assert read("decimal(5,2)", pa.array([0.1, 0.125])) == [Decimal("0.10"), "rejected"]
    assert read("string", pa.array([101])) == ["101"]


def test_codes_stay_text() -> None:
    """A code such as 0101 keeps its zero; spaces around it go, as the contract's `trim` says."""
    assert read("string", ["0101", " 0101 ", "", None]) == ["0101", "0101", None, None]


@pytest.mark.parametrize("text", ["31/02/2026", "2026-03-05", "00/00/0000", "1/1/26", "5/3/2026x", "32/01/2026"])
def test_what_is_no_day_is_rejected(text: str) -> None:
    """Neither 31 February nor a date in another form is taken for a day."""
    assert read("date", [text, "05/03/2026", "-"], INDONESIAN) == ["rejected", date(2026, 3, 5), None]


@given(days=st.lists(st.dates(min_value=date(1000, 1, 1)), min_size=1, max_size=5))
def test_days_are_read_as_written(days: list[date]) -> None:
    """Every day, in two forms."""
    assert read("date", [day.isoformat() for day in days]) == days
    assert read("date", [day.strftime("%d/%m/%Y") for day in days], INDONESIAN) == days


def test_forms_of_one_feed_are_tried_in_turn() -> None:
    """Four encodings of a date in one column; a form with a time says that it may be left out."""
    feed = Values(dates=("%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S.%fZ", "%b %d, %Y, %I:%M:%S%p", "%Y-%m-%d"))
    texts = ["2025-01-22 12:31:28", "2025-03-18T00:00:00.000000Z", "Sep 22, 2025, 12:00:00AM", "2025-06-21"]
    assert read("date", texts, feed) == [date(2025, 1, 22), date(2025, 3, 18), date(2025, 9, 22), date(2025, 6, 21)]


def test_moments_are_utc() -> None:
    """A time without a zone is one of the contract's; one with a zone is what it says."""
    makassar = Values(timezone="Asia/Makassar", datetimes=("%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S%z"))
    found = read("datetime", ["2026-01-01 08:00:00", "2026-01-01T00:00:00+00:00", "2026-01-01 25:00:00"], makassar)
    assert found == [datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 1, tzinfo=UTC), "rejected"]


def test_a_native_moment_is_a_day_only_at_midnight() -> None:
    """A time of day is not cut off silently, and "infinity" is no day."""
    moments = pa.array([datetime(2026, 1, 2), datetime(2026, 1, 2, 7)])  # noqa: DTZ001 - a timestamp without a zone
    assert read("date", moments) == [date(2026, 1, 2), "rejected"]
    assert read("date", pa.array([2**31 - 1], pa.int32()).cast(pa.date32())) == ["rejected"]


def test_truth_has_the_words_of_the_contract() -> None:
    """Words for true and false in any case; another word is rejected."""
    words = Values(true=("ya", "1"), false=("tidak", "0"))
    assert read("boolean", ["Ya", "tidak", "1", "mungkin", None], words) == [True, False, True, "rejected", None]


def test_a_native_type_that_never_fits_stops_the_run() -> None:
    """A date where the contract says an amount is a changed source, not a million rejected rows."""
    with pytest.raises(SourceChanged, match="another type") as error:
        read("decimal(20,2)", pa.array([date(2026, 1, 1)]))
    assert error.value.facts["column"] == "x"
    assert error.value.facts["found"] == "date32[day]"


def test_a_rejected_row_keeps_its_original_cells() -> None:
    """The record has every cell as it came, and names the first column that could not be read."""
    batch = pa.RecordBatch.from_pydict(
        {"Kode": ["01", "02"], "Nilai": ["x", "2"], "Tgl": ["y", "z"], "_line": ["f:2", "f:3"]}
    )
    columns = [
        Column.model_validate(column("code", **{"from": "Kode"})),
        Column.model_validate(column("amount", "decimal(9,2)", **{"from": "Nilai"})),
        Column.model_validate(column("day", "date", **{"from": "Tgl"})),
    ]
    good, bad = conform(batch, columns, values=PLAIN)
    assert good.num_rows == 0
    assert bad["column"].to_pylist() == ["amount", "day"]
    assert bad["_line"].to_pylist() == ["f:2", "f:3"]
    assert json.loads(bad["record"][0].as_py()) == {"Kode": "01", "Nilai": "x", "Tgl": "y"}
