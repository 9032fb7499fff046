"""The running systems: what the pipeline gets to see, and how they start, change and stop."""

import json
import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from adbc_driver_manager import ProgrammingError
from adbc_driver_postgresql import dbapi

from examples import change
from tests.systems_fixture import ROOT, Systems, started

pytestmark = pytest.mark.systems


@pytest.fixture(scope="module")
def changing() -> Iterator[Systems]:
    """Systems of their own for tests that change the ledger, made anew each time."""
    base = ROOT / ".terang/test/systems-changing"
    (base / "state/data/done.json").unlink(missing_ok=True)
    yield from started(base)


def _rows(url: str, query: str) -> list[tuple[object, ...]]:
    with dbapi.connect(url) as connection, connection.cursor() as cursor:
        cursor.execute(query)
        return [tuple(row) for row in cursor.fetchall()]


def test_the_ledger_holds_what_the_key_says(systems: Systems) -> None:
    """The reader's URL reaches the tables, with as many living rows as the answer key counts."""
    for table, dataset in (("referensi_kode", "referensi-kode"), ("apbd_anggaran", "apbd-anggaran"),
                           ("apbd_realisasi", "apbd-realisasi"), ("pembayaran", "pembayaran")):  # fmt: skip
        found = _rows(systems.secret("keuangan_url"), f"select count(*) from {table} where not dihapus")
        assert found == [(systems.rows(dataset)["read"],)]


def test_the_books_are_the_sums_of_the_rows(systems: Systems) -> None:
    """The control totals per year equal the sum over living rows, each copy counted once."""
    query = """select v.tahun, v.total - r.total, v.baris - r.baris from v_kendali_pembayaran v join (
        select tahun, sum(nilai_bruto) as total, count(*) as baris
        from (select distinct * from pembayaran where not dihapus) x group by 1) r using (tahun) order by 1"""
    found = [
        (year, float(str(money)), float(str(rows)))
        for year, money, rows in _rows(systems.secret("keuangan_url"), query)
    ]
    assert found == [(2025, 0.0, 0.0), (2026, 0.0, 0.0)]


def test_the_reader_cannot_write(systems: Systems) -> None:
    """The role of the pipeline has no right to change a row."""
    with pytest.raises(ProgrammingError, match=r"permission denied|read-only"):
        _rows(systems.secret("keuangan_url"), "delete from pembayaran")


def test_a_wrong_password_is_refused(systems: Systems) -> None:
    """The ledger asks for the password."""
    wrong = systems.secret("keuangan_url").replace("terang:", "terang:x", 1)
    with pytest.raises(Exception, match="password authentication failed"):
        _rows(wrong, "select 1")


def test_the_api_serves_all_contracts(systems: Systems) -> None:
    """Two years at the largest page give every contract row of the key, in spite of 429 and 502."""
    total, head = 0, {"X-API-Key": systems.secret("procurement_key")}
    for year in (2025, 2026):
        url = f"{systems.secret('procurement_url')}/api/v1/kontrak?kode_klpd=D999&tahun={year}&limit=1000"
        answers = [httpx.get(url, headers=head) for _ in range(3)]
        total += len(next(answer for answer in answers if answer.status_code == 200).json()["data"])
    assert total == systems.rows("kontrak")["read"]


def test_secrets_are_for_their_owner(systems: Systems) -> None:
    """Files of secrets have mode 0600 in a folder of mode 0700."""
    assert stat.S_IMODE(systems.secrets.stat().st_mode) == 0o700
    names = sorted(file.name for file in systems.secrets.iterdir())
    assert names == [
        "drop_folder",
        "keuangan_url",
        "procurement_key",
        "procurement_url",
        "pseudonym_key",
        "statements.pem",
    ]
    assert {stat.S_IMODE(file.stat().st_mode) for file in systems.secrets.iterdir()} == {0o600}


def test_a_day_changes_a_few_rows_and_the_books(changing: Systems) -> None:
    """One day: three payments in, one cancelled, two repaired or corrected; and the books follow."""
    said = change.change(changing.facts)
    repaired = _rows(changing.admin, "select count(*) from pembayaran where kode_rekening = '5.1.02.99.99.9999'")
    query = """select count(*) from v_kendali_pembayaran v join (select tahun, sum(nilai_bruto) as total
        from (select distinct * from pembayaran where not dihapus) x group by 1) r using (tahun) where v.total <> r.total"""
    assert said == "day 1: 3 payments new, 1 cancelled, 2 repaired or corrected"
    assert repaired == [(5,)]
    assert _rows(changing.admin, query) == [(0,)]


def test_a_changed_row_is_later_than_all_others(changing: Systems) -> None:
    """The cursor column grows with each day, so that an incremental run sees the change."""
    before = _rows(changing.admin, "select max(diubah_pada) from pembayaran")
    change.change(changing.facts)
    assert _rows(changing.admin, "select max(diubah_pada) from pembayaran") > before


def test_two_on_one_state_are_refused(systems: Systems) -> None:
    """A second start on the same folder ends at once with a reason, and leaves the first alone."""
    command = [sys.executable, "-m", "examples", "up", "--state", str(systems.state), "--secrets", str(systems.secrets)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 1
    assert f"another set of systems runs on {systems.state}" in done.stderr
    assert json.loads((systems.state / "ready.json").read_text(encoding="utf-8"))["pid"] == systems.facts["pid"]


def test_closing_the_leash_stops_everything() -> None:
    """When standard input closes, the programs end, and `ready.json` goes."""
    base = ROOT / ".terang/test/systems-stopping"
    running = started(base)
    facts = next(running).facts
    running.close()
    assert not (base / "state/ready.json").exists()
    with pytest.raises(ProcessLookupError):
        os.kill(facts["pid"], 0)
    with pytest.raises(httpx.ConnectError):
        httpx.get(facts["procurement"])
    assert not (Path(base) / "state/data/postgres/postmaster.pid").exists()
