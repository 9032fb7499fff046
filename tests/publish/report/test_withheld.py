"""What the public is told of what it does not get: golden, whole, and without anything that helps an attacker."""

import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from assets.protect import Protected
from assets.withheld import Withheld
from publish.report import withheld
from publish.report.html import Both, roughly
from quality.gates import pages
from quality.gates.documents import Reader
from tests.publish import made
from tests.publish.test_metadata import same_as_golden

ACCOUNT = Protected(
    read=51_494, published=39_863, quarantined=41, duplicates=16, published_rows=39_863,
    raw_sha256="0" * 64, public_sha256="0" * 64, contract="0" * 64,
    withheld=(
        Withheld(reason="DATA PRIBADI", rows=11_571, persons=3648, money={"nilai": "255003706838.68"}),
        Withheld(reason="takedown", rows=3, persons=None, money={}, fewer_than=5),
    ),
)  # fmt: skip


def test_the_page_is_as_agreed() -> None:
    """Rows, persons and money by reason, what is protected and how, what is never published, whom to write to."""
    same_as_golden("withheld.html", withheld.html(made.contract(), ACCOUNT, "2026-11-24"))


def test_it_passes_the_scan_of_its_own_release() -> None:
    """Amounts are told in three digits and a word, so no run of digits in it looks like a person's number."""
    html = withheld.html(made.contract(), ACCOUNT, "2026-11-24")
    assert Reader(made.contract()).lines("\n".join(pages.read(html)[0])) == {}


def test_it_tells_no_secret_of_the_contract() -> None:
    """Two contracts that differ in what must stay secret have the same page: no k, no l, no name of a dropped column."""
    levels = {"technique": "anonymise", "levels": ["exact", {"width": 10}]}
    kept = [column for column in made.COLUMNS if column["name"] not in {"penerima", "jenis"}]
    columns = [*kept, made.column("umur", "integer", class_="quasi_id", privacy=levels)]

    def page(**secrets: int) -> str:
        contract = made.contract(columns=columns, persons=None, anonymity={"person": "nik", **secrets})
        return withheld.html(contract, ACCOUNT, "2026-11-24")

    assert page(k=5) == page(k=7)
    assert page(k=5) == page(k=5, l=2)
    assert "Nik" not in page(k=5)


@pytest.mark.parametrize("account", [ACCOUNT, replace(ACCOUNT, withheld=(), published=51_437)])
def test_it_can_be_read_by_everyone(account: Protected) -> None:
    """Languages are marked, headers have a scope, nothing is loaded from elsewhere, and no script is in it."""
    html = withheld.html(made.contract(), account, "2026-11-24")
    assert html.startswith('<!doctype html>\n<html lang="id">')
    assert not re.search(r"<script|<img|<link|src=|@import|url\(", html)
    assert len(re.findall("<th ", html)) == len(re.findall('<th scope="(?:col|row)"', html))
    open_: list[str] = []

    class Balanced(HTMLParser):
        def handle_starttag(self, tag: str, _: object) -> None:
            open_.append(tag) if tag not in {"meta", "br"} else None

        def handle_endtag(self, tag: str) -> None:
            assert open_.pop() == tag

    Balanced().feed(html)
    assert open_ == []


@pytest.mark.parametrize(
    ("amount", "indonesian", "english"),
    [
        ("255003706838.68", "Rp 255,0 miliar", "Rp 255.0 billion"),
        ("2943131549199.92", "Rp 2,94 triliun", "Rp 2.94 trillion"),
        ("-1500000", "Rp -1,50 juta", "Rp -1.50 million"),
        ("999999.99", "Rp 999.999", "Rp 999,999"),
        ("0", "Rp 0", "Rp 0"),
    ],
)
def test_amounts_are_said_in_words(amount: str, indonesian: str, english: str) -> None:
    """Three digits and a word, as each language writes them."""
    from decimal import Decimal  # noqa: PLC0415

    assert roughly(Decimal(amount), "IDR") == Both(indonesian, english)
