"""May this table be published? The verdict of all gates, bound to the bytes of the table and to the contract.

A gate that fails, crashes or answers nothing blocks; so does a verdict that is missing, or of other bytes.
"""

from dataclasses import asdict, dataclass
from threading import Thread
from typing import Any

from assets.contract import Contract
from assets.errors import Unproven
from assets.past import records
from assets.settings import Settings
from assets.store import Store, of_storage, read_json, sha256, store_of, write_json
from quality import gates
from quality.gates.evidence import Evidence, Gate, Material

PATIENCE_S = 900


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """The proof that publishing demands."""

    dataset: str
    passed: bool
    public_sha256: str
    contract: str
    asked: tuple[str, ...]
    gates: tuple[Evidence, ...]

    def document(self) -> dict[str, Any]:
        """The verdict as it is written down."""
        told = [{"name": gate.name, "passed": gate.passed, "evidence": gate.facts} for gate in self.gates]
        return {**asdict(self), "gates": told}


def judge(contract: Contract, settings: Settings) -> Verdict:
    """Run every gate over the public table and write the verdict; raises `Unproven` when there is no table."""
    store = store_of(contract.name, settings)
    if not store.table.is_file():
        raise Unproven("there is no public table to judge", dataset=contract.name, next=f"terang run {contract.name}")
    digest = sha256(store.table)
    answers = tuple(ask(gate, Material(contract=contract, store=store, settings=settings)) for gate in gates.GATES)
    verdict = Verdict(
        dataset=contract.name,
        passed=bool(answers) and all(answer.passed is True for answer in answers),
        public_sha256=digest,
        contract=contract.digest,
        asked=_asked(),
        gates=answers,
    )
    write_json(store.verdict, verdict.document())
    return verdict


def require(contract: Contract, settings: Settings) -> Verdict:
    """The verdict on exactly these bytes by exactly this contract; raises `Unproven` where it is not a pass."""
    store = store_of(contract.name, settings)
    proof = read_json(store.verdict)
    why = _why_not(proof, contract, store)
    if why:
        raise Unproven(f"nothing may be published: {why}", dataset=contract.name, next=f"terang run {contract.name}")
    answers = [Evidence(name=gate["name"], passed=gate["passed"], facts=gate["evidence"]) for gate in proof["gates"]]
    return Verdict(**{**proof, "asked": tuple(proof["asked"]), "gates": tuple(answers)})


def ask(gate: Gate, material: Material) -> Evidence:
    """A gate's evidence; one that crashes, hangs or answers nothing has not passed, and its error's text stays unsaid.

    Raises `StorageError` where a full disk kept the gate from looking: that is no fault of the table.
    """
    answers: list[Any] = []
    crashes: list[BaseException] = []
    asked = Thread(target=_answer, args=(gate, material, answers, crashes), daemon=True)
    asked.start()
    asked.join(PATIENCE_S)
    if answers and isinstance(answers[0], Evidence) and isinstance(answers[0].passed, bool):
        return answers[0]
    storage = of_storage(crashes[0], material.contract.name) if crashes else None
    if storage:
        raise storage
    why = type(crashes[0]).__name__ if crashes else "no evidence" if answers else f"no answer within {PATIENCE_S} s"
    return Evidence(name=_named(gate), passed=False, facts={"crashed": why})


def _answer(gate: Gate, material: Material, answers: list[Any], crashes: list[BaseException]) -> None:
    try:
        answers.append(gate(material))
    except BaseException as error:  # noqa: BLE001 - whatever goes wrong in a gate, the gate stays shut
        crashes.append(error)


def _asked() -> tuple[str, ...]:
    return tuple(_named(gate) for gate in gates.GATES)


def _named(gate: Any) -> str:
    return str(getattr(gate, "__name__", "a gate that is none"))


def _why_not(proof: dict[str, Any] | None, contract: Contract, store: Store) -> str | None:
    if proof is None:
        return "the gates were never asked"
    if proof["passed"] is not True or not all(gate["passed"] is True for gate in proof["gates"]):
        return "a gate did not pass"
    if tuple(proof.get("asked", ())) != _asked() or len(proof["gates"]) != len(gates.GATES):
        return "not every gate was asked"
    if proof["contract"] != contract.digest:
        return "the contract changed after the verdict"
    return _changed(proof["public_sha256"], contract, store)


def _changed(digest: str, contract: Contract, store: Store) -> str | None:
    """Why the table is not what was judged."""
    if not store.table.is_file() or digest != sha256(store.table):
        return "the table changed after the verdict"
    if records.needed(contract) and not records.is_of(store.told, digest):
        return "the record of who stands behind the table is missing"
    return None
