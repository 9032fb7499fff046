"""Clean texts of offices: what must pass. Made from official vocabulary, with the traps that real texts hold."""

from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random

LISTS = Path(__file__).parents[4] / "examples" / "kabupaten" / "lists"
MONTHS = "Januari Februari Maret April Mei Juni Juli Agustus September Oktober November Desember".split()  # noqa: SIM905 - twelve words
HOSPITALS = ("RSUD dr. Soetomo", "RSUP Dr. Sardjito", "RSUD Dr. Moewardi", "RS Ibu dan Anak", "RSUD Prof. Dr. Margono Soekarjo",
             "RSJ Prof. dr. Soerojo", "Rumah Sakit Umum Daerah dr. Doris Sylvanus")  # fmt: skip
STREETS = ("Jalan Jenderal Sudirman", "Jl. Jend. Ahmad Yani", "Jl. Ir. H. Djuanda", "Jalan Prof. Dr. Ir. Sutami", "Jl. Dr. Cipto",
           "Jl. KH. Ahmad Dahlan", "Jl. H. Agus Salim", "Jalan Kolonel Sutarto", "Jl. Kapten Mulyadi", "JL. MAYOR SUNARYO",
           "Jl. Letjen S. Parman", "Jalan Raden Saleh", "Jl. Usman Bin Affan", "Gang H. Kurdi")  # fmt: skip
PLACES = ("Bandara H. Asan", "Stadion Gelora Bung Karno", "Masjid Al-Hidayah", "Terminal Tipe A Ir. Soekarno", "Gedung Prof. Soepomo",
          "Taman Hutan Raya Ir. H. Djuanda", "SMA Negeri 1", "Pondok Pesantren KH. Zainal Mustafa", "Museum Jenderal Besar",
          "Pasar Beringharjo", "Kecamatan Ibu Utara", "UPBU H. Asan")  # fmt: skip
GROUPS = ("Ibu Hamil", "Ibu Menyusui", "Ibu Hamil KEK", "ibu bersalin", "ibu nifas", "Ibu dan Anak", "ibu-ibu PKK", "Bapak/Ibu Guru",
          "Bapak/Ibu Kepala Desa", "suami istri miskin", "ahli waris korban bencana", "janda miskin", "anak yatim", "masyarakat miskin",
          "pihak ketiga", "Kelompok Tani", "Karang Taruna", "Pemerintah Desa", "petugas kebersihan", "tenaga ahli madya")  # fmt: skip
BODIES = ("BPK RI", "BPK Perwakilan Provinsi", "BPKP", "KPK", "Direktorat Jenderal Perimbangan Keuangan", "Sekretaris Jenderal DPD",
          "Inspektur Jenderal", "PT Bank Pembangunan Daerah", "BPJS Kesehatan", "PDAM", "LKPP", "BP Batam")  # fmt: skip
RULES = ("Permendagri Nomor 77 Tahun 2020", "Kepmendagri Nomor 900.1.15.5-3406 Tahun 2024", "Perda No. 12 Tahun 2025",
         "Keputusan Bupati Nomor 900/123/BPKAD/2025", "SK Nomor 440/0123/2025", "UU Nomor 14 Tahun 2008", "PMK Nomor 112/PMK.03/2022",
         "Surat Nomor 027/1234/XII/2025", "Perpres Nomor 12 Tahun 2021", "Keputusan Nomor 900.1-2850 Tahun 2025")  # fmt: skip
GOODS = ("alat tulis kantor", "makan dan minum rapat", "jasa kebersihan", "bahan bakar minyak", "obat-obatan", "pakaian dinas",
         "perjalanan dinas", "jasa konsultansi perencanaan", "sewa gedung", "pemeliharaan kendaraan dinas roda empat",
         "honorarium narasumber", "honor tim pelaksana kegiatan", "tagihan telepon", "modem 4G LTE 150 Mbps", "kertas A4 80 gram",
         "genset 30 KVA", "lampu PJU LED 70 W", "laptop 14 inci", "kursi roda", "mesin tempel 15 PK", "kain batik 2,5 m")  # fmt: skip
