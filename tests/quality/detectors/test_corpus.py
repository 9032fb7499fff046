"""The adversarial corpus: every named case is seen, and the quick question lets every one through to the close look."""

from random import Random

import duckdb
import pytest

from quality.detectors.look import Eye
from quality.detectors.question import worth_a_look
from tests.quality.detectors.corpus import CASES
from tests.quality.detectors.corpus.carriers import CARRIERS
from tests.quality.detectors.corpus.people import CUES, NAMES
from tests.quality.detectors.corpus.spellings import SPELLINGS
from tests.quality.detectors.corpus.values import NUMBERS, OTHERS

EYE = Eye()
SEEDED, PARTS = 100_000, 4
FAMILIES = sorted({name.split("/")[0] for name in CASES})


def missed(texts: list[str]) -> set[str]:
    """Those that DuckDB would not have shown to the eye."""
    query = f"SELECT list(x) FROM (SELECT unnest($1) AS x) WHERE NOT {worth_a_look('x')}"
    (found,) = duckdb.execute(query, [texts]).fetchall()[0]
    return set(found or ())


def test_the_corpus_is_large() -> None:
    """More than 600 cases of every family, each under a name of its own."""
    assert len(CASES) > 3000
    assert {*NUMBERS, *OTHERS, "name", "telephone"} <= set(FAMILIES)


@pytest.mark.parametrize("family", FAMILIES)
def test_every_case_is_seen(family: str) -> None:
    """No spelling, script, encoding or place hides personal data of this family."""
    cases = {name: text for name, text in CASES.items() if name.startswith(f"{family}/")}
    assert [name for name, text in cases.items() if not EYE.suspects(text)] == []
    unasked = missed(list(cases.values()))
    assert [name for name, text in cases.items() if text in unasked] == []


@pytest.mark.parametrize("part", range(PARTS))
def test_seeded_identifiers_are_all_found(part: int) -> None:
    """100,000 texts, each with one personal value of a random family, spelling and place, none missed by either stage."""
    draw = Random(2026 + part)  # noqa: S311 - invented data
    texts: list[str] = []
    families, spellings, carriers = list(NUMBERS.values()), list(SPELLINGS.values()), list(CARRIERS.values())
    others, cues, names = list(OTHERS.values()), list(CUES.values()), list(NAMES.values())
    for i in range(SEEDED // PARTS):
        if i % 10 == 0:
            texts.append(draw.choice(cues).format(draw.choice(names)))
        elif i % 10 == 1:
            texts.append(draw.choice(carriers)(draw.choice(others)(draw)))
        else:
            texts.append(draw.choice(carriers)(draw.choice(spellings)(draw.choice(families)(draw))))
    assert [text for text in texts if not EYE.suspects(text)] == []
    assert missed(texts) == set()
