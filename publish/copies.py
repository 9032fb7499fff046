"""Files that a portal gets under a name or in a form of their own, beside the releases; made again whenever they are asked for."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

from assets.contract import Contract
from assets.errors import Blocked
from assets.store import Store, replacing
from publish import ledger
from publish.standing import PROPOSED, PUBLISHED, PURGED

FOLDER: Final = ".public"
# told by what was sent itself, or of what may never be public: a portal shows neither before something else follows
OWN: Final = frozenset({PUBLISHED, PROPOSED, PURGED})


def renamed(file: Path, name: str) -> Path:
    """A file of a release under another name."""
    link = _folder(file.parent.parent) / name
    target = Path("..") / file.parent.name / file.name
    if not link.is_symlink() or link.readlink() != target:
        link.unlink(missing_ok=True)
        link.symlink_to(target)
    return link


def public_ledger(releases: Path, dataset: str) -> Path:
    """The ledger as far as it tells of releases: whole lines, from the first on, so that its chain can be checked."""
    store = Store(dataset=dataset, restricted=Path(), public=Path(), releases=releases)
    last = max((entry.n for entry in ledger.entries(store) if entry.event not in OWN), default=0)
    lines = (releases / ledger.FILE).read_bytes().splitlines(keepends=True)[:last]
    copy = _folder(releases) / ledger.FILE
    if not copy.is_file() or copy.read_bytes() != b"".join(lines):
        with replacing(copy) as temporary:
            temporary.write_bytes(b"".join(lines))
    return copy


def scan(document: Any, paths: Iterable[Path], contract: Contract) -> None:
    """Scan what is sent to a portal, but files that were scanned when they were released. Raises `Blocked`."""
    from quality.gates.scan import scan_files, scan_payload  # noqa: PLC0415 - only where something is sent

    scan_payload(document, contract)
    found = scan_files([path for path in paths if path.name == ledger.FILE], contract)
    if not found.passed:
        raise Blocked(
            "the ledger holds what must not leave; nothing was sent",
            dataset=contract.name,
            file=ledger.FILE,
            rule=found.name,
            where=", ".join(sorted(found.facts["suspect values by place"])),
            found=f"{sum(found.facts['suspect values by place'].values())} values",
            next="a reason that was given may name a person: ask the privacy officer, the ledger itself is never changed",
        )


def _folder(releases: Path) -> Path:
    folder = releases / FOLDER
    folder.mkdir(exist_ok=True)
    return folder
