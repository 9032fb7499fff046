"""Every error says what to do next: a law over the code, so that nobody forgets it in the one place nobody tests."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from assets import errors
from assets.errors import SourceChanged, TerangError

ROOT = Path(__file__).parent.parent
FILES = [file for room in ("assets", "quality", "publish", "pipelines") for file in sorted((ROOT / room).rglob("*.py"))]
KINDS = {kind.__name__ for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, TerangError)}
WITH_FACTS = KINDS - {"ContractError", "TerangError"}  # a mistake of a contract says what is allowed


def _made(file: Path) -> Iterator[ast.Call]:
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in WITH_FACTS:
            yield node


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.relative_to(ROOT).as_posix())
def test_every_error_says_what_to_do_next(file: Path) -> None:
    """Wherever one of our errors is made, `next` is given, or all facts are handed on."""
    silent = [
        f"line {call.lineno}: {ast.unparse(call.args[0]) if call.args else call.func}"
        for call in _made(file)
        if not any(keyword.arg in {"next", None} for keyword in call.keywords)
    ]
    assert silent == []


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
