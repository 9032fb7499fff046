"""The record of a release: which groups or rows it showed and hid, and who stood behind each, in words of the office's key.

It lies in restricted storage, one file for each release, and the ledger tells its checksum. No id, name or amount is in
it; without the key it says nothing. A record that is missing or changed stops what needs it.
"""

import hashlib
import json
import os
import secrets
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from assets import chain
from assets.anonymity.sense import shows_persons
from assets.contract import Contract
from assets.errors import Unproven
from assets.past.numbers import Told
from assets.settings import Settings
from assets.store import OWNER_FILE, OWNER_ONLY, Store, replacing, sha256, store_of

KEY: Final = "told.key"
FACT: Final = "record_sha256"  # of a ledger entry: the sha256 of its record
RELEASED: Final = "released"
_META, _FORM = b"terang", 1
_WORD = "word "
_SLACK = timedelta(minutes=5)
_PLACE = ("kind", "connection", "table", "query", "path", "endpoint", "sheet")


@dataclass(frozen=True, kw_only=True, slots=True)
class Sheet:
    """What a record says of itself: which table it is of, by which key it was made, from which source, and whether it is of groups.

    `whole`: the sum of what is hidden was told. `levels`: what each anonymised column was shown as.
    """

    dataset: str
    groups: bool
    public_sha256: str
    key: str
    source: str
    row_key: str
    whole: bool = True
    levels: Mapping[str, str] | None = None
    form: int = _FORM


@dataclass(frozen=True, kw_only=True, slots=True)
class Record:
    """A record that is what the ledger says it is; `label` is its version, with the dataset's name where it is another's."""

    label: str
    path: Path
    sheet: Sheet

    def told(self) -> Told:
        """What it says of groups."""
        return read(self.path, self.label)


def needed(contract: Contract) -> bool:
    """Whether releases of a dataset can be told apart to learn about few persons."""
    return contract.aggregate is not None or one_by_one(contract)


def one_by_one(contract: Contract) -> bool:
    """Whether rows about persons are published one by one, so that who is behind each is asked for."""
    return contract.anonymity is not None or shows_persons(contract)


def office_key(settings: Settings) -> str:
    """The key of the words, which never leaves restricted storage; made where there is none."""
    path = settings.folder(settings.storage.restricted) / KEY
    if not path.is_file():
        path.parent.mkdir(parents=True, exist_ok=True, mode=OWNER_ONLY)
        try:
            with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_FILE), "w") as file:
                file.write(secrets.token_hex(32))
        except FileExistsError:
            pass  # another run was quicker
    return path.read_text(encoding="ascii").strip()


def sheet(contract: Contract, settings: Settings, public_sha256: str) -> Sheet:
    """What a record of this table says of itself."""
    said = contract.source.model_dump(mode="json")
    place = {name: said[name] for name in _PLACE if said.get(name) is not None}
    return Sheet(
        dataset=contract.name,
        groups=contract.aggregate is not None,
        public_sha256=public_sha256,
        key=hashlib.sha256(office_key(settings).encode()).hexdigest(),
        source=_digest([place, contract.transform]),
        row_key=_digest([contract.column(name).read_as for name in contract.key]),
    )


def write(path: Path, about: Sheet, columns: Mapping[str, Any]) -> None:
    """Write a record, for its owner alone."""
    table = pa.table(dict(columns)).replace_schema_metadata({_META: json.dumps(asdict(about)).encode()})
    with replacing(path, private=True) as target:
        small = [name for name in table.column_names if table.schema.field(name).type != pa.uint64()]
        pq.write_table(table, target, compression="zstd", use_dictionary=small)


def columns_of(told: Told) -> dict[str, Any]:
    """What is written of groups."""
    totals = {f"total {i}": kind[told.cell].astype(np.int32) for i, kind in enumerate(told.totals)}
    words = {f"{_WORD}{amount}": words for amount, words in told.words.items()}
    return {"cell": told.cell.astype(np.int32), "shown": told.shown[told.cell], **totals, "who": told.who, **words}


def read(path: Path, label: str) -> Told:
    """What a record says of groups."""
    table = pq.read_table(path)
    cell = np.asarray(table.column("cell").to_numpy(), np.int64)
    _, first = np.unique(cell, return_index=True)
    totals = [name for name in table.column_names if name.startswith("total ")]
    return Told(
        label=label,
        cell=cell,
        who=np.asarray(table.column("who").to_numpy(), np.uint64),
        words={
            name.removeprefix(_WORD): np.asarray(table.column(name).to_numpy(), np.uint64)
            for name in table.column_names
            if name.startswith(_WORD)
        },
        shown=np.asarray(table.column("shown").to_numpy(zero_copy_only=False), np.bool_)[first],
        totals=np.array([table.column(name).to_numpy()[first] for name in totals], np.int64).reshape(
            len(totals), len(first)
        ),
        whole=about(path).whole,
    )


