"""`python -m benchmarks.publishing [ROWS ...]`: what each kind of publication costs, from plan to read-back.

A whole first release, the same again, one row in a thousand changed, and half of the rows changed; by the portal's API
alone, and with ckanext-terang. On a portal of its own below .terang/bench, rows of 12 columns as CSV and Parquet.
"""

import argparse
import sys
import tempfile
import time
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import httpx

from assets.contract import Contract
from assets.settings import FromFile, PortalSettings, Settings
from assets.store import sha256, store_of, write_json
from assets.types import duckdb_type
from benchmarks.portal import CELLS, TYPES, portal
from publish import ledger
from publish.ckan import apply, capabilities, plan
from publish.file import describe
from publish.folder import RELEASE, SUMS
from publish.formats import FORMATS
from publish.formats.format import Context
from publish.release import Release, find

KINDS = {"text": "string", "int8": "integer", "date": "date", "timestamptz": "datetime", "bool": "boolean"}
CASES = {"first": "false", "again": "false", "one in 1000": "i % 1000 = 0", "half": "i % 2 = 0"}


def main() -> int:
    """Measure every size that was asked for, by both loaders."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.publishing", description=__doc__)
    parser.add_argument("rows", nargs="*", type=int, default=[30_000])
    parser.add_argument("--portal", nargs=2, metavar=("URL", "TOKEN_FILE"), help="one that runs, instead of its own")
    arguments = parser.parse_args()
    if arguments.portal:
        url, file = arguments.portal
        measure(url, Path(file).read_text(encoding="utf-8"), arguments.rows)
        return 0
    with portal() as (url, token):
        measure(url, token, arguments.rows)
    return 0


def measure(url: str, token: str, sizes: list[int]) -> None:
    """Print what each takes."""
    plugin = capabilities.SWITCH_PLUGIN
    for rows in sizes:
        for loader in ("none of them", plugin):
            capabilities.SWITCH_PLUGIN = loader  # type: ignore[misc]
            with tempfile.TemporaryDirectory() as folder:
                measured(Office.at(Path(folder), url, token), rows, "ckanext-terang" if loader == plugin else "plain")


@dataclass(frozen=True, slots=True)
class Office:
    """One dataset of the benchmark, and where it lies."""

    contract: Contract
    settings: Settings

    @classmethod
    def at(cls, root: Path, url: str, token: str) -> "Office":
        """An office of its own name, whose token lies in a file."""
        (root / "token").write_text(token, encoding="utf-8")
        first = httpx.get(f"{url}/api/action/organization_list", trust_env=False).json()["result"][0]
        office = PortalSettings(url=url, token=FromFile(file="token"), organization=first)
        settings = Settings(root=root, languages=("id", "en"), portals={"default": office})
        return cls(Contract.model_validate(_contract(f"ukur-{uuid.uuid4().hex[:8]}")), settings)

    def released(self, rows: int, version: str, changed: str) -> Release:
        """A release of two files, in which `changed` says which rows have another amount."""
        store, contract = store_of(self.contract.name, self.settings), self.contract
        folder, table = store.releases / version, store.public / "table.parquet"
        folder.mkdir()
        cells = CELLS.format(version=f"CASE WHEN {changed} THEN 2 ELSE 1 END")
        typed = ", ".join(f'"{name}"::{duckdb_type(_type(kind))} AS "{name}"' for name, kind in TYPES.items())
        query = f"SELECT {typed} FROM (SELECT {cells} FROM range({rows}) r(i)) ORDER BY id"
        duckdb.sql(f"SET TimeZone = 'UTC'; COPY ({query}) TO '{table}' (FORMAT parquet)")
        files = {}
        for name in ("csv", "parquet"):
            kind, path = FORMATS[name], folder / f"{contract.name}.{name}"
            kind.write(table, path, Context(contract=contract, languages=self.settings.languages, version=version))
            files[path.name] = describe(path, role="data", format_=name, media_type=kind.MEDIA_TYPE, rows=rows)
        digest = sha256(folder / f"{contract.name}.parquet")
        summary = {"content_digest": digest, "files": files, "omitted": {}, "accounting": {}}
        write_json(folder / RELEASE, summary)
        (folder / SUMS).write_text(
            "".join(f"{one['sha256']}  {name}\n" for name, one in files.items()), encoding="utf-8"
        )
        ledger.append(
            store,
            ledger.Event(
                event="released",
                time=datetime.now(UTC),
                version=version,
                content_digest=digest,
                files={name: one["sha256"] for name, one in files.items()},
            ),
        )
        found = find(contract, self.settings, version)
        assert found is not None  # noqa: S101 - it was just written
        return found


def _type(kind: str) -> str:
    return KINDS.get(kind, "decimal(20,2)")


def _contract(name: str) -> dict[str, Any]:
    words = {"id": "Ukur", "en": "Measure"}
    columns = [
        {"name": column, "type": _type(kind), "class": "public", "label": words, "required": column == "kode"}
        | ({"class": "public_measure", "unit": "IDR"} if kind == "numeric" else {})
        for column, kind in TYPES.items()
        if column != "id"
    ]
    return {
        "name": name, "title": words, "summary": words, "license": "CC-BY-4.0", "key": ["kode"], "columns": columns,
        "publisher": {"name": "Walidata", "contact": "data@kabupaten-contoh.example"},
        "source": {"kind": "csv", "path": "*.csv", "connection": "x"}, "formats": ["csv", "parquet"],
    }  # fmt: skip


def measured(office: Office, rows: int, loader: str) -> None:
    """Publish one after the other, and print what each took."""
    release, whole = office.released(rows, "2026-01-01", "false"), 0.0
    for n, (case, changed) in enumerate(CASES.items()):
        if case not in {"first", "again"}:
            release = office.released(rows, f"2026-01-{n + 1:02}", changed)
        began = time.monotonic()
        made = plan(office.contract, office.settings, release)
        planned = time.monotonic() - began
        outcome = apply(made, office.contract, office.settings)
        seconds = time.monotonic() - began
        whole = whole or seconds
        print(
            f"{rows:>9,} rows  {loader:<14}  {case:<12}  {seconds:7.2f} s  {100 * seconds / whole:6.1f} % of the first"
            f"  plan {planned:5.2f} s (said {made.seconds:.1f} s)  {outcome.writes} writes, {outcome.reads} reads",
            flush=True,
        )


if __name__ == "__main__":
    sys.exit(main())
