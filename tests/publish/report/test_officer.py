"""The officer's page: whole, restricted, and silent about what is not of this release."""

import re
from pathlib import Path

import pytest

from assets.errors import Unproven
from assets.store import Store, read_json, write_json
from publish import ledger
from publish.release import release
from publish.report import officer
from publish.standing import HIDDEN
from tests.publish import made


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    """A released dataset, and what restricted storage holds of it."""
    made.trust(monkeypatch)
    found = made.staged(tmp_path)
    release(made.contract(), made.settings(tmp_path), now=made.NOW)
    write_json(found.restricted / "crowd.json", {"measured": {"k": 6, "l": 2}}, private=True)
    write_json(found.restricted / "suppression.json", {"small or dominated": 69, "hidden": 73}, private=True)
    return found


def text(store: Store) -> str:
    """The page."""
    return officer.write(made.contract(), made.settings(store.restricted.parents[2])).read_text(encoding="utf-8")


def test_it_tells_what_an_officer_signs_for(store: Store) -> None:
    """Class and technique of every column, k and l, primary and secondary groups, gates, ledger and hashes."""
    html, proof = text(store), read_json(store.verdict)
    for column in made.contract().columns:
        assert f"<code>{column.name}</code>" in html
        assert f"<td>{column.class_}</td>" in html
    for words in ("drop (all)", "redact (persons)", "measured · k", "69 groups", "4 to protect", "DATA PRIBADI"):
        assert words in html
    for gate in proof["gates"]:
        assert gate["name"] in html
    assert proof["public_sha256"] in html
    assert ledger.entries(store)[-1].time in html
    assert not re.search(r"<script|<img|<link|src=", html)


def test_it_lies_where_only_its_owner_can_read_it(store: Store) -> None:
    """In restricted storage, mode 0600."""
    text(store)
    path = store.restricted / officer.FILE
    assert path.stat().st_mode & 0o777 == 0o600


def test_measures_of_another_table_are_not_told(store: Store) -> None:
    """When the next reading has begun, restricted storage is of that one: its numbers would be wrong here."""
    write_json(store.verdict, {**read_json(store.verdict), "public_sha256": "f" * 64})
    html = text(store)
    assert "newer reading" in html
    assert "measured · k" not in html


def test_what_was_hidden_is_said_first(store: Store) -> None:
    """A gate's finding after publishing stands at the top."""
    facts = {"portal": "http://x", "gates": ["a gate"], "found": 3}
    ledger.append(store, ledger.Event(event=HIDDEN, time=made.NOW, version="2026-11-24", facts=facts))
    html = text(store)
    assert "HIDDEN from the public: 3 findings" in html


def test_without_a_release_it_says_so(tmp_path: Path) -> None:
    """There is nothing to report on."""
    with pytest.raises(Unproven, match="no release"):
        officer.write(made.contract(), made.settings(tmp_path))
