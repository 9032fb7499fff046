"""Words of official texts that follow a form of address, a title or a role without being a name. No given name is here."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

# The few of them that stand most often behind a role.
_COMMON = (
    "yang dan di ke pada masyarakat pihak lembaga dari untuk dalam kegiatan luar non kelompok desa daerah instansi guru rapat"
    " pelatihan sosialisasi tenaga ahli madya muda utama tim panitia peserta narasumber moderator penceramah fasilitator pegawai"
    " petugas kebersihan keamanan kepala dinas badan pemerintah kabupaten kota provinsi kecamatan domain sekolah siswa rawat inap"
    " berprestasi spesialis umum gigi pendamping acara bimtek workshop seminar jasa belanja biaya honorarium honor penyuluh bulan"
    " tahun anggota pengurus pengelola kader sumber penanggung jawab pejabat pengadaan pembantu asn pns per orang lokal eksternal"
)
COMMON = tuple(_COMMON.split())
OFFICIAL = frozenset((Path(__file__).parent / "words.txt").read_text(encoding="utf-8").split()) | frozenset(COMMON)


def other_than(words: Iterable[str]) -> str:
    """An expression for a word of small letters that is none of these, in RE2's terms: their tree, left somewhere."""
    tree: dict[str, Any] = {}
    for word in words:
        node = tree
        for letter in word:
            node = node.setdefault(letter, {})
        node[""] = {}
    return _left(tree, first=True)


def _left(node: dict[str, Any], *, first: bool = False) -> str:
    letters = sorted(letter for letter in node if letter)
    others = "".join(letter for letter in "abcdefghijklmnopqrstuvwxyz'" if letter not in letters)
    ways = [letter + _left(node[letter]) for letter in letters] + ([f"[{others}][a-z']*"] if others else [])
    may_end = "" if first or "" in node else "?"
    return f"(?:{'|'.join(ways)}){may_end}"
