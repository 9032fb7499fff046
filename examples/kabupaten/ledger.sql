-- The ledger "keuangan" as Terang finds it: no constraint keeps bad rows out, as in the mirrors that offices have.
drop schema if exists public cascade;
create schema public;

create table referensi_kode (
    jenis text, kode text, kode_induk text, level integer, uraian text, versi_nomenklatur text,
    berlaku_dari date, berlaku_sampai date, diubah_pada timestamptz not null, dihapus boolean not null
);
create table apbd_anggaran (
    tahun integer, tahap text, kode_skpd text, kode_sub_kegiatan text, kode_rekening text, kode_dana text,
    pagu numeric(20,2), diubah_pada timestamptz not null, dihapus boolean not null
);
create table apbd_realisasi (
    tahun integer, bulan integer, periode text, kode_skpd text, kode_sub_kegiatan text, kode_rekening text,
    kode_dana text, pagu numeric(20,2), realisasi_bulan numeric(20,2), realisasi_sd numeric(20,2),
    pengembalian numeric(20,2), diubah_pada timestamptz not null, dihapus boolean not null
);
create table pembayaran (
    nomor_sp2d text, tahun integer, tanggal date, jenis text, kode_skpd text, kode_sub_kegiatan text,
    kode_rekening text, nilai_bruto numeric(20,2), potongan numeric(20,2), kontrak_id text, jenis_penerima text,
    nama_penerima text, npwp_penerima text, nik_penerima text, rekening_bank text, nama_bank text, uraian text,
    diubah_pada timestamptz not null, dihapus boolean not null
);
-- The books: sums signed each month, kept apart from the rows. `kode` is the office, for revenue the account.
create table buku_besar (buku text, tahun integer, bulan integer, kode text, nilai numeric(20,2), baris bigint);

\copy referensi_kode from 'referensi_kode.csv' with (format csv, header)
\copy apbd_anggaran from 'apbd_anggaran.csv' with (format csv, header)
\copy apbd_realisasi from 'apbd_realisasi.csv' with (format csv, header)
\copy pembayaran from 'pembayaran.csv' with (format csv, header)
\copy buku_besar from 'buku_besar.csv' with (format csv, header)

create index on referensi_kode (jenis, kode, versi_nomenklatur);
create index on referensi_kode (diubah_pada);
create index on apbd_anggaran (tahun, tahap, kode_skpd, kode_sub_kegiatan, kode_rekening, kode_dana);
create index on apbd_anggaran (diubah_pada);
create index on apbd_realisasi (periode, kode_skpd, kode_sub_kegiatan, kode_rekening, kode_dana);
create index on apbd_realisasi (diubah_pada);
create index on pembayaran (nomor_sp2d, kode_sub_kegiatan, kode_rekening);
create index on pembayaran (diubah_pada);

create view v_kendali_anggaran as
    select tahun, case buku when 'anggaran murni' then 'murni' else 'perubahan' end as tahap, sum(nilai) as total,
           sum(baris) as baris
    from buku_besar where buku in ('anggaran murni', 'anggaran perubahan') group by 1, 2;
create view v_kendali_realisasi as
    select tahun, sum(nilai) as total, sum(baris) as baris from buku_besar where buku = 'realisasi' group by 1;
create view v_kendali_pembayaran as
    select tahun, sum(nilai) as total, sum(baris) as baris from buku_besar where buku = 'pembayaran' group by 1;
create view v_kendali_pendapatan as
    select tahun, kode as kode_rekening, sum(nilai) as total from buku_besar where buku = 'pendapatan' group by 1, 2;
analyze;

do $$ begin
    if not exists (select from pg_roles where rolname = 'terang') then create role terang login; end if;
end $$;
grant usage on schema public to terang;
grant select on all tables in schema public to terang;
alter role terang set default_transaction_read_only = on;
