"""Publishers killed by the system at every named point; one more run, in another process, comes to the undisturbed end.

Some points here, all of them with $TERANG_TORTURE (`make torture`).
"""

import os
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from secrets import choice
from string import ascii_lowercase
from typing import Any

import pytest

from assets.store import store_of
from publish import ledger
from publish.ckan import verify
from publish.verify import verify_release
from tests.portal_fixture import Portal
from tests.publish.ckan import mortal, office, whole
from tests.publish.ckan.mortal import Work, carried_out
from tests.publish.ckan.office import FEW, Make, Office
from tests.publish.ckan.test_switching import shown
from tests.publish.ckan.test_takedown import PEM
from tests.publish.ckan.whole import Whole

pytestmark = pytest.mark.portal
ALL = bool(os.environ.get("TERANG_TORTURE"))
FORMATS = ["csv", "parquet"]
LOADERS = {"keyed": "none of them", "switched": "terang"}
Scene = Callable[[Office], tuple[list[Work], Work, Office]]


def first(made: Office) -> tuple[list[Work], Work, Office]:
    """A first publication."""
    return [], partial(mortal.publish, office.rows(made.contract, FEW), 0), made


def change(made: Office) -> tuple[list[Work], Work, Office]:
    """Rows come, change and go."""
    other = office.rows(made.contract, [*FEW[5:], 301], nilai=lambda n: f"{n}.99" if n % 50 == 0 else f"{n}000.05")
    return [first(made)[1]], partial(mortal.publish, other, 31), made


def columns(made: Office) -> tuple[list[Work], Work, Office]:
    """A column goes."""
    narrow = replace(made, contract=office.payments(made.contract.name, columns=office.PAYMENTS[:-1], formats=FORMATS))
    return [first(made)[1]], partial(mortal.publish, office.rows(narrow.contract, FEW[3:]), 31), narrow


def back(made: Office) -> tuple[list[Work], Work, Office]:
    """The release before is shown again."""
    return [first(made)[1], change(made)[1]], mortal.take_back, made


SCENES: dict[str, Scene] = {"first": first, "change": change, "columns": columns, "rollback": back}
SOME = {("first", "switched"), ("change", "keyed"), ("rollback", "switched")}
CASES = [(scene, loader) for scene in SCENES for loader in LOADERS if ALL or (scene, loader) in SOME]


def chosen(points: list[str]) -> list[int]:
    """At which points to kill."""
    return list(range(1, len(points) + 1)) if ALL else [1 + len(points) // 2, len(points)]


def end(portal: Portal, made: Office) -> dict[str, Any]:
    """All that readers and the office have in the end."""
    store = store_of(made.contract.name, made.settings)
    told = [(entry.event, entry.version) for entry in ledger.check(store)]
    status = portal.action("terang_status", id=made.contract.name)
    parts = [path.name for root in (store.releases, store.public, store.restricted) for path in root.rglob("*.part")]
    begun = [path.name for path in store.releases.glob(".*.json")]
    return {
        "shown": shown(portal, made),
        "rows": verify(made.contract, made.settings).rows,
        "proven": verify_release(store).passed,
        "told": list(dict.fromkeys(told)),
        "left over": (parts, begun, status["loads"], status["unfinished"]),
    }


@pytest.mark.parametrize(("scene", "loader"), CASES)
def test_a_publisher_that_is_killed(portal: Portal, make: Make, scene: str, loader: str) -> None:
    """Killed at any point, the next run leaves portal, ledger and folders as an undisturbed one does."""
    carry_out = partial(carried_out, plugin=LOADERS[loader])

    def set_up() -> tuple[Work, Office]:
        made = make(formats=FORMATS)
        before, work, later = SCENES[scene](made)
        for one in before:
            carry_out(one, made)
        return work, later

    work, made = set_up()
    points = carry_out(work, made)
    undisturbed = end(portal, made)
    assert undisturbed["left over"] == ([], [], {}, False)
    assert undisturbed["proven"]
    for deadly in chosen(points):
        work, made = set_up()
        assert carry_out(work, made, deadly=deadly) == points[:deadly]
        carry_out(work, made)
        assert end(portal, made) == undisturbed, (deadly, points[deadly - 1])


def after_takedown(portal: Portal, made: Whole) -> dict[str, Any]:
    """All that readers and the office have after a takedown."""
    package = portal.action("package_show", token="", id=made.contract.name)
    table = portal.action("datastore_search", token="", resource_id=package["resources"][0]["id"], limit=100)
    status = portal.action("terang_status", id=made.contract.name)
    return {
        "version": (package["version"], package["private"], package["terang_takedown_en"]),
        "rows": sorted(record["nomor"] for record in table["records"]),
        "files": sorted(one["url"].rpartition("/")[2].replace(made.contract.name, "") for one in package["resources"]),
        "verified": verify(made.contract, made.settings).rows,
        "proven": verify_release(made.store).passed,
        "told": [(entry.event, entry.version) for entry in ledger.check(made.store) if entry.event != "published"],
        "left over": (status["loads"], status["unfinished"], status["previous"]),
    }


@pytest.mark.parametrize("loader", [loader for loader in LOADERS if ALL or loader == "switched"], indirect=True)
def test_a_takedown_that_is_killed(request: pytest.FixtureRequest, portal: Portal, tmp_path: Path, loader: str) -> None:
    """Killed at any point, the same command leaves portal, ledger and folders as an undisturbed one does."""

    def set_up() -> tuple[Work, Whole]:
        name = f"uji-{''.join(choice(ascii_lowercase) for _ in range(12))}"
        (tmp_path / name).mkdir()
        request.addfinalizer(partial(portal.purge, name))  # another dataset with the same file would be found
        facts = {"url": portal.url, "token": portal.token, "organization": portal.organization}
        made = whole.whole(tmp_path / name, whole.contract(name), key=PEM, **facts)
        first = made.run(range(1, 21))
        made.run(range(1, 22), day=31)
        return partial(mortal.take_down, made.rows(first, 7)), made

    work, made = set_up()
    points = carried_out(work, made, plugin=LOADERS[loader])
    undisturbed = after_takedown(portal, made)
    assert undisturbed["left over"] == ({}, False, None)
    for deadly in chosen(points) if ALL else [1 + len(points) // 2]:
        work, made = set_up()
        assert carried_out(work, made, plugin=LOADERS[loader], deadly=deadly) == points[:deadly]
        carried_out(work, made, plugin=LOADERS[loader])
        assert after_takedown(portal, made) == undisturbed, (deadly, points[deadly - 1])
