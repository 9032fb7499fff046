"""What anyone can prove of a real portal: with its address, in an empty folder, without account, settings or environment."""

import json
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from assets.errors import PortalError, Unproven
from publish.ckan.proving import origin, prove
from publish.ckan.resources import resource_id
from tests.portal_fixture import ROOT, Portal
from tests.publish.ckan import office
from tests.publish.ckan.office import Make, Office

pytestmark = pytest.mark.portal
TERANG = ROOT / ".terang/venv/bin/terang"


@pytest.fixture
def shown(make: Make) -> Office:
    """A dataset with a current and an earlier version."""
    made = make(versions={"keep": 1})
    for day in (0, 1):
        made.publish(made.released(office.rows(made.contract, [1, 2, 3 + day]), day=day))
    return made


@dataclass(frozen=True, kw_only=True, slots=True)
class Ended:
    """How a command ended."""

    code: int
    out: str
    err: str


def terang(folder: Path, *words: str) -> Ended:
    """The installed command, in a folder and with an environment that hold nothing."""
    folder.mkdir(exist_ok=True)
    done = subprocess.run([TERANG, *words], cwd=folder, env={}, capture_output=True, text=True, check=False)
    assert list(folder.iterdir()) == [path for path in folder.iterdir() if path.suffix == ".csv"]
    return Ended(code=done.returncode, out=done.stdout, err=done.stderr)


def address(portal: Portal, of: Office) -> str:
    """The dataset's page."""
    return f"{portal.url}/dataset/{of.contract.name}"


def tampered(portal: Portal, of: Office, kind: str, content: bytes, **more: Any) -> None:
    """Give a resource another file, as somebody with the right may."""
    answer = httpx.post(
        f"{portal.url}/api/3/action/resource_patch",
        data={"id": resource_id(of.contract.name, kind), **more},
        files={"upload": ("lain.csv", content)},
        headers={"Authorization": portal.token},
        trust_env=False,
    )
    assert answer.is_success


def test_every_file_of_every_version(portal: Portal, shown: Office, tmp_path: Path) -> None:
    """A dataset's address proves all of its files, the earlier version's too; a language before the path does not matter."""
    for url in (address(portal, shown), f"{portal.url}/en/dataset/{shown.contract.name}/resource/x"):
        (proof,) = prove(url)
        assert proof.passed
        assert {file.version for file in proof.files} == {"2026-10-05", "2026-10-06"}
        assert len(proof.files) == 14  # twelve of the current version beside the ledger, and the earlier one's data
        assert (proof.lines, proof.unknown) == (3, ())  # released, published, released
    ended = terang(tmp_path / "empty", "verify", address(portal, shown))
    assert ended.code == 0, ended.err
    assert ended.out.count("✓") == 14
    assert "ledger 3 lines, unbroken" in ended.out


def test_a_portal_as_a_whole(portal: Portal, shown: Office, tmp_path: Path) -> None:
    """A portal's address proves each dataset that has a ledger."""
    ended = terang(tmp_path / "empty", "verify", "--json", portal.url)
    assert shown.contract.name in {proof["dataset"] for proof in json.loads(ended.out)}


@pytest.mark.parametrize("kind", ["csv", "csv 2026-10-05", "dictionary"])
def test_another_file_is_found(portal: Portal, shown: Office, tmp_path: Path, kind: str) -> None:
    """Whoever changes a file, even with a checksum that fits it, is found by the ledger; the file is named."""
    tampered(portal, shown, kind, b"id\nabc\n", hash="")
    (proof,) = prove(address(portal, shown))
    assert [(file.wrong is not None) for file in proof.files].count(True) == 1
    ended = terang(tmp_path / "empty", "verify", address(portal, shown))
    assert ended.code == 4
    assert "✗" in ended.out
    assert "not the file that was released" in ended.out


def test_another_ledger_is_found(portal: Portal, shown: Office, tmp_path: Path) -> None:
    """A ledger with a changed line proves nothing, and says which line it is."""
    (first, *_) = prove(address(portal, shown))
    assert first.passed
    lines = (shown.settings.root / f".terang/releases/{shown.contract.name}/ledger.jsonl").read_text()
    tampered(portal, shown, "ledger", lines.replace('"read":9', '"read":8').encode())
    with pytest.raises(Unproven, match="changed or damaged"):
        list(prove(address(portal, shown)))
    ended = terang(tmp_path / "empty", "verify", address(portal, shown))
    assert ended.code == 4
    assert "line 1" in ended.err


def test_a_foreign_file_is_said(portal: Portal, shown: Office) -> None:
    """A resource that somebody added is told, and is not taken for one of a release."""
    portal.action("resource_create", package_id=shown.contract.name, name="Lain", url="http://contoh.example/x.csv")
    (proof,) = prove(address(portal, shown))
    assert (proof.passed, proof.unknown) == (True, ("Lain",))


@pytest.mark.parametrize("version", ["2026-10-05", "2026-10-06"])
def test_a_downloaded_file_is_told(portal: Portal, shown: Office, tmp_path: Path, version: str) -> None:
    """A file of any name is of this dataset and version; one byte more, and it is of none."""
    copy = tmp_path / "unduhan.csv"
    data = shown.settings.root / f".terang/releases/{shown.contract.name}/{version}/{shown.contract.name}.csv"
    copy.write_bytes(data.read_bytes())
    for url in (portal.url, address(portal, shown)):
        found = origin(copy, url)
        assert found is not None
        assert (found.dataset, found.version, found.current) == (shown.contract.name, version, version == "2026-10-06")
    ended = terang(tmp_path / "empty", "verify", str(copy), "--portal", portal.url)
    assert (ended.code, f"version {version}" in ended.out) == (0, True)
    copy.write_bytes(copy.read_bytes() + b"\n")
    ended = terang(tmp_path / "empty", "verify", str(copy), "--portal", portal.url)
    assert (ended.code, "no release has this file" in ended.err) == (4, True)


def test_what_cannot_be_asked(portal: Portal, tmp_path: Path) -> None:
    """No such dataset, no ledger, no portal and no office each have an exit code of their own, and words."""
    copy = tmp_path / "x.csv"
    copy.write_text("x")
    empty = tmp_path / "empty"
    cases = {
        (f"{portal.url}/dataset/tidak-ada",): (7, "no such dataset"),
        ("http://127.0.0.1:9/dataset/x",): (7, "does not answer"),
        (str(copy),): (2, "--portal"),
        ("bukan-berkas",): (2, "configuration"),
    }
    for words, (code, said) in cases.items():
        ended = terang(empty, "verify", *words)
        assert (ended.code, said in ended.err) == (code, True), ended.err
        assert "Traceback" not in ended.err


def test_a_dataset_without_a_ledger(portal: Portal, make: Make) -> None:
    """What somebody else published there cannot be proven, and that is said."""
    name = make().contract.name
    portal.action("package_create", name=name, owner_org=portal.organization, private=False, notes="x", title="x")
    with pytest.raises(Unproven, match="no ledger"):
        list(prove(f"{portal.url}/dataset/{name}"))
    with pytest.raises(PortalError):
        list(prove(f"{portal.url}/dataset/tidak-ada"))
