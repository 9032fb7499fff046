"""The quality room in Dagster: screening as the blocking check of raw, the gates as the blocking check of public."""

import json
from collections.abc import Callable
from typing import Any

import dagster as dg

from assets.contract import Contract
from assets.defs import SETTINGS, step


def defs(contract: Contract, contracts: Callable[[], dict[str, Contract]]) -> dg.Definitions:
    """The two blocking checks of one dataset. `contracts` gives all of them, for references between datasets."""
    return dg.Definitions(asset_checks=[_screening(contract, contracts), _gates(contract)])


def _screening(contract: Contract, contracts: Callable[[], dict[str, Contract]]) -> dg.AssetChecksDefinition:
    @dg.asset_check(
        asset=["raw", contract.name],
        name="screening",
        description="Every rule of the contract, the ledger's own totals, and how many rows were set aside.",
        blocking=True,
        required_resource_keys={SETTINGS},
    )
    def screening(context: dg.AssetCheckExecutionContext) -> dg.AssetCheckResult:
        from quality.screening import screen  # noqa: PLC0415

        with step(context, contract) as settings:
            found = screen(contract, settings, contracts())
        broken = {rule["name"]: rule["failed"] for rule in found.rules if rule["failed"]}
        stopped = not found.passed
        return dg.AssetCheckResult(
            passed=not stopped and not broken,
            severity=dg.AssetCheckSeverity.ERROR if stopped else dg.AssetCheckSeverity.WARN,
            description="\n\n".join(found.failures()) if stopped else _sentence(broken),
            metadata={
                "read": found.read,
                "kept": found.kept,
                "quarantined": found.quarantined,
                "duplicates": found.duplicates,
                "rows by broken rule": dg.MetadataValue.json(broken),
                "totals against the ledger": dg.MetadataValue.json(_plain(found.reconcile)),
            },
        )

    return screening


def _gates(contract: Contract) -> dg.AssetChecksDefinition:
    @dg.asset_check(
        asset=["public", contract.name],
        name="gates",
        description="Nothing personal and nothing unaccounted in the public table; one gate that does not pass blocks.",
        blocking=True,
        required_resource_keys={SETTINGS},
    )
    def gates(context: dg.AssetCheckExecutionContext) -> dg.AssetCheckResult:
        from quality.verdict import judge  # noqa: PLC0415

        with step(context, contract) as settings:
            verdict = judge(contract, settings)
        shut = [gate.name for gate in verdict.gates if not gate.passed]
        return dg.AssetCheckResult(
            passed=verdict.passed,
            severity=dg.AssetCheckSeverity.ERROR,
            description=f"blocked by {', '.join(shut)}" if shut else f"{len(verdict.gates)} gates passed",
            metadata={
                gate.name: dg.MetadataValue.json(_plain({"passed": gate.passed, **gate.facts}))
                for gate in verdict.gates
            },
        )

    return gates


def _sentence(broken: dict[str, int]) -> str:
    return "; ".join(f"{name}: {count} rows" for name, count in broken.items()) or "every rule holds"


def _plain(value: Any) -> Any:
    return json.loads(json.dumps(value, default=str))
