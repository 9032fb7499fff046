"""`terang approve`, and Dagster: a run that waits says so, and the sensor goes on once a second person agreed; on the real portal."""

import json
import os
import uuid
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest

from assets.defs import SETTINGS
from assets.settings import load
from assets.store import store_of
from pipelines.definitions import defs
from publish import ledger, people
from publish.defs import APPROVAL, WAITING
from tests.pipelines.command import Terang
from tests.portal_fixture import Portal

pytestmark = pytest.mark.portal


@pytest.fixture
def name(office: Path, portal: Portal, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The dataset of a new office on the portal, which asks for approval; budi runs it, sitirahma approves."""
    name = "uji-" + "".join(chr(ord("a") + int(letter, 16)) for letter in uuid.uuid4().hex[:10])
    example = office / "contracts/example.yml"
    example.with_name(f"{name}.yml").write_text(f"{example.read_text()}approval: {{when: always}}\n", encoding="utf-8")
    example.unlink()
    monkeypatch.setenv("TERANG_PORTALS__DEFAULT__URL", portal.url)
    monkeypatch.setenv("TERANG_PORTALS__DEFAULT__ORGANIZATION", portal.organization)
    monkeypatch.setenv("TERANG_CKAN_TOKEN", portal.token)
    monkeypatch.setattr(people, "everybody", lambda *others: ("budi", *(name for name in others if name)))
    monkeypatch.setattr(people, "me", lambda: "sitirahma")
    yield name
    portal.purge(name)


def tick(name: str) -> list[dg.RunRequest]:
    """What the sensor asks for."""
    code = defs()
    context = dg.build_sensor_context(repository_def=code.get_repository_def(), resources={SETTINGS: load()})
    sensor = code.resolve_sensor_def(f"{name.replace('-', '_')}_approved")
    return list(sensor.evaluate_tick(context).run_requests or [])


def asked(name: str) -> dg.ExecuteInProcessResult:
    """The run that the sensor asks for."""
    code = defs()
    sensor = code.resolve_sensor_def(f"{name.replace('-', '_')}_approved")
    with dg.DagsterInstance.from_config(os.environ["DAGSTER_HOME"]) as instance:
        return code.resolve_job_def(sensor.job_name).execute_in_process(instance=instance)


def test_a_run_waits_and_goes_on_once_it_is_approved(portal: Portal, name: str, terang: Terang) -> None:
    """Exit code 8 and the next step; nothing at the portal; shown, approved, published by the sensor's run; then nothing to do."""
    ended = terang("run")
    assert (ended.code, portal.ask("package_show", token=portal.admin_token, id=name).status_code) == (8, 404)
    assert f"Waits for approval, not public: {name}: version" in ended.out
    assert f"terang approve {name}" in ended.out
    assert terang("run").code == 8
    assert tick(name) == []
    assert "waits for approval" in terang("status").out
    version = json.loads(terang("status", "--json").out)["waiting"][name]
    assert terang("publish", "--json").code == 8
    assert "create dataset" in terang("plan").out or terang("plan").code == 0
    shown = terang("approve", name)
    assert (shown.code, "not shown" in shown.out, "made by      budi" in shown.out) == (0, False, True)
    assert "shown        nilai: public_measure, as it is" in shown.out
    undone = terang("approve", name, version, "--reason", "diperiksa")
    assert (undone.code, "with --yes" in undone.err) == (2, True)
    done = terang("approve", name, version, "--reason", "diperiksa", "--yes", "--json")
    assert json.loads(done.out)["by"] == "sitirahma"
    (request,) = tick(name)
    result = asked(name)
    assert result.success
    assert {check.check_name: check.passed for check in result.get_asset_check_evaluations()}[APPROVAL] is True
    assert portal.action("package_show", token="", id=name)["version"] == version
    assert tick(name) == []
    assert request.run_key
    ended = terang("run", "--json")
    (told,) = json.loads(ended.out)
    assert (ended.code, told["writes"], told["waiting"]) == (0, 0, "")
    assert [entry.event for entry in ledger.check(store_of(name, load()))] == [
        "proposed", "approved", "released", "published",
    ]  # fmt: skip
    public = portal.action("package_show", token="", id=name)
    assert "sitirahma" not in json.dumps(public)


def test_dagster_shows_that_it_waits(name: str, office: Path) -> None:
    """The run is no failure: the check is amber and says what to do, the portal is not made, its plan is there to be read."""
    assert office.is_dir()
    result = defs().resolve_job_def(name.replace("-", "_")).execute_in_process(
        instance=dg.DagsterInstance.ephemeral(), tags={"user": "dewi"}
    )  # fmt: skip
    checks = {check.check_name: check for check in result.get_asset_check_evaluations()}
    check = checks[APPROVAL]
    assert (check.passed, check.severity) == (False, dg.AssetCheckSeverity.WARN)
    assert "terang approve" in (check.description or "")
    made = [event.asset_key.path[0] for event in result.get_asset_materialization_events() if event.asset_key]
    assert made == ["raw", "public", "release"]
    told = [e.asset_observation_data.asset_observation for e in result.get_asset_observation_events()]
    assert {"planned", WAITING} <= {one.description for one in told}
    store = store_of(name, load())
    (digest,) = ledger.check(store)[0].facts["made_digest"]
    assert people.read(store, digest)["names"] == ["budi", "dewi"]


def test_what_is_refused_is_said(name: str, terang: Terang) -> None:
    """Its files go; another run says why nothing is released."""
    terang("run")
    done = terang("approve", name, "--reason", "salah", "--refuse", "--yes")
    assert (done.code, "refused; its files are removed" in done.out) == (0, True)
    ended = terang("run")
    assert (ended.code, "which was refused" in ended.err) == (4, True)
    assert terang("approve", name).code == 4
