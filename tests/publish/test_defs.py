"""What an engineer sees in Dagster of a plan: before it is carried out, and after."""

from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from assets.errors import Leaked
from publish import ckan, defs
from publish.ckan import Outcome
from publish.ckan.looking import Looked
from publish.release import Release
from tests.publish.ckan import model, office

OUTCOME = Outcome(
    dataset="bayaran-emas",
    version="2026-10-05",
    writes=5,
    reads=9,
    seconds=0.5,
    rows=3,
    url="http://x",
    resource_ids={},
    looked=Looked(files=13, documents=3, pages=2),
)


def test_the_plan_is_shown_before_and_after(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An observation with the plan comes before the first write, and stays readable when publishing fails."""
    office.trust(monkeypatch)
    contract = office.payments("bayaran-emas")
    at = office.office(tmp_path, contract, url=model.URL, token="x", organization="kabupaten")
    release: Release = at.released(office.rows(contract, [1, 2, 3]))
    plan = model.planner(at, release, monkeypatch)(None)
    monkeypatch.setattr(ckan, "plan", lambda *_: plan)
    done: list[Any] = [OUTCOME]
    monkeypatch.setattr(ckan, "apply", lambda *_: done.pop())
    for success in (True, False):
        result = dg.materialize(
            [defs._portal(contract)],
            instance=dg.DagsterInstance.ephemeral(),
            raise_on_error=False,
            resources={"settings": at.settings},
        )
        assert result.success is success
        (seen,) = [
            e.event_specific_data.asset_observation
            for e in result.all_events
            if e.event_type_value == "ASSET_OBSERVATION"
        ]
        assert "| files | bayaran-emas.csv" in str(seen.metadata["plan"].value)
    assert plan.id in str(seen.metadata["plan"].value)


def test_what_a_gate_finds_afterwards_is_a_check_that_failed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Green with counts where nothing was found; red, and the run failed, where something was."""
    office.trust(monkeypatch)
    contract = office.payments("bayaran-emas")
    at = office.office(tmp_path, contract, url=model.URL, token="x", organization="kabupaten")
    release: Release = at.released(office.rows(contract, [1, 2, 3]))
    plan = model.planner(at, release, monkeypatch)(None)
    monkeypatch.setattr(ckan, "plan", lambda *_: plan)
    leaked = Leaked("the dataset is hidden", dataset=contract.name, where="page (1)", found="1 values")

    def apply(*_: Any) -> Outcome:
        if not good:
            raise leaked
        return OUTCOME

    monkeypatch.setattr(ckan, "apply", apply)
    for good in (True, False):
        result = dg.materialize(
            [defs._portal(contract)],
            instance=dg.DagsterInstance.ephemeral(),
            raise_on_error=False,
            resources={"settings": at.settings},
        )
        (check,) = result.get_asset_check_evaluations()
        assert (result.success, check.passed, check.check_name) == (good, good, defs.LOOKED)
    assert check.metadata["where"].value == "page (1)"
