"""Where a value stands: alone, in a sentence of an office, in an address, a file name or a header."""

from collections.abc import Callable

Carry = Callable[[str], str]
CARRIERS: dict[str, Carry] = {
    "alone": str,
    "in-sentence": lambda value: f"Pembayaran belanja jasa bulan Maret 2026 untuk {value} sesuai daftar terlampir",
    "in-url": lambda value: f"https://data.contoh.example/cari?q={value}&halaman=2",
    "in-file-name": lambda value: f"daftar_{value}_2026.csv",
    "after-a-code": lambda value: f"5.1.02.01.01.0024 {value}",
    "between-texts": lambda value: f"Dinas Contoh; {value}; Tahap II",
}
