"""Statements of takedowns: signed, checkable by anyone, and no key is asked for where there is none."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from assets.errors import SettingsError, Unproven
from assets.settings import FromEnvironment, Settings, StatementSettings
from assets.store import store_of
from publish import statement
from publish.ledger import Event, append
from publish.notices import words
from publish.standing import TAKEN_DOWN
from tests.publish import made

FACTS = {"scope": "rows", "rows": 2, "versions": ["v1"], "reason": "Permintaan pemilik data", "basis": "UU 27/2022"}


def pem(key: Any) -> str:
    """A private key as text."""
    text: bytes = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return text.decode()


def office(folder: Path, patch: pytest.MonkeyPatch, key: str | None) -> Settings:
    """Settings whose key of statements lies in the environment."""
    if key:
        patch.setenv("KEY_OF_STATEMENTS", key)
    own = StatementSettings(key=FromEnvironment(env="KEY_OF_STATEMENTS") if key else None)
    return made.settings(folder).model_copy(update={"statements": own})


def written(settings: Settings) -> Path:
    """A statement about an entry of the ledger."""
    store = store_of("bayaran-contoh", settings)
    entry = append(store, Event(event=TAKEN_DOWN, time=made.NOW, version="", facts=FACTS))
    asked = [{"endpoint": "download", "address": "/<x>", "status": 404, "found": 0, "ours": True}]
    document = {
        "statement": "takedown", "dataset": "bayaran-contoh", "title": {"id": "Bayaran", "en": "Payments"},
        "publisher": "BPKAD", "portal": "https://data.example", "scope": {"scope": "rows", "rows": 2},
        "ordered": entry.time, "time": entry.time, "reason": FACTS["reason"], "basis": FACTS["basis"],
        "withdrawn": {"v1": {"a.csv": "0" * 64}}, "current": None, "ledger_entry": entry.hash, "asked": asked, "found": 0,
    }  # fmt: skip
    return statement.write(store, statement.numbered(store, entry.hash), document, settings)


def test_a_signed_statement_proves_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By the key that it holds anyone can check it; the office knows its own, and its ledger."""
    settings = office(tmp_path, monkeypatch, pem(Ed25519PrivateKey.generate()))
    path = written(settings)
    found = statement.check(path, settings)
    assert statement.is_statement(path)
    assert (found.own_key, found.in_ledger, found.public_key) == (True, True, statement.public_key(settings))
    other = office(tmp_path / "other", monkeypatch, pem(Ed25519PrivateKey.generate()))
    assert replace(found, own_key=False, in_ledger=False) == statement.check(path, other)


@pytest.mark.parametrize("name", ["reason", "time", "found", "withdrawn"])
def test_any_change_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """Whatever is changed in it, the signature no longer fits."""
    settings = office(tmp_path, monkeypatch, pem(Ed25519PrivateKey.generate()))
    path = written(settings)
    path.write_text(json.dumps(json.loads(path.read_text()) | {name: "lain"}))
    with pytest.raises(Unproven, match="changed after it was signed"):
        statement.check(path, settings)


def test_without_a_key_it_is_said_to_be_unsigned(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The statement is written all the same, and proves nothing."""
    settings = office(tmp_path, monkeypatch, None)
    with pytest.raises(Unproven, match="not signed"):
        statement.check(written(settings), settings)


@pytest.mark.parametrize("key", ["no key at all", pem(generate_private_key(65537, 2048))])
def test_a_key_of_another_kind_is_a_mistake_of_the_settings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, key: str
) -> None:
    """It is told of, with what to do, and without the key."""
    with pytest.raises(SettingsError, match="key of statements") as caught:
        statement.public_key(office(tmp_path, monkeypatch, key))
    assert "openssl genpkey" in caught.value.facts["next"]
    assert key not in str(caught.value)


def test_the_page_speaks_both_languages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Indonesian and English, without a network, and nothing in it is taken for markup."""
    page = written(office(tmp_path, monkeypatch, None)).with_suffix(".html").read_text()
    assert "2 baris ditarik dari publik / 2 rows were taken down" in page
    assert "Tidak satu pun dari 1 alamat publik" in page
    assert "/&lt;x&gt;" in page
    assert "http://" not in page
    assert "src=" not in page


def test_readers_are_told_in_both_languages(tmp_path: Path) -> None:
    """What, when, why, on which basis; and nothing where nothing was taken down."""
    store = store_of("bayaran-contoh", made.settings(tmp_path))
    entry = append(store, Event(event=TAKEN_DOWN, time=made.NOW, version="", facts=FACTS))
    told = words([entry])
    assert told
    assert (
        told.root["en"]
        == "2026-11-23: 2 rows were taken down. Reason: Permintaan pemilik data. Legal basis: UU 27/2022."
    )
    assert told.root["id"].startswith("2026-11-23: 2 baris ditarik dari publik. Alasan: ")
    assert words([]) is None
