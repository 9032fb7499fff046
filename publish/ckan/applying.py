"""Carries out a plan. Killed anywhere, the next plan finds what is left; with nothing left it writes nothing.

A first release is private until all of it was read back. A later one marks its table as being loaded before the first
change, and as holding the release after the last comparison: in between, the table is not trusted but read. Where
the portal has ckanext-terang, everything is loaded aside and switched at once, the mark with it.
"""

import logging
import secrets
import time
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from functools import partial
from typing import Final

from assets.contract import Contract
from assets.model import Text
from assets.settings import Settings
from assets.store import store_of
from publish import approval, copies, purging
from publish.ckan import kept, load, looking, places, readback, switching
from publish.ckan.capabilities import VIEW_PLUGIN
from publish.ckan.client import Client, Unclear
from publish.ckan.creating import create, without_file
from publish.ckan.noting import note_written, tell_edits
from publish.ckan.planning import Plan, planned
from publish.ckan.present import has_view
from publish.ckan.resources import MARK, translated
from publish.ckan.revise import Revision, moved, revise
from publish.ckan.steps import ROWS_CHANGE
from publish.ckan.work import Work, as_planned, held, is_public, loading_mark, revised, still_ours, switched

log = logging.getLogger(__name__)

LOOKS: Final = 3
PAUSE_S: Final = 2.0
VIEW: Final = Text({"id": "Tabel", "en": "Table"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """What was done: calls that wrote, calls that read, seconds, rows of the table, and where it is."""

    dataset: str
    version: str
    writes: int
    reads: int
    seconds: float
    rows: int
    url: str
    resource_ids: Mapping[str, str]
    looked: looking.Looked


def apply(
    plan: Plan,
    contract: Contract,
    settings: Settings,
    *,
    anyway: bool = False,
    at: Callable[[str], None] = lambda _: None,
) -> Outcome:
    """Write what the plan says; `anyway`: also where the contract refuses what people edited, as when data is taken back.

    Raises `PortalMismatch` where the portal then shows something else, `Busy` where it changed since the plan,
    `PortalUnreachable` where it stopped answering, `Unapproved` without a second person's approval, `Blocked` where a gate
    finds what must not leave, or where people edited the dataset and the contract wants them to be asked, `Leaked` where one
    finds it in what the public then got.
    """
    began, store = time.monotonic(), store_of(contract.name, settings)
    with closing(Client(settings.portal(contract.portal), dataset=contract.name)) as client:
        approval.require(contract, settings, plan.release)
        if not anyway:
            purging.require(contract, settings)
        tell_edits(plan, anyway=anyway)
        if plan:
            copies.scan(plan.desired.document(), [resource.path for resource in plan.uploads], contract)
            looking.owe(store)
            plan = _persevere(client, plan, contract, settings, at)
        note_written(plan, store, client.writes)
        looked = looking.look(contract, settings, plan.desired)
        return Outcome(
            dataset=plan.dataset,
            version=plan.desired.version,
            writes=client.writes,
            reads=client.reads,
            seconds=time.monotonic() - began,
            rows=plan.desired.table.rows if plan.desired.table else 0,
            url=f"{client.portal.url}/dataset/{plan.dataset}",
            resource_ids={resource.kind: resource.id for resource in plan.desired.resources},
            looked=looked,
        )


def _persevere(client: Client, plan: Plan, contract: Contract, settings: Settings, at: Callable[[str], None]) -> Plan:
    """Carry out the plan; where the answer to a write was lost, look at what there is and go on from there."""
    run, again = secrets.token_hex(4), partial(planned, client, contract, settings, plan.release)
    for look in range(LOOKS):
        plan = _put_right(client, plan, again)
        work = Work(client=client, plan=plan, run=run, languages=settings.languages, careful=look > 0, at=at)
        try:
            _carry_out(work)
        except Unclear as lost:
            if look == LOOKS - 1:
                raise
            log.info("%s: %s (%s); looking before going on", plan.dataset, lost.sentence, lost.facts.get("found"))
            time.sleep(PAUSE_S * (look + 1))
            plan = again()
            if not still_ours(work, plan.present):
                raise moved(client, "another run is loading it, or did") from None
        else:
            break
    return plan


def _put_right(client: Client, plan: Plan, again: Callable[[], Plan]) -> Plan:
    """End a switch that was broken off and close a gap between files, behind which nothing can be planned; then plan anew."""
    if plan.present and plan.has("carry on"):
        switching.carry_on(client, plan.present.id)
        plan = again()
    if plan.present and places.mend(client, plan.present.package):
        plan = again()
    return plan


def _carry_out(work: Work) -> None:
    plan, table = work.plan, work.plan.desired.table
    if not plan:
        return
    if plan.switched:
        _switch(work)
        return
    package = _begin(work)
    if table and plan.has(*ROWS_CHANGE, "update dictionary", "add view"):
        _load(work)
    kept.load(work.client, plan.desired, plan.present, at=work.at)
    if table and plan.has("mark"):
        _read_table(work)
    _send_files_and_fields(work, package)
    _read_files(work, package)
    if plan.has("mark", "make public", "load version"):
        _settle(work, package)
    kept.clear(work.client, package, plan.desired, plan.present)


def _switch(work: Work) -> None:
    """Load everything aside, then change it at once; a first release is still private then, until it was read back."""
    plan, client, table = work.plan, work.client, work.plan.desired.table
    assert plan.capabilities.extension is not None  # noqa: S101 - its only caller looked
    if plan.present is None:
        package = create(client, plan.desired, loading_mark(work))
        work.at("created")
    else:
        package = plan.present.id
    tables = {table.resource_id: table} if table and plan.has("load table") else {}
    tables |= {table.resource_id: table for table in kept.due(plan.desired, plan.present)}
    sent = {
        resource.id: resource for resource in [*plan.uploads, *(r for r in plan.desired.resources if r.id in tables)]
    }
    able, shown = plan.capabilities.extension, plan.files_shown
    switching.load(client, package, sent.values(), tables, able=able, shown=shown, at=work.at)
    switching.switch(client, switched(work, package), {id_: resource.sha256 for id_, resource in sent.items()})
    work.at("switched")
    if plan.has("update dictionary", "add view"):
        _load(work)
    _read_files(work, package)
    if plan.has("make public"):
        _settle(work, package)
    elif plan.has("load table"):
        _read_sample(work)
    kept.clear(client, package, plan.desired, plan.present)


def _begin(work: Work) -> str:
    """Make the dataset, or mark its table as being loaded; returns its id."""
    plan = work.plan
    now = plan.present
    if now is None:
        package = create(work.client, plan.desired, loading_mark(work))
        work.at("created")
        return package
    if plan.claims and now.mark != loading_mark(work):
        _mark_loading(work)
        work.at("marked")
    return now.id


def _mark_loading(work: Work) -> None:
    now, data = work.plan.present, work.plan.desired.data
    assert now is not None  # noqa: S101 - its only caller looked
    mark, known = {MARK: loading_mark(work)}, data.id in now.resources
    added = [{**without_file(new), **(mark if new.id == data.id else {})} for new in work.plan.missing]
    revision = Revision(
        package=now.id, resources={data.id: mark} if known else {}, added=added, match=as_planned(work.plan)
    )
    revise(work.client, revision)


def _load(work: Work) -> None:
    client, plan, table = work.client, work.plan, work.plan.desired.table
    assert table is not None  # noqa: S101 - its only caller looked

    def between(requests: str) -> None:
        work.at(requests)
        _check_held(work)

    if plan.has("change columns"):
        load.alter(client, table, plan.basis.kept)
        work.at("columns")
    if plan.has("create table", "rebuild table"):
        load.create(client, table, careful=work.careful, at=between)
        work.at("loaded")
    if plan.has("change rows"):
        load.change(client, table, plan.basis, careful=work.careful, at=between)
        work.at("loaded")
    if plan.has("update dictionary"):
        load.describe(client, table)
        work.at("dictionary")
    if plan.capabilities.views and plan.has("add view") and not has_view(client, table.resource_id):
        title = translated("title", VIEW, work.languages)["title"]
        client.write("resource_view_create", resource_id=table.resource_id, title=title, view_type=VIEW_PLUGIN)
        work.at("view")


def _check_held(work: Work) -> None:
    """Stop where another run has taken over: rows are written without a condition, so it is looked at after each request."""
    shown = work.client.read("resource_show", id=work.plan.desired.data.id)
    if shown.get(MARK) != loading_mark(work):
        raise moved(work.client, MARK)


def _read_table(work: Work) -> None:
    """Compare the table, or the few rows that changed: as a reader where it is public, with our token while it is not."""
    table, plan = work.plan.desired.table, work.plan
    assert table is not None  # noqa: S101 - its only caller looked
    old = plan.basis.path if plan.few else None

    def check(client: Client) -> None:
        readback.check_changed(client, table, old) if old else readback.check_table(client, table)

    if not is_public(work):
        check(work.client)
    else:
        with readback.anonymous(work.client) as reader:
            check(reader)
            work.client.reads += reader.reads
    work.at("table read back")


def _send_files_and_fields(work: Work, package: str) -> None:
    """Files and all words change in one call, so that no reader sees the one without the other."""
    plan = work.plan
    if not plan.has("upload", "patch fields", "remove resource"):
        return
    match = held(work) if work.client.writes else as_planned(plan)
    files = {resource.id: resource.path for resource in plan.uploads}
    revise(work.client, replace(revised(plan, package), files=files, match=match))
    work.at("uploaded")


def _read_files(work: Work, package: str) -> None:
    """Download and compare; a file that is not ours loses its checksum, so that the next run sends it again."""
    plan, client = work.plan, work.client
    own = [one for one in plan.desired.resources if one in plan.uploads or not one.earlier]
    resources = own if plan.has("mark", "make public") else plan.uploads
    if not resources:
        return
    if is_public(work):
        with readback.anonymous(client) as reader:
            bad = readback.check_files(reader, package, resources)
            client.reads += reader.reads
    else:
        bad = readback.check_files(client, package, resources)
    if bad:
        unsure = {resource.id: {"hash": ""} for resource in bad}
        revise(client, Revision(package=package, resources=unsure, match=held(work)))
        raise readback.mismatched_files(client, bad)
    work.at("files read back")


def _settle(work: Work, package: str) -> None:
    """Say that the table holds the release, show it to readers, and read some rows as one of them."""
    plan, table = work.plan, work.plan.desired.table
    fields = {"private": False} if plan.has("make public") else {}
    marks = {plan.desired.data.id: {MARK: plan.desired.mark}} | kept.marks(kept.due(plan.desired, plan.present))
    revise(work.client, Revision(package=package, fields=fields, resources=marks, match=held(work)))
    work.at("published")
    if table:
        _read_sample(work)


def _read_sample(work: Work) -> None:
    table = work.plan.desired.table
    assert table is not None  # noqa: S101 - its callers looked
    with readback.anonymous(work.client) as reader:
        readback.check_sample(reader, table, seed=int(work.plan.desired.mark[-8:], 16))
        work.client.reads += reader.reads
