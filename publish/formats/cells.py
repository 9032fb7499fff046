"""One row of a spreadsheet as XML (ECMA-376, SpreadsheetML), as an SQL expression; for `xlsx.py` alone."""

from collections.abc import Sequence

import pyarrow as pa

from assets.sql import name, text
from publish.formats.lines import is_text, plain

# XML 1.0 has no such characters; SpreadsheetML writes them as _xHHHH_ (ST_Xstring), and so that text as _x005F_xHHHH_.
_CONTROL = [*range(0x9), 0xB, 0xC, *range(0xE, 0x20), 0xFFFE, 0xFFFF]
_HAS_CONTROL = r"[\x00-\x08\x0b\x0c\x0e-\x1f\x{FFFE}\x{FFFF}]"
_LOOKS_ESCAPED = "_(x[0-9A-Fa-f]{4}_)"
_HAS_MARKUP = r"[&<>\r]"
_MARKUP = (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"))
# Day 0 of Excel, for days after the 29 February 1900 that it believes in; earlier days are written as text.
_DAY_ZERO, _FIRST_DAY = "DATE '1899-12-30'", "DATE '1900-03-01'"
_EPOCH_DAY, _MICROSECONDS = 25_569, 86_400_000_000.0


def row(schema: pa.Schema, styles: Sequence[str]) -> str:
    """The row's XML; `styles` are the workbook's style numbers, one per column; NULL has no cell."""
    number = "(file_row_number + 2)"
    written = ", ".join(
        _cell(i, column, style, number) for i, (column, style) in enumerate(zip(schema, styles, strict=True))
    )
    return f"""concat('<row r="', {number}, '">', {written}, '</row>')"""


def column_letters(index: int) -> str:
    """The column's letters: A, B, ..., Z, AA, ..."""
    before, last = divmod(index, 26)
    return (column_letters(before - 1) if before else "") + chr(ord("A") + last)


def _cell(index: int, column: pa.Field, style: str, number: str) -> str:
    start = f"""'<c r="{column_letters(index)}' || {number} || '" s="{style}"'"""
    return f"CASE WHEN {name(column.name)} IS NULL THEN '' ELSE {start} || {_content(column.name, column.type)} END"


def _content(column: str, kind: pa.DataType) -> str:
    if is_text(kind):
        return _inline(_escaped(name(column)))
    if pa.types.is_boolean(kind):
        return f"""' t="b"><v>' || CAST({name(column)} AS INTEGER) || '</v></c>'"""
    if pa.types.is_date(kind):
        serial = f"({name(column)} - {_DAY_ZERO})"
        return (
            f"CASE WHEN {name(column)} >= {_FIRST_DAY} THEN {_number(serial)} ELSE {_inline(plain(column, kind))} END"
        )
    if pa.types.is_timestamp(kind):
        serial = f"(epoch_us({name(column)}) / {_MICROSECONDS} + {_EPOCH_DAY})"
        early = f"make_timestamp(epoch_us({name(column)})) < {_FIRST_DAY}"
        return f"CASE WHEN {early} THEN {_inline(plain(column, kind))} ELSE {_number(serial)} END"
    return _number(name(column))


def _number(value: str) -> str:
    return f"'><v>' || CAST({value} AS VARCHAR) || '</v></c>'"


def _inline(value: str) -> str:
    return f"""' t="inlineStr"><is><t xml:space="preserve">' || {value} || '</t></is></c>'"""


def _escaped(value: str) -> str:
    """The text as XML; the rare escapes are tried only where a text needs them."""
    rare = f"regexp_replace({value}, '{_LOOKS_ESCAPED}', '_x005F_\\1', 'g')"
    for code in _CONTROL:
        rare = f"replace({rare}, chr({code}), '_x{code:04X}_')"
    needed = f"regexp_matches({value}, '{_HAS_CONTROL}|{_LOOKS_ESCAPED}')"
    legal = f"CASE WHEN {needed} THEN {rare} ELSE {value} END"
    marked = f"({legal})"
    for character, entity in _MARKUP:
        marked = f"replace({marked}, {text(character)}, {text(entity)})"
    marked = f"replace({marked}, chr(13), '&#13;')"
    return f"CASE WHEN regexp_matches({value}, '{_HAS_MARKUP}') THEN {marked} ELSE {legal} END"
