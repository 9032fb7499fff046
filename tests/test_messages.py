"""Every error says what to do next: a law over the code, so that nobody forgets it in the one place nobody tests.

All classes below `TerangError` are held to it, wherever they are made; `**facts` are followed to where they come from.
"""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from assets.errors import FIELDS, SourceChanged

ROOT = Path(__file__).parent.parent
FILES = [file for room in ("assets", "quality", "publish", "pipelines") for file in sorted((ROOT / room).rglob("*.py"))]
EVERYTHING = frozenset(FIELDS)
PLACES = frozenset({"where", "file", "column", "rule"})
OUTSIDE = ("SourceError", "PortalError", "Busy", "StorageError", "Blocked")
DIFFERENT = ("SourceChanged", "SourceUnreadable", "PortalMismatch", "Busy", "StorageError", "Blocked", "Unbalanced")
OWN_WORDS = frozenset({"TerangError", "ContractError"})  # a mistake of a contract says what is allowed

Function = ast.FunctionDef | ast.AsyncFunctionDef


@cache
def _tree(file: Path) -> ast.Module:
    return ast.parse(file.read_text(encoding="utf-8"))


def _name(node: ast.expr) -> str:
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""


@cache
def _below(kind: str) -> frozenset[str]:
    """A class of error and all that inherit from it, in whichever file."""
    classes = [node for file in FILES for node in ast.walk(_tree(file)) if isinstance(node, ast.ClassDef)]
    found = {kind}
    while more := {c.name for c in classes if found & {_name(base) for base in c.bases}} - found:
        found |= more
    return frozenset(found)


def _functions(tree: ast.Module) -> list[Function]:
    return [node for node in ast.walk(tree) if isinstance(node, Function)]


def _calls(file: Path) -> Iterator[tuple[ast.Call, Function | None]]:
    """Each call, with the innermost function that it stands in."""
    inside = {id(node): function for function in _functions(_tree(file)) for node in ast.walk(function)}
    for node in ast.walk(_tree(file)):
        if isinstance(node, ast.Call):
            yield node, inside.get(id(node))


def _made(file: Path) -> Iterator[tuple[ast.Call, Function | None]]:
    """Where an error is made: by the name of its class, or by a variable that holds a class."""
    for call, function in _calls(file):
        name = _name(call.func)
        facts = {keyword.arg for keyword in call.keywords} & EVERYTHING
        variable = name in {"kind", "error"} and bool(facts) and "message" not in facts
        if name in _below("TerangError") - OWN_WORDS or variable:
            yield call, function


def _given(call: ast.Call, function: Function | None, file: Path) -> frozenset[str]:
    """The facts that a call gives, by name."""
    given = {keyword.arg for keyword in call.keywords if keyword.arg}
    return frozenset(given).union(*(_keys(k.value, function, file) for k in call.keywords if k.arg is None))


def _keys(node: ast.expr, function: Function | None, file: Path) -> frozenset[str]:
    """The keys of what stands behind `**`: a dict, a variable, a parameter, a method's answer, facts of another error."""
    if isinstance(node, ast.Dict):
        plain = {key.value for key in node.keys if isinstance(key, ast.Constant)}
        return frozenset(plain).union(
            *(_keys(value, function, file) for key, value in zip(node.keys, node.values, strict=True) if key is None)
        )
    if isinstance(node, ast.Attribute) and node.attr == "facts":
        return EVERYTHING
    if isinstance(node, ast.Call):
        answers = [n.value for f in _functions(_tree(file)) if f.name == _name(node.func) for n in ast.walk(f)
                   if isinstance(n, ast.Return) and n.value]  # fmt: skip
        return _all(_keys(answer, None, file) for answer in answers)
    if isinstance(node, ast.Name) and function:
        return _assigned(node.id, function, file)
    return frozenset()


def _assigned(name: str, function: Function, file: Path) -> frozenset[str]:
    """What a variable of this function holds; a parameter holds what every caller gives."""
    values = [node.value for node in ast.walk(function) if isinstance(node, ast.Assign)
              and any(isinstance(target, ast.Name) and target.id == name for target in node.targets)]  # fmt: skip
    if values:
        return _all(_keys(value, function, file) for value in values)
    places = [argument.arg for argument in function.args.args]
    if name not in places:
        return frozenset()
    callers = [(call, where) for call, where in _calls(file) if _name(call.func) == function.name]
    at = places.index(name)
    return _all(_keys(call.args[at], where, file) for call, where in callers if len(call.args) > at)


def _all(sets: Iterator[frozenset[str]]) -> frozenset[str]:
    """What is in every one of them."""
    every = list(sets)
    return frozenset.intersection(*every) if every else frozenset()


def _lacks(call: ast.Call, function: Function | None, file: Path) -> list[str]:
    given, kind = _given(call, function, file), _name(call.func)
    lacks = [] if "next" in given else ["next"]
    if any(kind in _below(outside) for outside in OUTSIDE) and not given & PLACES:
        lacks.append("where")
    if any(kind in _below(different) for different in DIFFERENT) and not given & {"found", "allowed"}:
        lacks.append("found")
    return lacks


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.relative_to(ROOT).as_posix())
def test_every_error_says_what_to_do_next(file: Path) -> None:
    """And where, when something outside is at fault; and what was found or is allowed, when the two differ."""
    silent = [
        f"line {call.lineno}: {_name(call.func)} without {', '.join(lacks)}"
        for call, function in _made(file)
        if (lacks := _lacks(call, function, file))
    ]
    assert silent == []


@pytest.mark.parametrize(
    ("code", "lacks"),
    [
        ('raise Missing("x", where="a", next="b")', []),
        ('raise Missing("x", where="a")', ["next"]),
        ('raise client.Rejected("x", next="b")', ["where"]),
        ('raise SourceChanged("x", where="a", next="b")', ["found"]),
        ('told = {"where": "a"}; raise SourceRefused("x", **told)', ["next"]),
        ('told = {"where": "a", **{"next": "b"}}; raise SourceRefused("x", **told)', []),
        ('raise Unclear("x", **error.facts)', []),
        ('raise Unclear("x", **unknown)', ["next", "where"]),
        ('raise kind("x", dataset="d")', ["next"]),
    ],
)
def test_the_law_sees_what_is_missing(tmp_path: Path, code: str, lacks: list[str]) -> None:
    """Classes of any room, by any path, and facts that are handed on."""
    file = tmp_path / "code.py"
    file.write_text(f"def f(unknown):\n    {code}\n", encoding="utf-8")
    assert [_lacks(call, function, file) for call, function in _made(file)] == [lacks]


def test_a_message_is_a_sentence_and_facts_by_name() -> None:
    """Dataset and sentence first, then what is known, in one order, each on a line of its own."""
    error = SourceChanged(
        "it changed", next="ask", dataset="belanja", found="x", allowed="y", column="nilai", where="t"
    )
    assert str(error).splitlines() == [
        "belanja: it changed",
        "  column      nilai",
        "  where       t",
        "  found       x",
        "  allowed     y",
        "  next        ask",
    ]


def test_a_fact_without_a_name_is_refused() -> None:
    """A misspelt fact would be lost; it is an error of the programmer instead."""
    with pytest.raises(TypeError, match="advice"):
        SourceChanged("it changed", advice="ask")
