"""The verdict: nothing but a clear pass of every gate, on these bytes and by this contract, lets anything out."""

import json
from collections.abc import Callable
from pathlib import Path
from threading import Event
from typing import Any

import pyarrow.parquet as pq
import pytest

from assets.catalog import load
from assets.errors import Unproven
from assets.store import write_json
from quality import gates
from quality import verdict as verdicts
from quality.gates.evidence import Evidence
from quality.verdict import judge, require
from tests.quality.office import office


def _raises(_: object) -> None:
    raise ValueError("3507010101900001")


def _stops(_: object) -> None:
    raise SystemExit("3507010101900001")


def _says(_: object) -> str:
    return "3507010101900001"


def _half(_: object) -> Evidence:
    return Evidence(name="half", passed=1)  # type: ignore[arg-type]  # a truthy answer is not a pass


@pytest.mark.parametrize("broken", [None, _raises, _stops, _says, _half, lambda _: None, lambda _: True])
@pytest.mark.parametrize("place", range(len(gates.GATES)))
def test_every_mutant_blocks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: int, broken: Callable[[object], Any]
) -> None:
    """A gate that crashes, answers nothing, or answers yes without evidence blocks, and its error's text is not kept."""
    contract, settings, store = office(tmp_path)
    mutants = [broken if i == place else gate for i, gate in enumerate(gates.GATES)]
    monkeypatch.setattr(gates, "GATES", tuple(mutants))
    assert not judge(contract, settings).passed
    assert "3507010101900001" not in store.verdict.read_text(encoding="utf-8")


def test_a_gate_taken_away_after_the_verdict_blocks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A verdict of fewer gates than there are is no proof."""
    contract, settings, _ = office(tmp_path)
    with monkeypatch.context() as fewer:
        fewer.setattr(gates, "GATES", gates.GATES[:-1])
        judge(contract, settings)
    with pytest.raises(Unproven):
        require(contract, settings)


def test_a_verdict_is_of_these_bytes_only(tmp_path: Path) -> None:
    """A table written again after the verdict has none."""
    contract, settings, store = office(tmp_path)
    judge(contract, settings)
    pq.write_table(pq.read_table(store.table).slice(1), store.table)
    with pytest.raises(Unproven, match="the table changed"):
        require(contract, settings)


def test_a_gate_that_hangs_blocks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A gate has its time; what does not answer within it has not passed."""
    contract, settings, _ = office(tmp_path)
    monkeypatch.setattr(verdicts, "PATIENCE_S", 0.05)
    monkeypatch.setattr(gates, "GATES", (lambda _: Event().wait(30),))
    (answer,) = judge(contract, settings).gates
    assert (answer.passed, answer.facts) == (False, {"crashed": "no answer within 0.05 s"})


def test_no_gates_is_no_pass(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty list of gates opens nothing."""
    contract, settings, _ = office(tmp_path)
    monkeypatch.setattr(gates, "GATES", ())
    assert not judge(contract, settings).passed


def test_a_gate_exchanged_for_another_is_missed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As many gates, but not the same ones: publishing asks for each by name."""
    contract, settings, _ = office(tmp_path)
    with monkeypatch.context() as other:
        other.setattr(gates, "GATES", (gates.GATES[0], *gates.GATES[:-1]))
        assert judge(contract, settings).passed
    with pytest.raises(Unproven, match="not every gate"):
        require(contract, settings)


@pytest.mark.parametrize("rewrite", [{"passed": "true"}, {"passed": 1}, {"gates": []}, {"asked": []}])
def test_a_verdict_that_was_touched_up_is_none(tmp_path: Path, rewrite: dict[str, Any]) -> None:
    """Only a plain `true` of every gate counts."""
    contract, settings, store = office(tmp_path)
    judge(contract, settings)
    proof = json.loads(store.verdict.read_text(encoding="utf-8"))
    write_json(store.verdict, {**proof, **rewrite})
    with pytest.raises(Unproven):
        require(contract, settings)


def test_a_contract_that_changed_after_the_verdict_has_none(tmp_path: Path) -> None:
    """The proof is of one contract, to the last word."""
    contract, settings, _ = office(tmp_path)
    judge(contract, settings)
    file = tmp_path / "payments.yml"
    file.write_text(file.read_text(encoding="utf-8").replace("CC-BY-4.0", "CC0-1.0"), encoding="utf-8")
    changed = load(file)
    with pytest.raises(Unproven, match="contract changed"):
        require(changed, settings)