WORKS = (
    "Pembangunan",
    "Rehabilitasi",
    "Peningkatan",
    "Pemeliharaan",
    "Pengadaan",
    "Pengawasan",
    "Perencanaan",
    "Penyediaan",
)
OBJECTS = ("jalan lingkungan", "saluran irigasi", "jembatan", "talud", "gedung sekolah", "puskesmas pembantu", "balai desa", "pasar rakyat",
           "jaringan perpipaan", "ruang kelas SMPN 38", "rumah dinas dokter", "trotoar", "kolam retensi", "lapangan olahraga")  # fmt: skip


def _lines(name: str, column: int) -> list[str]:
    rows = (line.split("\t") for line in (LISTS / name).read_text(encoding="utf-8").splitlines())
    return [row[column] for row in rows]


def _amount(draw: Random) -> str:
    return f"{draw.randint(1, 999)}" + "".join(f".{draw.randint(0, 999):03}" for _ in range(draw.randint(1, 4)))


def _activity(draw: Random) -> str:
    return f"{draw.randint(1, 7)}.{draw.randint(1, 32):02}.{draw.randint(1, 12):02}.{draw.randint(1, 2)}.{draw.randint(1, 12):02}.{draw.randint(1, 40):04}"


def _office(draw: Random) -> str:
    return f"{draw.randint(1, 7)}.{draw.randint(1, 32):02}.{draw.randint(0, 3)}.{draw.randint(0, 30):02}.0.00.{draw.randint(1, 9):02}.0000"


def _account(draw: Random) -> str:
    return f"5.{draw.randint(1, 4)}.{draw.randint(1, 5):02}.{draw.randint(1, 9):02}.{draw.choice(('01', '001'))}.{draw.randint(1, 99):04}"


def _sp2d(draw: Random) -> str:
    return f"{draw.randint(11, 96)}.{draw.randint(1, 29):02}/04.0/{draw.randint(1, 999_999):06}/{draw.choice(('LS', 'GU', 'TU', 'UP'))}/{_office(draw)}/{draw.choice('MP')}/{draw.randint(1, 12)}/2026"


def _day(draw: Random) -> str:
    day, month = draw.randint(1, 28), draw.randint(1, 12)
    return draw.choice(
        (
            f"{day} {MONTHS[month - 1]} 2026",
            f"{day:02}-{month:02}-2026",
            f"2026-{month:02}-{day:02}",
            f"{day:02}/{month:02}/2026",
        )
    )


