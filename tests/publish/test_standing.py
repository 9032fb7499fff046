"""What a ledger comes to: which version is current, which one was before it, and which contents stay away."""

from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assets.store import Store, store_of
from publish import ledger
from publish.ledger import Event
from publish.standing import (
    HIDDEN,
    LIFTED,
    PUBLISHED,
    RELEASED,
    ROLLED_BACK,
    SHOWN_AGAIN,
    TAKEN_DOWN,
    Standing,
    checksums,
    standing,
    why_held,
)
from tests.publish import made

GOLDEN = Path(__file__).parent / "golden/rolled-back.jsonl"
DOWN = GOLDEN.with_name("taken-down.jsonl")


def store(folder: Path) -> Store:
    """An empty store."""
    return store_of("bayaran-contoh", made.settings(folder))


def told(folder: Store, *events: tuple[str, str]) -> Standing:
    """Append these events (`A` a release, `-A` a rollback to it, `xA` its takedown), and read the whole."""
    for kind, version in events:
        current = standing(ledger.entries(folder)).current
        facts = {
            RELEASED: {},
            ROLLED_BACK: {"from": current, "reason": "salah"},
            TAKEN_DOWN: {"versions": [version], "reason": "putusan"},
        }
        event = Event(event=kind, time=made.NOW, version=version, content_digest=f"d{version}", facts=facts[kind])
        ledger.append(folder, event)
    return standing(ledger.check(folder))


def test_the_last_release_is_current(tmp_path: Path) -> None:
    """Each release takes the place of the one before; nothing is held back."""
    found = told(store(tmp_path), (RELEASED, "A"), (RELEASED, "B"))
    assert (found.current, found.before, found.held, found.withdrawn) == ("B", "A", {}, {})


def test_after_a_rollback_the_earlier_version_is_current(tmp_path: Path) -> None:
    """What was taken back is held, with its reason, and the version before is the one before that."""
    found = told(store(tmp_path), (RELEASED, "A"), (RELEASED, "B"), (RELEASED, "C"), (ROLLED_BACK, "B"))
    assert (found.current, found.before, list(found.held)) == ("B", "A", ["dC"])
    assert why_held(found.held["dC"]) == "the same content as version C, which was rolled back on 2026-11-23: salah"


def test_back_over_several_versions_and_forward_again(tmp_path: Path) -> None:
    """All that came after is held; going forward to one of them frees that one alone."""
    folder = store(tmp_path)
    found = told(folder, (RELEASED, "A"), (RELEASED, "B"), (RELEASED, "C"), (ROLLED_BACK, "A"))
    assert (found.current, found.before, sorted(found.held)) == ("A", None, ["dB", "dC"])
    found = told(folder, (ROLLED_BACK, "C"))
    assert (found.current, found.before, list(found.held)) == ("C", "A", ["dB"])


def test_a_content_that_is_released_again_is_free(tmp_path: Path) -> None:
    """Another release of the same content, asked for by a person, is not held any more."""
    folder = store(tmp_path)
    told(folder, (RELEASED, "A"), (RELEASED, "B"), (ROLLED_BACK, "A"))
    ledger.append(folder, Event(event=RELEASED, time=made.NOW, version="B2", content_digest="dB"))
    found = standing(ledger.check(folder))
    assert (found.current, found.before, found.held) == ("B2", "A", {})


def test_what_was_taken_down_is_no_version_to_go_to(tmp_path: Path) -> None:
    """A version that is gone is neither current nor before, whichever way it would be reached."""
    folder = store(tmp_path)
    found = told(folder, (RELEASED, "A"), (RELEASED, "B"), (RELEASED, "C"), (TAKEN_DOWN, "B"))
    assert (found.current, found.before, list(found.withdrawn), list(found.held)) == ("C", "A", ["B"], ["dB"])
    found = told(folder, (TAKEN_DOWN, "C"))
    assert (found.current, found.before) == ("A", None)
    assert told(folder, (TAKEN_DOWN, "A")).current is None


@given(st.lists(st.sampled_from([RELEASED, ROLLED_BACK, TAKEN_DOWN]), max_size=12), st.randoms())
@settings(max_examples=60, deadline=None)
def test_laws_of_a_standing(kinds: list[str], random: object) -> None:
    """The current version is the one last named that is not gone; held, shown and gone never overlap."""
    pick = getattr(random, "choice")  # noqa: B009 - hypothesis gives a Random
    with TemporaryDirectory() as place:
        folder, names, gone = store(Path(place)), list[str](), set[str]()
        found = Standing()
        for n, kind in enumerate(kinds):
            there = [name for name in names if name not in gone]
            version = f"v{n}" if kind == RELEASED or not there else pick(there)
            kind = kind if kind == RELEASED or there else RELEASED  # noqa: PLW2901 - nothing to take back yet
            found = told(folder, (kind, version))
            names += [version] if kind == RELEASED else []
            gone |= {version} if kind == TAKEN_DOWN else set()
            if kind != TAKEN_DOWN:
                assert found.current == version
            assert not gone & set(found.shown)
            assert not {found.contents[one] for one in found.shown} & found.held.keys()
            assert {found.contents[one] for one in gone} <= found.held.keys()
        assert len(set(found.shown)) == len(found.shown)


