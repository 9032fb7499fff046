"""The other contender: the same rows from the same ledger into the same files, in one program written for them alone.

It knows this one table: no contract, no gate, no proof, no ledger, no second format of any answer. It stands for what a
good engineer would write by hand, and says what Terang's generality costs. `python -m benchmarks.reference OFFICE OUTPUT`.
"""

import hashlib
import hmac
import json
import os
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet as pq
from adbc_driver_postgresql import dbapi

from benchmarks.clock import Clock

GROUP = 131_072
LETTERS = bytes.maketrans(b"0123456789abcdef", b"abcdefghijklmnop")
KEY = ["nomor_sp2d", "kode_sub_kegiatan", "kode_rekening"]
TEXTS = [*KEY, "jenis", "kode_skpd", "kontrak_id", "jenis_penerima", "nama_penerima", "npwp_penerima", "nik_penerima",
         "rekening_bank", "nama_bank", "uraian"]  # fmt: skip
MONEY = pa.decimal128(20, 2)
STAGED = pa.schema([
    ("_row", pa.int64()), ("tahun", pa.int64()), ("tanggal", pa.date32()), ("nilai_bruto", MONEY), ("potongan", MONEY),
    *((name, pa.string()) for name in TEXTS), ("penerima", pa.string()),
])  # fmt: skip
PUBLIC = ["nomor_sp2d", "tahun", "tanggal", "jenis", "kode_skpd", "kode_sub_kegiatan", "kode_rekening", "nilai_bruto",
          "potongan", "kontrak_id", "jenis_penerima", "penerima", "penerima_id"]  # fmt: skip
ORGANISATIONS = pa.array(["Badan", "Instansi", "Bendahara"])
SP2D = r"\d{2}\.\d{2}/0[1-4]\.0/\d{6}/(UP|GU|TU|LS)/\d\.\d{2}\.\d\.\d{2}\.\d\.\d{2}\.\d{2}\.\d{4}/[MP]/\d{1,2}/\d{4}"
REQUIRED = [*KEY, "tahun", "tanggal", "jenis", "kode_skpd", "nilai_bruto", "potongan"]
RULES = [
    *(f"{name} IS NULL" for name in REQUIRED),
    f"NOT regexp_full_match(nomor_sp2d, '{SP2D}')",
    r"NOT regexp_full_match(kode_skpd, '\d\.\d{2}\.\d\.\d{2}\.\d\.\d{2}\.\d{2}\.\d{4}')",
    r"NOT regexp_full_match(kode_sub_kegiatan, '\d\.\d{2}\.\d{2}\.\d\.\d{2}\.\d{4}')",
    r"NOT regexp_full_match(kode_rekening, '\d(\.\d(\.\d{2}(\.\d{2}(\.\d{2}(\.\d{4})?)?)?)?)?')",
    r"NOT regexp_full_match(kontrak_id, '[A-Z]\d{1,5}-K-\d{6}')",
    "jenis NOT IN ('LS', 'GU', 'TU', 'UP')",
    "jenis_penerima NOT IN ('Badan', 'Instansi', 'Bendahara', 'Orang Pribadi', 'Pegawai', 'Usaha Perorangan')",
    "tahun NOT BETWEEN 2020 AND 2100",
    "tanggal NOT BETWEEN DATE '2020-01-01' AND DATE '2030-12-31'",
    "nilai_bruto < 0",
    "potongan < 0",
    "kode_skpd NOT IN (SELECT kode FROM codes WHERE jenis = 'skpd')",
    "kode_sub_kegiatan NOT IN (SELECT kode FROM codes WHERE jenis = 'program')",
    "kode_rekening NOT IN (SELECT kode FROM codes WHERE jenis = 'rekening')",
    "nilai_bruto >= 0 AND potongan > nilai_bruto",
    "regexp_full_match(nomor_sp2d, '.*/[0-9]{4}') AND right(nomor_sp2d, 4) <> CAST(tahun AS VARCHAR)",
]


def main() -> None:
    """Read, check, write, and say what became of the rows."""
    office, output = map(Path, sys.argv[1:])
    staged = output / "staged.parquet"
    key = (office / "secrets/pseudonym_key").read_text(encoding="utf-8").strip().encode()
    clock, hidden = Clock(), Hidden()
    with dbapi.connect((office / "secrets/keuangan_url").read_text(encoding="utf-8")) as connection:
        read = clock.timed("extract", lambda: stage(connection, staged))
        totals = control_totals(connection)
    codes = office / "restricted/referensi-kode/raw.parquet"
    excluded, duplicates = clock.timed("check", lambda: check(staged, codes, output, totals))
    files = {format_: output / f"pembayaran.{format_}" for format_ in ("csv", "parquet")}
    public = shown(staged, excluded, hmac.digest(key, b"terang:pembayaran", "sha256"), hidden)
    published = clock.timed("publish", lambda: write(public, files))
    sums = clock.timed("sha256", lambda: {file.name: finished(file) for file in files.values()})
    account = {"read": read, "published": published, "quarantined": len(excluded) - duplicates,
               "duplicates": duplicates, "withheld": hidden.rows}  # fmt: skip
    assert read == sum(account.values()) - read  # noqa: S101
    told = {"steps": clock.steps, "accounting": account, "sha256": sums,
            "files": {name: str(file) for name, file in files.items()},
            "withheld": {"persons": len(hidden.ids), "nilai_bruto": str(hidden.money)}}  # fmt: skip
    (output / "said.json").write_text(json.dumps(told), encoding="utf-8")


