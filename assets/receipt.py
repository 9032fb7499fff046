"""What an extraction read, and the file that says so beside the rows: `raw.json`."""

from dataclasses import asdict, dataclass, field
from typing import Any

from assets.store import Store, read_json, sha256, write_json


@dataclass(frozen=True, kw_only=True, slots=True)
class Receipt:
    """The rows in `raw.parquet` and the `rejects` beside them, which together are what was read.

    `deleted` are rows that the source marks as gone; `totals` the exact sum of each public measure, as text;
    `facts` what the source told: files, pages, rows set aside by reason, the cursor.
    """

    dataset: str
    rows: int
    rejects: int
    deleted: int
    bytes: int
    seconds: float
    sha256: str
    contract: str
    partition: str | None = None
    totals: dict[str, str] = field(default_factory=dict)
    facts: dict[str, Any] = field(default_factory=dict)

    @property
    def read(self) -> int:
        """Rows read from the source."""
        return self.rows + self.rejects

    @property
    def set_aside(self) -> dict[str, int]:
        """Rows that are no data (subtotals, footers, empty ones), by reason."""
        return dict(self.facts.get("set_aside", {}))

    def write(self, store: Store) -> None:
        """Leave it beside the rows."""
        write_json(store.receipt, {**asdict(self), "set_aside": self.set_aside})


def last(store: Store) -> Receipt | None:
    """The receipt of the rows that lie in the store; None where there is none, or the rows are others."""
    document = read_json(store.receipt)
    if document is None or not store.raw.is_file() or not store.rejects.is_file():
        return None
    document.pop("set_aside", None)
    receipt = Receipt(**document)
    return receipt if sha256(store.raw) == receipt.sha256 else None
