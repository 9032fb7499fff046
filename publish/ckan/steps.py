"""The steps of a plan: what differs, in which order it is put right, why, and about how long that takes."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from publish.ckan import kept
from publish.ckan.capabilities import Extension
from publish.ckan.desired import Desired
from publish.ckan.difference import ROWS, Changes
from publish.ckan.places import gap
from publish.ckan.present import Present, changed_fields, changed_resource, changed_texts, gone
from publish.ckan.table import Table

Verb = Literal[
    "create dataset",
    "carry on",
    "close gap",
    "load table",
    "create table",
    "rebuild table",
    "change columns",
    "change rows",
    "update dictionary",
    "add view",
    "upload",
    "remove resource",
    "patch fields",
    "load version",
    "clear version",
    "mark",
    "make public",
]
ROWS_CHANGE: Final[tuple[Verb, ...]] = ("load table", "create table", "rebuild table", "change columns", "change rows")
OF_FILE: Final = frozenset({"hash", "size"})
# measured on two cores (benchmarks/publishing.py); for the words "about 12 s" only
INSERTS_PER_S: Final = 5_000
UPSERTS_PER_S: Final = 2_500
COPIED_PER_S: Final = 250_000
WORDS_PER_S: Final = 20_000  # rows whose words are indexed
BYTES_PER_S: Final = 50_000_000
CALL_S: Final = 0.3


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """One thing to do, why, and about how long it takes."""

    verb: Verb
    what: str
    reason: str
    seconds: float = CALL_S


@dataclass(frozen=True, kw_only=True, slots=True)
class Basis:
    """What the rows are compared with: nothing, what a local release says the portal has, or the portal itself.

    `alter`: the table keeps its rows and the columns `kept`; all others are made anew, in the contract's order.
    """

    kind: Literal["same", "empty", "release", "portal", "alter", "rebuild"]
    reason: str
    path: Path | None = None
    kept: tuple[str, ...] = ()


def steps(
    wanted: Desired, now: Present | None, basis: Basis, changes: Changes | None, *, switch: Extension | None = None
) -> tuple[Step, ...]:
    """All steps in order; none when the portal already says what it should. `switch`: who loads a table whole."""
    if now and now.unfinished:
        return (Step(verb="carry on", what="a switch that was broken off", reason="then it is planned anew"),)
    table = _table(wanted.table, now, basis, changes)
    found = [
        *_create(wanted, now),
        *_places(now),
        *(_loaded(wanted, table, switch) if switch and can_switch(wanted) else table),
        *_versions(wanted, now, switch),
        *_files(wanted, now),
        *_fields(wanted, now),
    ]
    found += _mark(wanted, now, touched=any(step.verb in ROWS_CHANGE for step in found))
    if now is None or not now.public:
        found.append(Step(verb="make public", what=wanted.name, reason="all of it is there and read back"))
    return tuple(found)


def _create(wanted: Desired, now: Present | None) -> list[Step]:
    reason = "the portal has none; private until all of it is there"
    return [] if now else [Step(verb="create dataset", what=wanted.name, reason=reason)]


def _places(now: Present | None) -> list[Step]:
    reason = "CKAN fails on it, or loses a file; then it is planned anew"
    return [Step(verb="close gap", what="files", reason=reason)] if now and gap(now.package) else []


def _table(table: Table | None, now: Present | None, basis: Basis, changes: Changes | None) -> list[Step]:
    if table is None:
        return []
    view = Step(verb="add view", what="table", reason="readers look before they download")
    if basis.kind in {"empty", "rebuild"}:
        verb: Verb = "create table" if basis.kind == "empty" else "rebuild table"
        seconds = CALL_S + table.rows / INSERTS_PER_S
        return [Step(verb=verb, what=f"{table.rows:,} rows", reason=basis.reason, seconds=seconds), view]
    altered = basis.kind == "alter"
    found = [Step(verb="change columns", what=basis.reason, reason="other columns")] if altered else []
    found += [_change(changes, basis)] if changes else []
    texts = changed_texts(table, now.table) if now and now.table else []
    if texts and not altered:
        found.append(Step(verb="update dictionary", what=", ".join(texts), reason="other words"))
    return found if now and now.table and now.table.viewed else [*found, view]


def can_switch(wanted: Desired) -> bool:
    """Whether the table can be loaded from a file of the release."""
    return wanted.table is not None and wanted.data.id == wanted.table.resource_id


def whole_seconds(rows: int, *, full_text_rows: int = 0) -> float:
    """About how long ckanext-terang takes to load a table, with the index of words up to so many rows."""
    return CALL_S + rows / (COPIED_PER_S if rows > full_text_rows else WORDS_PER_S)


def _loaded(wanted: Desired, found: list[Step], switch: Extension) -> list[Step]:
    """The steps of a table that is loaded whole, with its dictionary, instead of those that change it row by row."""
    reasons = [step.reason for step in found if step.verb in ROWS_CHANGE]
    if not reasons or wanted.table is None:
        return found
    rows = wanted.table.rows
    seconds = whole_seconds(rows, full_text_rows=switch.full_text_rows)
    whole = Step(verb="load table", what=f"{rows:,} rows", reason=reasons[0], seconds=seconds)
    return [whole, *(step for step in found if step.verb == "add view")]


def _versions(wanted: Desired, now: Present | None, switch: Extension | None) -> list[Step]:
    """Tables of earlier versions to load, and to take away."""
    each = COPIED_PER_S if switch else INSERTS_PER_S
    return [
        *(
            Step(
                verb="load version",
                what=f"{table.mark.partition(' ')[0]}, {table.rows:,} rows",
                reason="the contract keeps its table",
                seconds=CALL_S + table.rows / each,
            )
            for table in kept.due(wanted, now)
        ),
        *(Step(verb="clear version", what=kind, reason="too old for a table") for kind in kept.surplus(wanted, now)),
    ]


def _change(changes: Changes, basis: Basis) -> Step:
    chunks = -(-(changes.added + changes.changed + changes.removed) // ROWS)
    seconds = CALL_S * chunks + changes.added / INSERTS_PER_S + changes.changed / UPSERTS_PER_S
    what = f"+{changes.added:,} ~{changes.changed:,} -{changes.removed:,} rows"
    return Step(verb="change rows", what=what, reason=basis.reason, seconds=seconds)


def _files(wanted: Desired, now: Present | None) -> list[Step]:
    have = now.resources if now else {}
    found = []
    for resource in wanted.resources:
        old = have.get(resource.id, {})
        if old.get("hash") != resource.sha256 or old.get("url_type") != "upload":
            reason = "other contents" if old.get("hash") else "new"
            seconds = resource.path.stat().st_size / BYTES_PER_S
            found.append(Step(verb="upload", what=resource.path.name, reason=reason, seconds=seconds))
    reason = "no longer released"
    return [*found, *(Step(verb="remove resource", what=kind, reason=reason) for kind in gone(wanted, now))]


def _fields(wanted: Desired, now: Present | None) -> list[Step]:
    if now is None:
        return []
    reason, fields = "other words or dates", changed_fields(wanted, now)
    found = [Step(verb="patch fields", what=", ".join(sorted(fields)), reason=reason)] if fields else []
    of_files: dict[str, list[str]] = {}
    for resource in wanted.resources:
        changed = changed_resource(resource, now).keys() - OF_FILE
        if changed and resource.id in now.resources:
            of_files.setdefault(", ".join(sorted(changed)), []).append(resource.path.name)
    for what, files in of_files.items():
        found.append(Step(verb="patch fields", what=f"{what} of {len(files)} files", reason=reason, seconds=0))
    return found


def _mark(wanted: Desired, now: Present | None, *, touched: bool) -> list[Step]:
    if now and now.mark == wanted.mark and not touched:
        return []
    return [Step(verb="mark", what=wanted.version, reason="the table holds this release")]
