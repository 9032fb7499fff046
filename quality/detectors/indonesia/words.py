"""Words of official texts that follow a form of address, a title or a role without being a name. No given name is here."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

# The few of them that stand most often behind a role: each makes the quick question a little dearer to prepare.
_COMMON = (
    "yang dan di ke dari untuk pada masyarakat pihak lembaga kegiatan luar non kelompok desa daerah instansi rapat pelatihan"
    " sosialisasi umum domain tim panitia pemerintah narasumber tenaga pengajar pembawa operasional penyuluhan petugas pejabat"
    " serta badan"
)
COMMON = tuple(_COMMON.split())
OFFICIAL = frozenset((Path(__file__).parent / "words.txt").read_text(encoding="utf-8").split()) | frozenset(COMMON)


def other_than(words: Iterable[str]) -> str:
    """An expression for a word of small letters that is none of these, in RE2's terms: their tree, left somewhere."""
    tree: dict[str, Any] = {}
    for word in words:
        node = tree
        for letter in word:
            node = node.setdefault(letter, {})
        node[""] = {}
    return _left(tree, first=True)


def _left(node: dict[str, Any], *, first: bool = False) -> str:
    letters = sorted(letter for letter in node if letter)
    others = "".join(letter for letter in "abcdefghijklmnopqrstuvwxyz'" if letter not in letters)
    ways = [*(letter + _left(node[letter]) for letter in letters), f"[{others}][a-z']*"]
    may_end = "" if first or "" in node else "?"
    return f"(?:{'|'.join(ways)}){may_end}"
