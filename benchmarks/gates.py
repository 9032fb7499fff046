"""`python -m benchmarks.gates [ROWS ...]`: what the gates for personal data cost: texts, whole tables, pseudonyms.

Each figure is of a process of its own: CPU seconds, and the peak of its memory beside that of one that does nothing.
Nobody in the tables is real.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb

from assets.contract import Contract
from assets.settings import Settings
from assets.store import store_of
from benchmarks.systems import BENCH

ROWS, TEXTS, IDS = (1_000_000, 10_000_000), 1_000_000, 10_000_000
NAMES = "list_extract(['Sari','Dewa','Putu','Jaya','Wira','Lestari','Mulia','Abadi','Karya','Tama'], 1 + CAST({0} % 10 AS INTEGER))"
COMPANY = f"'PT ' || {NAMES.format('i')} || ' ' || {NAMES.format('(i // 10)')} || ' ' || (i // 100) % 500"
PERSON = f"{NAMES.format('(i // 7)')} || ' contohwan ' || {NAMES.format('(i // 70)')} || ' ' || chr(CAST(65 + (i // 700) % 26 AS INTEGER))"
TEXT = "'Belanja ' || list_extract(['alat tulis','bahan bakar','jasa kebersihan','pemeliharaan jalan'], 1 + CAST(i % 4 AS INTEGER)) || ' bulan ' || (1 + i % 12) || ' kegiatan ' || i % 5000"
RAW = f"""SELECT i AS _row, i AS _line, printf('SP-%08d', i) AS nomor, CAST(1000 + i * 37 % 100000000 AS DECIMAL(20,2)) AS nilai,
CASE WHEN i % 5 = 0 THEN {PERSON} ELSE {COMPANY} END AS penerima, {TEXT} AS uraian,
CASE WHEN i % 5 = 0 THEN 'ORANG' ELSE 'BADAN' END AS jenis,
CASE WHEN i % 5 = 0 THEN '35990101' || printf('%08d', i % 60000) END AS nik FROM range({{rows}}) AS t(i)"""


def main() -> int:
    """Measure, print, and write down what it took."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.gates", description=__doc__)
    parser.add_argument("rows", nargs="*", type=int, default=list(ROWS))
    parser.add_argument("--one", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.one:
        print(json.dumps(_measured(asked.one, asked.rows[0])))
        return 0
    BENCH.mkdir(parents=True, exist_ok=True)
    wanted = [("nothing", 1), ("texts", TEXTS), ("pseudonyms", IDS), *(("gates", rows) for rows in asked.rows)]
    figures = [_alone(what, rows) for what, rows in wanted]
    (BENCH / "gates.json").write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    return 0


def _alone(what: str, rows: int) -> dict[str, Any]:
    command = [sys.executable, "-m", "benchmarks.gates", "--one", what, str(rows)]
    found: dict[str, Any] = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    print(f"{what:<12}{rows:>12,}  {found['cpu']:8.2f} CPU s  {found['peak']:6,} MiB  {found['told']}", flush=True)
    return {"what": what, "rows": rows, **found}


def _measured(what: str, rows: int) -> dict[str, Any]:
    verbs: dict[str, Callable[[int], tuple[float, dict[str, Any]]]] = {
        "nothing": lambda _: (0.0, {}), "texts": _texts, "pseudonyms": _pseudonyms, "gates": _gates,
    }  # fmt: skip
    cpu, told = verbs[what](rows)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    return {"cpu": round(cpu, 2), "peak": peak, "told": told}


def _texts(rows: int) -> tuple[float, dict[str, Any]]:
    """The question that DuckDB asks of every text, in the clean case."""
    from quality.detectors.question import worth_a_look  # noqa: PLC0415

    with duckdb.connect(config={"threads": 2}) as connection:
        connection.execute(f"CREATE TABLE t AS SELECT {TEXT} || ' nomor ' || i AS x FROM range({rows}) AS t(i)")
        began = time.process_time()
        found = connection.execute(f"SELECT count(*) FROM t WHERE {worth_a_look('x')}").fetchall()
        spent = time.process_time() - began
    return spent, {"worth a look": found[0][0], "ms per 1,000 texts": round(spent * 1_000_000 / rows, 2)}


def _pseudonyms(rows: int) -> tuple[float, dict[str, Any]]:
    """The technique itself, over distinct ids, in batches."""
    import pyarrow as pa  # noqa: PLC0415

    from assets.privacy.pseudonym import Pseudonym  # noqa: PLC0415
    from assets.privacy.technique import Vault  # noqa: PLC0415

    batch, spent, vault = 100_000, 0.0, Vault(dataset="bench", key=os.urandom(32))
    technique = Pseudonym.model_validate({"technique": "pseudonym"})
    for at in range(0, rows, batch):
        ids = pa.array([f"35990101{n:08d}" for n in range(at, at + batch)])
        persons = pa.array([True] * batch)
        began = time.process_time()
        technique.apply(ids, persons=persons, vault=vault)
        spent += time.process_time() - began
    return spent, {}


def _gates(rows: int) -> tuple[float, dict[str, Any]]:
    """G2 and G4 over a public table whose restricted rows name a person in every fifth row."""
    from quality.gates.evidence import Material  # noqa: PLC0415
    from quality.gates.known import recognise  # noqa: PLC0415
    from quality.gates.scan import scan  # noqa: PLC0415

    contract, told, spent = _contract(), {}, 0.0
    with tempfile.TemporaryDirectory(dir=BENCH) as folder:
        settings = Settings(root=Path(folder))
        store = store_of(contract.name, settings)
        _made(store.raw, store.table, rows)
        material = Material(contract=contract, store=store, settings=settings)
        for name, gate in (("scan", scan), ("known", recognise)):
            began = time.process_time()
            evidence = gate(material)
            told[name] = round(time.process_time() - began, 2)
            spent += told[name]
            told[f"{name} passed"] = evidence.passed
    return spent, told


def _made(raw: Path, public: Path, rows: int) -> None:
    """In a process of its own, so that its memory is not counted here."""
    query = RAW.format(rows=rows)
    shown = "SELECT nomor, nilai, penerima, uraian, jenis"
    code = (
        "import duckdb; c = duckdb.connect(config={'threads': 2, 'memory_limit': '4GB'}); "
        f"c.execute({f'COPY ({query}) TO {str(raw)!r} (FORMAT parquet, COMPRESSION zstd)'!r}); "
        f"c.execute({f'COPY ({shown} FROM read_parquet({str(raw)!r}) WHERE nik IS NULL) TO {str(public)!r} (FORMAT parquet)'!r})"
    )
    subprocess.run([sys.executable, "-c", code], check=True, stdout=subprocess.DEVNULL)


def _contract() -> Contract:
    label = {"id": "Kolom", "en": "Column"}
    columns = [
        {"name": "nomor", "type": "string", "class": "code", "pattern": r"SP-\d{8}", "label": label},
        {"name": "nilai", "type": "decimal(20,2)", "class": "public_measure", "unit": "IDR", "label": label},
        {"name": "penerima", "type": "string", "class": "org_id", "label": label},
        {"name": "uraian", "type": "string", "class": "public", "label": label},
        {"name": "jenis", "type": "string", "class": "controlled_text", "enum": ["BADAN"], "label": label},
        {"name": "nik", "type": "string", "class": "direct_id", "privacy": {"technique": "drop"}, "label": label},
    ]
    persons = {"column": "jenis", "organisations": ["BADAN"], "rows": "withhold", "count": "nik", "money": "nilai"}
    return Contract.model_validate(
        {
            "name": "bench-gates", "title": label, "summary": label, "license": "CC-BY-4.0", "key": ["nomor"],
            "publisher": {"name": "Kantor Contoh", "contact": "data@contoh.example"}, "topics": ["anggaran"],
            "source": {"kind": "csv", "path": "x.csv", "connection": "x"}, "columns": columns, "persons": persons,
        }
    )  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())
