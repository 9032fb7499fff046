"""Where a dataset's files lie, and how they are written: whole or not at all, restricted ones for their owner only."""

import errno
import hashlib
import json
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from assets.errors import Busy, StorageError
from assets.settings import Settings

OWNER_ONLY, OWNER_FILE, OTHERS = 0o700, 0o600, 0o077
LINE, ROW = "_line", "_row"
SPILL_LIMIT = "'max_temp_directory_size'"  # DuckDB's name for what was free on the disk when it began to sort
_FILE = re.compile(r'(?:file|directory) \\?"([^"\\]+)')
STORAGE_ERRORS = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EACCES, errno.EROFS, errno.EPERM)


@dataclass(frozen=True, kw_only=True, slots=True)
class Store:
    """The files of one dataset, in three folders that share nothing."""

    dataset: str
    restricted: Path
    public: Path
    releases: Path

    @property
    def raw(self) -> Path:
        """Rows as the source gave them, in declared types, with `_row` and `_line`."""
        return self.restricted / "raw.parquet"

    @property
    def rejects(self) -> Path:
        """Rows that could not be read or typed: `_line`, `rule`, `column`, `record` (JSON)."""
        return self.restricted / "rejects.parquet"

    @property
    def receipt(self) -> Path:
        """What the last extraction read."""
        return self.restricted / "raw.json"

    @property
    def delivered(self) -> Path:
        """Which files earlier runs read, by their sha256."""
        return self.restricted / "delivered.json"

    @property
    def quarantine(self) -> Path:
        """Every bad row with its rules, for those who may mend it."""
        return self.restricted / "quarantine.parquet"

    @property
    def excluded(self) -> Path:
        """`_row` and `fate` (quarantined | duplicate) of the rows of `raw` that go no further."""
        return self.restricted / "excluded.parquet"

    @property
    def anonymity(self) -> Path:
        """The levels and stars that were chosen for a dataset whose rows are anonymised, and what they lose."""
        return self.restricted / "anonymity.json"

    @property
    def shown(self) -> Path:
        """`_row` of the raw row behind each row of `table`, in its order, where rows about persons are published."""
        return self.restricted / "shown.parquet"

    @property
    def witnesses(self) -> Path:
        """Changes of hidden sums that no known total shows, each a proof that they cannot be reckoned."""
        return self.restricted / "witnesses.parquet"

    @property
    def unprotected(self) -> Path:
        """Groups that can be reckoned from known totals, when that stopped the dataset."""
        return self.restricted / "unprotected.parquet"

    @property
    def pseudonyms(self) -> Path:
        """Which key the codes of this dataset were made with, by its fingerprint."""
        return self.restricted / "pseudonyms.json"

    @property
    def told(self) -> Path:
        """Who stands behind `table`, in words that only the office's key makes again: what a release keeps of it."""
        return self.restricted / "told.parquet"

    @property
    def told_before(self) -> Path:
        """The same of each release, by its version."""
        return self.restricted / "told"

    @property
    def screening(self) -> Path:
        """The proof that `raw` was screened by this contract."""
        return self.restricted / "screening.json"

    @property
    def hidden(self) -> Path:
        """The exact sums of what is withheld; the public is told less where they are about few persons."""
        return self.restricted / "hidden.json"

    @property
    def table(self) -> Path:
        """The public table: final columns, final order."""
        return self.public / "public.parquet"

    @property
    def withheld(self) -> Path:
        """What was withheld and why: reasons, rows, persons, money."""
        return self.public / "withheld.json"

    @property
    def verdict(self) -> Path:
        """The proof that `table` may be published."""
        return self.public / "verdict.json"

    @property
    def latest(self) -> Path:
        """Which release is the current one: `version`."""
        return self.releases / "latest.json"

    @contextmanager
    def lock(self, what: str = "run") -> Iterator[None]:
        """Hold the dataset for one step ("run") or a whole job; raises `Busy` when another one holds it."""
        self.restricted.mkdir(parents=True, exist_ok=True, mode=OWNER_ONLY)
        lock = FileLock(self.restricted / f"{what}.lock", timeout=0, mode=OWNER_FILE)
        try:
            with lock:
                yield
        except Timeout:
            raise Busy(
                "another run is working on it",
                dataset=self.dataset,
                where=str(self.restricted / f"{what}.lock"),
                found="a run that holds it",
                next="wait until it has ended",
            ) from None


