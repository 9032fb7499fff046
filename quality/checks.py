"""The checks of a dataset as people see them: one for each rule, named in words, and how each came out.

What a rule means is in `suite.py`, `bounds.py` and `reconcile.py`; nothing is judged here.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from assets.contract import Contract
from quality import gates, suite
from quality.bounds import SET_ASIDE, SHRINK, total_named
from quality.findings import Problem, Screening
from quality.gates.evidence import Gate
from quality.verdict import Verdict

READING = "every row can be read"


@dataclass(frozen=True, kw_only=True, slots=True)
class Check:
    """One rule in words; `name` is made of letters, digits and underscores, and stays the same from run to run."""

    name: str
    rule: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """How a check came out, in words and counts. One that did not pass stops the release when it `blocks`."""

    passed: bool
    blocks: bool
    words: str
    facts: Mapping[str, Any] = field(default_factory=dict)


def of_raw(contract: Contract) -> tuple[Check, ...]:
    """The checks of the raw table: reading, the contract's rules, the bounds, the source's own totals."""
    rules = [expectation["meta"]["rule"] for expectation in suite.document(contract)["expectations"]]
    totals = [total_named(one.name, one.by) for one in contract.reconcile]
    return tuple(_named([READING, *rules, *_bounds(contract), *totals]))


def of_public() -> tuple[Check, ...]:
    """The checks of the public table: the gates."""
    return tuple(Check(name=gate.__name__, rule=_sentence(gate)) for gate in gates.GATES)


def screened(contract: Contract, found: Screening) -> Iterator[tuple[Check, Answer]]:
    """How each check of the raw table came out."""
    stopping = {problem.rule: problem for problem in found.problems}
    rules = [rule for rule in found.rules if rule["kind"] != "reading"]
    answers = [
        _reading(found),
        *(_rule(rule, stopping.get(rule["name"])) for rule in rules),
        *(_bound(found, bound, stopping.get(bound)) for bound in _bounds(contract)),
        *(_total(total, stopping.get(total_named(total["name"], total["by"]))) for total in found.reconcile),
    ]
    return zip(of_raw(contract), answers, strict=True)


def judged(verdict: Verdict) -> Iterator[tuple[Check, Answer]]:
    """How each gate answered."""
    answers = [
        Answer(passed=gate.passed, blocks=True, words=_gate(gate.name, passed=gate.passed), facts=gate.facts)
        for gate in verdict.gates
    ]
    return zip(of_public(), answers, strict=True)


def rows(count: int) -> str:
    """A number of rows, in words."""
    return "1 row" if count == 1 else f"{count:,} rows"


def _bounds(contract: Contract) -> tuple[str, ...]:
    return (SET_ASIDE,) if contract.rows.shrink is None else (SHRINK, SET_ASIDE)


def _named(rules: Iterable[str]) -> Iterator[Check]:
    """Names for Dagster, which takes no spaces; two rules of the same words get a number."""
    seen: Counter[str] = Counter()
    for rule in rules:
        name = re.sub(r"[^A-Za-z0-9]+", "_", rule).strip("_").lower() or "rule"
        seen[name] += 1
        yield Check(name=name if seen[name] == 1 else f"{name}_{seen[name]}", rule=rule)


def _reading(found: Screening) -> Answer:
    reasons = {rule["name"]: rule["failed"] for rule in found.rules if rule["kind"] == "reading"}
    words = f"{rows(found.rejects)} not as declared, set aside" if found.rejects else "all read"
    return Answer(passed=not found.rejects, blocks=False, words=words, facts={"rows by reason": reasons})


def _rule(rule: Mapping[str, Any], problem: Problem | None) -> Answer:
    failed = rule["failed"]
    facts = {"rows": failed, "published all the same": rule["kept"]}
    if problem:
        return _stopped(problem)
    if not failed:
        words = "holds" if rule["kind"] == "table" else "holds for every row"
        return Answer(passed=True, blocks=False, words=words, facts=facts)
    fate = "published all the same" if rule["severity"] == "warn" else "set aside"
    return Answer(passed=False, blocks=False, words=f"{rows(failed)} against it, {fate}", facts=facts)


def _bound(found: Screening, bound: str, problem: Problem | None) -> Answer:
    if problem:
        return _stopped(problem)
    if bound == SHRINK:
        return Answer(passed=True, blocks=True, words=f"{rows(found.read)} read", facts={"read": found.read})
    facts = {
        "read": found.read,
        "kept": found.kept,
        "quarantined": found.quarantined,
        "duplicates": found.duplicates,
    }
    return Answer(passed=True, blocks=True, words=f"{found.quarantined:,} of {rows(found.read)}", facts=facts)


def _total(total: Mapping[str, Any], problem: Problem | None) -> Answer:
    facts = {"groups": total["groups"], "read": total["found"], "the ledger": total["allowed"]}
    if problem:
        return Answer(passed=False, blocks=True, words=problem.lines(), facts=facts)
    words = "equal to the last digit" if total["passed"] else f"{total['differing']:,} groups differ"
    return Answer(passed=total["passed"], blocks=False, words=words, facts=facts)


def _stopped(problem: Problem) -> Answer:
    return Answer(passed=False, blocks=True, words=problem.lines())


def _gate(name: str, *, passed: bool) -> str:
    return f"{name}: passed" if passed else f"{name}: nothing may be published; the counts below say where to look"


def _sentence(gate: Gate) -> str:
    """What a gate looks at, by its own first sentence."""
    return (gate.__doc__ or gate.__name__).splitlines()[0]
