"""Reading a source into restricted storage: what could be read exactly, what could not, and a receipt.

How each kind reads is in `assets/sources/`, what a value means in `assets/conform.py`, which rows of an earlier run stay
in `assets/increment.py`.
"""

import logging
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa

from assets.column import Column
from assets.conform import conform, schema_of
from assets.contract import Contract
from assets.delivered import remember, replaced
from assets.duck import duck
from assets.increment import CHANGED, KEYS, Increment, Kept, keys_of, plan, split
from assets.rawfile import Parquet, Raw, written
from assets.receipt import Receipt
from assets.scratch import scratch
from assets.settings import Settings
from assets.sources.source import LINE, REJECTS, Reading, Request, Values
from assets.store import Store, explained, sha256, store_of
from assets.transform import Transform, load
from assets.types import arrow_type, is_number

log = logging.getLogger(__name__)
_AS_MADE = Values(nulls=(), trim=False)  # what a transform made is meant as it is


@dataclass(kw_only=True, slots=True)
class _Run:
    contract: Contract
    settings: Settings
    store: Store
    transform: Transform | None
    code: str
    columns: Sequence[Column] = ()
    started: float = field(default_factory=time.monotonic)

    def __post_init__(self) -> None:
        source = self.contract.source
        self.columns = [
            column.model_copy(update={"values": source.notation(column.values)})
            for column in self.contract.read_columns
        ]

    def read(self, increment: Increment) -> Reading:
        """Ask the source."""
        contract, source = self.contract, self.contract.source
        request = Request(
            dataset=contract.name,
            columns=tuple(column.read_as for column in contract.read_columns),
            key=tuple(column.read_as for column in keys_of(contract) if not column.derived),
            comma=frozenset(column.read_as for column in contract.read_columns if _with_comma(column, contract)),
            told=frozenset(column.read_as for column in contract.read_columns if column.class_ == "public_measure"),
            root=self.settings.root,
            connection=self.settings.connection(source.connection) if source.connection else None,
            since=increment.since,
            part=increment.part(contract),
            replaced=replaced(self.store),
        )
        return source.read(request)

    def conformed(self, batches: Iterable[pa.RecordBatch], reading: Reading) -> Iterator[tuple[pa.Table, pa.Table]]:
        """Each batch as rows in declared types, derived columns included, and as rows that could not be read."""
        contract = self.contract
        for batch in batches:
            good, bad = conform(batch, self.columns, values=contract.source.values, dataset=contract.name)
            rejects = [*_drained(reading), bad]
            if self.transform is not None:
                kept = [column.name for column in contract.read_columns]
                derived = [column for column in contract.raw_columns if column.derived]
                made = self.transform(pa.Table.from_batches([good]))
                good, bad = conform(made, derived, values=_AS_MADE, dataset=contract.name, keep=kept)
                rejects.append(bad)
            yield pa.Table.from_batches([good]), pa.Table.from_batches(rejects, schema=REJECTS)
        if rest := _drained(reading):
            yield self.nothing(), pa.Table.from_batches(rest, schema=REJECTS)

    def nothing(self) -> pa.Table:
        """No rows, in the columns of those that `conformed` yields."""
        return schema_of(self.contract.raw_columns).empty_table()


def extract(contract: Contract, settings: Settings, *, partition: str | None = None) -> Receipt:
    """Read the source of `contract` (or one `partition` of it) and write raw.parquet, rejects.parquet and raw.json.

    Raises the `SourceError` that fits; what an earlier run wrote stays in its place then.
    """
    store = store_of(contract.name, settings)
    transform, code = load(contract, settings)
    run = _Run(contract=contract, settings=settings, store=store, transform=transform, code=code)
    with explained(contract.name, where=store.restricted):
        increment = plan(contract, store, partition=partition, code=code)
        receipt = _read(run, increment)
        receipt.write(store)
        remember(store, receipt.facts.get("files", ()))
    log.info("%s: %s rows, %s rejected, in %.1f s", contract.name, receipt.rows, receipt.rejects, receipt.seconds)
    return receipt


