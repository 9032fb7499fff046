"""Runs on the real portal that are killed, lose an answer, or meet another run."""

import itertools
import sys
from collections.abc import Callable
from typing import Any

import pytest

from assets.errors import Busy
from publish.ckan import apply, client, verify
from tests.portal_fixture import Portal
from tests.publish.ckan import office
from tests.publish.ckan.office import FEW, Make, Office

pytestmark = pytest.mark.portal


class Killed(BaseException):
    """What a kill is to the code that it hits: not an error that anyone handles."""


FIRST_STEPS = (
    "created",
    "table",
    "loaded",
    "view",
    "table read back",
    "uploaded",
    "files read back",
    "published",
)
NEXT_STEPS = ("marked", "rows", "loaded", "table read back", "uploaded", "files read back", "published")


def kill_at(name: str) -> Callable[[str], None]:
    """Stop there as a kill would."""

    def at(done: str) -> None:
        if done == name:
            raise Killed(name)

    return at


def killed_first(portal: Portal, made: Office, step: str) -> None:
    """A first publication that is killed after a step: nothing is public, or all of it, and the next run ends it."""
    release = made.released(office.rows(made.contract, FEW))
    with pytest.raises(Killed):
        made.publish(release, at=kill_at(step))
    hidden = portal.ask("package_show", token="", id=made.contract.name).status_code
    assert hidden == (200 if step == "published" else 403)
    made.publish(release)
    assert verify(made.contract, made.settings).rows == 200
    assert made.publish(release).writes == 0


@pytest.mark.parametrize("step", FIRST_STEPS)
def test_a_first_publication_that_is_killed(portal: Portal, make: Make, step: str) -> None:
    """Killed after any step, readers see nothing or all of it, and the next run comes to the same end."""
    killed_first(portal, make(), step)


@pytest.mark.parametrize("step", NEXT_STEPS)
def test_a_change_that_is_killed(make: Make, step: str) -> None:
    """Killed after any step of a change, the next run comes to the same end."""
    made = make()
    made.publish(made.released(office.rows(made.contract, FEW)))
    changed = office.rows(made.contract, [*FEW[5:], 301], nilai=lambda n: f"{n}.99" if n % 50 == 0 else f"{n}000.05")
    release = made.released(changed, day=31)
    with pytest.raises(Killed):
        made.publish(release, at=kill_at(step))
    made.publish(release)
    assert verify(made.contract, made.settings).rows == 196
    assert made.publish(release).writes == 0


def test_a_lost_answer_is_looked_into(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    """The portal carries out a write and its answer is lost: we look, and go on without doing it twice."""
    made = make()
    release = made.released(office.rows(made.contract, FEW))
    real, calls = client.Client.write_body, itertools.count(1)
    monkeypatch.setattr(sys.modules["publish.ckan.applying"], "PAUSE_S", 0.0)

    def lossy(self: client.Client, *given: Any) -> Any:
        answer = real(self, *given)
        if next(calls) in {1, 3}:
            raise client.Unclear("the portal does not answer", dataset="x")
        return answer

    monkeypatch.setattr(client.Client, "write_body", lossy)
    made.publish(release)
    monkeypatch.setattr(client.Client, "write_body", real)
    assert verify(made.contract, made.settings).rows == 200
    assert made.publish(release).writes == 0


def test_two_runs_at_once(make: Make) -> None:
    """A plan made before another run changed the dataset is refused, not carried out over it."""
    made = make()
    made.publish(made.released(office.rows(made.contract, FEW)))
    release = made.released(office.rows(made.contract, FEW[1:]), day=1)
    stale = made.planned(release)
    made.publish(release)
    with pytest.raises(Busy, match="somebody changed"):
        apply(stale, made.contract, made.settings)
