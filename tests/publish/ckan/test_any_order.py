"""Publish, change, be killed, edit in CKAN, roll back, take down: in any order readers have what the model says.

The model knows rows, versions and what was taken back; the portal, the rooms and the kills are real. Short here, long
with $TERANG_TORTURE (`make torture`).
"""

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from secrets import choice
from string import ascii_lowercase
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from assets.errors import Blocked
from publish import ledger
from publish.ckan import apply, plan, verify
from publish.release import latest
from publish.rollback import rollback
from publish.takedown import take_down
from publish.verify import verify_release
from tests.portal_fixture import Portal
from tests.publish.ckan import whole
from tests.publish.ckan.test_killed import Killed
from tests.publish.ckan.test_takedown import PEM
from tests.publish.ckan.whole import FIRST, WHY, Whole

pytestmark = pytest.mark.portal
LONG = bool(os.environ.get("TERANG_TORTURE"))
SOURCES = st.frozensets(st.integers(1, 30), min_size=8, max_size=20)
POINTS = st.integers(0, 14)  # 0: not killed; one that is not reached kills nobody
Rows = frozenset[int]
At = Callable[[str], None]


@dataclass(slots=True)
class Model:
    """What a dataset should be: versions that readers got, newest last, each with its source's rows and those withheld."""

    shown: list[str] = field(default_factory=list)
    contents: dict[str, tuple[Rows, Rows]] = field(default_factory=dict)
    held: set[tuple[Rows, Rows]] = field(default_factory=set)
    withdrawn: set[str] = field(default_factory=set)
    down: Rows = frozenset()

    @property
    def current(self) -> str | None:
        """The version that readers get."""
        return self.shown[-1] if self.shown else None

    def rows(self, version: str) -> Rows:
        """The rows of a version."""
        source, hidden = self.contents[version]
        return source - hidden

    def content(self, source: Rows) -> tuple[Rows, Rows]:
        """What these rows would be released as."""
        return source, source & self.down

    def news(self, source: Rows) -> bool:
        """Whether these rows make a version."""
        found = self.content(source)
        return found not in self.held and (self.current is None or self.contents[self.current] != found)

    def released(self, version: str, source: Rows) -> None:
        """A version was made."""
        self.contents[version] = self.content(source)
        self.shown.append(version)

    def rolled_back(self, to: str) -> None:
        """An earlier or later version is shown instead."""
        after = self.shown[self.shown.index(to) + 1 :] if to in self.shown else []
        self.shown = [one for one in self.shown if one != to and one not in after] + [to]
        self.held = (self.held | {self.contents[one] for one in after}) - {self.contents[to]}

    def taken_down(self, row: int) -> None:
        """Every version with this row is no more."""
        gone = {one for one in self.contents if one not in self.withdrawn and row in self.rows(one)}
        self.withdrawn |= gone
        self.shown = [one for one in self.shown if one not in gone]
        self.held |= {self.contents[one] for one in gone}
        self.down |= {row}


