"""Two machines of one office, each with a release store of its own, publish the same dataset at the same time."""

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from threading import Barrier

import pytest

from assets.errors import Busy, PortalError
from publish.ckan import Outcome, Plan, apply, verify
from tests.portal_fixture import Portal
from tests.publish.ckan import office
from tests.publish.ckan.office import FEW, Make, Office
from tests.publish.ckan.test_faults import seen

pytestmark = pytest.mark.portal
ROUNDS, FIRSTS = (30, 10) if os.environ.get("TERANG_TORTURE") else (2, 1)


def twins(made: Office, root: Path) -> Iterator[Office]:
    """The same dataset, settings and token on two machines."""
    token = (made.settings.root / "token").read_text(encoding="utf-8")
    for name in ("satu", "dua"):
        (root / name).mkdir(parents=True)
        (root / name / "token").write_text(token, encoding="utf-8")
        yield replace(made, settings=made.settings.model_copy(update={"root": root / name}))


def together(pair: list[Office], plans: list[Plan]) -> list[Outcome | Busy | PortalError]:
    """Both apply their plan at once; what became of each."""
    start = Barrier(2)

    def run(made: Office, plan: Plan) -> Outcome | Busy | PortalError:
        start.wait()
        try:
            return apply(plan, made.contract, made.settings)
        except (Busy, PortalError) as error:
            return error

    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(run, pair, plans))


def race(portal: Portal, pair: list[Office], number: int) -> list[Outcome | Busy | PortalError]:
    """Two different releases at once; afterwards one more run of the first machine comes to its whole release."""
    rows = [office.rows(made.contract, FEW[: 150 + number + 10 * n]) for n, made in enumerate(pair)]
    releases = [
        made.released(table, day=2 * number + n) for n, (made, table) in enumerate(zip(pair, rows, strict=True))
    ]
    plans = [made.planned(release) for made, release in zip(pair, releases, strict=True)]
    ended = together(pair, plans)
    whole = {(release.version, table.num_rows, table.num_rows) for release, table in zip(releases, rows, strict=True)}
    if not all(isinstance(one, Exception) for one in ended):
        assert seen(portal, pair[0]) in whole, ended
    for one in ended:
        assert not isinstance(one, Exception) or one.facts.get("next"), one
    pair[0].publish(releases[0])
    assert verify(pair[0].contract, pair[0].settings).rows == rows[0].num_rows
    assert pair[0].publish(releases[0]).writes == 0
    return ended


def test_two_machines_at_once(
    portal: Portal, make: Make, tmp_path: Path, loader: str, record_testsuite_property: Callable[[str, object], None]
) -> None:
    """One wins and the other says why, or both say why; readers have one whole release of the two wherever one won."""
    pair = list(twins(make(formats=["csv", "parquet"]), tmp_path))
    told: list[str] = []
    for number in range(ROUNDS):
        ended = race(portal, pair, number)
        told.append(" / ".join(type(one).__name__ for one in ended))
        if loader == "switched" and number:
            assert sum(isinstance(one, Outcome) for one in ended) == 1, ended
    record_testsuite_property(f"two at once, {loader}", told)


def test_two_machines_publish_first(portal: Portal, make: Make, tmp_path: Path, loader: str) -> None:
    """Of two machines whose plans both make the dataset one does, and the other says why not; readers have the winner's release."""
    for number in range(FIRSTS):
        pair = list(twins(make(formats=["csv", "parquet"]), tmp_path / f"{loader}{number}"))
        ended = race(portal, pair, 0)
        assert sum(isinstance(one, Outcome) for one in ended) == 1, ended
        assert any(isinstance(one, Busy) for one in ended), ended


def test_a_dataset_that_is_taken_over(make: Make, tmp_path: Path, loader: str) -> None:
    """A run that finds another's half-loaded dataset goes on from there; the other, if it lives, stops and says so."""
    slow, fast = twins(make(formats=["csv", "parquet"]), tmp_path)
    old = slow.released(office.rows(slow.contract, FEW), day=0)
    new = fast.released(office.rows(fast.contract, FEW[:50]), day=1)
    begun = "table" if loader == "keyed" else "created"

    def overtaken(point: str) -> None:
        if point == begun:
            fast.publish(new)

    with pytest.raises(Busy, match="somebody changed"):
        slow.publish(old, at=overtaken)
    assert verify(fast.contract, fast.settings).rows == 50
    assert fast.publish(new).writes == 0
