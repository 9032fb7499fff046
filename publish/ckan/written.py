"""What we wrote on a portal last, kept beside the ledger: what the portal says otherwise was edited there by somebody.

Only public words about the dataset are kept, no row. A record of another portal, or of a release that the portal no longer
holds, accuses nobody.
"""

import hashlib
import json
import shutil
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any, Final

from assets.store import Store, read_json, write_json
from publish import ledger
from publish.ckan.facts import Facts, differing
from publish.ckan.present import Present
from publish.standing import PUBLISHED

FILE: Final = "published.json"
PLANS: Final = "plans"
DATA: Final = frozenset({"version", "modified", "hash", "size", "mimetype", "format", "type", "view", "hash_algorithm"})
ADDED: Final = ("tags.", "groups.")
OF_DATA: Final = "terang_"  # what a release says of its own rows


@dataclass(frozen=True, kw_only=True, slots=True)
class Written:
    """A dataset as we left it on a portal; `rows` of its table, None where it has none."""

    portal: str
    version: str
    mark: str
    rows: int | None
    facts: Mapping[str, str]


@dataclass(frozen=True, kw_only=True, slots=True)
class Edit:
    """What somebody else made of a fact that we wrote; `kept`: it stays so."""

    path: str
    written: str
    found: str
    kept: bool = False


def read(store: Store, portal: str) -> Written | None:
    """What we last wrote on this portal, None where we do not know."""
    found = read_json(store.releases / FILE)
    return Written(**found) if found and found["portal"] == portal else None


def note(store: Store, written: Written, *, content_digest: str, facts: Mapping[str, Any]) -> None:
    """Remember what was written, and tell the ledger; nothing where that is known already."""
    if read(store, written.portal) == written:
        return
    write_json(store.releases / FILE, asdict(written))
    event = ledger.Event(
        event=PUBLISHED,
        time=datetime.now(UTC),
        version=written.version,
        content_digest=content_digest,
        facts={"portal": written.portal, "digest": digest(asdict(written)), **facts},
    )
    ledger.append(store, event)


def forget(store: Store) -> None:
    """After a takedown: the record holds checksums of it, and a plan's difference of totals may be one row's amount."""
    (store.releases / FILE).unlink(missing_ok=True)
    shutil.rmtree(store.public / PLANS, ignore_errors=True)


def digest(document: Any) -> str:
    """SHA-256 of a document, whatever the order of its keys."""
    return hashlib.sha256(json.dumps(document, sort_keys=True, ensure_ascii=False, default=str).encode()).hexdigest()


def is_data(path: str) -> bool:
    """Whether a fact is bound to the rows: it can be put right, but not kept as somebody made it."""
    last = path.rpartition(".")[2]
    return last in DATA or last.startswith(OF_DATA) or path.startswith("table") or _file(path) == path


def edits(
    written: Written | None, now: Present | None, shown: Facts, wanted: Facts, *, known: bool, keep: bool
) -> tuple[Edit, ...]:
    """What people edited since. `known`: the portal's release is one of ours, be it another than was noted."""
    if written is None or now is None:
        return ()
    moved = now.mark != written.mark and not now.unsettled
    if moved and now.mark:
        # taken back, or published by a run that was broken off before it noted it; else by a store that is not this one
        return () if known else (Edit(path="table.mark", written=written.mark, found=now.mark),)
    found = [
        Edit(path=path, written=before, found=after, kept=keep and not is_data(path))
        for path in differing(written.facts, shown)
        if (after := shown.get(path, "")) != wanted.get(path, "")
        and _counts(path, (before := written.facts.get(path, "")), after, now)
    ]
    lost = [Edit(path="table.mark", written=written.mark, found="")] if moved else []
    files = {_file(path) for path in wanted} & {_file(path) for path in written.facts} - {_file(path) for path in shown}
    lost += [Edit(path=file, written="there", found="") for file in sorted(files - {""})]
    found = [edit for edit in found if _file(edit.path) not in files - {""}]
    return (*found, *lost, *(_of_table(written, now) if "view" in wanted else []))


def _counts(path: str, before: str, after: str, now: Present) -> bool:
    """Whether another text is an edit: not a tag or group that people added, nor a checksum that we took away ourselves."""
    if not before and path.startswith(ADDED):
        return False
    if path.startswith(("columns.", "view")) and now.table is None:
        return False
    return bool(after) or not path.endswith(".hash")


def _file(path: str) -> str:
    """The resource that a fact is about, as a path of its own."""
    return ".".join(path.split(".")[:2]) if path.startswith("resources.") else ""


def _of_table(written: Written, now: Present) -> list[Edit]:
    rows = now.table.rows if now.table else None
    if now.unsettled or rows == written.rows:
        return []
    return [Edit(path="table.rows", written=_number(written.rows), found=_number(rows))]


def _number(rows: int | None) -> str:
    return "no table" if rows is None else f"{rows:,}"
