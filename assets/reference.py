"""The reference of contracts, made from the model itself: a JSON Schema for editors and a page for people."""

from collections.abc import Iterator
from typing import Any

from assets.column import MEANING
from assets.contract import Contract

HEAD = """\
# Contract reference

Made from the model by `terang schema --markdown`; a test keeps the two together. One YAML file is one dataset, and the
file's name is the dataset's name. Texts are given in every language of `terang.toml`: `{id: Tahun, en: Year}`.

For an editor that completes and checks: put this line at the top of a contract.

    # yaml-language-server: $schema=contract.schema.json
"""


def json_schema() -> dict[str, Any]:
    """JSON Schema (2020-12) of a contract file: the model without the name, which is the file's."""
    document = Contract.model_json_schema(by_alias=True)
    document["properties"].pop("name")
    document["required"].remove("name")
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **document}


def markdown() -> str:
    """The page: every section with its options, types, defaults and meaning, and the classes of columns."""
    document = json_schema()
    parts = [HEAD, *_section("A contract", document)]
    for name, definition in document["$defs"].items():
        if "properties" in definition:
            parts += _section(_title(name, definition), definition)
    rows = [f"| `{name}` | {meaning} |" for name, meaning in MEANING.items()]
    classes = ["## Classes of columns", "| class | a column that |", "|---|---|", *rows]
    return "\n".join([*parts, *classes, ""])


def _title(name: str, definition: dict[str, Any]) -> str:
    told = [p for key, p in definition["properties"].items() if key in {"kind", "technique"}]
    tags = [f"`{tag}`" for p in told for tag in ([p["const"]] if "const" in p else p.get("enum", []))]
    return f"{name} ({', '.join(tags)})" if tags else name


def _section(title: str, definition: dict[str, Any]) -> Iterator[str]:
    yield f"## {title}\n"
    yield f"{definition.get('description', '').strip()}\n"
    yield "| option | type | default |"
    yield "|---|---|---|"
    needed = definition.get("required", [])
    for name, schema in definition["properties"].items():
        default = "**needed**" if name in needed else _default(schema)
        yield f"| `{name}` | {_type(schema)} | {default} |"
    yield ""


def _default(schema: dict[str, Any]) -> str:
    value = schema.get("default")
    if value is None or value in ([], {}):
        return "none"
    return f"`{value}`" if not isinstance(value, dict) else "see there"


def _type(schema: dict[str, Any]) -> str:
    if "$ref" in schema:
        name = schema["$ref"].rsplit("/", 1)[-1]
        return "text by language" if name == "Text" else f"[{name}](#{name.lower()})"
    for several in ("anyOf", "oneOf"):
        if several in schema:
            kinds = [_type(one) for one in schema[several] if one.get("type") != "null"]
            return " or ".join(dict.fromkeys(kinds))
    if "const" in schema:
        return f"`{schema['const']}`"
    if "enum" in schema:
        return ", ".join(f"`{value}`" for value in schema["enum"])
    if schema.get("type") == "array":
        return f"list of {_type(schema.get('items', {}))}"
    plain = str(schema.get("type", "value"))
    return {"string": "text", "object": "mapping", "boolean": "true or false"}.get(plain, plain)
