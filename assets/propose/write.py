"""The proposal as YAML for a person: what is known, why it is believed, and "?" where only a person can decide."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from assets.column import MEANING
from assets.decisions import OPEN
from assets.propose.proposal import Column, Proposal
from assets.settings import Settings
from assets.sources.source import Values

_LOW = 2  # rows may become half as many


def contract_text(proposal: Proposal, settings: Settings, *, publisher: Mapping[str, Any] | None, license_: str) -> str:
    """The contract to complete, in the languages of the office."""
    lines = [*_head(proposal, settings, publisher, license_), *_source(proposal), *_bounds(proposal), "columns:"]
    for column in proposal.columns:
        lines += _column(column, settings)
    return "\n".join([*lines, ""])


def _head(proposal: Proposal, settings: Settings, publisher: Mapping[str, Any] | None, license_: str) -> Iterator[str]:
    title = proposal.name.replace("-", " ").capitalize()
    who = publisher or {"name": OPEN, "contact": OPEN}
    yield f'# Proposed by `terang new` from {proposal.origin.told}. Decide where "{OPEN}" stands, then: terang check {proposal.name}'
    yield "# Labels are the source's own words: translate them. Remarks (#) may go once they are settled."
    yield f"title: {_texts(title, settings)}"
    yield f"summary: {_texts(OPEN, settings)}"
    yield f"publisher: {_flow(who)}"
    yield f"license: {_scalar(license_)}"


def _texts(text: str, settings: Settings) -> str:
    return _flow(dict.fromkeys(settings.languages, text))


def _source(proposal: Proposal) -> Iterator[str]:
    yield "source:"
    for option, value in proposal.origin.options.items():
        remark = proposal.origin.remarks.get(option)
        yield f"  {option}: {_value(value)}{_remark(remark)}"
    values = _values(proposal.values)
    if values:
        yield f"  values: {_flow(values)}"


def _values(values: Values) -> dict[str, Any]:
    return values.model_dump(mode="json", exclude_defaults=True)


def _bounds(proposal: Proposal) -> Iterator[str]:
    yield f"key: [{', '.join(proposal.key)}]{_remark(proposal.key_remark)}"
    if proposal.rows > _LOW:
        yield f"rows: {{min: {proposal.rows // _LOW}, shrink: 10%}}{_remark(f'{proposal.rows:,} rows now')}"


def _column(column: Column, settings: Settings) -> Iterator[str]:
    for remark in column.remarks:
        yield f"  # {remark}"
    yield f"  - name: {column.name}"
    if column.title != column.name:
        yield f"    from: {_scalar(column.title)}"
    yield f"    type: {column.type}"
    if column.suspicion:
        yield f"    # looks like people: {column.suspicion.reason}"
    yield f'    class: "{OPEN}"  # {column.hint}? {MEANING[column.hint]}'
    yield f"    label: {_texts(column.label, settings)}"
    yield from (f"    {line}" for line in _rules(column))


def _rules(column: Column) -> Iterator[str]:
    if not column.required:
        yield "required: false"
    if column.unit:
        yield f"unit: {column.unit}"
    for name in ("minimum", "maximum"):
        bound = getattr(column, name)
        if bound is not None:
            yield f"{name}: {bound}"
    if column.pattern:
        yield f"pattern: {_scalar(column.pattern)}"
    if column.enum:
        yield f"enum: [{', '.join(map(_scalar, column.enum))}]"
    if column.values:
        yield f"values: {_flow(_values(column.values))}"


def _remark(text: str | None) -> str:
    return f"  # {text}" if text else ""


def _value(value: Any) -> str:
    if isinstance(value, Mapping):
        return _flow(value)
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_value, value))}]"
    return _scalar(value)


def _flow(value: Mapping[str, Any]) -> str:
    return f"{{{', '.join(f'{_scalar(name)}: {_value(inner)}' for name, inner in value.items())}}}"


def _scalar(value: Any) -> str:
    """Plain where YAML reads it back as the same text, else quoted."""
    if isinstance(value, str) and value.replace("-", "").replace("_", "").replace(" ", "").isalpha():
        plain = value.lower() not in {"true", "false", "yes", "no", "on", "off", "y", "n", "null"}
        if plain and value.isascii() and value == value.strip() and not value.startswith("-"):
            return value
    if isinstance(value, str) and "\\" in value and "'" not in value and value.isprintable():
        return f"'{value}'"
    quoted = json.dumps(value, ensure_ascii=False)
    return "".join(mark if mark.isprintable() else f"\\U{ord(mark):08X}" for mark in quoted)
