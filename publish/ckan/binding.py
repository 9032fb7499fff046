"""Plans that were shown, so that exactly one of them can be carried out, or it can be said what moved meanwhile.

They lie beside the public table and can be made anew at any time: what binds is the id, which a new plan must have too.
"""

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from assets.errors import Busy, Unproven
from assets.store import Store, read_json, write_json
from publish.ckan.facts import differing, numbered
from publish.ckan.planning import Plan
from publish.ckan.written import PLANS

KEPT: Final = 20
MOST: Final = 6


def keep(plan: Plan, store: Store) -> Path:
    """Write down what was shown and what it was based on; the oldest ones go."""
    folder = store.public / PLANS
    folder.mkdir(exist_ok=True)
    path = folder / f"{plan.id}.json"
    basis = {"portal": plan.based_on, "wanted": plan.wanted, "says": plan.facts[1], "written": _written(plan)}
    write_json(path, {**plan.document(), "basis": basis})
    for old in sorted(folder.glob("*.json"), key=lambda file: file.stat().st_mtime)[:-KEPT]:
        old.unlink(missing_ok=True)
    return path


def require(plan: Plan, wanted: str, store: Store) -> None:
    """Raise `Busy` where this is no longer the plan of that id, and say what moved."""
    if plan.id == wanted:
        return
    shown = read_json(store.public / PLANS / f"{wanted}.json") if wanted.isalnum() else None
    if shown is None:
        raise Unproven(
            "no plan of this name was made here, and it is not what would be done now",
            dataset=plan.dataset,
            found=wanted,
            allowed=plan.id,
            next=f"terang plan {plan.dataset}, then publish the plan that it names",
        )
    raise Busy(
        "this plan is no longer what would be done; nothing was written",
        dataset=plan.dataset,
        where=plan.portal,
        found="; ".join(_moved(shown, plan)),
        allowed=wanted,
        next=f"terang plan {plan.dataset}, and publish what it says now if that is right",
    )


def _moved(shown: Mapping[str, Any], plan: Plan) -> list[str]:
    """What is other than when the plan was shown: on the portal, in the release, in what is sent, in how."""
    basis, found = shown["basis"], []
    portal = differing(basis["portal"], plan.based_on)
    if portal:
        found.append(f"changed on the portal: {numbered(portal, MOST)}")
    if shown["to"] != plan.desired.version:
        found.append(f"the newest release is {plan.desired.version}, no longer {shown['to']}")
    elif basis["wanted"] != plan.wanted:
        texts = differing(basis["says"], plan.facts[1])
        found.append(f"release, contract or settings say otherwise: {numbered(texts, MOST) or 'the rows'}")
    if basis["written"] != _written(plan):
        found.append("it was published meanwhile")
    return found or ["the method, or Terang itself, is another one"]


def _written(plan: Plan) -> Any:
    return asdict(plan.written) if plan.written else None
