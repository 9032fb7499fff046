"""`terang rollback` and `terang takedown` as a person types them: what is shown, asked, refused, and told of a portal that is down."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from assets.catalog import load_all
from assets.extract import extract
from assets.protect import protect
from assets.settings import load
from publish.release import Release, release
from quality.screening import screen
from quality.verdict import judge
from tests.pipelines.command import Terang

WHY = ("--reason", "Permintaan pemilik data", "--basis", "UU 27/2022")


@pytest.fixture
def released(office: Path) -> Release:
    """The office's example, released and not yet published."""
    assert office.is_dir()
    settings = load()
    contract = load_all(settings)["example"]
    extract(contract, settings)
    screen(contract, settings)
    protect(contract, settings)
    judge(contract, settings)
    return release(contract, settings, now=datetime(2026, 10, 5, tzinfo=UTC))


def first_id(of: Release) -> str:
    """The id of its first row."""
    return str(pq.read_table(of.path / "example.parquet").column("id")[0])


def test_a_takedown_is_shown_first_and_not_done_without_a_yes(released: Release, terang: Terang) -> None:
    """Versions and counts are shown, also how many ids are unknown; nothing is changed."""
    before = (released.path.parent / "ledger.jsonl").read_bytes()
    ids = f"{first_id(released)},{'a' * 16}"
    ended = terang("takedown", "example", "--rows", ids, *WHY)
    assert ended.code == 2
    assert "withdrawn    version 2026-10-05, 1 of these rows" in ended.out
    assert "1 of 2 ids stand in no release" in ended.out
    assert "the same command with --yes does it" in ended.err
    assert first_id(released) not in ended.out + ended.err
    assert (released.path.parent / "ledger.jsonl").read_bytes() == before


def test_a_portal_that_is_down_is_told_of_after_the_store_is_done(released: Release, terang: Terang) -> None:
    """Exit code 7, what to do next; the version is gone, and verify says why."""
    order = ("takedown", "example", "--version", released.version, *WHY, "--yes", "--json")
    for words in (order, order, order[:2]):  # once more the same, or without saying what
        ended = terang(*words)
        assert ended.code == 7
        assert "the portal does not answer" in ended.err
    assert json.loads(terang(*order).out)["error"] == "PortalUnreachable"
    assert not released.path.exists()
    assert not list(released.path.parents[2].glob("public/example/*.parquet"))
    shown = terang("verify", "example", "--version", "2026-10-05")
    assert (shown.code, "taken down on" in shown.out, "UU 27/2022" in shown.out) == (0, True, True)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--rows", "1234"), "these are no ids of rows"),
        (("--rows", "@nowhere.txt"), "file of ids cannot be read"),
        (("--column", "nilai", "--all"), "one of them at a time"),
        (("--version", "2020-01-01"), "no version 2020-01-01"),
        (("--column", "nila"), 'Did you mean "nilai"'),
    ],
)
def test_bad_input_is_told_of(released: Release, terang: Terang, words: tuple[str, ...], told: str) -> None:
    """Each mistake is said with what to do, and nothing is done."""
    ended = terang("takedown", "example", *words, *WHY, "--yes")
    assert ended.code in {2, 4}
    assert told in ended.err
    assert released.path.is_dir()


@pytest.mark.parametrize("lacks", ["--reason", "--basis"])
def test_no_takedown_without_reason_and_basis(released: Release, terang: Terang, lacks: str) -> None:
    """What is missing is named."""
    given = [word for n, word in enumerate(WHY) if lacks not in WHY[max(0, n - 1) : n + 1]]
    ended = terang("takedown", "example", "--all", "--yes", *given)
    assert (ended.code, f"say it with {lacks} TEXT" in ended.err) == (2, True)
    assert released.path.is_dir()


def test_a_rollback_without_a_version_before(released: Release, terang: Terang) -> None:
    """It says so, and which versions there are."""
    ended = terang("rollback", "example", "--reason", "salah baca")
    assert ended.code == 4
    assert "no version before the current one" in ended.err
    assert released.version in ended.err
