"""G2 over our own documents: JSON key by key, small tables cell by cell, texts line by line.

The office's public contact, addresses of web pages and official codes in a sentence are no personal data.
"""

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

from assets.contract import Contract
from quality.gates.allow import eye, of_contract, of_key

Hits = dict[str, int]
_OURS = re.compile(r"(?<![0-9a-zA-Z])(?:[0-9a-f]{64}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})(?![0-9a-zA-Z])")
_HOST = re.compile(r"https?://[\w.-]+(?::\d{1,5})?(?=[/?#\s\"')]|$)")
_ADDRESS_KEYS = frozenset({"path", "url", "uri", "href", "@id", "access_url", "download_url"})


class Reader:
    """Reads documents about one dataset with the knowledge of its contract."""

    def __init__(self, contract: Contract) -> None:
        self._columns = of_contract(contract)
        contact = re.escape(contract.publisher.contact)  # whole: budi.data@… is another person's
        self._contact = re.compile(rf"(?<![\w.+%@'-]){contact}(?![\w@-]|\.\w)", re.IGNORECASE)
        self._patterns = {column.pattern for column in contract.columns if column.pattern}
        self.eye = eye(contract)

    def document(self, document: Any) -> Hits:
        """Suspect values of a JSON document by key."""
        return self.cells(leaves(document))

    def cells(self, cells: Iterable[tuple[str, str]]) -> Hits:
        """Suspect values by the key or column in which they stand."""
        hits: Hits = {}
        for key, value in cells:
            if self._suspect(key, value):
                hits[key] = hits.get(key, 0) + 1
        return hits

    def lines(self, text: str) -> Hits:
        """Suspect lines of a text; digests of our files are taken out first."""
        return self.cells(("text", _OURS.sub("", line)) for line in text.splitlines())

    def _suspect(self, key: str, value: str) -> bool:
        if of_key(key, value) or (key in self._columns and self._columns[key].holds(value)):
            return False
        if value in self._patterns:  # a regular expression that the contract itself states
            return False
        plain = _HOST.sub(" ", self._contact.sub(" ", value))
        plain = _OURS.sub(" ", plain) if key in _ADDRESS_KEYS or plain != value else plain
        return self.eye.suspects(plain)


def leaves(value: Any, key: str = "") -> Iterator[tuple[str, str]]:
    """Every text and number of a JSON document under its key, and every key."""
    if isinstance(value, dict):
        for inner, child in value.items():
            yield ("a key", str(inner))
            yield from leaves(child, str(inner))
    elif isinstance(value, list | tuple):
        for child in value:
            yield from leaves(child, key)
    elif isinstance(value, bool) or value is None:
        return
    else:
        yield (key, str(value))
        yield from _nested(value, key)


def _nested(value: Any, key: str) -> Iterator[tuple[str, str]]:
    """A JSON document inside a text is read too: its parts may be spelt with escapes that hide digits."""
    if isinstance(value, str) and value[:1] in {"{", "["} and "\\u" in value:
        try:
            inner = json.loads(value)
        except ValueError:
            return
        yield from leaves(inner, key)