def store_of(dataset: str, settings: Settings) -> Store:
    """The store of a dataset; makes its folders, the restricted one for its owner only."""
    roots = settings.storage
    store = Store(
        dataset=dataset,
        restricted=settings.folder(roots.restricted) / dataset,
        public=settings.folder(roots.public) / dataset,
        releases=settings.folder(roots.releases) / dataset,
    )
    with explained(dataset):
        store.restricted.mkdir(parents=True, exist_ok=True, mode=OWNER_ONLY)
        store.restricted.parent.chmod(OWNER_ONLY)
        store.restricted.chmod(OWNER_ONLY)
        store.public.mkdir(parents=True, exist_ok=True)
        store.releases.mkdir(parents=True, exist_ok=True)
    return store


@contextmanager
def explained(dataset: str | None, *, where: Path | None = None) -> Iterator[None]:
    """Turn a full or unwritable disk into a `StorageError` that says so, whichever library met it.

    `where` is what was written to, for libraries that do not say it.
    """
    try:
        yield
    except StorageError as error:
        if dataset:
            error.about(dataset)
        raise
    except Exception as error:
        told = of_storage(error, dataset, where=where)
        if told is None:
            raise
        raise told from None


def of_storage(error: BaseException, dataset: str | None, *, where: Path | None = None) -> StorageError | None:
    """The `StorageError` that an error of some library is, when it is one."""
    if isinstance(error, StorageError):
        return error.about(dataset) if dataset else error
    found = _not_allowed(error)
    if found is None:
        return None
    place = getattr(error, "filename", None) or _named(error) or where
    return StorageError(
        "a folder cannot be written; every file that was there stays whole",
        dataset=dataset,
        where=str(place) if place else None,
        found=found,
        next="free or grant space, then run again: what was begun is made anew",
    )


def _not_allowed(error: BaseException) -> str | None:
    """What the disk does not allow, when it is that. DuckDB tells it in words only."""
    if isinstance(error, OSError):
        return os.strerror(error.errno) if error.errno in STORAGE_ERRORS else None
    words = _of_duckdb(error)
    if SPILL_LIMIT in words:
        return os.strerror(errno.ENOSPC)
    return next((told for told in map(os.strerror, STORAGE_ERRORS) if told in words), None)


def _named(error: BaseException) -> Path | None:
    """The folder of the file that DuckDB could not write."""
    match = _FILE.search(_of_duckdb(error))
    return Path(match[1]).parent if match else None


def _of_duckdb(error: BaseException) -> str:
    return str(error) if type(error).__module__ == "_duckdb" else ""


@contextmanager
def replacing(path: Path, *, private: bool = False) -> Iterator[Path]:
    """A temporary path beside `path` that takes its place when the block ends well, and is removed when not.

    A `private` file, and any in a folder that is for its owner alone, is so too, from its first byte on.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}.part")
    private = private or not path.parent.stat().st_mode & OTHERS
    try:
        with explained(None, where=path.parent):
            if private:
                temporary.touch(mode=OWNER_FILE)
            yield temporary
            if private:
                temporary.chmod(OWNER_FILE)
            temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def write_json(path: Path, document: Any, *, private: bool = False) -> None:
    """Write a JSON document whole, keys sorted, so that the same content gives the same bytes."""
    with replacing(path, private=private) as temporary:
        text = json.dumps(document, ensure_ascii=False, indent=2, sort_keys=True, default=str)
        temporary.write_text(f"{text}\n", encoding="utf-8")


def read_json(path: Path) -> Any:
    """The JSON document in `path`, or None when there is no such file."""
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else None


def sha256(path: Path) -> str:
    """The file's SHA-256, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
