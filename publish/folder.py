"""The folder of a release: its files, written, checked by the gates, and synced to disk. Not where it ends up."""

import os
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assets.errors import Blocked
from assets.protect import Protected
from assets.store import sha256, write_json
from publish import changes, told
from publish.account import totals
from publish.changes import Before
from publish.file import File, Role, describe
from publish.formats import FORMATS
from publish.formats.format import Context, NotMade
from publish.metadata import datapackage, dictionary, evidence, withheld
from publish.report import withheld as explained

RELEASE, SUMS = "release.json", "SHA256SUMS"
READ_ONLY = 0o444
MEDIA_TYPES: Mapping[str, str] = {"csv": "text/csv", "json": "application/json", "html": "text/html"}
CHANGES: Mapping[str, Role] = {changes.FILE: "changes", changes.RETIRED: "retired"}
WRITERS = 2  # each writer already uses all cores where it can; XLSX's compression uses one


@dataclass(frozen=True, kw_only=True, slots=True)
class Material:
    """All that a release is made of; the same material gives the same bytes.

    `before` is the release that readers have now, `reason` why the publisher makes this one, `approval` whether a second
    person is to approve it.
    """

    context: Context
    table: Path
    account: Protected
    evidence: Mapping[str, Any]
    content_digest: str
    before: Before | None = None
    reason: str | None = None
    approval: bool = False


def build(folder: Path, material: Material) -> None:
    """Write every file of the release into `folder`, scan them all, and sync them; raises `Blocked` on a finding."""
    folder.mkdir()
    omitted = _write_tables(folder, material)
    files = _described(folder, material)
    files |= _write_documents(folder, material)
    changed = _write_changes(folder, material)
    files |= {name: _document(folder / name, role) for name, role in CHANGES.items() if (folder / name).is_file()}
    files |= _write_package(folder, material, files)
    write_json(folder / RELEASE, _summary(material, files, omitted) | {"changes": changed})
    _write_sums(folder)
    _scan(folder, material)
    for path in folder.iterdir():
        path.chmod(READ_ONLY)
        sync(path)
    sync(folder)


def sync(path: Path) -> None:
    """Wait until a file or folder is on disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def read_sums(path: Path) -> dict[str, str]:
    """Names and sha256 of a SHA256SUMS file."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return {name: digest for digest, _, name in (line.partition("  ") for line in lines)}


def _table_name(material: Material, format_: str) -> str:
    return f"{material.context.contract.name}.{FORMATS[format_].EXTENSION}"


def _write_tables(folder: Path, material: Material) -> dict[str, str]:
    """Write the table in each format; returns the reasons of those that cannot hold it."""

    def write(format_: str) -> str | None:
        target = folder / _table_name(material, format_)
        try:
            FORMATS[format_].write(material.table, target, material.context)
        except NotMade as reason:
            target.unlink(missing_ok=True)
            return str(reason)
        return None

    wanted = material.context.contract.formats
    with ThreadPoolExecutor(WRITERS) as pool:
        reasons = dict(zip(wanted, pool.map(write, wanted), strict=True))
    return {format_: reason for format_, reason in reasons.items() if reason is not None}


def _described(folder: Path, material: Material) -> dict[str, File]:
    rows = material.account.published_rows
    names = {_table_name(material, format_): format_ for format_ in material.context.contract.formats}
    return {
        name: describe(folder / name, role="data", format_=format_, media_type=FORMATS[format_].MEDIA_TYPE, rows=rows)
        for name, format_ in names.items()
        if (folder / name).is_file()
    }


def _write_documents(folder: Path, material: Material) -> dict[str, File]:
    context, account = material.context, material.account
    dictionary.write(folder / dictionary.FILE, context.fields, context.languages)
    withheld.write(folder / withheld.FILE, context.contract, account.withheld)
    write_json(folder / evidence.FILE, material.evidence)
    page = explained.html(context.contract, account, context.version)
    (folder / explained.FILE).write_text(page, encoding="utf-8")
    return {
        dictionary.FILE: _document(folder / dictionary.FILE, "dictionary"),
        withheld.FILE: _document(folder / withheld.FILE, "withheld"),
        explained.FILE: _document(folder / explained.FILE, "withheld"),
        evidence.FILE: _document(folder / evidence.FILE, "evidence"),
    }


def _write_changes(folder: Path, material: Material) -> dict[str, Any]:
    """What changed since the release before, and why; of a first release, only why."""
    why = {"reason": material.reason} if material.reason else {}
    if material.before is None:
        return {"since": None, **why}
    return {**changes.write(folder, material.context.contract, material.table, material.before), **why}


def _write_package(folder: Path, material: Material, files: Mapping[str, File]) -> dict[str, File]:
    path = folder / datapackage.FILE
    write_json(path, datapackage.document(material.context, files))
    return {datapackage.FILE: _document(path, "datapackage")}


def _document(path: Path, role: Role) -> File:
    kind = path.suffix.removeprefix(".")
    return describe(path, role=role, format_=kind, media_type=MEDIA_TYPES[kind])


def _summary(material: Material, files: Mapping[str, File], omitted: Mapping[str, str]) -> dict[str, Any]:
    contract = material.context.contract
    return {
        "dataset": contract.name,
        "version": material.context.version,
        "title": contract.title.root,
        "license": contract.license,
        "content_digest": material.content_digest,
        "contract": contract.digest,
        "public_table_sha256": material.account.public_sha256,
        "files": files,
        "omitted": omitted,
        "accounting": totals(material.account),
        "columns": told.columns(contract),
        "formats": {name: FORMATS[name].VERSION for name in contract.formats},
        **({"approval": "needed"} if material.approval else {}),
    }


def _write_sums(folder: Path) -> None:
    lines = [f"{sha256(path)}  {path.name}\n" for path in sorted(folder.iterdir())]
    (folder / SUMS).write_text("".join(lines), encoding="utf-8")


def _scan(folder: Path, material: Material) -> None:
    from quality.gates.scan import scan_files  # noqa: PLC0415 - only a release that is built needs the gates

    contract = material.context.contract
    found = scan_files(sorted(folder.iterdir()), contract)
    if not found.passed:
        places = ", ".join(
            f"{place} ({count})" for place, count in found.facts.get("suspect values by place", {}).items()
        )
        raise Blocked(
            "a file of the release holds what must not leave",
            dataset=contract.name,
            rule=found.name,
            where=places or None,
            found=f"{len(found.facts.get('suspect values by place', {}))} places with suspect values",
            allowed="none",
            next="protect that column in the contract, or declare its pattern when it is an official code",
        )
