"""Publishing to the real portal with ckanext-terang: loaded aside, switched at once, the same result as without."""

import itertools
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pyarrow as pa
import pytest

from assets.errors import Busy, PortalMismatch
from publish.ckan import apply, client, switching, verify
from publish.ckan.resources import MARK
from tests.portal_fixture import Portal
from tests.publish.ckan import office
from tests.publish.ckan.office import FEW, Make, Office
from tests.publish.ckan.test_killed import Killed, kill_at, killed_first
from tests.publish.ckan.test_publish import formats_come_and_go, package

pytestmark = [pytest.mark.portal, pytest.mark.usefixtures("extended")]
OWN = {"metadata_modified", "created", "last_modified", "id", "package_id", "url", "hash", "size", MARK}


def shown(portal: Portal, of: Office) -> dict[str, Any]:
    """All that a reader sees of a dataset, without its times and names."""
    found = package(portal, of)
    table = found["resources"][0]["id"]
    rows = portal.action("datastore_search", token="", resource_id=table, limit=1000, sort="id")
    info = portal.action("datastore_info", token="", id=table)
    dump = httpx.get(f"{portal.url}/datastore/dump/{table}", trust_env=False).text
    return {
        "package": {k: found[k] for k in ("title", "notes", "version", "tags", "private", "terang_release")},
        "resources": [sorted(f"{k}={v}" for k, v in one.items() if k not in OWN) for one in found["resources"]],
        "fields": [{k: v for k, v in field.items() if k != "schema"} for field in info["fields"]],
        "indexed": [(f["id"], f["schema"]["is_index"], f["schema"]["uniquekey"]) for f in info["fields"]],
        "rows": [{k: v for k, v in row.items() if k != "_id"} for row in rows["records"]],
        "total": (rows["total"], info["meta"]["count"]),
        "dump": sorted(line.partition(",")[2] for line in dump.splitlines()),
        "words": portal.action("datastore_search", token="", resource_id=table, q="kutip")["total"],
        "files": [len(httpx.get(one["url"], trust_env=False).content) == one["size"] for one in found["resources"]],
    }


def hard(of: Office, numbers: list[int]) -> pa.Table:
    """Rows whose texts are guarded in the CSV, or empty, or look like something else."""
    table = office.rows(of.contract, numbers)
    texts = [
        "",
        None,
        "=1+1",
        "-",
        "'-2",
        "''@x",
        "'biasa",
        "\t=3",
        '"',
        "NULL",
        "\\N",
        "\\.",
        "a\r\nb",
        "ekor ",
        "+kutip",
    ]
    column = table.schema.get_field_index("uraian")
    values = [texts[n % len(texts)] for n in range(len(numbers))]
    return table.set_column(column, table.schema.field(column), pa.array(values, table.schema.field(column).type))


@pytest.mark.parametrize("rows", [lambda of, n: office.rows(of.contract, n), hard])
def test_both_loaders_show_the_same(
    portal: Portal, make: Make, monkeypatch: pytest.MonkeyPatch, rows: Callable[[Office, list[int]], Any]
) -> None:
    """Readers cannot tell which loader published, neither a first release nor a later one."""
    pair = [make(), make()]
    seen: list[list[dict[str, Any]]] = []
    for plugin, made in zip(["terang", "none"], pair, strict=True):
        monkeypatch.setattr("publish.ckan.capabilities.SWITCH_PLUGIN", plugin)
        seen.append([])
        for day, numbers in enumerate([FEW, [*FEW[5:], 301, 302]]):
            release = made.released(rows(made, numbers), day=day)
            assert made.planned(release).switched is (plugin == "terang")
            made.publish(release)
            assert made.publish(release).writes == 0
            assert verify(made.contract, made.settings).rows == len(numbers)
            seen[-1].append(shown(portal, made))
    for switched, keyed in zip(*seen, strict=True):
        for part in keyed:
            assert (part, switched[part]) == (part, keyed[part])


def test_groups_without_an_id(make: Make) -> None:
    """Rows known by several columns, one of them empty, are loaded all the same."""
    made = make(office.monthly)
    first = [("5.01", "A", "1.00", 5), ("5.01", None, "2.00", 6), ("5.02", "A", "3.00", 7)]
    made.publish(made.released(office.groups(made.contract, first)))
    release = made.released(office.groups(made.contract, first[1:]), day=31)
    made.publish(release)
    assert verify(made.contract, made.settings).rows == 2
    assert made.publish(release).writes == 0


def test_the_plan_says_how(make: Make) -> None:
    """The method is chosen in the plan and shown; a later release is one load of each changed file, and one switch."""
    made = make()
    made.publish(made.released(office.rows(made.contract, FEW)))
    plan = made.planned(made.released(office.rows(made.contract, FEW[1:]), day=1))
    lines = "\n".join(plan.lines())
    assert "load and switch (ckanext-terang" in lines
    assert "readers see old or new, nothing between" in lines
    assert "- 1" in lines
    assert plan.document()["method"] == "load and switch"
    outcome = apply(plan, made.contract, made.settings)
    assert outcome.writes == len(plan.uploads) + 1


def test_other_columns_are_switched_too(portal: Portal, make: Make) -> None:
    """A column more or less is one switch as well: readers never find an incomplete table."""
    made = make()
    first = made.publish(made.released(office.rows(made.contract, FEW)))
    narrow = replace(made, contract=office.payments(made.contract.name, columns=office.PAYMENTS[:-1]))
    plan = narrow.planned(narrow.released(office.rows(narrow.contract, FEW), day=1))
    assert plan.has("load table")
    assert "nothing between" in "\n".join(plan.lines())
    outcome = apply(plan, narrow.contract, narrow.settings)
    assert outcome.resource_ids.items() >= first.resource_ids.items()
    info = portal.action("datastore_info", token="", id=outcome.resource_ids["csv"])
    assert "uraian" not in {field["id"] for field in info["fields"]}
    assert verify(narrow.contract, narrow.settings).rows == 200


