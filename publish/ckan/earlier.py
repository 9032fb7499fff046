"""Earlier versions on a portal: each with its data and its changes as files of their own, the last ones with a table too.

What a version was then is told by its own files: its columns and words may be others than those of the contract now.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from assets.contract import Contract
from assets.model import Text
from assets.store import read_json
from publish import changes, copies
from publish.ckan import dcat
from publish.ckan.resources import Resource, resource_id, translated
from publish.ckan.table import MOST_INDEXES, TYPES, Table, info
from publish.metadata import datapackage
from publish.metadata.fields import type_word
from publish.metadata.licenses import LICENSES

if TYPE_CHECKING:
    from publish.release import Release

CSV: Final = "csv"
KINDS: Final = {
    CSV: (
        Text({"id": "Versi {version} (CSV)", "en": "Version {version} (CSV)"}),
        Text(
            {
                "id": "Semua baris sebagaimana terbit pada versi {version}.",
                "en": "All rows as they were published in version {version}.",
            }
        ),
    ),
    "changes": (
        Text({"id": "Perubahan versi {version} (CSV)", "en": "Changes of version {version} (CSV)"}),
        Text(
            {
                "id": "Baris dan sel yang berubah pada versi {version} terhadap versi sebelumnya.",
                "en": "The rows and cells that version {version} changed in the version before it.",
            }
        ),
    ),
}


def kind(of: str, version: str) -> str:
    """What an earlier version's file is called here: `csv 2026-10-05`."""
    return f"{of} {version}"


def ours(dataset: str, resource: Mapping[str, Any]) -> str | None:
    """The kind of a resource that is a file of some earlier version; None of another."""
    version = str(resource.get("terang_version") or "")
    return next(
        (kind(of, version) for of in KINDS if resource.get("id") == resource_id(dataset, kind(of, version))), None
    )


def resources(contract: Contract, earlier: Sequence["Release"], languages: Sequence[str]) -> tuple[Resource, ...]:
    """The files of earlier versions, newest first."""
    return tuple(
        _resource(contract, release, of, name, languages)
        for release in earlier
        for of, name in ((CSV, f"{contract.name}.csv"), ("changes", changes.FILE))
        if name in release.files
    )


def tables(contract: Contract, earlier: Sequence["Release"], languages: Sequence[str]) -> tuple[Table, ...]:
    """The tables of the last of them."""
    last = earlier[: contract.versions.tables]
    needed = {f"{contract.name}.csv", f"{contract.name}.parquet"}
    return tuple(_table(contract, release, languages) for release in last if needed <= release.files.keys())


def _resource(contract: Contract, release: "Release", of: str, name: str, languages: Sequence[str]) -> Resource:
    version, file = release.version, release.files[name]
    words = [Text({code: text.format(version=version) for code, text in said.root.items()}) for said in KINDS[of]]
    suffix = "" if of == CSV else f"-{of}"
    fields = {
        **translated("name", words[0], languages),
        **translated("description", words[1], languages),
        "format": "CSV",
        "mimetype": file["media_type"],
        "size": file["bytes"],
        "hash": file["sha256"],
        "hash_algorithm": dcat.SHA256,
        "license": LICENSES[contract.license].eu,
        "issued": version[:10],
        "modified": version[:10],
        "language": dcat.languages(languages),
        "conforms_to": ["https://www.rfc-editor.org/rfc/rfc4180"],
        "terang_version": version,
    }
    return Resource(
        kind=kind(of, version),
        id=resource_id(contract.name, kind(of, version)),
        path=copies.renamed(release.path / name, f"{contract.name}-{version}{suffix}.csv"),
        sha256=file["sha256"],
        fields=fields,
    )


def _table(contract: Contract, release: "Release", languages: Sequence[str]) -> Table:
    """The table of a version, by its own Parquet file and Data Package."""
    import pyarrow.parquet as pq  # noqa: PLC0415

    path = release.path / f"{contract.name}.parquet"
    schema = pq.read_schema(path)
    types = {column.name: type_word(column.type) for column in schema}
    said = {column.name: {k.decode(): v.decode() for k, v in (column.metadata or {}).items()} for column in schema}
    key = tuple(_key(read_json(release.path / datapackage.FILE), f"{contract.name}.parquet"))
    codes = [name for name, words in said.items() if words.get("class") == "code" and key != (name,)]
    return Table(
        resource_id=resource_id(contract.name, kind(CSV, release.version)),
        fields=tuple(
            {"id": name, "type": TYPES.get(type_, "numeric"), "info": _info(said[name], languages)}
            for name, type_ in types.items()
        ),
        types=types,
        key=key,
        indexes=tuple(codes[:MOST_INDEXES]),
        parquet=path,
        rows=release.files[path.name]["rows"] or 0,
        mark=f"{release.version} {release.content_digest[:32]}",
    )


def _key(package: Mapping[str, Any], file: str) -> list[str]:
    return next(one["schema"]["primaryKey"] for one in package["resources"] if one["path"] == file)


def _info(said: Mapping[str, str], languages: Sequence[str]) -> dict[str, str]:
    """The dictionary of a column as its Parquet file has it."""
    texts = {
        part: Text({code: said[f"{part}_{code}"] for code in languages if said.get(f"{part}_{code}")} or {"": ""})
        for part in ("label", "description")
    }
    return info(texts["label"], texts["description"], said.get("unit", ""), said.get("class", ""), languages)
