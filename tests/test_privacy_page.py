"""The officers' page claims nothing without a test, and says the same in both languages."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "docs/privacy.md", ROOT / "docs/privacy.id.md"]
LINK = re.compile(r"\]\((?!https?:)([^)#]+)(?:#[^)]*)?\)")


def cited(text: str) -> set[str]:
    """The tests and decisions that a text links to."""
    return {link for link in LINK.findall(text) if "tests/" in link or "decisions/" in link}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_leads_somewhere(page: Path) -> None:
    """A test that was renamed, or a page that went, is noticed here."""
    links = LINK.findall(page.read_text(encoding="utf-8"))
    assert len(links) > 20
    assert [link for link in links if not (page.parent / link).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_claim_names_its_test(page: Path) -> None:
    """Each paragraph that begins with a claim links to a test; what cannot be reached, to a decision."""
    claims = re.split(r"\n(?=\*\*|## )", page.read_text(encoding="utf-8"))
    without = [claim.split("**")[1] for claim in claims if claim.startswith("**") and not cited(claim)]
    assert without == []


def test_both_languages_cite_the_same() -> None:
    """What is shown in one language is shown in the other."""
    english, indonesian = (cited(page.read_text(encoding="utf-8")) for page in PAGES)
    assert english == indonesian
