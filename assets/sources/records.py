"""JSON records as batches of text: every digit kept, nested keys as dotted names, lists as JSON."""

import json
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, NoReturn

import pyarrow as pa

from assets.errors import SourceChanged, SourceUnreadable
from assets.sources.columns import expect
from assets.sources.source import LINE, Request

_PLAIN = {str, type(None)}


class NotJson(ValueError):
    """The text is not JSON; its message says where, and shows nothing of it."""


def parse(text: str) -> Any:
    """The document, with its numbers as text."""
    try:
        return json.loads(text, parse_float=_digits, parse_int=str, parse_constant=_no_number)
    except json.JSONDecodeError as error:
        raise NotJson(f"{error.msg}, line {error.lineno}, column {error.colno}") from None
    except RecursionError:
        raise NotJson("nested too deeply") from None


def _digits(number: str) -> str:
    return format(Decimal(number), "f") if "e" in number.lower() else number


def _no_number(word: str) -> NoReturn:
    raise NotJson(f"{word} is not a number in JSON")


def at(document: Any, path: str) -> Any:
    """What stands at a dotted path; None where there is nothing."""
    for name in path.split(".") if path else ():
        document = document.get(name) if isinstance(document, dict) else None
    return document


def records_of(document: Any, path: str, *, request: Request, where: str) -> list[Any]:
    """The list of records at `path`; raises `SourceChanged` where there is no list of records."""
    found = at(document, path)
    if not isinstance(found, list) or not all(isinstance(record, dict | list) for record in found):
        raise SourceChanged(
            "the answer holds no list of records where source.records says",
            dataset=request.dataset,
            where=f"{where}, {path or 'the whole document'}",
            found="a list of something else" if isinstance(found, list) else type(found).__name__,
            next="mend source.records, or ask who changed the format",
        )
    return found


def flat(record: Any) -> dict[str, str | None]:
    """Dotted names and their text; a list of cells has the names "1", "2", ..."""
    if isinstance(record, dict) and _PLAIN.issuperset(map(type, record.values())):
        return record
    if isinstance(record, list):
        return {str(i): _text(cell) for i, cell in enumerate(record, start=1)}
    return dict(_leaves(record, ""))


def _leaves(record: dict[str, Any], prefix: str) -> Iterator[tuple[str, str | None]]:
    for name, value in record.items():
        if isinstance(value, dict) and value:
            yield from _leaves(value, f"{prefix}{name}.")
        else:
            yield prefix + name, _text(value)


def _text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    return json.dumps(value, ensure_ascii=False)


def batch_of(
    records: Sequence[Any],
    lines: pa.Array,
    *,
    request: Request,
    ignore: Sequence[str],
    where: str,
    given: Mapping[str, Sequence[str | None]] | None = None,
) -> pa.RecordBatch:
    """The declared columns of the records; raises `SourceChanged` where the contract does not know one, or misses one.

    A key that stands in some records only is empty in the others. `given` are columns that no record has.
    """
    rows = [flat(record) for record in records]
    found = [*_names(rows), *(given or {})]
    # An object that is null has no keys below it: those columns are empty there, not gone.
    found += [name for name in request.columns if name not in found and _is_null_above(name, rows)]
    found = [name for name in found if name in request.columns or not _stands_for_more(name, request, ignore)]
    wanted = expect(found, request, ignore=ignore, where=where, header=[n for n in found if n not in (given or {})])
    cells = {name: (given or {}).get(name) or [row.get(name) for row in rows] for name in wanted}
    columns = [pa.array(cells[name], pa.string()) for name in wanted]
    return pa.RecordBatch.from_arrays([*columns, lines], names=[*wanted, LINE])


def _names(rows: Sequence[dict[str, str | None]]) -> dict[str, None]:
    """The names of all rows, in the order in which they come."""
    found: dict[str, None] = {}
    for row in rows:
        if not row.keys() <= found.keys():
            found |= dict.fromkeys(row)
    return found


def _is_null_above(name: str, rows: Sequence[dict[str, str | None]]) -> bool:
    above = name.rpartition(".")[0]
    return bool(above) and (any(above in row for row in rows) or _is_null_above(above, rows))


def _stands_for_more(name: str, request: Request, ignore: Sequence[str]) -> bool:
    return any(known.startswith(f"{name}.") for known in (*request.columns, *ignore))


def unreadable(request: Request, where: str, why: str) -> SourceUnreadable:
    """What is raised for an answer that is not JSON."""
    return SourceUnreadable(
        "the answer is not JSON", dataset=request.dataset, where=where, found=why, next="open it by hand"
    )