def test_formats_come_and_go(portal: Portal, make: Make) -> None:
    """A file that a release no longer has leaves the portal with the switch, and comes back under its id."""
    formats_come_and_go(portal, make())


@pytest.mark.parametrize("step", ["created", "sent", "switched", "view", "files read back", "published"])
def test_a_first_publication_that_is_killed(portal: Portal, make: Make, step: str) -> None:
    """Killed after any step, readers see nothing or all of it, and the next run comes to the same end."""
    killed_first(portal, make(), step)


@pytest.mark.parametrize("step", ["sent", "switched", "files read back"])
def test_a_change_that_is_killed(portal: Portal, make: Make, step: str) -> None:
    """Killed after any step of a change, readers have the old release or the new one, and what was sent is not sent again."""
    made = make()
    made.publish(made.released(office.rows(made.contract, FEW)))
    release = made.released(office.rows(made.contract, FEW[5:]), day=31)
    sends = len(made.planned(release).uploads)
    with pytest.raises(Killed):
        made.publish(release, at=kill_at(step))
    assert package(portal, made)["version"] == ("2026-10-05" if step == "sent" else "2026-11-05")
    outcome = made.publish(release)
    assert outcome.writes == (sends if step == "sent" else 0)  # one was sent before, one is the switch
    assert verify(made.contract, made.settings).rows == 195


def test_a_lost_answer_is_looked_into(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    """The portal loads or switches and its answer is lost: we look, and go on without doing it twice."""
    made = make()
    made.publish(made.released(office.rows(made.contract, FEW)))
    release = made.released(office.rows(made.contract, FEW[1:]), day=1)
    plan = made.planned(release)
    real, calls, done = client.Client.write_body, itertools.count(1), list[str]()
    monkeypatch.setattr(sys.modules["publish.ckan.applying"], "PAUSE_S", 0.0)

    def lossy(self: client.Client, action: str, *given: Any) -> Any:
        answer = real(self, action, *given)
        done.append(action)
        if next(calls) == 1 or action == "terang_switch":
            raise client.Unclear("the portal does not answer", dataset="x")
        return answer

    monkeypatch.setattr(client.Client, "write_body", lossy)
    apply(plan, made.contract, made.settings)
    monkeypatch.setattr(client.Client, "write_body", real)
    assert done == ["terang_load"] * len(plan.uploads) + ["terang_switch"]
    assert verify(made.contract, made.settings).rows == 199


def test_two_runs_at_once(make: Make) -> None:
    """A plan made before another run changed the dataset is refused, not carried out over it."""
    made = make()
    made.publish(made.released(office.rows(made.contract, FEW)))
    release = made.released(office.rows(made.contract, FEW[1:]), day=1)
    stale = made.planned(release)
    made.publish(release)
    with pytest.raises(Busy, match="somebody changed"):
        apply(stale, made.contract, made.settings)


def test_a_table_that_is_not_the_releases(make: Make, portal: Portal, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the portal's count or sums are not those of the release, readers keep the release before."""
    made = make()
    made.publish(made.released(office.rows(made.contract, FEW)))
    release = made.released(office.rows(made.contract, FEW[1:]), day=1)
    real = client.Client.write_files

    def false(self: client.Client, action: str, fields: Any, files: dict[str, Path]) -> Any:
        answer = real(self, action, fields, files)
        return {**answer, "sums": {**answer["sums"], "nilai": "1"}} if "sums" in answer else answer

    monkeypatch.setattr(client.Client, "write_files", false)
    with pytest.raises(PortalMismatch, match="another table"):
        made.publish(release)
    assert package(portal, made)["version"] == "2026-10-05"


def test_a_broken_switch_is_carried_on(make: Make, portal: Portal, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the portal says to be unfinished is ended first, then planned anew."""
    made = make()
    release = made.released(office.rows(made.contract, FEW))
    made.publish(release)
    real, ended = client.Client.read, list[str]()

    def unfinished(self: client.Client, action: str, **data: Any) -> Any:
        found = real(self, action, **data)
        return {**found, "unfinished": not ended} if action == "terang_status" else found

    monkeypatch.setattr(client.Client, "read", unfinished)
    monkeypatch.setattr(switching, "carry_on", lambda _, package: ended.append(package))
    plan = made.planned(release)
    assert [step.verb for step in plan.steps] == ["carry on"]
    assert "carried on" in "\n".join(plan.lines())
    apply(plan, made.contract, made.settings)
    assert ended == [package(portal, made)["id"]]


def test_without_the_portals_worker(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    """A load that waits in vain for the portal's worker is done at once, from the file that is already there."""
    made = make()
    release = made.released(office.rows(made.contract, FEW))
    real, sent = client.Client.write_files, list[str]()

    def queued(self: client.Client, action: str, fields: Any, files: dict[str, Path]) -> Any:
        answer = real(self, action, {name: text for name, text in fields.items() if name != "table"}, files)
        sent.append(action)
        return {**answer, "state": "queued"} if "table" in fields else answer

    monkeypatch.setattr(switching, "QUEUE_S", -1.0)
    monkeypatch.setattr(client.Client, "write_files", queued)
    made.publish(release)
    assert verify(made.contract, made.settings).rows == 200