def stage(connection: Any, target: Path) -> int:
    """Stream the live rows in order of the key into a Parquet file, in exact types and with a number."""
    names = [name for name in STAGED.names if name not in {"_row", "penerima"}]
    cells = [f"{name}::text AS {name}_text" if STAGED.field(name).type == MONEY else name for name in names]
    order = ", ".join(KEY)
    rows = 0
    with connection.cursor() as cursor, pq.ParquetWriter(target, STAGED, compression="zstd", compression_level=1) as to:
        cursor.execute("SET work_mem = '128MB'")
        cursor.execute(f"SELECT {', '.join(cells)} FROM pembayaran WHERE NOT dihapus ORDER BY {order}")
        waiting: list[pa.RecordBatch] = []
        for batch in cursor.fetch_record_batch():
            columns = {name: exact(batch.column(i), STAGED.field(name).type) for i, name in enumerate(names)}
            columns["_row"] = pa.array(np.arange(rows, rows + batch.num_rows))
            columns["penerima"] = payee(columns["jenis_penerima"], columns["nama_penerima"])
            waiting.append(pa.RecordBatch.from_pydict(columns, schema=STAGED))
            rows += batch.num_rows
            if sum(part.num_rows for part in waiting) >= GROUP:
                to.write_table(pa.Table.from_batches(waiting), row_group_size=2 * GROUP)
                waiting.clear()
        if waiting:
            to.write_table(pa.Table.from_batches(waiting))
    return rows


def exact(cells: pa.Array, kind: pa.DataType) -> pa.Array:
    """The cells in their own type: NUMERIC comes as text, which PostgreSQL writes faster than the driver."""
    return cells if cells.type == kind else cells.cast(kind)


def payee(kind: pa.Array, name: pa.Array) -> pa.Array:
    """The name of an organisation, or a treasurer's role without the name that follows it."""
    role = pc.replace_substring_regex(name, r"(?i)\s+(a\.?\s*n\.?|a/n|atas nama)(\s.*)?$", "")
    named = pc.if_else(pc.equal(kind, "Bendahara"), role, name)
    return pc.if_else(pc.is_in(kind, ORGANISATIONS), named, pa.scalar(None, pa.string()))


