"""`evidence.json`: which checks and gates a release passed, and where every row went. Nothing here names a row."""

from collections.abc import Mapping
from typing import Any

from assets.protect import Protected
from publish.account import totals

FILE = "evidence.json"


def document(*, verdict: Mapping[str, Any], screening: Mapping[str, Any], account: Protected) -> dict[str, Any]:
    """The evidence of a release; of a screening only names, severities and counts are taken over."""
    return {
        "public_table_sha256": account.public_sha256,
        "contract": account.contract,
        "gates": [_only(gate, "name", "passed", "evidence") for gate in verdict.get("gates", ())],
        "rules": [_only(rule, "name", "severity", "failed") for rule in screening.get("rules", ())],
        "reconciled": [_only(item, "name", "severity", "passed") for item in screening.get("reconcile", ())],
        "accounting": totals(account),
    }


def _only(part: Mapping[str, Any], *names: str) -> dict[str, Any]:
    return {name: part[name] for name in names if name in part}
