r"""Words beside which a person's name stands. Each list is an alternation that RE2 and Python both know.

`(?=\.)` after one means that it counts only with its point.
"""

import re

# Said of a person alone: what follows is a name in any case, unless it is an official word.
ADDRESS = (
    r"bapak|bpk|bp(?=\.)|pak|ibu|bu|sdr|sdri|sodara|sodari|saudara|saudari|tn(?=\.)|tuan|ny(?=\.)|nyonya|nyai|nn(?=\.)|nona|mbak"
    r"|almarhum|almarhumah|alm|almh|a\.\s?n|a/n|an(?=\.)|atas nama|u\.\s?p(?=\.)|suami|istri|isteri|janda|duda|ahli waris"
    r"|binti|bernama|anak dari|orang tua dari|mr|mrs|ms(?=\.)"
)
# Titles: what follows is a name, unless a street, a hospital or the like bears it.
TITLE = (
    r"dr|drs|dra|drg|drh|ir|prof|h(?=\.)|hj|hi(?=\.)|kh|k\.\s?h(?=\.)|kyai|kiai|ustad|ustadz|ustaz|ustadzah|ustazah|habib|gus|tgk"
    r"|teungku|teuku|pdt|pendeta|romo|pastor|raden|rd(?=\.)|r\.\s?a(?=\.)|apt(?=\.)|ns(?=\.)|bin|bripka|briptu|brigadir|aipda"
    r"|aiptu|ipda|iptu|akp|kompol|akbp|kombes|serda|sertu|serka|serma|peltu|letda|lettu|kapten|mayor|letkol|kolonel|brigjen"
    r"|mayjen|letjen|jend|jenderal|laksamana|marsekal"
)
# Ways of giving, and trades: two words that are not official after one of these are a name; one is after a colon.
ROLE = (
    r"kepada(?: yth\.?)?|oleh|narasumber|nara sumber|pembicara|moderator|instruktur|penceramah|pelatih|tenaga ahli|guru"
    r"|dokter|bidan|perawat|sopir|direktris|pemohon|pasien|mahasiswa|siswa|siswi|santri|pensiunan|honor|honorarium|upah"
)
# Posts and parts in an act: only with a colon, as in a list of who did what.
POST = (
    r"nama|penerima|pemilik|pelapor|korban|pptk|ppk|kpa|bendahara|ketua|sekretaris|pejabat|pelaksana|penyedia|kuasa|wakil|pegawai"
    r"|honorer|saksi|staf|petugas|peserta|ktp|penanggung jawab|pemegang|direktur|pimpinan|pengemudi|atlet|nasabah|kepala"
)
PLACE = (
    r"jl|jln|jalan|gang|gg|simpang|jembatan|gedung|aula|lapangan|stadion|taman|monumen|makam|museum|bandara|bandar udara|upbu"
    r"|lanud|lapas|terminal(?: penumpang)?(?: tipe [abc])?|pelabuhan|stasiun|rs|rsu|rsud|rsup|rsad|rsj|rsi|rsk|rsgm|rs tk \w+|rumah sakit(?: umum)?(?: daerah| pusat)?|rsia|klinik"
    r"|apotek|masjid|mesjid|musholl?a|langgar|gereja|pesantren|ponpes|pondok pesantren|sekolah|sma|smk|smp|sd|mts|madrasah"
    r"|universitas|kampus|institut|yayasan|pasar|waduk|bendungan|hutan raya|tahura|perpustakaan|balai|pt|koperasi|asrama"
    r"|kompleks?|direktorat|direktur|sekretaris|sekretariat|inspektur|inspektorat|konsulat"
    r"|(?:jl|jln|jalan)\.?\s[A-Za-z]{2,}"
)
_BACHELOR = "Pd|Sos|Kom|Kep|Ked|Ag|Hut|Si|Psi|IP|IK|TP|Farm|Gz|KM|ST|Tr|Pi|Pt|Sn|Th|Fil|Ars|Stat|Hum|Ak|STP|H|E|T|P|I"
_MASTER = "Pd|Si|Kom|Kes|Hum|Ag|Eng|Sc|AP|IP|Ak|Kep|Farm|Sos|H|M|E|T|A|KP"
_SPECIALIST = "A|B|OG|PD|JP|M|S|THT|KK|P|An|Rad|PK|KJ|BS|OT|U|N|Ort|BM|KFR"
_OTHER = "AMd|PhD|MBA|MPH|MPA|Lc|Apt|Ners|CPA|QIA|Dr|Drs"
DEGREES = rf"S\.\s?(?:{_BACHELOR})|M\.\s?(?:{_MASTER})|A\.\s?Md|A\.\s?Ma|Ph\.\s?D|Sp\.\s?(?:{_SPECIALIST})"
DEGREES_UNDOTTED = f"S(?:{_BACHELOR})|M(?:{_MASTER})|{_OTHER}"
STUDIES = frozenset(
    ["s", "m", "a", "ph", "sp"]
    + [f"s{part}".lower() for part in _BACHELOR.split("|")]
    + [f"m{part}".lower() for part in _MASTER.split("|")]
    + _OTHER.lower().split("|")
)
"""The words with which degrees begin."""


def first(cues: str) -> frozenset[str]:
    """The first words of cues: a text without any of them needs no close look."""
    return frozenset(word.lower() for word in re.findall(r"(?:^|[|(])([A-Za-z]+)", cues))
