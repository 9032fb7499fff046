"""The quality room in Dagster: one check for each rule of raw, one for each gate of public; what must not pass blocks."""

import json
from collections.abc import Iterable, Iterator
from typing import Any

import dagster as dg

from assets.contract import Contract
from assets.defs import SETTINGS, group_of, step
from quality.checks import Answer, Check, judged, of_public, of_raw, screened


def defs(contract: Contract) -> dg.Definitions:
    """The checks of one dataset."""
    return dg.Definitions(asset_checks=[_screening(contract), _gates(contract)])


def _screening(contract: Contract) -> dg.AssetChecksDefinition:
    @dg.multi_asset_check(
        name=f"{group_of(contract)}_screening",
        description="Every rule of the contract, the ledger's own totals, and how many rows were set aside.",
        specs=_specs(dg.AssetKey(["raw", contract.name]), of_raw(contract)),
        required_resource_keys={SETTINGS},
    )
    def screening(context: dg.AssetCheckExecutionContext) -> Iterator[dg.AssetCheckResult]:
        from quality.screening import screen  # noqa: PLC0415

        with step(context, contract) as settings:
            found = screen(contract, settings)
        yield from _results(dg.AssetKey(["raw", contract.name]), screened(contract, found))

    return screening


def _gates(contract: Contract) -> dg.AssetChecksDefinition:
    @dg.multi_asset_check(
        name=f"{group_of(contract)}_gates",
        description="Nothing personal and nothing unaccounted in the public table; one gate that does not pass blocks.",
        specs=_specs(dg.AssetKey(["public", contract.name]), of_public()),
        required_resource_keys={SETTINGS},
    )
    def gates(context: dg.AssetCheckExecutionContext) -> Iterator[dg.AssetCheckResult]:
        from quality.verdict import judge  # noqa: PLC0415

        with step(context, contract) as settings:
            verdict = judge(contract, settings)
        yield from _results(dg.AssetKey(["public", contract.name]), judged(verdict))

    return gates


def _specs(asset: dg.AssetKey, checks: Iterable[Check]) -> list[dg.AssetCheckSpec]:
    return [dg.AssetCheckSpec(check.name, asset=asset, description=check.rule, blocking=True) for check in checks]


def _results(asset: dg.AssetKey, answers: Iterable[tuple[Check, Answer]]) -> Iterator[dg.AssetCheckResult]:
    for check, answer in answers:
        yield dg.AssetCheckResult(
            asset_key=asset,
            check_name=check.name,
            passed=answer.passed,
            severity=dg.AssetCheckSeverity.ERROR if answer.blocks else dg.AssetCheckSeverity.WARN,
            description=answer.words,
            metadata={name: _shown(fact) for name, fact in answer.facts.items()},
        )


def _shown(fact: Any) -> Any:
    """Numbers and short texts as they are, so that Dagster draws them over time; anything else as JSON."""
    plain = isinstance(fact, bool | int | float | str)
    return fact if plain else dg.MetadataValue.json(json.loads(json.dumps(fact, default=str)))
