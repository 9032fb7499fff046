"""Whether a source still has the columns that the contract names: asked before a row is read, in every kind."""

from collections.abc import Iterable, Sequence
from difflib import get_close_matches

from assets.errors import SourceChanged
from assets.sources.source import LINE, Request
from assets.sources.titles import Titles

_ALIKE = 0.6


def expect(
    found: Sequence[str], request: Request, *, ignore: Iterable[str], where: str, header: Sequence[str] | None = None
) -> list[str]:
    """The declared columns in the order of the source; raises `SourceChanged` where one is missing or not declared.

    A request for `every` column gets all that are not ignored. `header` are the titles as the source itself has them, where
    some of those found are made: from a file's name, or of columns that become rows.
    """
    ignored = tuple(ignore)
    if request.every:
        return [name for name in found if name != LINE and name not in ignored]
    missing = [name for name in request.columns if name not in found]
    unknown = [name for name in found if name not in request.columns and name not in ignored and name != LINE]
    if missing or unknown:
        titles = Titles(found if header is None else header, (*request.columns, *ignored))
        raise SourceChanged(
            _sentence(missing, unknown, titles),
            dataset=request.dataset,
            column=", ".join([*missing, *([titles.told(unknown)] if unknown and not titles.missing else [])]) or None,
            where=where,
            found=titles.all_told(),
            allowed=", ".join(f'"{name}"' for name in request.columns),
            next=_advice(missing, unknown, titles),
        )
    return [name for name in found if name in request.columns]


def _sentence(missing: Sequence[str], unknown: Sequence[str], titles: Titles) -> str:
    if titles.missing:
        return "none of the declared columns is there: the header is missing, or it is another table"
    renamed = _renamed(missing, unknown)
    if renamed:
        return "; ".join(f'"{old}" looks renamed to {titles.told([new])}' for old, new in renamed.items())
    parts = [f"has no column {titles.told(missing)}"] if missing else []
    parts += [f"has a column that the contract does not name: {titles.told(unknown)}"] if unknown else []
    return f"the source {' and '.join(parts)}"


def _renamed(missing: Sequence[str], unknown: Sequence[str]) -> dict[str, str]:
    """Old name to new, when every missing column has its like among the unknown."""
    likes = {old: get_close_matches(old, unknown, n=1, cutoff=_ALIKE) for old in missing}
    if len(missing) == 1 == len(unknown):
        likes = {missing[0]: list(unknown)}
    return {old: new[0] for old, new in likes.items()} if all(likes.values()) else {}


def _advice(missing: Sequence[str], unknown: Sequence[str], titles: Titles) -> str:
    if titles.missing:
        return "open the source: mend it, or say in the contract where its header stands"
    if _renamed(missing, unknown):
        return "set from of the column to its new name, if it means the same"
    hints = "".join(titles.hint(name) for name in missing)
    if unknown:
        return f"add {titles.told(unknown)} to columns with a class, or to source.ignore.{hints}"
    return f"mend the source, or the contract.{hints}"
