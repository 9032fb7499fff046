"""The key of pseudonyms is missed, weighed and known again before a code is made with it."""

import json
import secrets
import stat
from pathlib import Path

import pytest

from assets.contract import Contract
from assets.errors import SettingsError
from assets.keys import used, vault_of
from assets.settings import FromEnvironment, PrivacySettings, Settings
from assets.store import Store, store_of
from tests.assets.office import column, contract

SOURCE = {"kind": "csv", "path": "*.csv"}


@pytest.fixture
def paid() -> Contract:
    """Payments whose payees are known by a code."""
    return contract(SOURCE, column("a"), column("nik", class_="direct_id", privacy={"technique": "pseudonym"}))


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """An office with a good key."""
    monkeypatch.setenv("SALT", secrets.token_hex(32))
    return Settings(root=tmp_path, privacy=PrivacySettings(key=FromEnvironment(env="SALT")))


@pytest.fixture
def store(paid: Contract, settings: Settings) -> Store:
    """The dataset's folders."""
    return store_of(paid.name, settings)


def test_no_key(paid: Contract, store: Store, tmp_path: Path) -> None:
    """It is told how to make one."""
    with pytest.raises(SettingsError, match="there is none") as error:
        vault_of(paid, store, Settings(root=tmp_path))
    assert "token_hex(32)" in error.value.facts["next"]


@pytest.mark.parametrize("key", ["short but odd: #7xQz!", "a" * 64, "rahasia" * 10, "0123" * 16])
def test_a_key_that_can_be_guessed(
    paid: Contract, store: Store, settings: Settings, monkeypatch: pytest.MonkeyPatch, key: str
) -> None:
    """Too short, or of few characters; the message holds none of it."""
    monkeypatch.setenv("SALT", key)
    with pytest.raises(SettingsError, match="can be guessed") as error:
        vault_of(paid, store, settings)
    assert key not in str(error.value)


def test_another_key_than_before(
    paid: Contract, store: Store, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Codes would all change unseen: it stops, until the former key is back or somebody removes what is known of it."""
    former = vault_of(paid, store, settings)
    used(former, store)
    assert vault_of(paid, store, settings) == former
    monkeypatch.setenv("SALT", secrets.token_hex(32))
    with pytest.raises(SettingsError, match="not the one that the codes of this dataset were made with") as error:
        vault_of(paid, store, settings)
    assert error.value.facts["file"] == str(store.pseudonyms)
    store.pseudonyms.unlink()
    assert vault_of(paid, store, settings) != former


def test_what_is_remembered_tells_nothing(paid: Contract, store: Store, settings: Settings) -> None:
    """A fingerprint that is no code, no part of the key, and another one in each dataset; for its owner alone."""
    vault = vault_of(paid, store, settings)
    used(vault, store)
    assert json.loads(store.pseudonyms.read_text(encoding="utf-8")) == {"key": vault.fingerprint}
    assert stat.S_IMODE(store.pseudonyms.stat().st_mode) == 0o600
    assert vault.key
    assert vault.key.decode()[:8] not in vault.fingerprint
    other = paid.model_copy(update={"name": "other"})
    assert vault_of(other, store_of("other", settings), settings).fingerprint != vault.fingerprint


def test_a_dataset_without_codes_needs_no_key(tmp_path: Path) -> None:
    """And remembers none."""
    plain = contract(SOURCE, column("a"))
    settings = Settings(root=tmp_path)
    store = store_of(plain.name, settings)
    used(vault_of(plain, store, settings), store)
    assert not store.pseudonyms.exists()
