"""docs/journalists.md: its commands are run as they stand there, against a portal with two releases of a dataset."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from publish.ckan.resources import resource_id
from tests.portal_fixture import ROOT, Portal
from tests.publish.ckan import office
from tests.publish.ckan.office import FEW, Make, Office

pytestmark = pytest.mark.portal
PAGE = ROOT / "docs/journalists.md"
LANGUAGES = ("## Bahasa Indonesia", "## English")
DEMO, DATASET = "http://127.0.0.1:5000", "apbd-realisasi"


def commands(language: str) -> Iterator[str]:
    """The indented blocks of the page in one language, each as it would be copied."""
    text = PAGE.read_text(encoding="utf-8").partition(language)[2].partition("\n## ")[0]
    block: list[str] = []
    for line in [*text.splitlines(), ""]:
        if line.startswith("    "):
            block.append(line[4:])
        elif block:
            yield "\n".join(block)
            block = []


@pytest.fixture
def published(make: Make) -> Office:
    """A dataset with two releases."""
    made = make(formats=["csv", "parquet", "xlsx", "jsonl"])
    for day, numbers in enumerate((FEW, FEW[5:])):
        made.publish(made.released(office.rows(made.contract, numbers), day=31 * day))
    return made


def run(command: str, made: Office, portal: Portal, folder: Path) -> str:
    """What a command of the page prints, told of this portal and dataset instead of the demo's."""
    told = command.replace(DEMO, portal.url).replace(DATASET, made.contract.name)
    told = told.replace("resource_id=ID", f"resource_id={resource_id(made.contract.name, 'csv')}")
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    done = subprocess.run(
        ["bash", "-ec", told],  # noqa: S607
        cwd=folder, capture_output=True, text=True, check=False, timeout=120,
        env={**os.environ, "PATH": path, "NO_PROXY": "127.0.0.1"},
    )  # fmt: skip
    assert done.returncode == 0, (told, done.stdout, done.stderr)
    return done.stdout


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_commands_do_what_the_page_says(portal: Portal, published: Office, tmp_path: Path, language: str) -> None:
    """Rows by API, files and versions with their ids, and proofs of dataset, portal and a downloaded file."""
    folder = tmp_path / "somewhere"
    folder.mkdir()
    rows, listed, verify = commands(language)
    assert len(json.loads(run(rows, published, portal, folder))["result"]["records"]) == 5
    lines = [line.split() for line in run(listed, published, portal, folder).splitlines()]
    assert {version for version, *_ in lines} == {"2026-10-05", "2026-11-05"}
    assert ["2026-11-05", resource_id(published.contract.name, "csv"), "True"] in [line[:3] for line in lines]
    for name in ("unduhan.csv", "download.csv"):
        run(f"curl -sfo {name} {lines[0][3]}", published, portal, folder)
    one, whole, file = verify.splitlines()
    assert "2026-11-05" in run(one, published, portal, folder)
    assert published.contract.name in run(whole, published, portal, folder)
    assert "2026-11-05" in run(file, published, portal, folder)


def test_checksums_without_terang(portal: Portal, published: Office, tmp_path: Path) -> None:
    """Over all files of the current version, downloaded under the names that the portal gives them."""
    shown = portal.action("package_show", token="", id=published.contract.name)
    for one in shown["resources"]:
        if one["terang_version"] == shown["version"]:
            run(f"curl -sfO {one['url']}", published, portal, tmp_path)
    told = run("sha256sum -c sha256sums", published, portal, tmp_path)
    assert f"{published.contract.name}.csv: OK" in told
