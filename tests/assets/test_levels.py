"""Levels: what each shows, that each is made of whole parts of the one before, and what goes with which type."""

import re
from datetime import date
from decimal import Decimal
from typing import Any

import duckdb
import pyarrow as pa
import pytest
from pydantic import ValidationError

from assets.privacy import Generalise
from assets.privacy.anonymise import Anonymise
from assets.privacy.levels import Level
from assets.privacy.technique import Vault

DATES = pa.array([date(1980, 3, 18), date(1979, 12, 31), None], pa.date32())
AGES = pa.array([0, 4, 5, 19, -1, None], pa.int64())
PLACES = pa.array(["35.19.05.2001", "35.19", "", None], pa.string())
MONEY = pa.array([Decimal("-1.00"), Decimal("0.00"), Decimal("99.99"), Decimal("100.00"), None], pa.decimal128(20, 2))
JOBS = pa.array(["petani", "nelayan", "guru", "", None], pa.string())
GROUPS = {"pangan": ["petani", "nelayan"], "jasa": ["guru"]}


def _shown(values: pa.Array, level: dict[str, Any]) -> list[str | None]:
    with duckdb.connect(config={"threads": 1}) as connection:
        connection.register("rows", pa.table({"v": values}))
        found = connection.execute(f"SELECT {Level.model_validate(level).sql('v')} FROM rows").fetchall()
    return [row[0] for row in found]


@pytest.mark.parametrize(
    ("values", "level", "shown"),
    [
        (DATES, {"to": "exact"}, ["1980-03-18", "1979-12-31", None]),
        (DATES, {"to": "month"}, ["1980-03", "1979-12", None]),
        (DATES, {"to": "year"}, ["1980", "1979", None]),
        (DATES, {"to": "decade"}, ["1980-1989", "1970-1979", None]),
        (DATES, {"to": "hidden"}, ["*", "*", "*"]),
        (AGES, {"width": 5}, ["0 - < 5", "0 - < 5", "5 - < 10", "15 - < 20", "-5 - < 0", None]),
        (PLACES, {"parts": 3}, ["35.19.05", "35.19", "", None]),
        (PLACES, {"parts": 1}, ["35", "35", "", None]),
        (MONEY, {"to": "exact"}, ["-1.00", "0.00", "99.99", "100.00", None]),
        (MONEY, {"bands": ["0", "100"]}, ["< 0", "0 - < 100", "0 - < 100", ">= 100", None]),
        (JOBS, {"groups": GROUPS}, ["pangan", "pangan", "jasa", "*", None]),
    ],
)
def test_a_level_shows(values: pa.Array, level: dict[str, Any], shown: list[str | None]) -> None:
    """The text of each value; NULL stays NULL unless all is hidden; every text is of the level's form."""
    assert _shown(values, level) == shown
    form = Level.model_validate(level).form
    assert all(re.fullmatch(form, text) for text in shown if text is not None)


def test_a_level_shows_what_generalise_shows() -> None:
    """Months, years, parts and bands are spelt the same by both."""
    vault = Vault(dataset="contoh")
    for values, options in [(DATES, {"to": "month"}), (PLACES, {"parts": 2}), (MONEY, {"bands": ["0", "100"]})]:
        alone = Generalise.model_validate({"technique": "generalise", **options}).protect(values, vault=vault)
        assert _shown(values, options) == alone.to_pylist()


@pytest.mark.parametrize(
    "levels",
    [
        ["exact", {"parts": 3}, {"parts": 1}, "hidden"],
        ["exact", "month", "year", "decade", "hidden"],
        [{"width": 5}, {"width": 10}, {"bands": ["0", "20"]}, {"bands": ["20"]}],
        ["exact", {"groups": {"a": ["1", "2"], "b": ["3"]}}, {"groups": {"ab": ["1", "2", "3"]}}, "hidden"],
        ["exact"],
    ],
)
def test_a_ladder_goes_from_fine_to_coarse(levels: list[Any]) -> None:
    """Each level is made of whole parts of the one before."""
    assert len(Anonymise.model_validate({"technique": "anonymise", "levels": levels}).ladder) == len(levels)


@pytest.mark.parametrize(
    "levels",
    [
        [],
        ["day"],
        [{}],
        [{"parts": 2, "width": 5}],
        ["year", "month"],
        ["exact", "exact"],
        ["hidden", "exact"],
        [{"parts": 2}, {"parts": 2}],
        [{"width": 5}, {"width": 7}],
        [{"width": 5}, {"bands": ["3"]}],
        [{"bands": ["0", "10"]}, {"bands": ["0", "20"]}],
        [{"bands": ["10", "0"]}],
        [{"parts": 2}, {"groups": {"a": ["1"]}}],
        [{"groups": {"a": ["1", "2"]}}, {"groups": {"b": ["1"], "c": ["2"]}}],
        [{"groups": {"a": ["1"]}}, {"groups": {"b": ["1", "2"]}}],
        [{"groups": {"a": ["1"], "b": ["1"]}}],
    ],
)
def test_a_ladder_that_does_not_is_refused(levels: list[Any]) -> None:
    """No level, an unknown one, two at once, the same again, one that cuts through the groups of the one before."""
    with pytest.raises(ValidationError):
        Anonymise.model_validate({"technique": "anonymise", "levels": levels})


@pytest.mark.parametrize(
    ("level", "kind"),
    [("month", "string"), ({"parts": 2}, "integer"), ({"width": 5}, "date"), ({"bands": ["0"]}, "string")],
)
def test_a_level_goes_with_some_types(level: Any, kind: str) -> None:
    """Months of dates, parts and groups of texts, widths of whole numbers, bands of numbers."""
    technique = Anonymise.model_validate({"technique": "anonymise", "levels": [level]})
    assert technique.misfits(kind)
    assert not technique.misfits({"month": "date"}.get(str(level), "integer" if kind != "integer" else "string"))


def test_alone_it_shows_nothing() -> None:
    """What is enough is known from the whole table only, so that a single column tells nothing."""
    technique = Anonymise.model_validate({"technique": "anonymise", "levels": ["exact"]})
    assert technique.protect(AGES, vault=Vault(dataset="contoh")).to_pylist() == ["*"] * len(AGES)
