"""A plan in words: the same facts as its document, the number before the adjective."""

from typing import TYPE_CHECKING

from publish.ckan.steps import ROWS_CHANGE

if TYPE_CHECKING:
    from publish.ckan.planning import Plan

KILO = 1000


def of(plan: "Plan") -> list[str]:
    """The lines of a plan; none when there is nothing to do."""
    if not plan:
        return []
    before = plan.present.version if plan.present else None
    head = f"{before or 'nothing'} -> {plan.desired.version}"
    return [f"{head}        plan {plan.id}", *_rows(plan), *_totals(plan), *_files(plan), *_words(plan), *_portal(plan)]


def _line(name: str, text: str) -> str:
    return f"{name:<10}{text}"


def _rows(plan: "Plan") -> list[str]:
    rows = plan.changes
    if rows is None or not plan.has(*ROWS_CHANGE):
        return [_line("rows", "no change")] if plan.desired.table else []
    counts = f"+ {rows.added:,}   ~ {rows.changed:,}   - {rows.removed:,}"
    return [_line("rows", f"{counts}        {rows.before:,} -> {rows.after:,}")]


def _totals(plan: "Plan") -> list[str]:
    return [
        _line("total", f"{total.column}  {total.unit} {_grouped(total.before)} -> {_grouped(total.after)}")
        for total in plan.totals
        if total.before != total.after
    ]


def _files(plan: "Plan") -> list[str]:
    sizes = [f"{resource.path.name} {_size(int(resource.fields['size']))}" for resource in plan.uploads]
    removed = [f"{step.what} removed" for step in plan.steps if step.verb == "remove resource"]
    return [_line("files", "   ".join([*sizes, *removed]))] if sizes or removed else []


def _words(plan: "Plan") -> list[str]:
    changed = [step.what for step in plan.steps if step.verb == "patch fields"]
    texts = [step.what for step in plan.steps if step.verb == "update dictionary"]
    columns = [step.what for step in plan.steps if step.verb == "change columns"]
    return [
        *(
            _line("first", f"{step.what} is carried on; {step.reason}")
            for step in plan.steps
            if step.verb == "carry on"
        ),
        *(_line("columns", what) for what in columns),
        *(_line("fields", what) for what in changed),
        *(_line("dictionary", what) for what in texts),
    ]


def _portal(plan: "Plan") -> list[str]:
    extension = plan.capabilities.extension if plan.switched else None
    method = [_line("method", f"load and switch (ckanext-terang {extension.version})")] if extension else []
    return [*method, _line("portal", f"{plan.portal}, about {max(1, round(plan.seconds))} s; {_seen(plan)}")]


def _seen(plan: "Plan") -> str:
    """What readers notice while it is done."""
    if plan.has("create dataset") or (plan.present and not plan.present.public):
        return "readers see nothing of it until all of it is there"
    if plan.has("rebuild table", "create table"):
        return f"the table is incomplete while it is loaded: {plan.basis.reason}"
    if plan.has("change columns"):
        return "readers find every row; its new cells come while the table is loaded"
    if plan.has("change rows"):
        return "readers see some rows change before others"
    return "readers see old or new, nothing between"


def _grouped(number: str) -> str:
    whole, point, rest = number.partition(".")
    return f"{int(whole):,}{point}{rest}"


def _size(size: float) -> str:
    for unit in ("B", "kB", "MB", "GB"):
        if size < KILO or unit == "GB":
            return f"{size:.0f} {unit}" if unit == "B" else f"{size:.1f} {unit}"
        size /= KILO
    raise AssertionError