class Machine(RuleBasedStateMachine):
    """One dataset on the portal, and its model."""

    portal: Portal
    root: Path

    def __init__(self) -> None:
        super().__init__()
        name = f"uji-{''.join(choice(ascii_lowercase) for _ in range(12))}"
        folder = self.root / name
        folder.mkdir()
        facts = {"url": self.portal.url, "token": self.portal.token, "organization": self.portal.organization}
        self.made: Whole = whole.whole(folder, whole.contract(name), key=PEM, **facts)
        self.model, self.day, self.source = Model(), 0, frozenset[int]()

    def teardown(self) -> None:
        """Leave nothing on the portal."""
        self.portal.purge(self.made.contract.name)

    @rule(source=SOURCES, killed=POINTS)
    def run(self, source: Rows, killed: int) -> None:
        """The internal system gives these rows, and a run publishes them."""
        self.day += 1
        if not self.model.news(source) and self.model.current is None:
            with pytest.raises(Blocked, match="nothing was released"):
                self.made.released(sorted(source), day=self.day)
            return
        found = self.made.released(sorted(source), day=self.day)
        if self.model.news(source):
            self.model.released(found.version, source)
        assert found.version == self.model.current
        self.source = source
        self.killed(killed, self.publish)

    @precondition(lambda self: self.model.current)
    @rule(edit=st.sampled_from(["title", "row more", "row less", "checksum", "dictionary", "file"]), killed=POINTS)
    def edited(self, edit: str, killed: int) -> None:
        """Somebody edits the dataset on the portal, and it is published again."""
        EDITS[edit](self.portal, self.made)
        self.killed(killed, self.publish)

    @precondition(lambda self: len(self.known()) > 1 and self.model.current)
    @rule(data=st.data(), killed=POINTS)
    def rolled_back(self, data: Any, killed: int) -> None:
        """Readers get another version again."""
        to = data.draw(st.sampled_from([one for one in self.known() if one != self.model.current]))
        now = FIRST + timedelta(days=self.day, hours=1)

        def back(at: At) -> None:
            rollback(self.made.contract, self.made.settings, to, reason="salah baca", now=now, at=at)

        self.killed(killed, back)
        self.model.rolled_back(to)

    @precondition(lambda self: self.model.current and len(self.model.rows(self.model.current)) > 5)
    @rule(data=st.data(), killed=POINTS)
    def taken_down(self, data: Any, killed: int) -> None:
        """A row is taken down."""
        current = self.model.current
        assert current
        row = data.draw(st.sampled_from(sorted(self.model.rows(current))))
        at_hand = self.model.contents[current] == self.model.content(self.source)
        found = latest(self.made.contract, self.made.settings)
        assert found
        scope = self.made.rows(found, row)
        self.day += 1
        order = {**WHY, "now": FIRST + timedelta(days=self.day, hours=2)}
        ended = []

        def down(at: At) -> None:
            ended.append(take_down(self.made.contract, self.made.settings, scope, at=at, **order))

        self.killed(killed, down)
        self.model.taken_down(row)
        if at_hand and self.model.news(self.source):
            assert ended[-1].current
            self.model.released(ended[-1].current, self.source)
        assert ended[-1].current == self.model.current

    @invariant()
    def readers_have_what_the_model_says(self) -> None:
        """Rows, version, files and ledger; nothing is left over, and publishing again would write nothing."""
        name, store = self.made.contract.name, self.made.store
        if not self.model.contents:
            return
        ledger.check(store)
        status = self.portal.action("terang_status", id=name)
        assert (status["loads"], status["unfinished"]) == ({}, False)
        current = self.model.current
        if current is None:
            assert not self.portal.ask("package_show", token="", id=name).is_success
            return
        package = self.portal.action("package_show", token="", id=name)
        table = self.portal.action("datastore_search", token="", resource_id=package["resources"][0]["id"], limit=100)
        found = {int(record["nomor"][1:]) for record in table["records"]}
        assert (package["version"], found, table["total"]) == (current, self.model.rows(current), len(found))
        assert verify(self.made.contract, self.made.settings).rows == len(found)
        assert verify_release(store).passed
        release = latest(self.made.contract, self.made.settings)
        assert release
        assert not plan(self.made.contract, self.made.settings, release)

    def known(self) -> list[str]:
        """The versions that can be shown."""
        return [one for one in self.model.contents if one not in self.model.withdrawn]

    def publish(self, at: At) -> None:
        """What is to be shown now, as any run does."""
        release = latest(self.made.contract, self.made.settings)
        if release:
            apply(plan(self.made.contract, self.made.settings, release), self.made.contract, self.made.settings, at=at)

    def killed(self, point: int, work: Callable[[At], None]) -> None:
        """Do it, killed at this point of it; then the same again."""
        passed = 0

        def at(name: str) -> None:
            nonlocal passed
            passed += 1
            if passed == point:
                raise Killed(name)

        try:
            work(at)
        except Killed:
            work(lambda _: None)


def _first(portal: Portal, made: Whole) -> str:
    return str(portal.action("package_show", id=made.contract.name)["resources"][0]["id"])


def _row_more(portal: Portal, made: Whole) -> None:
    row = {"id": "asing", "nomor": "n999", "uraian": "bukan kita", "nilai": "1"}
    portal.action("datastore_upsert", resource_id=_first(portal, made), force=True, method="insert", records=[row])


def _row_less(portal: Portal, made: Whole) -> None:
    table = portal.action("datastore_search", resource_id=_first(portal, made), limit=1)
    only = {"id": table["records"][0]["id"]}
    portal.action("datastore_delete", resource_id=_first(portal, made), force=True, filters=only)


def _dictionary(portal: Portal, made: Whole) -> None:
    fields = portal.action("datastore_info", id=_first(portal, made))["fields"][1:]
    own = [{"id": one["id"], "type": one["type"], "info": {"label": "lain"}} for one in fields]
    portal.action("datastore_create", resource_id=_first(portal, made), force=True, fields=own)


def _file(portal: Portal, made: Whole) -> None:
    shown = portal.action("package_show", id=made.contract.name)["resources"]
    portal.action("resource_delete", id=shown[-1]["id"])


EDITS: dict[str, Callable[[Portal, Whole], None]] = {
    "title": lambda portal, made: portal.action("package_patch", id=made.contract.name, title="lain"),
    "checksum": lambda portal, made: portal.action("resource_patch", id=_first(portal, made), hash="0"),
    "row more": _row_more,
    "row less": _row_less,
    "dictionary": _dictionary,
    "file": _file,
}


@pytest.mark.usefixtures("loader")
def test_any_order(portal: Portal, tmp_path: Path) -> None:
    """Whatever is done in whatever order, readers have what the model says."""

    class Here(Machine):
        """On this portal."""

    Here.portal, Here.root = portal, tmp_path
    many = {"max_examples": 12, "stateful_step_count": 12} if LONG else {"max_examples": 2, "stateful_step_count": 4}
    run_state_machine_as_test(
        Here,
        settings=settings(
            **many, deadline=None, derandomize=not LONG, database=None, suppress_health_check=list(HealthCheck),
            phases=[Phase.generate] if not LONG else [Phase.generate, Phase.shrink],
        ),
    )  # fmt: skip