ACCOUNTS, OFFICES, DISTRICTS = _lines("rekening.tsv", 1), _lines("skpd.tsv", 1), _lines("wilayah.tsv", 1)
SENTENCES: dict[str, Callable[[Random], str]] = {
    "account": lambda draw: f"{draw.choice(ACCOUNTS)} pada {draw.choice(OFFICES)}",
    "account-code": lambda draw: f"{_account(draw)} {draw.choice(ACCOUNTS)}",
    "activity-code": lambda draw: f"{_activity(draw)} {draw.choice(WORKS)} {draw.choice(OBJECTS)}",
    "budget-line": lambda draw: f"MAK {_activity(draw)}.{_account(draw)}",
    "office-code": lambda draw: f"{draw.choice(OFFICES)} ({_office(draw)})",
    "sp2d": lambda draw: f"SP2D nomor {_sp2d(draw)} tanggal {_day(draw)}",
    "spm": lambda draw: f"Pembayaran atas SPM {_sp2d(draw).replace('/04.0/', '/03.0/')}",
    "rup": lambda draw: (
        f"Kode RUP {draw.randint(10_000_000, 99_999_999)} {draw.choice(WORKS).lower()} {draw.choice(OBJECTS)}"
    ),
    "amount": lambda draw: f"{draw.choice(WORKS)} {draw.choice(OBJECTS)} senilai Rp {_amount(draw)}",
    "amount-with-cents": lambda draw: f"Sisa kas Rp{_amount(draw)},00 per {_day(draw)}",
    "amount-range": lambda draw: f"Pagu Rp {_amount(draw)} - {_amount(draw)}",
    "unit-price": lambda draw: (
        f"{draw.choice(GOODS).capitalize()} 12 paket @Rp {draw.randint(1, 999)}.{draw.randint(0, 999):03}"
    ),
    "street": lambda draw: f"{draw.choice(WORKS)} trotoar {draw.choice(STREETS)} {draw.choice(DISTRICTS)}",
    "streets": lambda draw: f"PJU {draw.choice(STREETS)}, {draw.choice(STREETS)} s/d {draw.choice(STREETS)}",
    "hospital": lambda draw: f"Belanja {draw.choice(GOODS)} {draw.choice(HOSPITALS)}",
    "place": lambda draw: f"{draw.choice(WORKS)} {draw.choice(OBJECTS)} {draw.choice(PLACES)}",
    "group": lambda draw: f"Bantuan untuk {draw.choice(GROUPS)} di {draw.choice(DISTRICTS)}",
    "given-to": lambda draw: f"Barang yang diserahkan kepada {draw.choice(GROUPS)} {draw.choice(DISTRICTS)}",
    "body": lambda draw: f"Tindak lanjut temuan {draw.choice(BODIES)} tahun {draw.randint(2015, 2026)}",
    "by-body": lambda draw: f"Pemeriksaan oleh {draw.choice(BODIES)} pada {draw.choice(OFFICES)}",
    "rule": lambda draw: f"Sesuai {draw.choice(RULES)} tentang pengelolaan keuangan daerah",
    "dipa": lambda draw: (
        f"DIPA-{draw.randint(1, 120):03}.{draw.randint(1, 12):02}.2.{draw.randint(100_000, 999_999)}/2026 tahap {draw.randint(1, 4)}"
    ),
    "region": lambda draw: (
        f"Desa Teladan ({draw.randint(11, 96)}.{draw.randint(1, 29):02}.{draw.randint(1, 30):02}.2{draw.randint(1, 40):03})"
    ),
    "day": lambda draw: f"Rapat koordinasi {draw.choice(OFFICES)} tanggal {_day(draw)} pukul 08.00 - 16.00",
    "days": lambda draw: f"Masa kontrak {_day(draw)} sampai {_day(draw)}",
    "years": lambda draw: (
        f"Laporan tahun {draw.randint(2018, 2020)}, {draw.randint(2021, 2022)}, {draw.randint(2023, 2026)}"
    ),
    "quantities": lambda draw: (
        f"{draw.randint(1, 99)} unit {draw.choice(GOODS)} x {draw.randint(1, 12)} bulan x {draw.randint(1, 20)} lokasi"
    ),
    "measures": lambda draw: (
        f"{draw.choice(WORKS)} {draw.choice(OBJECTS)} {draw.randint(1, 999)} m\u00b2, lebar {draw.randint(1, 9)},{draw.randint(0, 99):02} m, RT {draw.randint(1, 9):02} RW {draw.randint(1, 9):02}"
    ),
    "standard": lambda draw: (
        f"Sertifikasi ISO {draw.choice((9001, 27001, 17025))}:{draw.randint(2013, 2022)} {draw.choice(OFFICES)}"
    ),
    "treasurer": lambda draw: f"Bendahara Pengeluaran {draw.choice(OFFICES)}",
    "honour": lambda draw: (
        f"Honor narasumber luar daerah, moderator dan panitia {draw.choice(OFFICES)} bulan {draw.choice(MONTHS)}"
    ),
    "teachers": lambda draw: (
        f"Tunjangan guru non sertifikasi {draw.choice(DISTRICTS)} triwulan {draw.choice(('I', 'II', 'III', 'IV'))}"
    ),
    "list-of-posts": lambda draw: f"PPK: {draw.choice(OFFICES)}; Penerima: {draw.choice(GROUPS)}",
    "capitals": lambda draw: (
        f"{draw.choice(WORKS)} {draw.choice(OBJECTS)} {draw.choice(STREETS)} TA 2026 dan TA 2027".upper()
    ),
    "goods": lambda draw: f"Belanja {draw.choice(GOODS)} {draw.choice(OFFICES)} tahap {draw.randint(1, 4)}",
    "web": lambda draw: (
        f"Lihat https://data.contoh.example/dataset/pembayaran dan SPSE https://lpse.contoh.example/eproc4 tahun {draw.randint(2020, 2026)}"
    ),
}
"""One family of clean texts each; all are to pass but one in a hundred at the most."""


def texts(count: int, seed: int = 7) -> Iterator[tuple[str, str]]:
    """So many texts with the name of their family, in turns."""
    draw, families = Random(seed), list(SENTENCES)  # noqa: S311 - invented data
    return ((families[i % len(families)], SENTENCES[families[i % len(families)]](draw)) for i in range(count))
