"""A packed text, unpacked for as long as it is looked at: what a run does while it reads, done once beforehand."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import Any

from assets.sources.packed import contents
from assets.sources.source import Packed, Request, Texts


@contextmanager
def unpacked(file: Path, dataset: str) -> Iterator[tuple[Path, dict[str, Any]]]:
    """The text in `file` and the options that say which it is: of several in a ZIP the largest table, by its bytes."""
    source = Texts(kind="csv", path=file.name, packed=Packed(member="*"))
    found = contents(file, source, Request(dataset=dataset, columns=()))
    with tempfile.TemporaryDirectory(prefix="terang-") as folder:
        plain: list[Path] = []
        for number, content in enumerate(found):
            plain.append(Path(folder) / str(number) / PurePosixPath(content.member or file.stem).name)
            plain[-1].parent.mkdir()
            with content.open() as opened, plain[-1].open("wb") as written:
                shutil.copyfileobj(opened, written, 1 << 20)
        chosen = max(range(len(plain)), key=lambda at: plain[at].stat().st_size)
        member = found[chosen].member
        yield plain[chosen], {"packed": {"member": _literal(member)}} if member and len(found) > 1 else {}


def _literal(name: str) -> str:
    return "".join(f"[{mark}]" if mark in "*?[" else mark for mark in name)