def control_totals(connection: Any) -> dict[int, Decimal]:
    """What the ledger's own books say was paid in each year."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tahun, CAST(total AS text) FROM v_kendali_pembayaran")
        return {year: Decimal(total) for year, total in cursor.fetchall()}


def check(staged: Path, codes: Path, output: Path, totals: dict[int, Decimal]) -> tuple[pa.Array, int]:
    """Every rule in one pass, keys, duplicates, totals. The numbers of rows that go no further, and the duplicates."""
    key = ", ".join(KEY)
    cells = ", ".join(f'"{name}"' for name in STAGED.names if name != "_row")
    flags = " + ".join(f"(CASE WHEN {rule} THEN {1 << i} ELSE 0 END)" for i, rule in enumerate(RULES))
    with duckdb.connect(config={"threads": 2, "memory_limit": "1GB", "preserve_insertion_order": False}) as db:
        db.execute(f"CREATE VIEW staged AS FROM '{staged}'; CREATE TABLE codes AS FROM '{codes}'")
        db.execute(f"CREATE TABLE twice AS SELECT hash({key}) AS h FROM staged GROUP BY h HAVING count(*) > 1")
        db.execute(f"CREATE TABLE again AS SELECT *, row_number() OVER (PARTITION BY {cells} ORDER BY _row) AS place "
                   f"FROM staged WHERE hash({key}) IN (FROM twice)")  # fmt: skip
        db.execute("CREATE TABLE copies AS SELECT _row FROM again WHERE place > 1")
        db.execute(f"CREATE TABLE bad AS SELECT _row, mask FROM (SELECT _row, {flags} AS mask FROM staged) WHERE mask > 0 "
                   "AND _row NOT IN (FROM copies)")  # fmt: skip
        db.execute(f"INSERT INTO bad SELECT _row, {1 << len(RULES)} FROM (SELECT _row, count(*) OVER (PARTITION BY {key})"
                   " AS times FROM again WHERE place = 1) WHERE times > 1")  # fmt: skip
        quarantine = "SELECT staged.*, mask FROM staged JOIN bad USING (_row) ORDER BY _row"
        db.execute(f"COPY ({quarantine}) TO '{output / 'quarantine.parquet'}' (COMPRESSION zstd)")
        sums = "SELECT tahun, sum(nilai_bruto) FROM staged WHERE _row NOT IN (FROM copies) GROUP BY tahun"
        assert dict(db.execute(sums).fetchall()) == totals  # noqa: S101
        (duplicates,) = db.execute("SELECT count(*) FROM copies").fetchall()[0]
        out = db.sql("SELECT _row FROM bad UNION SELECT _row FROM copies").to_arrow_table()
    return out.column(0).combine_chunks(), duplicates


class Hidden:
    """What is not shown: rows about persons, who they are, and their money."""

    def __init__(self) -> None:
        self.rows, self.money, self.ids = 0, Decimal(0), set[str]()

    def add(self, rows: pa.RecordBatch) -> None:
        """Count rows."""
        self.rows += rows.num_rows
        self.money += pc.sum(rows.column("nilai_bruto").cast(pa.decimal128(38, 2))).as_py() or 0
        self.ids.update(pc.unique(pc.fill_null(rows.column("npwp_penerima"), "")).to_pylist())


def shown(staged: Path, excluded: pa.Array, key: bytes, hidden: Hidden) -> Iterator[pa.RecordBatch]:
    """The public rows in the order of the file: without bad ones, without persons, with ids and pseudonyms."""
    wanted = list(dict.fromkeys(["_row", "npwp_penerima", *PUBLIC[:-1]]))
    codes: dict[str, str] = {}
    db = duckdb.connect(config={"threads": 2})
    for batch in pq.ParquetFile(staged).iter_batches(GROUP, columns=wanted):
        kept = batch.filter(pc.invert(pc.is_in(batch.column("_row"), value_set=excluded)))
        organisation = pc.is_in(kept.column("jenis_penerima"), ORGANISATIONS)
        person = pc.fill_null(pc.match_substring_regex(kept.column("npwp_penerima"), r"^[1-9]\d{15}$"), False)  # noqa: FBT003
        public = pc.and_(organisation, pc.invert(person))
        hidden.add(kept.filter(pc.invert(public)))
        rows = kept.filter(public)
        arrays = {name: rows.column(name) for name in PUBLIC[:-1]}
        arrays["penerima_id"] = pseudonyms(rows.column("npwp_penerima"), key, codes)
        yield pa.RecordBatch.from_pydict({"id": ids(db, rows), **arrays})


def ids(db: duckdb.DuckDBPyConnection, rows: pa.RecordBatch) -> pa.Array:
    """64 bits of the key's SHA-256 as letters."""
    table = pa.Table.from_batches([rows])
    joined = ", ".join(f"coalesce({name}, '')" for name in KEY)
    digits = db.from_arrow(table).project(f"left(sha256(concat_ws(chr(31), {joined})), 16)").to_arrow_table()
    return pa.concat_arrays([letters(chunk) for chunk in digits.column(0).chunks])


def letters(digits: pa.StringArray) -> pa.StringArray:
    """Hexadecimal digits as letters, which no scan takes for a number."""
    _, offsets, data = digits.buffers()
    return pa.StringArray.from_buffers(len(digits), offsets, pa.py_buffer(data.to_pybytes().translate(LETTERS)),
                                       offset=digits.offset)  # fmt: skip


def pseudonyms(values: pa.Array, key: bytes, known: dict[str, str]) -> pa.Array:
    """HMAC-SHA-256 of each distinct number, computed once."""
    encoded = pc.dictionary_encode(values)
    for value in encoded.dictionary.to_pylist():
        if value not in known:
            digest = hmac.digest(key, "".join(value.split()).casefold().encode(), hashlib.sha256).hex()[:20]
            known[value] = digest.encode().translate(LETTERS).decode()
    return pc.take(pa.array([known[value] for value in encoded.dictionary.to_pylist()], pa.string()), encoded.indices)


def write(batches: Iterator[pa.RecordBatch], files: dict[str, Path]) -> int:
    """Both files in one pass, each by a thread of its own."""
    first = next(batches)
    options = pyarrow.csv.WriteOptions(quoting_style="needed")
    rows = 0
    with (
        pq.ParquetWriter(files["parquet"], first.schema, compression="zstd") as table,
        pyarrow.csv.CSVWriter(files["csv"], first.schema, write_options=options) as sheet,
        ThreadPoolExecutor(2) as pool,
    ):
        batch: pa.RecordBatch | None = first
        while batch is not None:
            rows += batch.num_rows
            pending = [pool.submit(table.write_batch, batch), pool.submit(sheet.write_batch, safe(batch))]
            batch = next(batches, None)
            for done in pending:
                done.result()
    return rows


def safe(batch: pa.RecordBatch) -> pa.RecordBatch:
    """A text that a spreadsheet would run gets an apostrophe; only names can hold one here, the rest are codes."""
    names = batch.column("penerima")
    risky = pc.fill_null(pc.match_substring_regex(names, r"^'*[=+@\t\r-]"), False)  # noqa: FBT003
    defused = pc.if_else(risky, pc.binary_join_element_wise("'", names, ""), names)
    return batch.set_column(batch.schema.get_field_index("penerima"), "penerima", defused)


def finished(file: Path) -> str:
    """Wait until a file is on disk; its SHA-256."""
    with file.open("rb") as stream:
        os.fsync(stream.fileno())
        return hashlib.file_digest(stream, "sha256").hexdigest()


if __name__ == "__main__":
    main()
