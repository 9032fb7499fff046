"""What a plan tells a person: short, in columns, and never a row."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from publish.ckan import planning
from publish.ckan.planning import Plan
from publish.ckan.present import Present
from tests.publish.ckan import model, office

MANY = list(range(1, 300))
REAL_ROWS = planning._rows
LATER = [n for n in MANY if n > 4] + list(range(300, 310))


@pytest.fixture
def at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> office.Office:
    """An office with no portal to ask."""
    office.trust(monkeypatch)
    contract = office.payments("bayaran-emas")
    return office.office(tmp_path, contract, url=model.URL, token="x", organization="kabupaten")


def planner(
    of: office.Office, numbers: list[int], monkeypatch: pytest.MonkeyPatch, day: int
) -> Callable[[Present | None], Plan]:
    """Plans for a release of these payments, every fiftieth of another amount after the first day."""
    rows = office.rows(of.contract, numbers, nilai=lambda n: "77.10" if day and n % 50 == 0 else f"{n}000.05")
    plan = model.planner(of, of.released(rows, day=day), monkeypatch)
    monkeypatch.setattr(planning, "_rows", REAL_ROWS)
    return plan


@pytest.fixture
def plan(at: office.Office, monkeypatch: pytest.MonkeyPatch) -> Plan:
    """A second release, with another title and another word in the dictionary, after somebody edited the first."""
    now = model.applied(planner(at, MANY, monkeypatch, 0)(None), at)
    words = [*office.PAYMENTS]
    words[1] = {**words[1], "label": {"id": "Rekening", "en": "Account"}}
    title = {"id": "Bayaran contoh yang panjang sekali judulnya", "en": "Sample payments"}
    later = replace(at, contract=office.payments(at.contract.name, columns=words, title=title))
    return planner(later, LATER, monkeypatch, 31)(model.edited(now, "title", "Judul orang"))


def test_the_lines_of_a_later_release(plan: Plan) -> None:
    """Rows by month, totals with their difference, texts and sizes before and after, edits, method, calls."""
    lines = plan.lines()
    assert lines[0] == f"2026-10-05 -> 2026-11-05        plan {plan.id}"
    assert lines[1:7] == [
        "rows        + 10   ~ 5   - 4        299 -> 305",
        "by month    2026-01 - 4;  2026-02 ~ 1;  2026-04 ~ 1;  2026-05 ~ 1;  2026-10 + 4;  2026-11 + 6",
        "            and 2 more",
        "total       nilai  IDR 44,850,014.95 -> 46,835,477.55  +1,985,462.60",
        'dictionary  kode.label  "Kode" -> "Rekening"',
        '            kode.label_en  "Kode (en)" -> "Account"',
    ]
    assert "            version, dates and count of the release" in lines
    assert 'fields      title  "Judul orang" -> "Bayaran contoh yang panjang s…"' in lines
    assert 'edited      on the portal: title  "Bayaran contoh" -> "Judul orang"; overwritten' in lines
    assert any(
        line.startswith("method      keyed changes, compared with 2026-10-05; with ckanext-terang") for line in lines
    )
    assert "calls       package_revise x 3, datastore_delete, datastore_create, datastore_upsert x 2" in lines
    assert len(lines) <= 22
    assert max(map(len, lines)) <= 98


def test_a_first_release_is_short(at: office.Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is all new is not told word by word."""
    lines = planner(at, MANY, monkeypatch, 0)(None).lines()
    assert len(lines) <= 10
    assert lines[1] == "rows        + 299   ~ 0   - 0        0 -> 299"


def test_no_row_is_told(plan: Plan) -> None:
    """Neither the document, nor the lines, nor the page of Dagster holds the key or a cell of a row."""
    for told in (json.dumps(plan.document()), "\n".join(plan.lines()), plan.markdown()):
        assert "kutip" not in told
        assert not [n for n in (*MANY, *LATER) if office.row_id(n) in told]


def test_the_page_is_a_table(plan: Plan, at: office.Office) -> None:
    """One line a subject; a text with a bar does not break it; nothing to do is said."""
    lines = plan.markdown().splitlines()
    assert lines[:3] == ["| | |", "|---|---|", f"| plan | {plan.id} |"]
    assert all(line.count("|") - line.count("\\|") == 3 for line in lines)
    assert "nothing to do" in replace(plan, steps=(), edits=()).markdown()
    assert at.contract.name in plan.markdown()