def test_the_line_of_a_rollback_stays_as_it_is(tmp_path: Path) -> None:
    """Whoever reads ledgers can rely on this form; each line still proves the one before."""
    folder = store(tmp_path)
    told(folder, (RELEASED, "2026-10-05"), (RELEASED, "2026-11-05"))
    event = Event(
        event=ROLLED_BACK, time=made.NOW + timedelta(days=1), version="2026-10-05", content_digest="d2026-10-05",
        facts={"from": "2026-11-05", "reason": "salah baca"},
    )  # fmt: skip
    ledger.append(folder, event)
    assert (folder.releases / ledger.FILE).read_bytes().splitlines()[-1] == GOLDEN.read_bytes().rstrip(b"\n")


def test_the_line_of_a_takedown_stays_as_it_is(tmp_path: Path) -> None:
    """It says scope, counts, versions, reason and basis, and the checksums of what is gone; never an id."""
    folder = store(tmp_path)
    told(folder, (RELEASED, "2026-10-05"))
    facts = {
        "scope": "rows", "rows": 2, "versions": ["2026-10-05"], "reason": "permintaan", "basis": "UU 27/2022",
        "list": "0" * 64,
    }  # fmt: skip
    files = {"2026-10-05/SHA256SUMS": "1" * 64}
    ledger.append(folder, Event(event=TAKEN_DOWN, time=made.NOW, version="", files=files, facts=facts))
    assert (folder.releases / ledger.FILE).read_bytes().splitlines()[-1] == DOWN.read_bytes().rstrip(b"\n")


def test_a_lifted_takedown_is_no_notice_and_holds_nothing(tmp_path: Path) -> None:
    """The withdrawn version stays gone; its content may be released again, and readers are not told of it any more."""
    folder = store(tmp_path)
    told(folder, (RELEASED, "A"))
    facts = {"scope": "all", "versions": ["A"], "reason": "putusan", "basis": "UU", "list": "x"}
    ledger.append(folder, Event(event=TAKEN_DOWN, time=made.NOW, version="", facts=facts))
    down = standing(ledger.check(folder))
    assert (len(down.notices), list(down.held), down.listed) == (1, ["dA"], "x")
    lifted = {"scope": "all", "reason": "dibatalkan", "list": "y"}
    ledger.append(folder, Event(event=LIFTED, time=made.NOW, version="", facts=lifted))
    found = standing(ledger.check(folder))
    assert (found.notices, found.held, found.listed, list(found.withdrawn)) == ([], {}, "y", ["A"])


def test_a_file_that_a_standing_release_has_too_is_not_gone(tmp_path: Path) -> None:
    """Checksums of withdrawn files are no longer among those that stand, but for files that another version has as well."""
    folder = store(tmp_path)
    for version, files in (("a", {"x.csv": "1", "retired.csv": "0"}), ("b", {"x.csv": "2", "retired.csv": "0"})):
        ledger.append(folder, Event(event=RELEASED, time=made.NOW, version=version, files=files))
    assert checksums(ledger.entries(folder)) == {"0", "1", "2"}
    facts = {"versions": ["a"], "reason": "-", "list": ""}
    ledger.append(folder, Event(event=TAKEN_DOWN, time=made.NOW, version="", facts=facts))
    assert checksums(ledger.entries(folder)) == {"0", "2"}


@pytest.mark.parametrize("decision", [ROLLED_BACK, TAKEN_DOWN, SHOWN_AGAIN])
def test_only_a_person_ends_being_hidden(tmp_path: Path, decision: str) -> None:
    """A release or a publication does not; a rollback, a takedown or the word of a person does."""
    folder = store(tmp_path)
    found = told(folder, (RELEASED, "A"), (RELEASED, "B"))
    assert found.hidden is None
    for event in (HIDDEN, RELEASED, PUBLISHED):
        ledger.append(folder, Event(event=event, time=made.NOW, version="B", facts={"found": 1}))
        stands = standing(ledger.check(folder))
        assert stands.hidden
        assert stands.hidden.event == HIDDEN
    facts = {"from": "B", "versions": ["B"], "reason": "sudah dibersihkan"}
    ledger.append(folder, Event(event=decision, time=made.NOW, version="A", facts=facts))
    assert standing(ledger.check(folder)).hidden is None
