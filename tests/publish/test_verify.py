"""Whether a release or a downloaded file is what was released: every change is found, nothing else is."""

from pathlib import Path

import pytest

from assets.errors import TerangError
from assets.store import Store, store_of
from publish import ledger
from publish.release import release
from publish.verify import verify_file, verify_release
from tests.publish import made

FILES = (
    *(f"bayaran-contoh.{suffix}" for suffix in ("csv", "parquet", "xlsx", "jsonl")),
    *(
        "dictionary.csv",
        "withheld.csv",
        "datapackage.json",
        "evidence.json",
        "withheld.html",
        "release.json",
        "SHA256SUMS",
    ),
)


@pytest.fixture
def released(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    """A dataset with one release."""
    made.trust(monkeypatch)
    store = made.staged(tmp_path)
    release(made.contract(), made.settings(tmp_path), now=made.NOW)
    return store


def test_an_untouched_release_passes(released: Store) -> None:
    """All ten files of a release are checked, and nothing is found."""
    found = verify_release(released)
    assert (found.version, found.checked, found.findings, found.passed) == ("2026-11-24", 11, (), True)


@pytest.mark.parametrize("name", FILES)
def test_a_changed_file_is_found(released: Store, name: str) -> None:
    """One byte more in any file is found, and the file is named."""
    path = released.releases / "2026-11-24" / name
    path.chmod(0o644)
    path.write_bytes(path.read_bytes() + b"\n")
    found = verify_release(released)
    assert not found.passed
    assert f"{name} differs from what the ledger tells" in found.findings


def test_a_missing_and_a_foreign_file_are_found(released: Store) -> None:
    """A file that is gone and one that was put there are found."""
    folder = released.releases / "2026-11-24"
    (folder / "withheld.csv").unlink()
    (folder / "lain.csv").write_text("x")
    findings = verify_release(released).findings
    assert "withheld.csv is missing" in findings
    assert "lain.csv was never released" in findings


def test_a_release_without_its_folder_is_found(released: Store) -> None:
    """When the folder itself is gone, every file is missing."""
    (released.releases / "2026-11-24").rename(released.releases / ".hidden")
    assert len(verify_release(released, "2026-11-24").findings) == 11


def test_a_release_without_ledger_is_found(released: Store) -> None:
    """A folder that the ledger does not tell of does not pass."""
    (released.releases / ledger.FILE).unlink()
    assert verify_release(released).findings == ("ledger.jsonl does not tell of this release",)


def test_no_such_release(released: Store, tmp_path: Path) -> None:
    """Asking for what never was is an error, with what to do."""
    with pytest.raises(TerangError, match="no such release"):
        verify_release(released, "1999-01-01")
    with pytest.raises(TerangError, match="no such release"):
        verify_release(store_of("kosong-contoh", made.settings(tmp_path)))


def test_a_downloaded_file_finds_its_release(released: Store, tmp_path: Path) -> None:
    """A file under any name is recognised by its bytes; a changed one is unknown."""
    copy = tmp_path / "unduhan (1).csv"
    copy.write_bytes((released.releases / "2026-11-24/bayaran-contoh.csv").read_bytes())
    origin = verify_file(copy, made.settings(tmp_path))
    assert origin is not None
    assert (origin.dataset, origin.version, origin.file, origin.current) == (
        "bayaran-contoh",
        "2026-11-24",
        "bayaran-contoh.csv",
        True,
    )
    copy.write_bytes(copy.read_bytes() + b"x")
    assert verify_file(copy, made.settings(tmp_path)) is None


def test_an_old_file_is_known_as_old(released: Store, tmp_path: Path) -> None:
    """A file of an earlier version is recognised, and said not to be the current one."""
    made.staged(tmp_path, rows=made.table(nilai="1.00"))
    release(made.contract(), made.settings(tmp_path), now=made.NOW)
    origin = verify_file(released.releases / "2026-11-24/bayaran-contoh.csv", made.settings(tmp_path))
    assert origin is not None
    assert (origin.version, origin.current) == ("2026-11-24", False)
