"""The statement of a takedown for the file: what, when, why, what was asked, signed with Ed25519; and a page to read.

Whoever has the office's public key can check it; `terang verify` does. It holds counts, checksums and addresses only.
"""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from assets.errors import Unproven
from assets.settings import Settings
from assets.store import Store, store_of, write_json
from publish import ledger, page, signature

FOLDER: Final = "statements"
KIND: Final = "takedown"


@dataclass(frozen=True, kw_only=True, slots=True)
class Checked:
    """A statement that was not changed: by whose key it is signed, whether that is this office's, and the ledger tells it."""

    dataset: str
    time: str
    entry: str
    public_key: str
    own_key: bool
    in_ledger: bool


def write(store: Store, number: int, document: Mapping[str, Any], settings: Settings) -> Path:
    """Sign the statement where there is a key, and write it beside the ledger, for machines and for people."""
    signed = {**document, "signature": _signed(document, settings)}
    folder = store.releases / FOLDER
    folder.mkdir(exist_ok=True)
    path = folder / f"{KIND}-{number}.json"
    write_json(path, signed)
    path.with_suffix(".html").write_text(page.of(signed), encoding="utf-8")
    return path


def is_statement(path: Path) -> bool:
    """Whether the file says that it is one."""
    if path.suffix != ".json":
        return False
    try:
        found = json.loads(path.read_bytes())
    except ValueError:
        return False
    return isinstance(found, dict) and found.get("statement") == KIND


def check(path: Path, settings: Settings) -> Checked:
    """Check the signature and, where its ledger is at hand, the entry; raises `Unproven` where it was changed."""
    from cryptography.exceptions import InvalidSignature  # noqa: PLC0415 - only where one is checked
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey  # noqa: PLC0415

    document = json.loads(path.read_bytes())
    signed = document.pop("signature", None)
    if not signed:
        raise Unproven(
            "this statement is not signed", file=str(path), next="set statements.key in terang.toml before a takedown"
        )
    try:
        public = base64.b64decode(signed["public_key"], validate=True)
        Ed25519PublicKey.from_public_bytes(public).verify(
            base64.b64decode(signed["value"]), signature.canonical(document)
        )
    except (InvalidSignature, ValueError, KeyError, TypeError):
        raise Unproven(
            "this statement was changed after it was signed", file=str(path), next="ask its office for the original"
        ) from None
    told = ledger.check(store_of(document["dataset"], settings))
    return Checked(
        dataset=document["dataset"],
        time=document["time"],
        entry=document["ledger_entry"],
        public_key=signed["public_key"],
        own_key=public_key(settings) == signed["public_key"],
        in_ledger=any(entry.hash == document["ledger_entry"] for entry in told),
    )


def public_key(settings: Settings) -> str | None:
    """The office's own public key, for others to check statements with; None where it has no key."""
    key = _private(settings)
    return base64.b64encode(key.public_key().public_bytes_raw()).decode() if key else None


def _signed(document: Mapping[str, Any], settings: Settings) -> dict[str, str] | None:
    key = _private(settings)
    if key is None:
        return None
    return {"algorithm": "Ed25519", "public_key": public_key(settings) or "", "value": signature.sign(key, document)}


def _private(settings: Settings) -> Any:
    text = settings.signing_key()
    return signature.private(text, "the key of statements", where="statements.key") if text is not None else None


def numbered(store: Store, entry: str) -> int:
    """The number of the ledger's line with this hash, by which its statement is called."""
    return next(one.n for one in ledger.entries(store) if one.hash == entry)
