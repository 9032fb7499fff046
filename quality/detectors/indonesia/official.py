"""What is written in Indonesian official texts and holds nine digits without being anybody's: each phrase by its form.

The test of this file holds every phrase to examples, and to letting no personal number through.
"""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Phrase:
    """A form that is taken out before a text is looked at; what stands beside it is still seen."""

    name: str
    pattern: str


_SKPD = r"\d\.\d{2}\.\d\.\d{2}\.\d\.\d{2}\.\d{2}\.\d{4}"
_REKENING = r"\d\.\d(?:\.\d{2}(?:\.\d{2}(?:\.\d{2,3}(?:\.\d{4,5})?)?)?)?"
_SUB_KEGIATAN = r"\d\.\d{2}\.\d{2}(?:\.\d\.\d{2}(?:\.\d{4})?)?"
_YEAR = r"(?:19|20)\d{2}"
_GROUPED = r"[1-9]\d{0,2}(?:\.\d{3})"
_RULE = (
    r"(?:permendagri|kepmendagri|perpres|perda|perbup|perwali|pergub|permenkeu|pmk|kmk|undang-undang|uu|pp|peraturan|keputusan|instruksi"
    r"|surat|edaran|nota dinas|sk|se|berita acara|kontrak|spk|spt|sppd|dpa|nomor|no)"
)

PHRASES: tuple[Phrase, ...] = (
    Phrase(
        name="SP2D and SPM numbers",
        pattern=rf"\d{{2}}\.\d{{2}}/\d{{2}}\.\d/\d{{6}}/(?:UP|GU|TU|LS|NIHIL)/{_SKPD}/[A-Z]{{1,2}}\d?/\d{{1,2}}/{_YEAR}",
    ),
    Phrase(name="budget line", pattern=rf"{_SUB_KEGIATAN}\.{_REKENING}\.?"),
    Phrase(name="office code", pattern=_SKPD),
    Phrase(name="activity code", pattern=_SUB_KEGIATAN),
    Phrase(name="account code", pattern=_REKENING),
    Phrase(name="DIPA number", pattern=rf"DIPA[- ]\d{{3}}\.\d{{2}}\.\d(?:\.\d{{6}})?/{_YEAR}"),
    Phrase(
        name="region code",
        pattern=r"(?:desa|kelurahan|kode|wilayah)(?:\s[A-Za-z']+){0,3}\s?\(\d{2}\.\d{2}\.\d{2}\.[12]\d{3}\)",
    ),
    Phrase(
        name="amounts in a range",
        pattern=rf"(?:Rp\.?|IDR)\s?{_GROUPED}{{1,4}}(?:,\d{{2}})?\s?(?:-|s\.?/?d\.?|sampai)\s?{_GROUPED}{{1,4}}(?:,\d{{2}})?",
    ),
    Phrase(name="amount with its currency", pattern=rf"(?:Rp\.?|IDR)\s?{_GROUPED}{{1,4}}(?:,\d{{2}}|,-)?"),
    Phrase(name="unit price", pattern=rf"@\s?(?:Rp\.?\s?)?{_GROUPED}{{1,3}}(?:,\d{{2}})?"),
    Phrase(
        name="number of a decree or letter",
        pattern=rf"{_RULE}\b[. :]{{0,3}}(?:nomor|no)?\b[. :]{{0,3}}(?:\d{{3}}(?:\.\d{{1,2}}){{0,4}}|[1-9]\d{{0,3}})(?:[-/]\d{{1,4}})?"
        rf"(?:/[A-Z][A-Za-z.-]*\d{{0,3}}){{0,4}}(?:/{_YEAR}|\s+tahun\s+{_YEAR})",
    ),
    Phrase(
        name="standard",
        pattern=rf"(?:ISO|SNI|IEC|EIC|ISO\s?/\s?IEC|ISO\s?/\s?EIC)[\s:-]*\d{{4,6}}(?:-\d{{1,2}})?\s?[:-]\s?{_YEAR}",
    ),
)
