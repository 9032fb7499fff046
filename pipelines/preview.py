"""What a run would do, with nothing kept and nothing published: read, screen, protect and judge in a folder that goes.

Restricted cells are never shown: of the public table the first rows, masked; of everything else counts.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from assets.contract import Contract
from assets.extract import extract
from assets.propose.mask import masked_rows
from assets.protect import protect
from assets.scratch import scratch
from assets.settings import Settings
from assets.store import OWNER_ONLY, Store, store_of
from assets.table import ID
from pipelines.new import grouped
from quality.gates.evidence import Evidence
from quality.screening import screen
from quality.verdict import judge

SHOWN = 5  # rows


@dataclass(frozen=True, kw_only=True, slots=True)
class Preview:
    """Counts in source rows, sums of the public measures, what would stop the run, and the first rows, masked.

    `rules` are rows that break a rule, by its name; `hidden` the columns that are not published.
    """

    dataset: str
    read: int
    rejected: int
    set_aside: Mapping[str, int]
    quarantined: int
    duplicates: int
    withheld: int = 0
    published: int = 0
    rules: Mapping[str, int] = field(default_factory=dict)
    totals: Mapping[str, str] = field(default_factory=dict)
    stopped: Sequence[str] = ()
    hidden: Sequence[str] = ()
    rows: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def document(self) -> dict[str, Any]:
        """The preview for a machine."""
        return asdict(self)

    def lines(self) -> Iterator[str]:
        """The preview for a person."""
        yield f"{self.dataset}: a preview; nothing was published and nothing is kept"
        for name in ("read", "quarantined", "duplicates", "withheld", "published"):
            yield f"  {name:<12} {getattr(self, name):>12,}{self._of(name)}"
        yield from (f"  total        {name} {grouped(total)}" for name, total in self.totals.items())
        yield from (f"  stops        {line}" for reason in self.stopped for line in reason.splitlines())
        if self.hidden:
            yield f"  not shown    {', '.join(self.hidden)}"
        yield from (f"  {name[:32]:<32} {'  '.join(f'{cell:<24}' for cell in cells[:3])}".rstrip()
                    for name, cells in self.rows.items())  # fmt: skip
        yield f"next: {'mend what stops it' if self.stopped else f'terang run {self.dataset}'}"

    def _of(self, name: str) -> str:
        parts = {"read": {"rejected": self.rejected, **{f"set aside: {why}": n for why, n in self.set_aside.items()}},
                 "quarantined": self.rules}.get(name, {})  # fmt: skip
        told = ", ".join(f"{count:,} {what}" for what, count in parts.items() if count)
        return f"   {told}" if told else ""


def preview(contract: Contract, settings: Settings, *, partition: str | None = None) -> Preview:
    """Read and judge the dataset, or one `partition` of it, as a run would; raises what a run would raise."""
    with _apart(contract, settings) as office:
        receipt = extract(contract, office, partition=partition)
        screened = screen(contract, office)
        found = Preview(
            dataset=contract.name, read=receipt.read, rejected=receipt.rejects, set_aside=receipt.set_aside,
            quarantined=screened.quarantined, duplicates=screened.duplicates, totals=receipt.totals,
            rules={rule["name"]: rule["failed"] for rule in screened.rules if rule["failed"]},
            stopped=screened.failures(), hidden=_hidden(contract),
        )  # fmt: skip
        return found if found.stopped else _judged(found, contract, office)


def _judged(found: Preview, contract: Contract, office: Settings) -> Preview:
    """With what would be published, and which gate would stop it."""
    account = protect(contract, office)
    verdict = judge(contract, office)
    gates = tuple(_told(gate) for gate in verdict.gates if not gate.passed)
    first = next(pq.ParquetFile(store_of(contract.name, office).table).iter_batches(SHOWN), None)
    return Preview(
        **{**asdict(found), "stopped": gates, "published": account.published, "rows": _masked(first, contract),
           "withheld": sum(part.rows for part in account.withheld)}
    )  # fmt: skip


def _told(gate: Evidence) -> str:
    """A gate that does not pass, and what it counted, column by column."""
    counts = [item for fact in gate.facts.values() if isinstance(fact, dict) for item in fact.items()]
    found = "; ".join(f"{place}: {count}" for place, count in counts if isinstance(count, int))
    return f"gate        {gate.name}" + (f"\nfound       {found}" if found else "")


def _masked(first: pa.RecordBatch | None, contract: Contract) -> dict[str, list[str]]:
    """The first public rows, column by column; only words of a list that the contract itself names are shown."""
    if first is None:
        return {}
    listed = {column.name for column in contract.columns if column.enum or column.type == "boolean"}
    names = [name for name in first.schema.names if name != ID]
    cells = [first.column(name).cast(pa.string()).to_pylist() for name in names]
    rows = masked_rows(list(zip(*cells, strict=True)), shown=[name in listed for name in names])
    return {name: [row[at] for row in rows] for at, name in enumerate(names)}


def _hidden(contract: Contract) -> tuple[str, ...]:
    shown = {column.name for column in contract.public_columns}
    return tuple(column.name for column in contract.raw_columns if column.name not in shown)


@contextmanager
def _apart(contract: Contract, settings: Settings) -> Iterator[Settings]:
    """Settings whose restricted and public folders are for this preview alone; datasets referred to are seen there."""
    root = settings.folder(settings.storage.restricted)
    root.mkdir(parents=True, exist_ok=True, mode=OWNER_ONLY)
    with scratch(root, "preview") as folder:
        (folder / "restricted").mkdir(mode=OWNER_ONLY)
        for other in {c.references.dataset for c in contract.columns if c.references} - {contract.name}:
            (folder / "restricted" / other).symlink_to((root / other).resolve())
        storage = settings.storage.model_copy(
            update={"restricted": str((folder / "restricted").resolve()), "public": str((folder / "public").resolve())}
        )
        apart = settings.model_copy(update={"storage": storage})
        if (root / contract.name).is_dir():
            _as_left(store_of(contract.name, settings), store_of(contract.name, apart))
        yield apart


def _as_left(real: Store, apart: Store) -> None:
    """What the last run read: a part, or what changed since, joins it. Files are only ever replaced, so links do."""
    for name in ("raw", "rejects", "receipt", "delivered"):
        file: Path = getattr(real, name)
        if file.exists():
            getattr(apart, name).hardlink_to(file)
