"""Pseudonym: the same id always gets the same code within one dataset, and nobody without the key gets back."""

import hmac
import unicodedata
from typing import ClassVar, Literal

import pyarrow as pa
import pyarrow.compute as pc

from assets.errors import SettingsError
from assets.privacy.technique import Technique, Vault

# Letters only: a code that no scan can take for a person's number.
_LENGTH = 20
LETTERS = bytes.maketrans(b"0123456789abcdef", b"abcdefghijklmnop")  # digits as no scan takes for a number


class Pseudonym(Technique):
    """HMAC-SHA-256 of the normalised id, keyed by secret and dataset, as 20 letters (80 bits).

    A plain hash of a NIK is found again in under a second; a keyed one is not, while the key stays secret.
    Source: ENISA, *Pseudonymisation techniques and best practices* (2019), 5.1.4; RFC 2104.
    """

    technique: Literal["pseudonym"]

    needs_key: ClassVar[bool] = True
    protects: ClassVar[frozenset[str]] = frozenset({"direct_id", "org_id", "linkage_key"})

    @property
    def form(self) -> str:
        """What each code looks like, as a regular expression."""
        return f"[a-p]{{{_LENGTH}}}"

    def output_type(self, source: pa.DataType) -> pa.DataType:
        """Always text."""
        del source
        return pa.string()

    def protect(self, values: pa.Array, *, vault: Vault) -> pa.Array:
        """One HMAC per distinct id; NULL stays NULL. Raises `SettingsError` without a key."""
        if not vault.key:
            raise SettingsError(
                "a pseudonym needs the secret key, and there is none",
                dataset=vault.dataset,
                next="set privacy.key in terang.toml to {env = ...} or {file = ...}",
            )
        encoded = pc.dictionary_encode(values.cast(pa.string()))
        keyed = hmac.new(vault.bound, digestmod="sha256")
        codes = pa.array([_code(keyed, text) for text in encoded.dictionary.to_pylist()], pa.string())
        return pc.take(codes, encoded.indices)


def _code(keyed: hmac.HMAC, text: str) -> str:
    """The code of one id; `keyed` is copied, as taking in the key costs more than the id."""
    known = text if text.isascii() else unicodedata.normalize("NFKC", text)
    one = keyed.copy()
    one.update("".join(known.split()).casefold().encode())
    return one.hexdigest()[:_LENGTH].encode().translate(LETTERS).decode()
