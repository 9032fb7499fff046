"""Before a plan is carried out, what people edited is told; after it, what we wrote is noted beside the ledger."""

import logging
from typing import Final

from assets.errors import Blocked
from assets.store import Store
from publish.ckan.facts import meant, numbered
from publish.ckan.planning import Plan
from publish.ckan.written import ADDED, Written, note

log = logging.getLogger(__name__)

MOST: Final = 6


def tell_edits(plan: Plan, *, anyway: bool) -> None:
    """Say what people edited; raises `Blocked` where the contract wants them to be asked first."""
    paths = numbered([edit.path for edit in plan.edits], MOST)
    if anyway:
        return
    if plan.refused:
        raise Blocked(
            "somebody edited the dataset on the portal, and the contract says portal_edits: refuse; nothing was written",
            dataset=plan.dataset,
            where=plan.portal,
            found=paths,
            next=f"terang plan {plan.dataset} shows it: undo it on the portal, or write it into the contract",
        )
    if paths:
        kept = sum(edit.kept for edit in plan.edits)
        log.warning("%s: edited on the portal: %s (%d kept)", plan.dataset, paths, kept)


def note_written(plan: Plan, store: Store, writes: int) -> None:
    """Keep what the portal says now beside the ledger; of an edit that stays, what we wrote before it."""
    before, ours = plan.written.facts if plan.written else {}, meant(plan.derived)
    kept = {edit.path: before.get(edit.path, "") for edit in plan.edits if edit.kept}
    told = {**plan.facts[1], **kept}
    written = Written(
        portal=plan.portal,
        version=plan.desired.version,
        mark=plan.desired.mark,
        rows=plan.desired.table.rows if plan.desired.table else None,
        facts={path: text for path, text in told.items() if text and (path in ours or not path.startswith(ADDED))},
    )
    facts = {"plan": plan.id, "writes": writes, "edits": [edit.path for edit in plan.edits]}
    note(store, written, content_digest=plan.release.content_digest, facts=facts)
