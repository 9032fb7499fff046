"""Ed25519 over a JSON document, by keys as PEM: what `openssl genpkey -algorithm ed25519` and `openssl pkey -pubout` write."""

import base64
import json
from collections.abc import Mapping
from typing import Any, Final

from assets.errors import SettingsError

NEXT: Final = "write an Ed25519 private key as PEM: openssl genpkey -algorithm ed25519"


def private(pem: bytes, what: str, *, where: str) -> Any:
    """The private key; raises `SettingsError` where it is none."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey  # noqa: PLC0415
    from cryptography.hazmat.primitives.serialization import load_pem_private_key  # noqa: PLC0415

    try:
        key = load_pem_private_key(pem, None)
    except (ValueError, TypeError):
        raise SettingsError(f"{what} cannot be read", where=where, next=NEXT) from None
    if not isinstance(key, Ed25519PrivateKey):
        raise SettingsError(f"{what} is of another kind", where=where, next=NEXT)
    return key


def sign(key: Any, document: Mapping[str, Any]) -> str:
    """The signature of a document, whatever the order of its keys."""
    return base64.b64encode(key.sign(canonical(document))).decode()


def holds(public_pem: bytes, document: Mapping[str, Any], signature: str) -> bool:
    """Whether the document was signed with the private key of this public one; raises `SettingsError` where it is none."""
    from cryptography.exceptions import InvalidSignature  # noqa: PLC0415
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey  # noqa: PLC0415
    from cryptography.hazmat.primitives.serialization import load_pem_public_key  # noqa: PLC0415

    try:
        key = load_pem_public_key(public_pem)
    except (ValueError, TypeError):
        key = None
    if not isinstance(key, Ed25519PublicKey):
        raise SettingsError(
            "the public key of an approver cannot be read", where="approvers",
            next="write an Ed25519 public key as PEM: openssl pkey -in KEY.pem -pubout",
        )  # fmt: skip
    try:
        key.verify(base64.b64decode(signature, validate=True), canonical(document))
    except (InvalidSignature, ValueError):
        return False
    return True


def canonical(document: Mapping[str, Any]) -> bytes:
    """The document as the bytes that are signed."""
    return json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
