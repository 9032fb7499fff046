"""What a portal should say of a dataset: derived from its contract and a release, before anyone asks the portal.

No HTTP here. Fields that a portal's dataset form does not have become extras.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final
from uuid import uuid5

from assets.contract import Contract
from assets.model import Text
from publish.ckan import dcat, earlier, notes
from publish.ckan.capabilities import Capabilities
from publish.ckan.resources import NAMESPACE, Resource, resources, translated
from publish.ckan.table import Table, table
from publish.ledger import Entry
from publish.metadata.licenses import LICENSES
from publish.notices import NOTICE, words

if TYPE_CHECKING:
    from publish.release import Release

CORE: Final = frozenset({"name", "title", "notes", "owner_org", "groups", "tags", "license_id", "version", "url"})
LISTS: Final = frozenset({"groups", "tags"})  # an empty one is a statement too
FORM_ONLY: Final = frozenset({"terang_totals"})  # amounts that have no place in a text
PERIOD: Final = ("temporal_start", "temporal_end")
DIGEST_SHOWN: Final = 32  # of 64: enough to tell contents apart, short enough for a field
ORIGIN: Final = Text(
    {
        "id": "Dibaca dari sistem internal {publisher}, diperiksa, dilepaskan dari data pribadi, dan diterbitkan oleh "
        "Terang. Pemeriksaan rilis ini ada pada berkas buktinya.",
        "en": "Read from the internal systems of {publisher}, checked, cleared of personal data, and published by "
        "Terang. The checks of this release are in its evidence file.",
    }
)
WITHHELD: Final = Text(
    {"id": "{rows} baris tidak ditampilkan satu per satu", "en": "{rows} rows are not shown one by one"}
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Desired:
    """A dataset as it should be; `absent` are fields that it must not have, should an earlier release have set them.

    `kept` are the tables of earlier versions.
    """

    name: str
    version: str
    mark: str
    fields: Mapping[str, Any]
    extras: Mapping[str, str]
    absent: frozenset[str]
    resources: tuple[Resource, ...]
    table: Table | None
    kept: tuple[Table, ...] = ()

    @property
    def data(self) -> Resource:
        """The resource of the data itself, which carries the mark of the release."""
        return self.resources[0]

    def document(self) -> dict[str, Any]:
        """Everything that is sent to the portal, but the rows: what the gates look at."""
        return {
            **self.fields,
            "extras": dict(self.extras),
            "resources": [{"id": resource.id, **resource.fields} for resource in self.resources],
            "dictionary": [dict(field) for table in (self.table, *self.kept) if table for field in table.fields],
        }


def desired(contract: Contract, release: "Release", languages: Sequence[str], portal: Capabilities) -> Desired:
    """The dataset that `release` should be on a portal with these capabilities."""
    from publish.release import earlier as kept_before  # noqa: PLC0415 - it imports this room's neighbours

    before = kept_before(release, contract.versions.keep)
    fields = {**_core(contract, release, languages, portal), **_described(contract, release, languages)}
    absent = {name for name, value in fields.items() if not value and name not in LISTS}
    fields = {name: value for name, value in fields.items() if name not in absent}
    known = {name: value for name, value in fields.items() if name in CORE or portal.knows(name)}
    extras = _extras({name: value for name, value in fields.items() if name not in {*known, *FORM_ONLY}})
    return Desired(
        name=contract.name,
        version=release.version,
        mark=f"{release.version} {release.content_digest[:DIGEST_SHOWN]}",
        fields=known,
        extras=extras,
        absent=frozenset(absent | {end for end in PERIOD if "temporal_coverage" in absent}),
        resources=(*resources(contract, release, languages), *earlier.resources(contract, before, languages)),
        table=table(contract, release, languages) if portal.tables else None,
        kept=earlier.tables(contract, before, languages) if portal.tables else (),
    )


def _core(contract: Contract, release: "Release", languages: Sequence[str], portal: Capabilities) -> dict[str, Any]:
    spdx = contract.license
    return {
        "name": contract.name,
        **translated("title", contract.title, languages),
        **translated("notes", contract.summary, languages),
        "owner_org": portal.organization,
        "groups": [{"name": topic} for topic in sorted(contract.topics)],
        "tags": [{"name": tag} for tag in sorted(set(contract.tags))],
        "license_id": spdx if spdx in portal.licenses else LICENSES[spdx].ckan,
        "version": release.version,
        "url": contract.publisher.url,
    }


def _described(contract: Contract, release: "Release", languages: Sequence[str]) -> dict[str, Any]:
    office = {"name": contract.publisher.name, "email": contract.publisher.contact, "url": contract.publisher.url}
    party = {name: value for name, value in office.items() if value}
    parquet = release.path / f"{contract.name}.parquet"
    covered = dcat.time_covered(contract, parquet) if parquet.name in release.files else None
    rows = next((file["rows"] for file in release.files.values() if file["rows"] is not None), None)
    return {
        "identifier": f"urn:uuid:{uuid5(NAMESPACE, f'terang:{contract.name}')}",
        "publisher": [party],
        "contact": [{"name": party["name"], "email": party["email"]}],
        "issued": release.version[:10],
        "modified": release.version[:10],
        "frequency": dcat.frequency(contract.schedule) if contract.schedule else None,
        "temporal_coverage": [covered] if covered else [],
        "access_rights": dcat.PUBLIC,
        "theme": list(dcat.THEMES),
        "language": dcat.languages(languages),
        **translated("provenance", _filled(ORIGIN, publisher=contract.publisher.name), languages),
        "terang_release": release.version,
        "terang_rows": rows,
        "terang_quality": _quality(release.accounting),
        **_withheld(release, languages),
        **notice(release.notices, languages),
        **notes.told(contract, release, languages),
    }


def notice(takedowns: Iterable[Entry], languages: Sequence[str]) -> dict[str, str | None]:
    """What was taken down, and why; nothing where nothing was."""
    told = words(takedowns)
    said = translated("terang_takedown", told or NOTICE, languages)
    return {name: text if told else None for name, text in said.items()}


def _quality(counts: Mapping[str, int]) -> int | None:
    """The share of source rows that broke no rule, in whole percent, rounded down: 100 means every single one."""
    return 100 * (counts["read"] - counts["quarantined"]) // counts["read"] if counts.get("read") else None


def _withheld(release: "Release", languages: Sequence[str]) -> dict[str, str | None]:
    """How many rows were withheld, in words; nothing where none were."""
    rows = release.accounting.get("withheld", 0)
    words = Text({code: text.format(rows=notes.number(rows, code)) for code, text in WITHHELD.root.items()})
    return {name: text if rows else None for name, text in translated("terang_withheld", words, languages).items()}


def _filled(text: Text, **values: str) -> Text:
    return Text({code: words.format(**values) for code, words in text.root.items()})


def _extras(fields: Mapping[str, Any]) -> dict[str, str]:
    """Fields as extras, under the names that ckanext-dcat reads on a portal without a dataset form of its own."""
    flat: dict[str, str] = {}
    for name, value in fields.items():
        if name == "temporal_coverage":
            flat |= {f"temporal_{end}": text for end, text in value[0].items()}
        elif name in {"publisher", "contact"}:
            flat |= {f"{name}_{part}": text for part, text in value[0].items()}
        else:
            flat[name] = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return flat
