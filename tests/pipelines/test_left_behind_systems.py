"""After good and failed runs of the whole example: no secret in force anywhere, no person outside restricted storage."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from tests.pipelines.behind import texts, where
from tests.portal_fixture import Portal
from tests.systems_fixture import ROOT, Systems

pytestmark = [pytest.mark.systems, pytest.mark.portal]
TERANG = Path(sys.executable).with_name("terang")
DATASETS = ["referensi-kode", "pembayaran", "kontrak", "proyek", "pendapatan"]
OPEN = ("public", "releases", "dagster", "printed")
WRONG = {"password": "Sandi-salah-0005", "key": "Kunci-salah-0006"}
_ENDS, _PIECE = str.maketrans(dict.fromkeys('<>";\t\0', "\n")), 1 << 22
_WORDS, _NUMBERS = re.compile(r"[^\W\d_]+"), re.compile(r"\d{8,}|P\.\d\.\d{7}\.\d\d")


@dataclass(frozen=True, kw_only=True, slots=True)
class Left:
    """An office after its runs: its folder, every secret that was in force, and the codes that the runs ended with."""

    root: Path
    secrets: list[str]
    ended: dict[str, int]

    def folders(self, *names: str) -> list[Path]:
        """Folders of the office."""
        return [self.root / name for name in names]


def _toml(systems: Systems, portal: Portal) -> str:
    secret = systems.secrets
    return f"""
contracts = ["{ROOT}/assets/contracts"]
transforms = "{ROOT}/assets/transforms"
timezone = "Asia/Makassar"
languages = ["id", "en"]
storage = {{ restricted = "restricted", public = "public", releases = "releases" }}
privacy = {{ key = {{ file = "{secret}/pseudonym_key" }} }}
retries = {{ times = 1, wait = 0 }}
connections.keuangan = {{ url = {{ file = "{secret}/keuangan_url" }} }}
connections.setoran = {{ url = {{ file = "{secret}/drop_folder" }} }}

[connections.pengadaan]
url = {{ file = "{secret}/procurement_url" }}
headers = {{ X-API-Key = {{ file = "{secret}/procurement_key" }} }}

[portals.default]
url = "{portal.url}"
token = {{ file = "{portal.token_file}" }}
organization = "{portal.organization}"
"""


def _run(root: Path, name: str, *words: str, **changed: str) -> int:
    """`terang`, with what it prints kept; `changed` are settings by the name of their variable."""
    clean = {key: value for key, value in os.environ.items() if not key.startswith(("TERANG_", "DAGSTER_"))}
    more = {f"TERANG_{key}": value for key, value in changed.items()}
    with (root / f"printed/{name}.txt").open("wb") as log:
        return subprocess.run(
            [TERANG, "-v", *words], cwd=root, env={**clean, "DAGSTER_HOME": str(root / "dagster"), **more},
            umask=0o022, stdout=log, stderr=log, check=False,
        ).returncode  # fmt: skip


@pytest.fixture(scope="module")
def left(tmp_path_factory: pytest.TempPathFactory, systems: Systems, portal: Portal) -> Iterator[Left]:
    """Every kind of source run well once, and then in five ways badly."""
    root = tmp_path_factory.mktemp("kabupaten")
    (root / "printed").mkdir()
    (root / "terang.toml").write_text(_toml(systems, portal), encoding="utf-8")
    ledger, key, salt = (systems.secret(name) for name in ("keuangan_url", "procurement_key", "pseudonym_key"))
    password = ledger.split(":")[2].partition("@")[0]
    revoked = portal.new_token()
    portal.revoke(revoked)
    (root / "wrong").write_text(WRONG["key"], encoding="utf-8")
    (root / "revoked").write_text(revoked, encoding="utf-8")
    bad: Mapping[str, tuple[list[str], dict[str, str]]] = {
        "wrong password": (["pembayaran"], {"CONNECTIONS__KEUANGAN__URL": ledger.replace(password, WRONG["password"])}),
        "ledger down": (["pembayaran"], {"CONNECTIONS__KEUANGAN__URL": re.sub(r":\d+/", ":9/", ledger)}),
        "wrong key": (["kontrak"], {"CONNECTIONS__PENGADAAN__HEADERS": f'{{"X-API-Key": {{"file": "{root}/wrong"}}}}'}),
        "portal down": (["proyek"], {"PORTALS__DEFAULT__URL": "http://127.0.0.1:9"}),
        "revoked token": (["proyek"], {"PORTALS__DEFAULT__TOKEN": f'{{"file": "{root}/revoked"}}'}),
    }  # fmt: skip
    ended = {"good": _run(root, "good", "run", *DATASETS)}
    for name, (words, changed) in bad.items():
        ended[name] = _run(root, name, "run", "--json", *words, **changed)
    for command in ("plan", "status", "check"):
        ended[command] = _run(root, command, command, *([] if command == "status" else DATASETS), "--json")
    yield Left(root=root, secrets=[password, ledger, key, salt, portal.token, revoked, *WRONG.values()], ended=ended)
    for name in DATASETS:
        portal.purge(name)


def test_each_run_ended_as_it_should(left: Left) -> None:
    """The good one well, each bad one with the code of its class, so that the searches below look at real runs."""
    assert left.ended == {
        "good": 0, "wrong password": 3, "ledger down": 3, "wrong key": 3, "portal down": 7, "revoked token": 7,
        "plan": 0, "status": 0, "check": 0,
    }  # fmt: skip
    assert {file.parents[1].name for file in (left.root / "releases").glob("*/*/release.json")} == set(DATASETS)
    assert list((left.root / "dagster").rglob("*.db"))
    assert list((left.root / "dagster").rglob("*.err"))


def test_no_secret_is_left_anywhere(left: Left) -> None:
    """Not in what was printed, Dagster's databases and logs, releases and their ledger, nor in restricted storage."""
    assert where(left.folders(*OPEN, "restricted"), left.secrets) == []


