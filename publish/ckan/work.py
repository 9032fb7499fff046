"""A plan at work: what it sends to the portal, as revisions of the dataset. Sends nothing itself."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from publish.ckan import kept
from publish.ckan.client import Client
from publish.ckan.creating import without_file
from publish.ckan.planning import Plan
from publish.ckan.present import LOADING, REWRITING, Present, changed_fields, changed_resource, gone
from publish.ckan.resources import MARK
from publish.ckan.revise import Revision


@dataclass(frozen=True, kw_only=True, slots=True)
class Work:
    """A plan being carried out by `run`; `at` is told the name of each thing done, so that tests can stop there."""

    client: Client
    plan: Plan
    run: str
    languages: tuple[str, ...]
    careful: bool
    at: Callable[[str], None]


def loading_mark(work: Work) -> str:
    """What the table's resource says while it is not what it should be: also which run is loading it."""
    return f"{REWRITING if work.plan.has('change columns') else LOADING}:{work.plan.desired.version} {work.run}"


def held(work: Work) -> dict[str, str]:
    """What the mark must still be once this run has begun; another one where another run took the dataset over."""
    plan, now = work.plan, work.plan.present
    if plan.switched and now and not plan.has("make public"):
        mark = plan.desired.mark  # it came with the files
    else:
        mark = loading_mark(work) if plan.claims or plan.switched else now.mark if now else ""
    return {f"resources__{plan.desired.data.id}__{MARK}": mark} if mark else {}


def still_ours(work: Work, now: Present | None) -> bool:
    """Whether what is found after an answer was lost is what was there before, or the work of this run."""
    mark, before = (one.mark if one else "" for one in (now, work.plan.present))
    return mark in {"", before, work.plan.desired.mark} or mark.endswith(work.run)


def is_public(work: Work) -> bool:
    """Whether readers see the dataset already."""
    return work.plan.present is not None and work.plan.present.public


def as_planned(plan: Plan) -> dict[str, str]:
    """What the dataset must still be like when the first change is made: nobody wrote anything since the plan was made."""
    now, data = plan.present, plan.desired.data.id
    if now is None:
        return {}
    mark = {f"resources__{data}__{MARK}": now.mark} if now.mark else {}
    return {"metadata_modified": str(now.package["metadata_modified"]), **mark}


def revised(plan: Plan, package: str) -> Revision:
    """All words and files that change."""
    now, changed = plan.present, _changed_resources(plan)
    return Revision(
        package=package,
        fields=changed_fields(plan.desired, now) if now else {},
        resources={id_: new for id_, new in changed.items() if new},
        removed=list(gone(plan.desired, now).values()),
    )


def _changed_resources(plan: Plan) -> dict[str, dict[str, Any]]:
    """New words of each resource; a file that is sent brings its own checksum and size again."""
    now, sent = plan.present, {resource.id for resource in plan.uploads}
    changed = {}
    for resource in plan.desired.resources:
        fields = changed_resource(resource, now) if now and resource.id in now.resources else {}
        own = {name: resource.fields[name] for name in ("hash", "size", "mimetype", "format")}
        changed[resource.id] = {**fields, **own} if resource.id in sent else fields
    return changed


def switched(work: Work, package: str) -> Revision:
    """What changes with the files: also the mark, which must be what we planned for, and resources that are new."""
    plan, now, data = work.plan, work.plan.present, work.plan.desired.data.id
    revision = revised(plan, package)
    if now is None:
        return replace(revision, match=held(work))
    mark = {MARK: loading_mark(work) if plan.has("make public") else plan.desired.mark}
    missing = [without_file(resource) for resource in plan.missing]
    marks = {data: mark} | kept.marks(kept.due(plan.desired, now))
    added = [{**new, **marks.get(new["id"], {})} for new in missing]
    marked = {id_: {**revision.resources.get(id_, {}), **own} for id_, own in marks.items() if id_ in now.resources}
    return replace(revision, resources={**revision.resources, **marked}, added=added, match=as_planned(plan))
