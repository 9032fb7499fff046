"""`datapackage.json`: Data Package v2 (https://datapackage.org), with the schema of every table.

The standard has one language: texts are in the first one, others stand beside them as `title_en`, `description_en`.
"""

from collections.abc import Mapping
from typing import Any

from assets.contract import Contract
from assets.model import Text
from assets.table import table_key
from publish.file import File
from publish.formats import FORMATS
from publish.formats.format import Context
from publish.metadata.fields import Field
from publish.metadata.licenses import LICENSES

FILE = "datapackage.json"
PROFILE = "https://datapackage.org/profiles/2.0/datapackage.json"
_TYPES = {"decimal": "number"}
_DIALECT = {"delimiter": ",", "lineTerminator": "\r\n", "quoteChar": '"', "doubleQuote": True, "header": True}


def document(context: Context, files: Mapping[str, File]) -> dict[str, Any]:
    """The package of a release with all its files."""
    contract = context.contract
    license_ = LICENSES[contract.license]
    return {
        "$schema": PROFILE,
        "name": contract.name,
        **_localized("title", contract.title, context),
        **_localized("description", contract.summary, context),
        "version": context.version,
        "created": f"{context.version[:10]}T00:00:00Z",
        "keywords": [*contract.topics, *contract.tags],
        "licenses": [{"name": license_.spdx, "path": license_.url, "title": license_.title}],
        "contributors": [_publisher(contract)],
        "sources": [{"title": f"{contract.publisher.name}, {contract.source.connection or contract.source.kind}"}],
        "resources": [_resource(context, name, file) for name, file in files.items()],
    }


def schema(context: Context) -> dict[str, Any]:
    """The Table Schema of the public table."""
    found: dict[str, Any] = {
        "fieldsMatch": "exact",
        "missingValues": [""],
        "primaryKey": list(table_key(context.contract)),
        "fields": [_field(field, context) for field in context.fields],
    }
    return found | ({"uniqueKeys": [list(context.contract.public_key)]} if _key_still_unique(context.contract) else {})


def _publisher(contract: Contract) -> dict[str, Any]:
    publisher = contract.publisher
    address = {"path": publisher.url} if publisher.url else {}
    return {"title": publisher.name, "email": publisher.contact, "roles": ["publisher"], **address}


def _resource(context: Context, name: str, file: File) -> dict[str, Any]:
    described = {
        "name": name.lower().replace(".", "-"),
        "path": name,
        "format": file["format"],
        "mediatype": file["media_type"],
        "encoding": "utf-8",
        "bytes": file["bytes"],
        "hash": f"sha256:{file['sha256']}",
    }
    if file["role"] != "data":
        return described
    note = _localized("description", FORMATS[file["format"]].NOTE, context)
    dialect = {"dialect": _DIALECT} if file["format"] == "csv" else {}
    return {**described, **note, "type": "table", "rows": file["rows"], **dialect, "schema": schema(context)}


def _field(field: Field, context: Context) -> dict[str, Any]:
    kind = field.type.split("(")[0]
    extra = {"unit": field.unit} if field.unit else {}
    return {
        "name": field.name,
        "type": _TYPES.get(kind, kind),
        **_localized("title", field.label, context),
        **(_localized("description", field.description, context) if field.description else {}),
        **({"constraints": dict(field.constraints)} if field.constraints else {}),
        **extra,
        "class": field.class_,
        **(_localized("protection", field.protection, context) if field.protection else {}),
    }


def _localized(key: str, text: Text, context: Context) -> dict[str, str]:
    first, *others = context.languages
    return {key: text.said_in(first)} | {f"{key}_{language}": text.said_in(language) for language in others}


def _key_still_unique(contract: Contract) -> bool:
    return contract.aggregate is None and not any(contract.column(name).technique for name in contract.key)
