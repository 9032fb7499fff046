"""The secret key of a dataset's pseudonyms: strong enough, and the one that its codes were made with."""

from typing import Final

from assets.contract import Contract
from assets.errors import SettingsError
from assets.privacy.technique import Vault
from assets.settings import Settings
from assets.store import Store, read_json, write_json

SHORTEST, FEWEST = 32, 8  # characters, and different ones: 128 bits in hexadecimal; NIST SP 800-107 r1, 5.3.4
_NEW: Final = "python3 -c 'import secrets; print(secrets.token_hex(32))' makes one"


def vault_of(contract: Contract, store: Store, settings: Settings) -> Vault:
    """What the techniques of a contract need; raises `SettingsError` where its key is missing, weak or another one."""
    if not any(column.technique and column.technique.needs_key for column in contract.columns):
        return Vault(dataset=contract.name)
    vault = Vault(dataset=contract.name, key=settings.pseudonym_key())
    if not vault.key:
        raise SettingsError(
            "a pseudonym needs the secret key, and there is none",
            dataset=contract.name,
            next=f"set privacy.key in terang.toml to {{env = ...}} or {{file = ...}}; {_NEW}; keep it for as long as codes "
            "must match",
        )
    if len(vault.key) < SHORTEST or len(set(vault.key)) < FEWEST:
        raise SettingsError(
            "the secret key of pseudonyms can be guessed",
            dataset=contract.name,
            found=f"{len(vault.key)} characters, {len(set(vault.key))} different ones",
            allowed=f"at least {SHORTEST} characters that nobody chose",
            next=_NEW,
        )
    known = read_json(store.pseudonyms)
    if known is not None and known["key"] != vault.fingerprint:
        raise SettingsError(
            "the secret key is not the one that the codes of this dataset were made with",
            dataset=contract.name,
            file=str(store.pseudonyms),
            next="put the former key back; or remove this file: then every code changes, and nobody is known by the code of "
            "an earlier release any more",
        )
    return vault


def used(vault: Vault, store: Store) -> None:
    """Remember which key codes were made with, by a fingerprint that tells nothing of it."""
    if vault.key:
        write_json(store.pseudonyms, {"key": vault.fingerprint}, private=True)
