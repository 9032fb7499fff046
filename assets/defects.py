"""An error that nobody foresaw, told without its own words: they may hold a cell, an address or a secret."""

import traceback
from collections.abc import Sequence
from pathlib import Path

from assets.errors import Defect

ROOT = Path(__file__).parents[1]
ROOMS = ("assets", "quality", "publish", "pipelines")


def defect(error: BaseException, *, dataset: str | None = None) -> Defect:
    """What happened and where in the code, and every place on the way there."""
    return told_of(_kinds(error), _places(error), dataset=dataset)


def told_of(kinds: Sequence[str], places: Sequence[str], *, dataset: str | None = None) -> Defect:
    """The same from classes of errors, the last one first, and places in the code, the innermost last."""
    ours = list(dict.fromkeys(place for place in places if place.split("/")[0] in ROOMS))
    return Defect(
        "a defect of Terang stopped it",
        dataset=dataset,
        where=" < ".join(reversed(ours or places)) or None,
        found=" from ".join(kinds),
        next="report it with these lines; the error's own words are left out, they may hold a value",
    )


def _kinds(error: BaseException) -> list[str]:
    kinds: list[str] = []
    link: BaseException | None = error
    while link is not None and len(kinds) < 5:  # noqa: PLR2004 - the first causes tell enough
        kinds.append(_kind(link))
        link = link.__cause__ or (None if link.__suppress_context__ else link.__context__)
    return kinds


def _kind(error: BaseException) -> str:
    name = f"{type(error).__module__}.{type(error).__qualname__}".removeprefix("builtins.")
    return f"{name} ({error.strerror})" if isinstance(error, OSError) and error.strerror else name


def _places(error: BaseException) -> list[str]:
    return [f"{short(Path(frame.filename))}:{frame.lineno}" for frame in traceback.extract_tb(error.__traceback__)]


def short(file: Path) -> str:
    """A place as people find it: below the code's own folder, or only the file's name."""
    inside = file.is_relative_to(ROOT) and "site-packages" not in file.parts
    return file.relative_to(ROOT).as_posix() if inside else file.name