def _read(run: _Run, increment: Increment) -> Receipt:
    if not increment.joins:
        return _whole(run, increment)
    receipt = _merged(run, increment)
    if receipt is None:
        log.warning("%s: the source has another number of rows than this; reading everything again", run.contract.name)
        receipt = _whole(run, Increment(), refreshed="counts differed")
    return receipt


def _whole(run: _Run, increment: Increment, *, refreshed: str | None = None) -> Receipt:
    """Everything that the source has."""
    with closing(run.read(increment)) as reading, _both(run) as (raw, rejects):
        batches = (split(batch)[0] for batch in reading.batches)
        for good, bad in run.conformed(batches, reading):
            raw.write(good)
            rejects.write(bad)
    return _receipt(run, reading, increment, raw=raw, rejects=rejects, refreshed=refreshed)


def _merged(run: _Run, increment: Increment) -> Receipt | None:
    """What was read, in the place of what an earlier run had of the same keys or partition.

    None when that does not make as many rows as the source counts.
    """
    with scratch(run.store.restricted, "part") as folder:
        with closing(run.read(increment)) as reading:
            fresh = _spooled(run, reading, folder)
        with duck(folder / "spill") as connection:
            kept = Kept(
                contract=run.contract, store=run.store, increment=increment, folder=folder, connection=connection
            )
            refused = pa.concat_tables([kept.rejects(), fresh])
            expected = reading.facts.get("count")
            if increment.since is not None and kept.count() + refused.num_rows != expected:
                return None
            with _both(run) as (raw, rejects):
                for rows in kept.batches():
                    raw.write(rows)
                rejects.write(refused)
    return _receipt(run, reading, increment, raw=raw, rejects=rejects)


def _spooled(run: _Run, reading: Reading, folder: Path) -> pa.Table:
    """Write the rows and keys that were read into `folder`; return those that could not be read."""
    keys = keys_of(run.contract)
    columns, refused = pa.schema([(key.name, arrow_type(key.type)) for key in keys]), [REJECTS.empty_table()]

    def live(known: Parquet) -> Iterator[pa.RecordBatch]:
        for batch in reading.batches:
            alive, every = split(batch)
            readable, _ = conform(every, keys, values=run.contract.source.values, dataset=run.contract.name)
            known.write(pa.Table.from_batches([readable]).drop_columns([LINE]))
            yield alive

    with (
        closing(Parquet(folder / KEYS, columns)) as known,
        closing(Parquet(folder / CHANGED, run.nothing().schema)) as changed,
    ):
        for good, bad in run.conformed(live(known), reading):
            changed.write(good.select(changed.schema.names))
            refused.append(bad)
    return pa.concat_tables(refused)


@contextmanager
def _both(run: _Run) -> Iterator[tuple[Raw, Parquet]]:
    with (
        written(run.store.raw, Raw, run.contract.raw_columns) as raw,
        written(run.store.rejects, Parquet, REJECTS) as rejects,
    ):
        yield raw, rejects


def _receipt(
    run: _Run, reading: Reading, increment: Increment, *, raw: Raw, rejects: Parquet, refreshed: str | None = None
) -> Receipt:
    told = {"cursor": increment.cursor, **reading.facts, "code": run.code, "refreshed": refreshed}
    return Receipt(
        dataset=run.contract.name,
        rows=raw.rows,
        rejects=rejects.rows,
        deleted=int(reading.facts.get("deleted", 0)),
        bytes=run.store.raw.stat().st_size,
        seconds=round(time.monotonic() - run.started, 3),
        sha256=sha256(run.store.raw),
        contract=run.contract.digest,
        partition=increment.partition,
        totals=raw.totals(),
        facts={name: fact for name, fact in told.items() if fact is not None} | {"run": increment.run},
    )


def _with_comma(column: Column, contract: Contract) -> bool:
    return is_number(column.type) and (column.values or contract.source.values).decimal == ","


def _drained(reading: Reading) -> list[pa.RecordBatch]:
    found = list(reading.rejects)
    reading.rejects.clear()
    return found