def keep(store: Store, version: str, public_sha256: str) -> None:
    """Keep the record of the table that is released as this version; raises `Unproven` where it is of another one."""
    kept = store.told_before / f"{version}.parquet"
    if not store.told.is_file():
        kept.unlink(missing_ok=True)  # of a run that was killed before it was released
        return
    if not is_of(store.told, public_sha256):
        raise Unproven(
            "the record of who stands behind the table is of another table", dataset=store.dataset,
            file=store.told.name, next=f"terang run {store.dataset}",
        )  # fmt: skip
    store.told_before.mkdir(mode=OWNER_ONLY, exist_ok=True)
    with replacing(kept, private=True) as target:
        shutil.copyfile(store.told, target)


def fact(store: Store, version: str) -> dict[str, str]:
    """What the ledger tells of the record of a version: its checksum, where there is one."""
    path = store.told_before / f"{version}.parquet"
    return {FACT: sha256(path)} if path.is_file() else {}


def earlier(contract: Contract, settings: Settings) -> tuple[list[Record], int]:
    """The records of all releases so far, oldest first, and how many releases made none: before Terang kept any, or of rows.

    Raises `Unproven` where one is missing, changed or made by another key, where the ledger was changed, or where the
    clock says an earlier time than the last release does.
    """
    store = store_of(contract.name, settings)
    entries = chain.check(store)
    _clock(store, entries)
    released = [entry for entry in entries if entry.event == RELEASED]
    kept = [entry for entry in released if FACT in entry.facts]
    key = hashlib.sha256(office_key(settings).encode()).hexdigest() if kept else ""
    return [_proven(store, entry, key, entry.version) for entry in kept], len(released) - len(kept)


def siblings(contract: Contract, settings: Settings) -> list[Record]:
    """The records of other datasets' groups that are made of the same source; raises what `earlier` raises."""
    own = sheet(contract, settings, "")
    found = [
        _proven(store, entry, own.key, f"{store.dataset} {entry.version}")
        for store in _others(contract, settings, lambda one: one.groups and one.source == own.source)
        for entry in chain.check(store)
        if entry.event == RELEASED and FACT in entry.facts
    ]
    strange = {record.sheet.dataset for record in found if record.sheet.row_key != own.row_key}
    if strange:
        raise Unproven(
            "groups of the same source have another key, so nobody can tell which rows are the same",
            dataset=contract.name, found=", ".join(sorted(strange)), allowed="the same key in both contracts",
            next="give both contracts the same key",
        )  # fmt: skip
    return found


def of_rows(contract: Contract, settings: Settings) -> list[Record]:
    """The records of all other datasets' rows about persons; raises what `earlier` raises."""
    key = sheet(contract, settings, "").key
    return [
        _proven(store, entry, key, f"{store.dataset} {entry.version}")
        for store in _others(contract, settings, lambda one: not one.groups)
        for entry in chain.check(store)
        if entry.event == RELEASED and FACT in entry.facts
    ]


def about(path: Path) -> Sheet:
    """What a record says of itself."""
    return Sheet(**json.loads((pq.read_schema(path).metadata or {})[_META]))


def is_of(path: Path, public_sha256: str) -> bool:
    """Whether there is a record, and it is of this table."""
    return path.is_file() and about(path).public_sha256 == public_sha256


def _others(contract: Contract, settings: Settings, wanted: Callable[[Sheet], bool]) -> Iterator[Store]:
    """Other datasets of which any record is wanted."""
    for folder in sorted(settings.folder(settings.storage.restricted).glob("*/told")):
        said = (about(path) for path in folder.glob("*.parquet"))
        if folder.parent.name != contract.name and any(map(wanted, said)):
            yield store_of(folder.parent.name, settings)


def _clock(store: Store, entries: list[chain.Entry]) -> None:
    now = datetime.now(UTC)
    if entries and datetime.fromisoformat(entries[-1].time) > now + _SLACK:
        raise Unproven(
            "the clock says an earlier time than the ledger's last line does, so releases are not in their order",
            dataset=store.dataset, where=f"{chain.FILE}, line {entries[-1].n}",
            found=now.isoformat(timespec="minutes"), allowed=f"not before {entries[-1].time}",
            next="set the clock right, then run again",
        )  # fmt: skip


def _proven(store: Store, entry: chain.Entry, key: str, label: str) -> Record:
    path = store.told_before / f"{entry.version}.parquet"
    if not path.is_file():
        raise _unproven(store, path, "is missing")
    if sha256(path) != entry.facts[FACT]:
        raise _unproven(store, path, "is not what the ledger tells of")
    said = about(path)
    if said.key != key:
        raise _unproven(store, path, f"was made by another key than that in {KEY}")
    return Record(label=label, path=path, sheet=said)


def _unproven(store: Store, path: Path, what: str) -> Unproven:
    return Unproven(
        f"the record of an earlier release {what}, so nobody can tell what this release gives away together with it",
        dataset=store.dataset, where=str(path.parent), file=path.name,
        next=f"restore it and {KEY} from a backup of restricted storage, then run again",
    )  # fmt: skip


def _digest(document: Any) -> str:
    return hashlib.sha256(json.dumps(document, sort_keys=True).encode()).hexdigest()
