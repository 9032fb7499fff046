"""Codes and short lists: the pattern that all codes of a column fit, and the values of a column that has few."""

import re
from collections.abc import Mapping, Sequence

import pyarrow as pa
import pyarrow.compute as pc

from assets.propose.notation import numbers_of
from assets.propose.profile import Profile
from assets.propose.words import CODE, MEASURE, says

_MANY, _VERY_MANY = 50, 500  # rows, from which a number of its own in each is no chance
_SELDOM = 0.05
_PERSONAL = 10  # digits, from which telephone and account numbers begin
_FEW = 20  # values that make a list
_OFTEN = 5  # times that each stands there, in the middle
_LONGEST = 60
_SHAPES = 12
_CODE, _FIGURE = r"^[A-Za-z0-9][A-Za-z0-9 ./_-]{0,59}$", r"\d"
_RUN = re.compile(r"(\\d|\[A-Z\]|\[a-z\])\1*")
_PART = re.compile(r"(\\d|\[A-Z\]|\[a-z\])(?:\{(\d+)\})?|(.)", re.DOTALL)


def is_code(column: Profile, name: str) -> bool:
    """Whether the texts are codes: marks in a fixed order with figures in them, or numbers that only name something."""
    digits = column.all(r"^\d+$")
    leading_zeros = column.share(r"^0\d") > 0
    if digits:
        named = says(name, CODE) or (_numbers_rows(column) and not says(name, MEASURE))
        return leading_zeros or named
    coded = column.all(_CODE) and column.all(_FIGURE) and column.words == 1
    if not leading_zeros and not says(name, CODE) and numbers_of(column) is not None:
        return False
    return coded and (says(name, CODE) or len(shapes_of(column)) <= _SHAPES)


def _numbers_rows(column: Profile) -> bool:
    """Whether each row has a number of its own, and few of them are round, as amounts are."""
    longest, shortest = column.longest, int(pc.min(pc.utf8_length(column.texts)).as_py())
    even = shortest > 3 and longest - shortest < 3  # noqa: PLR2004 - digits
    many = column.rows >= (_MANY if even else _VERY_MANY)
    return column.unique and many and column.share(r"00$") < _SELDOM


def pattern_of(column: Profile, known: Mapping[str, str]) -> str | None:
    """A pattern of the office that all texts fit, the narrowest; else one made from their shapes."""
    fitting = [name for name, regex in known.items() if column.all(f"^(?:{regex})$")]
    if fitting:
        return max(fitting, key=lambda name: (len(known[name]), name))
    made = _joined(shapes_of(column))
    return made if column.all(f"^(?:{made})$") else None


def enum_of(column: Profile) -> tuple[str, ...] | None:
    """The values of a column that has few, each often: a list that a new value must be added to."""
    if not 1 < column.distinct <= _FEW or column.longest > _LONGEST or column.filled < _OFTEN * column.distinct:
        return None
    return tuple(sorted(column.texts.to_pylist()))


def shapes_of(column: Profile) -> list[str]:
    r"""The shapes of the texts, such as `\d\.\d{2}`, the most frequent first."""
    texts = column.texts
    for regex, mark in ((r"[0-9]", "\x01"), (r"[A-Z]", "\x02"), (r"[a-z]", "\x03")):
        texts = pc.replace_substring_regex(texts, regex, mark)
    counted = pa.table({"shape": texts, "count": column.counts}).group_by("shape").aggregate([("count", "sum")])
    shapes = counted.sort_by([("count_sum", "descending"), ("shape", "ascending")])["shape"].to_pylist()
    return [_regex(shape) for shape in shapes]


def _regex(shape: str) -> str:
    letters = {"\x01": r"\d", "\x02": "[A-Z]", "\x03": "[a-z]"}
    spelled = "".join(letters.get(mark) or re.escape(mark) for mark in shape)
    return _RUN.sub(_counted, spelled)


def _counted(match: re.Match[str]) -> str:
    times = len(match[0]) // len(match[1])
    return f"{match[1]}{{{times}}}" if times > 1 else match[1]


def _joined(shapes: list[str]) -> str:
    """One pattern: the shapes themselves while they are few, else the marks that they are made of, as many as come."""
    if len(shapes) == 1:
        return shapes[0]
    if all(re.fullmatch(r"\\d(?:\{\d+\})?", shape) for shape in shapes):
        return _running(sorted(int((re.search(r"\d+", shape[2:]) or [1])[0]) for shape in shapes))
    same = _same_marks(shapes)
    if same is not None:
        return same
    if all(re.fullmatch(r"(?:\\d(?:\{\d+\})?(?:\\\.)?)+", shape) for shape in shapes):
        return _levels([shape.removesuffix(r"\.").split(r"\.") for shape in shapes])
    if len(shapes) <= 3:  # noqa: PLR2004 - a longer list says less than the marks do
        return "|".join(shapes)
    marks = sorted({part for shape in shapes for part in _marks(shape)})
    return f"[{''.join(marks)}]+"


def _running(lengths: Sequence[int]) -> str:
    """Numbers that grow longer in time, but never as long as a person's."""
    longest = lengths[-1] + 1 if lengths[-1] < _PERSONAL - 1 else lengths[-1]
    return rf"\d{{{lengths[0]},{longest}}}"


def _levels(codes: Sequence[Sequence[str]]) -> str:
    r"""Codes of several levels, as many figures in each as there come: `\d{2}(\.\d{2}(\.\d{4})?)?`."""
    found, least = "", min(map(len, codes))
    for level in reversed(range(max(map(len, codes)))):
        lengths = sorted(int((re.search(r"\d+", code[level][2:]) or [1])[0]) for code in codes if level < len(code))
        figures = rf"\d{{{lengths[0]}}}" if lengths[0] == lengths[-1] else rf"\d{{{lengths[0]},{lengths[-1]}}}"
        part = (r"\." if level else "") + figures.replace("{1}", "") + found
        found = f"({part})?" if level >= least else part
    return rf"{found}\.?"


def _same_marks(shapes: list[str]) -> str | None:
    r"""Shapes that differ only in how often a mark comes: `\d{4}` and `\d{5}` are `\d{4,5}`."""
    parts = [_PART.findall(shape) for shape in shapes]
    if len({tuple((kind, other) for kind, _, other in shape) for shape in parts}) > 1:
        return None
    found = ""
    for same in zip(*parts, strict=True):
        kind, _, other = same[0]
        times = sorted({int(count or 1) for _, count, _ in same})
        span = "" if times == [1] else f"{{{times[0]}}}" if len(times) == 1 else f"{{{times[0]},{times[-1]}}}"
        found += other or kind + span
    return found


def _marks(shape: str) -> set[str]:
    plain = {r"\d": "0-9", "[A-Z]": "A-Z", "[a-z]": "a-z"}
    return {plain[kind] if kind else re.escape(other) for kind, _, other in _PART.findall(shape) if other != "\\"}