def test_no_known_person_is_left_outside_restricted_storage(left: Left, systems: Systems) -> None:
    """No name, address or number of the answer key stands in any file, opened as far as anybody could open it."""
    persons: dict[str, Any] = systems.truth["persons"]
    named = [*persons["name"], *persons["address"]]
    numbers = {one for kind in ("nik", "account", "nip", "phone", "npwpd") for one in persons[kind]}
    assert len(named) > 5000
    assert len(numbers) > 10000
    seen: set[int] = set()
    found = {
        place: hits
        for folder in left.folders(*OPEN)
        for place, text in texts(folder)
        if _fresh(text, seen) and ((hits := _numbers(text) & numbers) or (hits := _names(text, named)))
    }
    assert {place: len(hits) for place, hits in found.items()} == {}


def test_the_search_finds_every_kind_of_person(left: Left, systems: Systems) -> None:
    """In restricted storage it meets names and numbers by the thousand: else it would prove nothing."""
    persons: dict[str, Any] = systems.truth["persons"]
    (rows,) = [
        text for place, text in texts(left.root / "restricted/pembayaran") if place.endswith("raw.parquet cells")
    ]
    assert len(_numbers(rows) & set(persons["nik"])) > 1000
    assert len(_names(rows, persons["name"])) > 1000
    (payers,) = [
        text for place, text in texts(left.root / "restricted/pendapatan") if place.endswith("raw.parquet cells")
    ]
    assert len(_numbers(payers) & set(persons["npwpd"])) > 1000
    assert len(_names(payers, persons["address"])) > 100


def _fresh(text: str, seen: set[int]) -> bool:
    """Whether this very text was not met before: a public table and its release hold the same."""
    known = hash(text) in seen
    seen.add(hash(text))
    return not known


def _numbers(text: str) -> set[str]:
    return set(_NUMBERS.findall(text))


def _names(text: str, named: list[str]) -> set[str]:
    """Those that stand in the text: looked for closely where their first two words stand beside each other."""
    pairs = {pair for cell in _cells(text) for pair in pairwise(_WORDS.findall(cell))}
    near = [one for one in named if tuple(_WORDS.findall(one)[:2]) in pairs]
    return {one for one in near if one in text}


def _cells(text: str) -> set[str]:
    """The distinct parts of a text between signs that stand in no name; in pieces that overlap, for the memory's sake."""
    found: set[str] = set()
    for start in range(0, len(text), _PIECE):
        found.update(text[start : start + _PIECE + 200].translate(_ENDS).split("\n"))
    return found


def test_restricted_storage_is_for_its_owner_alone(left: Left, systems: Systems, portal: Portal) -> None:
    """Folders 0700, files 0600, the secrets' own too, whatever the umask."""
    folders = [left.root / "restricted", systems.secrets, portal.token_file.parent]
    paths = [path for folder in folders for path in (folder, *folder.rglob("*"))]
    assert {str(path): oct(path.stat().st_mode & 0o777) for path in paths if path.stat().st_mode & 0o077} == {}
