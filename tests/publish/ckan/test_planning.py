"""Plans as golden documents: what is to be done for what a portal has, with no portal."""

from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest

from publish.ckan.basis import basis
from publish.ckan.desired import Desired, desired
from publish.ckan.difference import Changes
from publish.ckan.present import Present, PresentTable
from publish.ckan.resources import MARK
from publish.ckan.revise import Revision
from publish.ckan.settling import settled
from publish.ckan.steps import Basis, steps
from tests.publish import made
from tests.publish.ckan import office
from tests.publish.ckan.test_desired import able, check_golden

SAME = Basis(kind="same", reason="the same contents")


@pytest.fixture
def at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> office.Office:
    """An office with no portal to ask."""
    office.trust(monkeypatch)
    contract = office.payments("bayaran-emas")
    return office.office(tmp_path, contract, url="http://portal.invalid", token="x", organization="kabupaten")


@pytest.fixture
def wanted(at: office.Office) -> Desired:
    """What the portal should say of two rows."""
    return desired(at.contract, at.released(office.rows(at.contract, [1, 2])), made.LANGUAGES, able())


def as_wanted(wanted: Desired) -> Present:
    """A portal that says all of it, as CKAN shows it: groups and tags with more keys, sizes as numbers."""
    assert wanted.table is not None
    names = {name: [{"id": "x", **thing} for thing in wanted.fields[name]] for name in ("groups", "tags")}
    resources = {r.id: {"id": r.id, "url_type": "upload", **r.fields} for r in wanted.resources}
    resources[wanted.data.id][MARK] = wanted.mark
    return Present(
        id="p",
        package={**wanted.fields, **names, "private": False, "state": "active"},
        resources=resources,
        mark=wanted.mark,
        table=PresentTable(
            types={field["id"]: field["type"] for field in wanted.table.fields},
            info={field["id"]: field["info"] for field in wanted.table.fields},
            rows=wanted.table.rows,
            viewed=True,
        ),
    )


def fewer(now: Present, **resource: Any) -> Present:
    """The same with other fields of its first resource."""
    first, *rest = now.resources.items()
    return replace(now, resources={first[0]: {**first[1], **resource}, **dict(rest)})


CASES: dict[str, tuple[Callable[[Present], Present | None], Basis, Changes | None]] = {
    "nothing": (lambda now: now, SAME, None),
    "first": (
        lambda _: None,
        Basis(kind="empty", reason="the portal has no table"),
        Changes(added=2, changed=0, removed=0, before=0, after=2),
    ),
    "rows": (
        lambda now: replace(fewer(now, hash="0" * 64), mark="2026-09-05 aa"),
        Basis(kind="release", reason="compared with 2026-09-05"),
        Changes(added=1, changed=1, removed=3, before=4, after=2),
    ),
    "words": (lambda now: replace(now, package={**now.package, "title": "Lain", "tags": []}), SAME, None),
    "withdrawn": (lambda now: replace(now, package={**now.package, "url": "http://lama.example"}), SAME, None),
    "first_issue_stays": (lambda now: replace(now, package={**now.package, "issued": "2020-01-01"}), SAME, None),
    "hidden": (lambda now: replace(now, package={**now.package, "private": True}), SAME, None),
}


@pytest.mark.parametrize("case", CASES)
def test_steps(wanted: Desired, case: str) -> None:
    """Each difference has its step and its reason; a portal that says all of it needs none."""
    change, found, changes = CASES[case]
    now = change(as_wanted(wanted))
    planned = [asdict(step) for step in steps(settled(wanted, now, None, ()), now, found, changes)]
    check_golden(f"steps_{case}.json", [{k: v for k, v in step.items() if k != "seconds"} for step in planned])


def test_a_mark_is_trusted_only_while_it_fits(at: office.Office, wanted: Desired) -> None:
    """Rows are compared with the local release only where the mark and the count agree; else with the portal's own."""
    now = as_wanted(wanted)
    assert now.table is not None

    def kind(of: Present) -> str:
        return basis(of, wanted, at.contract, at.settings).kind

    assert kind(now) == "same"
    assert kind(replace(now, mark="")) == "portal"
    assert kind(replace(now, mark="loading:2026-10-05")) == "portal"
    assert kind(replace(now, mark="2026-01-01 0000")) == "portal"
    assert kind(replace(now, table=replace(now.table, rows=1))) == "portal"
    assert kind(replace(now, table=replace(now.table, types={"lain": "text"}))) == "rebuild"
    assert kind(replace(now, table=replace(now.table, types={**now.table.types, "nilai": "float8"}))) == "alter"
    assert kind(replace(now, mark="loading columns:2026-10-05")) == "alter"
    assert kind(replace(now, table=None)) == "empty"


@pytest.mark.parametrize(
    ("change", "reason", "kept"),
    [
        ({"lunas": None}, "+ lunas", 6),
        ({"uraian": None}, "+ uraian", 7),
        ({"lama": "text"}, "- lama", 8),
        ({"nilai": "float8"}, "~ nilai", 5),
        ({"nilai": "float8", "uraian": None, "lama": "text"}, "+ uraian, ~ nilai, - lama", 5),
        ({"id": "int8"}, "~ id", 0),
    ],
)
def test_other_columns(
    at: office.Office, wanted: Desired, change: dict[str, str | None], reason: str, kept: int
) -> None:
    """The portal's table keeps its rows and the first columns that are right; without an id it is made anew."""
    now = as_wanted(wanted)
    assert now.table is not None
    assert wanted.table is not None
    types = {name: type_ for name, type_ in {**now.table.types, **change}.items() if type_}
    found = basis(replace(now, table=replace(now.table, types=types)), wanted, at.contract, at.settings)
    assert found.reason == reason
    assert found.kept == tuple(wanted.table.types)[:kept]
    assert found.kind == ("alter" if kept else "rebuild")


def test_columns_in_another_order(at: office.Office, wanted: Desired) -> None:
    """Columns in another order than the contract's are put in order, so that every portal shows the same."""
    now = as_wanted(wanted)
    assert now.table is not None
    *first, last = now.table.types.items()
    types = dict([first[0], last, *first[1:]])
    found = basis(replace(now, table=replace(now.table, types=types)), wanted, at.contract, at.settings)
    assert (found.kind, found.reason) == ("alter", "columns in another order")
    assert found.kept == ("id", *(name for name, _ in first[1:]))


def test_lists_are_replaced_whole() -> None:
    """CKAN merges lists item by item, so a list is taken away in the same call that sets it."""
    flat = Revision(
        package="p", fields={"tags": [{"name": "a"}], "title": "T"}, resources={"abcdef": {"language": ["x"], "size": 1}},
        removed=["ffffff"], match={"resources__abcdef__terang_table": "m"},
    ).flat()  # fmt: skip
    assert flat == {
        "match__id": "p",
        "match__resources__abcdef__terang_table": "m",
        "filter": ["-tags", "-resources__abcdef__language", "-resources__ffffff"],
        "update": {"tags": [{"name": "a"}], "title": "T"},
        "update__resources__abcdef": {"language": ["x"], "size": 1},
    }
