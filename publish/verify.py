"""Whether the bytes at hand are the ones that were released: a whole release, or one downloaded file."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from assets.errors import Unproven
from assets.settings import Settings
from assets.store import Store, read_json, sha256, store_of
from publish import ledger
from publish.folder import RELEASE, SUMS, read_sums
from publish.standing import RELEASED, standing


@dataclass(frozen=True, kw_only=True, slots=True)
class Verification:
    """What was looked at, and what is wrong with it, in words; no findings means that all is as it was released.

    A version that was `taken_down` has no files, and its hash in the ledger says since when and why. `retired`: its files are
    no longer kept; the ledger's word proves copies of them still.
    """

    dataset: str
    version: str
    checked: int
    findings: tuple[str, ...]
    taken_down: str = ""
    retired: bool = False

    @property
    def passed(self) -> bool:
        """Whether nothing was found."""
        return not self.findings


@dataclass(frozen=True, kw_only=True, slots=True)
class Origin:
    """Where a file comes from: `current` when it belongs to the version that readers get now, `taken_down` when to none.

    `retired`: that version is no longer kept.
    """

    dataset: str
    version: str
    file: str
    time: str
    current: bool
    taken_down: bool = False
    retired: bool = False


def verify_release(store: Store, version: str | None = None) -> Verification:
    """Compute every sha256 of a release (default: the latest) again, and compare it with sums, summary and ledger.

    Raises `Unproven` where there is no such release, or where the chain of the ledger is broken.
    """
    wanted = version or _current(store)
    entries = ledger.check(store)
    told = [entry for entry in entries if entry.event == RELEASED and entry.version == wanted]
    folder = store.releases / (wanted or "")
    if wanted is None or not (told or folder.is_dir()):
        raise Unproven(
            "there is no such release", dataset=store.dataset, found=wanted or "none yet", next="terang status"
        )
    stands = standing(entries)
    down = stands.withdrawn.get(wanted)
    if down is not None and not folder.exists():
        why = f"taken down on {down.time[:10]}: {down.facts['reason']} ({down.facts['basis']}); ledger {down.hash}"
        return Verification(dataset=store.dataset, version=wanted, checked=0, findings=(), taken_down=why)
    if wanted in stands.retired and not folder.exists():
        return Verification(dataset=store.dataset, version=wanted, checked=0, findings=(), retired=True)
    actual = {path.name: sha256(path) for path in sorted(folder.iterdir())} if folder.is_dir() else {}
    findings = [*_against_ledger(actual, told), *_against_documents(folder, actual)]
    return Verification(
        dataset=store.dataset, version=wanted, checked=len(actual), findings=tuple(dict.fromkeys(findings))
    )


def verify_file(path: Path, settings: Settings) -> Origin | None:
    """The release that a file of any name belongs to, by its sha256; None when it was never released here.

    Of several releases with the same bytes, the newest.
    """
    digest = sha256(path)
    releases = settings.folder(settings.storage.releases)
    for folder in sorted(releases.glob(f"*/{ledger.FILE}")):
        store = store_of(folder.parent.name, settings)
        for entry in reversed(ledger.check(store)):
            for name, known in entry.files.items():
                if known == digest and entry.event == RELEASED:
                    return _origin(store, entry, name)
    return None


def _origin(store: Store, entry: ledger.Entry, name: str) -> Origin:
    stands = standing(ledger.entries(store))
    return Origin(
        dataset=store.dataset,
        version=entry.version,
        file=name,
        time=entry.time,
        current=entry.version == _current(store),
        taken_down=entry.version in stands.withdrawn,
        retired=entry.version in stands.retired,
    )


def _current(store: Store) -> str | None:
    """As the ledger tells; what `latest.json` says where it tells nothing, which is a finding."""
    pointer = read_json(store.latest) or {}
    return standing(ledger.entries(store)).current or pointer.get("version")


def _against_ledger(actual: dict[str, str], told: list[ledger.Entry]) -> Iterator[str]:
    if not told:
        yield f"{ledger.FILE} does not tell of this release"
        return
    known = told[-1].files
    yield from (f"{name} is missing" for name in known if name not in actual)
    yield from (f"{name} was never released" for name in actual if name not in known)
    yield from (
        f"{name} differs from what the ledger tells" for name in actual if name in known and actual[name] != known[name]
    )


def _against_documents(folder: Path, actual: dict[str, str]) -> Iterator[str]:
    sums = read_sums(folder / SUMS) if SUMS in actual else {}
    yield from (f"{name} differs from {SUMS}" for name, digest in sums.items() if actual.get(name) != digest)
    try:
        listed = (read_json(folder / RELEASE) or {}).get("files", {})
    except ValueError:
        yield f"{RELEASE} cannot be read"
        return
    yield from (f"{name} differs from {RELEASE}" for name, file in listed.items() if actual.get(name) != file["sha256"])
