"""Turns a failed validation into mistakes a person can mend: path, line, what was found, what is allowed."""

from collections.abc import Iterator, Mapping
from typing import Any, get_args

from pydantic import BaseModel
from pydantic_core import ErrorDetails, ValidationError

from assets.contradictions import did_you_mean
from assets.errors import Mistake
from assets.yaml import Lines, Path_, dotted

_WORDS = {
    "missing": "is missing",
    "string_type": 'is not text. Put it in quotes: "{input}"',
    "int_parsing": "is not a whole number",
    "int_type": "is not a whole number",
    "bool_parsing": "is neither true nor false",
    "bool_type": "is neither true nor false",
    "model_type": "is not a mapping of options",
    "dict_type": "is not a mapping",
    "tuple_type": "is not a list",
}


def mistakes(error: ValidationError, lines: Lines, model: type[BaseModel]) -> list[Mistake]:
    """All mistakes, in the order of the file."""
    every = error.errors(include_url=False)
    # A list whose items all failed is reported as too short as well: the items say it better.
    told = [details for details in every if details["type"] != "too_short" or not _has_inner(details, every)]
    found = [mistake for details in told for mistake in _translate(details, lines, model)]
    return sorted(found, key=lambda mistake: mistake.line or 0)


def _has_inner(details: ErrorDetails, every: list[ErrorDetails]) -> bool:
    return any(other["loc"][: len(details["loc"])] == details["loc"] and other is not details for other in every)


def _translate(details: ErrorDetails, lines: Lines, model: type[BaseModel]) -> Iterator[Mistake]:
    path = _without_tags(details["loc"], lines)
    context = details.get("ctx", {})
    line = _line(path, lines)
    if details["type"] == "contradiction":
        for problem in context["problems"]:
            yield Mistake(path=f"{dotted(path)} {context['column']}", message=problem, line=line)
    elif details["type"] == "contradictions":
        for where, problem in context["found"]:
            yield Mistake(path=where, message=problem, line=_line(_parse(where), lines))
    else:
        yield Mistake(path=dotted(path), message=_message(details, context, model), line=line)


def _message(details: ErrorDetails, context: Mapping[str, Any], model: type[BaseModel]) -> str:
    kind, found, name = details["type"], details.get("input"), details["loc"][-1]
    if kind == "extra_forbidden":
        options = sorted(_options(model, details["loc"]))
        return f'"{name}" is not known here.{did_you_mean(str(name), options)} Allowed: {", ".join(options)}'
    if kind in {"literal_error", "union_tag_invalid"}:
        expected = str(context.get("expected") or context.get("expected_tags")).replace("'", "").replace(" or ", ", ")
        tag = found.get(context["discriminator"].strip("'")) if isinstance(found, dict) and "tag" in context else found
        hint = did_you_mean(str(tag), expected.split(", "))
        return f'"{tag}" is not allowed.{hint} Allowed: {expected}'
    words = _WORDS.get(kind)
    return words.format(input=found) if words else details["msg"]


def _without_tags(loc: Path_, lines: Lines) -> Path_:
    """The path as the file has it: a discriminated union puts its tag into the location, which nobody wrote."""
    path: Path_ = ()
    for i, part in enumerate(loc):
        last = i == len(loc) - 1
        if (*path, part) in lines or last or isinstance(part, int):
            path = (*path, part)
    return path


def _line(path: Path_, lines: Lines) -> int | None:
    while path and path not in lines:
        path = path[:-1]
    return lines.get(path)


def _parse(where: str) -> Path_:
    parts: list[str | int] = []
    for piece in where.split(" ", maxsplit=1)[0].split("."):
        name, *indices = piece.replace("]", "").split("[")
        parts += [name, *map(int, indices)]
    return tuple(parts)


def _options(model: type[BaseModel], loc: Path_) -> set[str]:
    """The keys allowed where `loc` ends, following the models of the contract, and the tags of unions, down to it."""
    models: set[type[BaseModel]] = {model}
    for part in loc[:-1]:
        if isinstance(part, str):
            fields = [f for m in models for name, f in m.model_fields.items() if part == (f.alias or name)]
            tagged = {m for m in models if part in _tags(m)}
            models = {found for f in fields for found in _models_in(f.annotation)} or tagged
    return {field.alias or name for m in models for name, field in m.model_fields.items()}


def _tags(model: type[BaseModel]) -> set[str]:
    return {tag for field in model.model_fields.values() if field.is_required() for tag in get_args(field.annotation)}


def _models_in(annotation: Any) -> set[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return {annotation}
    return {found for inner in get_args(annotation) for found in _models_in(inner)}
