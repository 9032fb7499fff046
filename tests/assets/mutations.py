"""Ways in which a file goes wrong between two offices, and the law that reading any of them keeps."""

import random
import signal
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from assets.contract import Contract
from assets.errors import TerangError
from assets.extract import extract
from assets.settings import Settings
from assets.store import LINE, ROW, store_of

LIMIT = 10  # seconds
Mutant = tuple[bytes, int]  # the bytes, and how many lines are others than they were
Mutation = Callable[[bytes, random.Random], Mutant]


def cut(data: bytes, chance: random.Random) -> Mutant:
    """The transfer broke off: what came is the beginning, and half a line."""
    return data[: chance.randrange(len(data))], 1


def beheaded(data: bytes, chance: random.Random) -> Mutant:
    """The beginning is gone."""
    return data[chance.randrange(1, len(data)) :], 1


def flipped(data: bytes, chance: random.Random) -> Mutant:
    """Some bits are others."""
    changed, times = bytearray(data), chance.choice([1, 1, 3, 20])
    for _ in range(times):
        changed[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
    return bytes(changed), 2 * times  # a line end that is gone makes one of two


def swapped(data: bytes, chance: random.Random) -> Mutant:
    """Some lines stand in the place of others."""
    lines = data.splitlines(keepends=True)
    for _ in range(chance.choice([1, 5])):
        one, two = chance.randrange(len(lines)), chance.randrange(len(lines))
        lines[one], lines[two] = lines[two], lines[one]
    return b"".join(lines), 2


def doubled(data: bytes, chance: random.Random) -> Mutant:
    """Some lines come twice."""
    lines = data.splitlines(keepends=True)
    at = chance.randrange(len(lines))
    return b"".join([*lines[: at + 1], lines[at], *lines[at + 1 :]]), 1


def moved(data: bytes, chance: random.Random) -> Mutant:
    """In some lines a cell stands in the place of another."""
    lines, times = data.splitlines(keepends=True), chance.choice([1, 4])
    for _ in range(times):
        at = chance.randrange(len(lines))
        end = lines[at][len(lines[at].rstrip(b"\r\n")) :]
        mark = max((b",", b";", b"\t", b"|"), key=lines[at].count)
        cells = lines[at].rstrip(b"\r\n").split(mark)
        chance.shuffle(cells)
        lines[at] = mark.join(cells) + end
    return b"".join(lines), times


def recoded(data: bytes, chance: random.Random) -> Mutant:
    """Some lines are in another encoding, or letters of one were put into them."""
    lines, times = data.splitlines(keepends=True), chance.choice([1, 4])
    for _ in range(times):
        at = chance.randrange(len(lines))
        end = lines[at][len(lines[at].rstrip(b"\r\n")) :]
        text = lines[at].rstrip(b"\r\n").decode("latin-1") + chance.choice(["é", "\xa0", "–", "ł"])
        lines[at] = text.encode(chance.choice(["utf-8", "cp1250", "utf-16-le"]), errors="replace") + end
    return b"".join(lines), 2 * times


def quoted(data: bytes, chance: random.Random) -> Mutant:
    """A quote too many."""
    at = chance.randrange(len(data))
    return data[:at] + b'"' + data[at:], 1


def holed(data: bytes, chance: random.Random) -> Mutant:
    """A block of the disk was empty."""
    at = chance.randrange(len(data))
    return data[:at] + bytes(chance.choice([1, 512])) + data[at + 512 :], len(data)


MUTATIONS: tuple[Mutation, ...] = (cut, beheaded, flipped, swapped, doubled, moved, recoded, quoted, holed)


@dataclass(frozen=True, kw_only=True, slots=True)
class Fuzzed:
    """A file as it was, the contract that reads it, and the rows that it gives."""

    name: str
    data: bytes
    contract: Contract
    rows: Counter[Any]
    lines: bool  # whether a row is a line of the file, so that what a broken line may change is known


def rows_of(office: Settings, contract: Contract) -> tuple[Counter[Any], pa.Table, list[str]]:
    """The rows that are read, without their places, the rejected ones, and the warnings."""
    receipt = extract(contract, office)
    store = store_of(contract.name, office)
    table = pq.read_table(store.raw).drop_columns([ROW, LINE])
    cells = [column.to_pylist() for column in table.columns]
    return Counter(zip(*cells, strict=True)), pq.read_table(store.rejects), receipt.facts.get("warnings", [])


def judged(file: Fuzzed, mutation: Mutation, chance: random.Random, folder: Path, office: Settings) -> str:
    """What became of a mutant: refused or read; raises AssertionError where it is read wrong and nobody is told."""
    data, touched = mutation(file.data, chance)
    (folder / file.name).write_bytes(data)
    with in_time():
        refusal: TerangError | None = None
        try:
            rows, rejects, warnings = rows_of(office, file.contract)
        except TerangError as error:
            refusal = error
    if refusal is not None:
        assert refusal.facts.get("next"), refusal
        return "refused"
    strange = (rows - file.rows).total()
    missing = (file.rows - rows).total()
    told = len(warnings) + sum(record.count("\\n") + 1 for record in rejects["record"].to_pylist())
    if file.lines:
        if mutation is moved and _head(data, file) != _head(file.data, file):
            touched = len(data)  # other names above the same cells: the contract goes by names
        assert strange <= touched + told, f"{strange} rows are none of the file's, {touched} lines touched, {told} told"
        assert told or mutation is not cut or not strange, "half a row of a file that was cut is read in silence"
        if mutation not in {cut, beheaded, holed}:
            assert missing <= touched + 2 * told, f"{missing} rows are missing, {touched} lines touched, {told} told"
    return "changed and told" if told else "changed" if strange or missing else "the same"


def _head(data: bytes, file: Fuzzed) -> list[bytes]:
    """The lines above the data."""
    source = file.contract.source
    return data.splitlines()[: getattr(source, "skip", 0) + int(getattr(source, "header", 0) or 0)]


@contextmanager
def in_time() -> Iterator[None]:
    """Stop what takes too long."""

    def late(*_: object) -> None:
        raise AssertionError(f"took more than {LIMIT} seconds")

    before = signal.signal(signal.SIGALRM, late)
    signal.alarm(LIMIT)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)
