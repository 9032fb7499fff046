"""Proposes a contract for each public file, decides it, and reads the file by it: counts and sums, never a row."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

import pyarrow.compute as pc
import pyarrow.parquet as pq

from assets import catalog
from assets.errors import SourceError
from assets.extract import extract
from assets.propose.origins import origin_of
from assets.propose.propose import propose
from assets.propose.write import contract_text
from assets.settings import ConnectionSettings, Settings
from assets.store import store_of
from tests.real.known import KNOWN, REFUSED

HEAD = """\
# Public files, read as `terang new` proposes

Each of the {files} tabular files of other publishers that our tests read is given to `terang new` as it is; every open
class is set to `public`, nothing else is touched, and the file is read. Rows and sums are held against those that plain
programs and the publishers give. {loaded} files are loaded exactly, {refused} are refused with the reason. Made by
`pytest tests/real/test_propose.py`, which also keeps this page true; the files themselves are not part of the project.

| file | rows | rejected | set aside | sums that agree | result |
|---|---:|---:|---|---|---|
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Measured:
    """What became of a file: its rows and sums, or the message that refused it."""

    rows: int = 0
    rejects: int = 0
    set_aside: Mapping[str, int] = field(default_factory=dict)
    totals: Mapping[str, Decimal] = field(default_factory=dict)
    refused: str = ""


def measured(path: str, data: Path, folder: Path, *, sheet: str | None = None, sums: Sequence[str] = ()) -> Measured:
    """Propose, decide, read."""
    office = Settings(root=folder, contracts=("contracts",), languages=("id", "en"), timezone="Asia/Jakarta",
                      connections={"data": ConnectionSettings(url=str(data))})  # fmt: skip
    try:
        origin, place = origin_of(str(data / path), office, sheet=sheet)
        proposal = propose(origin, place.settings, name="file", patterns={})
    except SourceError as error:
        return Measured(refused=": ".join(filter(None, [error.sentence, error.facts.get("found")])))
    file = folder / "contracts/file.yml"
    file.parent.mkdir(exist_ok=True)
    file.write_text(decided(contract_text(proposal, office, publisher=None, license_="?")), encoding="utf-8")
    contract = catalog.load(file, languages=office.languages)
    receipt = extract(contract, place.settings)
    table = pq.read_table(store_of("file", office).raw)
    wanted = sums or (KNOWN[path].totals if path in KNOWN else ())
    return Measured(
        rows=receipt.rows, rejects=receipt.rejects, set_aside=receipt.set_aside,
        totals={name: Decimal(pc.sum(table[name]).as_py() or 0) for name in wanted if name in table.column_names},
    )  # fmt: skip


def decided(text: str) -> str:
    """The proposal with every class public and the words that only a person knows."""
    for option, word in (("class", "public"), ("license", "CC0-1.0"), ("contact", "data@example.go.id")):
        text = text.replace(f'{option}: "?"', f"{option}: {word}")
    return text.replace('"?"', "Contoh")


def agrees(path: str, found: Measured) -> bool:
    """Whether rows, rejected rows and sums are those that are known, or the file was refused for what is wrong with it."""
    if path in REFUSED:
        return REFUSED[path] in found.refused
    known = KNOWN[path]
    totals = {name: Decimal(total) for name, total in known.totals.items()}
    return (found.rows, found.rejects, dict(found.totals)) == (known.rows, known.rejects, totals)


def page(results: Mapping[str, Measured]) -> str:
    """The table of all files."""
    exact = [path for path in results if path in KNOWN and agrees(path, results[path])]
    refused = [path for path in results if results[path].refused]
    head = HEAD.format(files=len(results), loaded=len(exact), refused=len(refused))
    return head + "".join(f"| {' | '.join(_cells(path, results[path]))} |\n" for path in sorted(results))


def _cells(path: str, found: Measured) -> Sequence[str]:
    if found.refused:
        return f"`{path}`", "", "", "", "", f"refused: {found.refused}"
    known = KNOWN[path]
    aside = ", ".join(f"{count:,} {reason}" for reason, count in found.set_aside.items())
    sums = ", ".join(name for name, total in known.totals.items() if found.totals.get(name) == Decimal(total))
    result = "exact" if agrees(path, found) else f"differs: {known.rows:,} rows and {known.rejects} rejected are known"
    return (f"`{path}`", f"{found.rows:,}", str(found.rejects or ""), aside, sums,
            f"{result}: {known.why}" if known.why else result)  # fmt: skip
