"""May this table be published? The verdict of all gates, bound to the bytes of the table and to the contract.

A gate that fails, crashes or answers nothing blocks; so does a verdict that is missing, or of other bytes.
"""

from dataclasses import asdict, dataclass
from typing import Any

from assets.contract import Contract
from assets.errors import Unproven
from assets.settings import Settings
from assets.store import Store, read_json, sha256, store_of, write_json
from quality import gates
from quality.gates.evidence import Evidence, Gate, Material


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """The proof that publishing demands."""

    dataset: str
    passed: bool
    public_sha256: str
    contract: str
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
    answers = tuple(_ask(gate, Material(contract=contract, store=store)) for gate in gates.GATES)
    verdict = Verdict(
        dataset=contract.name,
        passed=bool(answers) and all(answer.passed is True for answer in answers),
        public_sha256=digest,
        contract=contract.digest,
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
    return Verdict(**{**proof, "gates": tuple(answers)})


def _ask(gate: Gate, material: Material) -> Evidence:
    """A gate's evidence; one that crashes or answers nothing has not passed, and its error's text stays unsaid."""
    try:
        answer = gate(material)
    except Exception as error:  # noqa: BLE001 - whatever goes wrong in a gate, the gate stays shut
        return Evidence(name=gate.__name__, passed=False, facts={"crashed": type(error).__name__})
    if not isinstance(answer, Evidence):
        return Evidence(name=gate.__name__, passed=False, facts={"crashed": "no evidence"})
    return answer


def _why_not(proof: dict[str, Any] | None, contract: Contract, store: Store) -> str | None:
    if proof is None:
        return "the gates were never asked"
    if proof["passed"] is not True or len(proof["gates"]) != len(gates.GATES):
        return "a gate did not pass"
    if proof["contract"] != contract.digest:
        return "the contract changed after the verdict"
    if not store.table.is_file() or proof["public_sha256"] != sha256(store.table):
        return "the table changed after the verdict"
    return None
