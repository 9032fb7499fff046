"""A day in the life of the ledger: the small changes after which a second run has something to do.

The nth call makes the nth day: one quarantined payment is repaired, three payments come in, one is cancelled, one is
corrected; the books follow. The same calls give the same ledger.
"""

import subprocess
from pathlib import Path
from typing import Any

from portal import postgres
from portal.supervisor import ProgramError

SCRIPT = """
begin;
create table if not exists hari_perubahan (hari integer primary key);
insert into hari_perubahan select coalesce(max(hari), 0) + 1 from hari_perubahan;
create temporary view hari as select max(hari) as n, timestamptz '2026-11-05 01:00:00+00' + max(hari) * interval '1 day'
    as saat from hari_perubahan;

create temporary table diperbaiki on commit drop as
    select nomor_sp2d, kode_sub_kegiatan from pembayaran where kode_rekening = '5.1.02.99.99.9999' and not dihapus
    order by 1, 2 limit 1;
update pembayaran p set kode_rekening = '5.1.02.01.01.0024', diubah_pada = hari.saat
    from diperbaiki d, hari where p.nomor_sp2d = d.nomor_sp2d and p.kode_sub_kegiatan = d.kode_sub_kegiatan
    and p.kode_rekening = '5.1.02.99.99.9999';

create temporary table contoh on commit drop as
    select * from pembayaran where jenis = 'LS' and jenis_penerima = 'Badan' and npwp_penerima like '0%' and not dihapus
    and kontrak_id is null and nilai_bruto > 1000000 and potongan < nilai_bruto and kode_skpd = '1.02.0.00.0.00.01.0000'
    and nomor_sp2d like '%/P/10/2026' and kode_rekening in (select kode from referensi_kode where jenis = 'rekening')
    and diubah_pada < timestamptz '2026-11-05' order by nomor_sp2d, kode_rekening limit 40;
create temporary table urutan on commit drop as
    select row_number() over (order by nomor_sp2d, kode_rekening) as i, * from contoh;

insert into pembayaran
    select format('99.01/04.0/%s/LS/%s/P/10/2026', lpad((900000 + hari.n * 10 + u.i)::text, 6, '0'), u.kode_skpd), u.tahun,
        date '2026-10-30', u.jenis, u.kode_skpd, u.kode_sub_kegiatan, u.kode_rekening, 1250000.00 * u.i, 0.00, null,
        u.jenis_penerima, u.nama_penerima, u.npwp_penerima, u.nik_penerima, u.rekening_bank, u.nama_bank,
        'Pembayaran susulan', hari.saat, false
    from urutan u, hari where u.i <= 3;
update pembayaran p set dihapus = true, diubah_pada = hari.saat from urutan u, hari
    where u.i = 3 + (hari.n - 1) % 15 * 2 + 1 and p.nomor_sp2d = u.nomor_sp2d and p.kode_sub_kegiatan = u.kode_sub_kegiatan
    and p.kode_rekening = u.kode_rekening;
update pembayaran p set nilai_bruto = p.nilai_bruto - 250000.00, diubah_pada = hari.saat from urutan u, hari
    where u.i = 3 + (hari.n - 1) % 15 * 2 + 2 and p.nomor_sp2d = u.nomor_sp2d and p.kode_sub_kegiatan = u.kode_sub_kegiatan
    and p.kode_rekening = u.kode_rekening;

delete from buku_besar where buku = 'pembayaran' and tahun = 2026 and kode = '1.02.0.00.0.00.01.0000' and bulan = 10;
insert into buku_besar select 'pembayaran', 2026, 10, '1.02.0.00.0.00.01.0000', sum(nilai_bruto), count(*)
    from (select distinct * from pembayaran where not dihapus and kode_skpd = '1.02.0.00.0.00.01.0000'
          and nomor_sp2d like '%/10/2026') as baris;
commit;
select format('day %s: %s payments new, %s cancelled, %s repaired or corrected', hari.n,
        count(*) filter (where uraian = 'Pembayaran susulan'), count(*) filter (where dihapus),
        count(*) filter (where uraian <> 'Pembayaran susulan' and not dihapus))
    from pembayaran, hari where diubah_pada = hari.saat group by hari.n;
"""


def change(facts: dict[str, Any]) -> str:
    """Make the changes of the next day in running systems; return a sentence about them."""
    psql = str(postgres.programs() / "psql")
    command = [psql, "-XqAt", "-v", "ON_ERROR_STOP=1", "-d", facts["admin"]]
    done = subprocess.run(command, input=SCRIPT, text=True, capture_output=True, check=False)  # noqa: S603 (our own psql)
    Path(facts["changed"]).touch()
    if done.returncode:
        raise ProgramError(f"PostgreSQL refused the change: {done.stderr.strip()}")
    return done.stdout.strip()
