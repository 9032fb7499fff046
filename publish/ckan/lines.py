"""A plan in words: the same facts as its document, the number before the adjective, no line wider than a terminal."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from publish.ckan.facts import differing, numbered
from publish.ckan.steps import ROWS_CHANGE, whole_seconds
from publish.ckan.written import is_data

if TYPE_CHECKING:
    from publish.ckan.difference import Part
    from publish.ckan.planning import Plan

KILO: Final = 1000
WIDE: Final = 98  # and two for what a command sets them in by
NAME: Final = 11
TEXT: Final = 30
MOST: Final = 6
RELEASE: Final = ("version", "modified", "terang_release", "terang_version", "terang_rows", "terang_totals")
NOTES: Final = "version_notes"
NOTHING: Final = "nothing"
FIRST: Final = {"carry on": "is carried on", "close gap": "are numbered anew"}


def of(plan: "Plan") -> list[str]:
    """The lines of a plan; none when there is nothing to do and nobody edited anything."""
    if not plan and not plan.edits:
        return []
    before = plan.present.version if plan.present else None
    told = [f"{before or NOTHING} -> {plan.desired.version}        plan {plan.id}"]
    for name, texts in sections(plan):
        told += [f"{name if n == 0 else '':<{NAME}} {_cut(text, WIDE - NAME - 1)}" for n, text in enumerate(texts)]
    return told


def markdown(plan: "Plan") -> str:
    """The same as a table, for a page."""
    if not plan and not plan.edits:
        return f"nothing to do: the portal says what release {plan.desired.version} says"
    before = plan.present.version if plan.present else None
    cells = [("plan", [plan.id]), ("release", [f"{before or NOTHING} -> {plan.desired.version}"]), *sections(plan)]
    lines = [f"| {name} | {'<br>'.join(text.replace('|', chr(92) + '|') for text in texts)} |" for name, texts in cells]
    return "\n".join(["| | |", "|---|---|", *lines])


def sections(plan: "Plan") -> Iterator[tuple[str, list[str]]]:
    """What a plan says, by subject, in the order in which a person asks."""
    parts = {
        "rows": _rows(plan),
        f"by {plan.rows.by}": _parts(plan),
        "total": list(_totals(plan)),
        "columns": _columns(plan),
        "dictionary": _changes(plan, "columns."),
        "files": _packed(_files(plan)),
        "fields": [*_changes(plan, ""), *_of_release(plan)],
        "edited": list(_edits(plan)),
        "first": [f"{step.what} {FIRST[step.verb]}; {step.reason}" for step in plan.steps if step.verb in FIRST],
        "method": [_method(plan)] if plan else [],
        "calls": [", ".join(f"{name} x {n}" if n > 1 else name for name, n in plan.calls.items())] if plan else [],
        "portal": [f"{plan.portal}, about {_seconds(plan.seconds)}; {_seen(plan)}"] if plan else [],
    }
    yield from ((name, texts) for name, texts in parts.items() if texts)


def _rows(plan: "Plan") -> list[str]:
    rows = plan.changes
    if rows is None or not plan.has(*ROWS_CHANGE):
        return ["no change"] if plan.desired.table else []
    counts = f"+ {rows.added:,}   ~ {rows.changed:,}   - {rows.removed:,}"
    return [f"{counts}        {rows.before:,} -> {rows.after:,}"]


def _parts(plan: "Plan") -> list[str]:
    """The parts in which most rows change, in their own order, and how many others there are."""
    ranked = sorted(plan.rows.parts, key=lambda part: -(part.added + part.changed + part.removed))
    shown = {part.name for part in ranked[:MOST]}
    told = [_part(part) for part in plan.rows.parts if part.name in shown]
    if len(ranked) > MOST:
        told.append(f"and {len(ranked) - MOST} more")
    return _packed(told)


def _part(part: "Part") -> str:
    counts = {"+": part.added, "~": part.changed, "-": part.removed}
    return " ".join([part.name, *(f"{sign} {n:,}" for sign, n in counts.items() if n)])


def _totals(plan: "Plan") -> Iterator[str]:
    for total in plan.rows.totals:
        if total.before != total.after:
            difference = Decimal(total.after) - Decimal(total.before)
            moved = f"{_grouped(f'{difference:+f}')}" if plan.present else ""
            told = f"{total.column}  {total.unit} {_grouped(total.before)} -> {_grouped(total.after)}  {moved}"
            yield told.rstrip()


def _columns(plan: "Plan") -> list[str]:
    """Columns that come, go or get another type, once there is a table."""
    before, after = plan.facts
    paths = [path for path in differing(before, after) if path.startswith("columns.") and path.endswith(".type")]
    if plan.present is None or plan.present.table is None:
        return []
    told = [_typed(path.split(".")[1], before.get(path), after.get(path)) for path in paths]
    return told or [plan.basis.reason for step in plan.steps if step.verb == "change columns"]


def _typed(column: str, before: str | None, after: str | None) -> str:
    if before is None:
        return f"+ {column} ({after})"
    return f"- {column} ({before})" if after is None else f"~ {column} {before} -> {after}"


def _files(plan: "Plan") -> Iterator[str]:
    before, after = plan.facts
    for resource in plan.uploads:
        old, new = (_size(of.get(f"resources.{resource.kind}.size")) for of in (before, after))
        yield f"{resource.path.name}  {old} -> {new}" if old else f"{resource.path.name}  {new}"
    yield from (f"{step.what} removed" for step in plan.steps if step.verb == "remove resource")


def _changes(plan: "Plan", of: str) -> list[str]:
    """Texts before and after; those that change in the same way stand in one line. A new file or column has none."""
    if plan.present is None or (of and plan.present.table is None):
        return []
    before, after = plan.facts
    new = {path.rpartition(".")[0] for path in before.keys() ^ after.keys() if path.endswith((".type", ".hash"))}
    same: dict[tuple[str, str], list[str]] = {}
    for path in differing(before, after):
        told = path.rpartition(".")[0] in new or path.endswith((".type", ".hash", ".size")) or _follows(path)
        if path.startswith("columns.") == bool(of) and not told:
            same.setdefault((before.get(path, ""), after.get(path, "")), []).append(path.removeprefix(of))
    return [f"{numbered(_folded(some), MOST)}  {_text(old)} -> {_text(last)}" for (old, last), some in same.items()]


def _of_release(plan: "Plan") -> list[str]:
    """What follows from the release, and stands in other lines."""
    changed = plan.present is not None and any(_follows(path) for path in differing(*plan.facts))
    return ["version, dates and count of the release"] if changed else []


def _follows(path: str) -> bool:
    field = path.rpartition(".")[2]
    return field in RELEASE or field.startswith(NOTES)


def _folded(paths: Sequence[str]) -> list[str]:
    """The same field of several files is told once."""
    files = Counter(path.rpartition(".")[2] for path in paths if path.startswith("resources."))
    own = [path for path in paths if files[path.rpartition(".")[2]] == 1 or not path.startswith("resources.")]
    return [*own, *(f"{field} of {n} files" for field, n in files.items() if n > 1)]


def _edits(plan: "Plan") -> Iterator[str]:
    """What people made of what we wrote, and what becomes of it."""
    for edit in plan.edits:
        fate = "stops the publication" if plan.refused else _fate(edit.path, kept=edit.kept)
        yield f"on the portal: {edit.path}  {_text(edit.written)} -> {_text(edit.found)}; {fate}"


def _fate(path: str, *, kept: bool) -> str:
    if kept:
        return "kept"
    return "put right" if is_data(path) else "overwritten"


def _method(plan: "Plan") -> str:
    """How, and why so."""
    extension = plan.capabilities.extension
    if plan.switched and extension:
        return f"load and switch (ckanext-terang {extension.version}): files, table and words change at once"
    if plan.has("create table", "rebuild table"):
        return f"whole table: {plan.basis.reason}"
    if plan.has("change columns"):
        return f"every row written again: {plan.basis.reason}"
    if plan.has("change rows"):
        whole = _seconds(whole_seconds(plan.changes.after if plan.changes else 0))
        return f"keyed changes, {plan.basis.reason}; with ckanext-terang all at once, about {whole}"
    return "words and files in one call"


def _seen(plan: "Plan") -> str:
    """What readers notice while it is done."""
    if plan.has("create dataset") or (plan.present and not plan.present.public):
        return "readers see nothing until all is there"
    if plan.has("rebuild table", "create table"):
        return "the table is incomplete while it is loaded"
    if plan.has("change columns"):
        return "readers find every row; new cells come while it loads"
    if plan.has("change rows"):
        return "readers see some rows change before others"
    return "readers see old or new, nothing between"


def _text(value: str) -> str:
    return f'"{_cut(" ".join(value.split()), TEXT)}"' if value else NOTHING


def _packed(parts: Iterable[str]) -> list[str]:
    """Several short things in a line, as many as fit."""
    lines: list[str] = []
    for part in parts:
        if lines and len(lines[-1]) + len(part) + 3 < WIDE - NAME:
            lines[-1] += f";  {part}"
        else:
            lines.append(part)
    return lines


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"


def _seconds(seconds: float) -> str:
    return f"{max(1, round(seconds))} s"


def _grouped(number: str) -> str:
    whole, point, rest = number.partition(".")
    sign = "+" if whole.startswith("+") else ""
    return f"{sign}{int(whole):,}{point}{rest}"


def _size(told: Mapping[str, str] | str | None) -> str:
    """Bytes as people read them; nothing for a file that is not there."""
    if not isinstance(told, str) or not told.isdigit():
        return ""
    size, units = float(told), iter(("B", "kB", "MB"))
    for unit in units:
        if size < KILO:
            return f"{size:.0f} {unit}" if unit == "B" else f"{size:.1f} {unit}"
        size /= KILO
    return f"{size:.1f} GB"
