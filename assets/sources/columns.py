"""Whether a source still has the columns that the contract names: asked before a row is read, in every kind."""

from collections.abc import Iterable, Sequence
from difflib import get_close_matches

from assets.contradictions import did_you_mean
from assets.errors import SourceChanged
from assets.sources.source import LINE, Request

_ALIKE = 0.6


def expect(found: Sequence[str], request: Request, *, ignore: Iterable[str], where: str) -> list[str]:
    """The declared columns in the order of the source; raises `SourceChanged` where one is missing or not declared.

    A request for `every` column gets all that there are.
    """
    if request.every:
        return [name for name in found if name != LINE]
    ignored = frozenset(ignore)
    missing = [name for name in request.columns if name not in found]
    unknown = [name for name in found if name not in request.columns and name not in ignored and name != LINE]
    if missing or unknown:
        raise SourceChanged(
            _sentence(missing, unknown),
            dataset=request.dataset,
            column=", ".join([*missing, *unknown]),
            where=where,
            found=", ".join(f'"{name}"' for name in found),
            next=_advice(missing, unknown, found),
        )
    return [name for name in found if name in request.columns]


def _sentence(missing: Sequence[str], unknown: Sequence[str]) -> str:
    renamed = _renamed(missing, unknown)
    if renamed:
        return "; ".join(f'"{old}" looks renamed to "{new}"' for old, new in renamed.items())
    parts = [f"has no column {_quoted(missing)}"] if missing else []
    parts += [f"has a column that the contract does not name: {_quoted(unknown)}"] if unknown else []
    return f"the source {' and '.join(parts)}"


def _renamed(missing: Sequence[str], unknown: Sequence[str]) -> dict[str, str]:
    """Old name to new, when every missing column has its like among the unknown."""
    likes = {old: get_close_matches(old, unknown, n=1, cutoff=_ALIKE) for old in missing}
    if len(missing) == 1 == len(unknown):
        likes = {missing[0]: list(unknown)}
    return {old: new[0] for old, new in likes.items()} if all(likes.values()) else {}


def _advice(missing: Sequence[str], unknown: Sequence[str], found: Sequence[str]) -> str:
    if _renamed(missing, unknown):
        return "set from of the column to its new name, if it means the same"
    hints = "".join(did_you_mean(name, found) for name in missing)
    if unknown:
        return f"add {_quoted(unknown)} to columns with a class, or to source.ignore.{hints}"
    return f"mend the source, or the contract.{hints}"


def _quoted(names: Sequence[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)
