"""Which columns seem to point at people, and why: by the words above them and by the shape of what stands in them.

A suspicion is a hint to the person who decides; nothing is passed because nothing was suspected here.
"""

from dataclasses import dataclass

from assets.propose.profile import Profile
from assets.propose.words import listed, words_of

_LEAST = 0.05  # of the filled cells: identity numbers are few among tax numbers, and count all the same
_MOST = 0.6
_LONG = 6  # words, from which a text is no name
_NUMBERS = {
    "numbers of valid NIK shape": r"^\d{6}(?:0[1-9]|[12]\d|3[01]|4[1-9]|[56]\d|7[01])(?:0[1-9]|1[0-2])\d{6}$",
    "numbers of NIP shape": r"^(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])[ .]?(?:19|20)\d{4}[ .]?[12][ .]?\d{3}$",
    "numbers of NPWP shape": r"^\d{2}\.?\d{3}\.?\d{3}\.?\d-?\d{3}\.?\d{3}$",
    "e-mail addresses": r"^[^@\s]+@[^@\s]+\.[A-Za-z]{2,}$",
    "mobile numbers": r"^(?:\+?62|0)[ -]?8(?:[ -]?\d){7,11}$",
}
_WORDS = {
    "nik nip nipd npwp npwpd ktp ssn passport nationalid nib": "an identity or tax number",
    "email mail": "e-mail addresses",
    "telepon telp phone telephone hp handphone mobile fax": "telephone numbers",
    "alamat address street": "addresses",
    "rek norek iban ccnumber cvv": "bank accounts or cards",
    "lahir birthday birth dob": "dates of birth",
    "username user login password pin": "accounts of users",
    "surname lastname firstname givenname nickname maiden gelar": "names of people",
    "latitude longitude": "places, as exact as a house",
}
_ABOUT = {
    "gender sex kelamin umur usia age occupation": "quasi_id",
    "agama religion penyakit diagnosa blood darah disabilitas ethnicity suku": "sensitive",
}
_PERSON = listed(
    "ppk kpa pptk bendahara pejabat pegawai petugas penerima wp pemilik penanggung direktur kepala pemohon pelapor "
    "oleh mengetahui penandatangan ttd ketua auditor surveyor pic operator verifikator "
    "contact person payee beneficiary employee officer author applicant owner given sur maiden wajib siswa pasien"
)
_COMPANY = listed("supplier suppliers vendor penyedia rekanan company perusahaan contractor pemenang bidder")
_NAME = listed("nama name names")
_THING = listed(
    "satker klpd skpd opd instansi lembaga kementerian program kegiatan subkegiatan paket lpse urusan bidang akun "
    "rekening jenis kelompok objek barang kabupaten kota provinsi kecamatan kelurahan desa kab pemda agency bureau "
    "account department entity programme project file field product area country level unit bank set display"
)
_TITLED = r"(?i)(?:^|[ ,.])(?:dr|drs|dra|ir|hj?|prof|mr|mrs|ms|s\.? ?(?:pd|e|t|h|kom|sos|ip|ap|kep|km|si)|m\.? ?(?:si|m|pd|kes|t|h)|st|mt|mm)\.?(?:$|[ ,.])"
_PERSONAL = r"^[\pL.'`-]+(?: [\pL.,'`-]+){1,4}$"
_OFFICE = (
    r"(?i)\b(?:pt|cv|ud|pd|perum|tbk|ltd|limited|plc|inc|llp|gmbh|co|corp|koperasi|yayasan|dinas|badan|kantor|bagian|unit|"
    r"sekretariat|inspektorat|kecamatan|kelurahan|desa|puskesmas|rumah|sakit|universit\w*|university|council|department|"
    r"ministry|agency|group|services?|trust|association|authority|company|program|belanja|pendapatan|kab|kota|provinsi)\b"
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Suspicion:
    """Why a column may be about people, and the class to think of first."""

    reason: str
    class_: str = "direct_id"


def suspicion_of(column: Profile, name: str) -> Suspicion | None:
    """What makes a column look like people; None where nothing does."""
    return _by_shape(column) or _by_word(name) or _by_account(column, name) or _by_name(column, name)


def _by_shape(column: Profile) -> Suspicion | None:
    for what, regex in _NUMBERS.items():
        share = column.share(regex)
        if share >= _LEAST:
            return Suspicion(reason=f"{what}, {share:.0%} of the filled cells")
    return None


def _by_word(name: str) -> Suspicion | None:
    words = set(words_of(name))
    plain = name.replace("_", "")
    for known, what in _WORDS.items():
        hit = next((word for word in known.split() if word in words or (len(word) > 5 and word in plain)), None)  # noqa: PLR2004
        if hit:
            return Suspicion(reason=f'{what}, as "{hit}" in its name says')
    for known, class_ in _ABOUT.items():
        if words & listed(known):
            return Suspicion(reason="it describes people, as its name says", class_=class_)
    return None


def _by_account(column: Profile, name: str) -> Suspicion | None:
    """Accounts at a bank, which have the same name as those of a budget and no points."""
    if {"rekening", "account"} & set(words_of(name)) and column.share(r"^\d[\d -]{7,18}$") > _MOST:
        return Suspicion(reason="numbers of bank accounts, by their name and length")
    return None


def _by_name(column: Profile, name: str) -> Suspicion | None:
    words = set(words_of(name))
    named = bool(words & _NAME)
    if words & _PERSON and named:
        return Suspicion(reason="names of people, as its name says")
    if column.share(r"\pL{2}") < _MOST:
        return None
    if words & _COMPANY:
        return Suspicion(reason="suppliers, some of whom may be persons", class_="org_id")
    reason = _as_names(column, person=bool(words & _PERSON), named=named, thing=bool(words & _THING))
    return Suspicion(reason=reason) if reason else None


def _as_names(column: Profile, *, person: bool, named: bool, thing: bool) -> str | None:
    """Why words may be names: what they are called, and how they look."""
    share, titled = _personal(column), column.share(_TITLED)
    if person and share > _MOST:
        return "names of people, as its name says"
    if named and not thing and (share > _MOST or titled > _LEAST):
        return f"names, {max(share, titled):.0%} of the filled cells"
    if not thing and titled > _LEAST and column.words < _LONG:
        return f"names with titles, {titled:.0%} of the filled cells"
    return None


def _personal(column: Profile) -> float:
    """The share of two to five words that are no office, company or place."""
    return max(0.0, column.share(_PERSONAL) - column.share(_OFFICE))
