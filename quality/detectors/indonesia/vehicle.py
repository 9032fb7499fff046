"""Number plates: letters of a region, up to four digits, up to three letters; short ones only beside a word for it."""

import re
from collections.abc import Iterator

from quality.detectors.detector import Detector, Reading

_REGIONS = (
    "A|B|D|E|F|G|H|K|L|M|N|P|R|S|T|W|Z|AA|AB|AD|AE|AG|BA|BB|BD|BE|BG|BH|BK|BL|BM|BN|BP|CC|CD|DA|DB|DC|DD|DE|DG|DH|DK|DL"
    "|DM|DN|DP|DR|DS|DT|DW|EA|EB|ED|KB|KH|KT|KU|PA|PB|PD|PE|PG|PS|RI"
)
_WORDS = "nopol|polisi|plat|pelat|tnkb|stnk|bpkb|kendaraan|mobil|motor|roda|truk|truck|ambulan|ambulans|ambulance|bus"
CUES = frozenset(_WORDS.split("|"))
_THREE = re.compile(r"\d{3}")
_PLATE = re.compile(rf"(?<![A-Za-z0-9.-])(?:{_REGIONS})[\s.-]?\d{{3,4}}[\s.-]?([A-Z]{{2,3}})(?![A-Za-z0-9])")
_BESIDE = re.compile(
    rf"(?<![A-Za-z])(?i:{_WORDS})(?![A-Za-z])[^\ue000]{{0,40}}?(?<![A-Za-z0-9])"
    rf"(?:(?:{_REGIONS})[\s.-]{{0,2}}\d{{1,4}}[\s.-]{{0,2}}([A-Z]{{1,3}})"
    rf"|(?i:(?:{_REGIONS})[\s.-]{{0,2}}\d{{3,4}}[\s.-]{{0,2}}([A-Z]{{2,3}})))(?![A-Za-z0-9])"
)
# Two and three letters that follow a number in official texts.
_WORDS_AFTER = (
    "DAN DI KE RT RW M KM CM MM X L HP KVA KV KW W V WP VA TON PCS BH UNIT PK HA SD SMP SMA MTR LTR KG GB TB MB ORG OJ OH"
    " OP OK OB JP HR PKT SET ATM KL THN BLN JAM OT KEG LBR DUS BOX PER THE AND FOR LED LCD CPU"
)
_NO_PLATE = frozenset(_WORDS_AFTER.split())


def _find(reading: Reading) -> Iterator[str]:
    if not reading.figures:
        return
    forms = [_PLATE] if _THREE.search(reading.words) else []
    forms += [_BESIDE] if not reading.said.keys().isdisjoint(CUES) else []
    found = (match for form in forms for match in form.finditer(reading.words))
    if any(_letters(match) not in _NO_PLATE for match in found):
        yield "number plate"


def _letters(match: re.Match[str]) -> str:
    return next(group for group in match.groups() if group).upper()


_ALONE = rf"(?:^|[^A-Za-z0-9.-])(?:{_REGIONS})(?:[.-]|[\s_]*)[0-9]{{3,4}}(?:[.-]|[\s_]*)[A-Z]{{2,3}}(?:$|[^A-Za-z0-9])"
_SAID = rf"(?is:(?:^|[^A-Za-z])(?:{_WORDS})"
DETECTOR = Detector(
    name="number plate",
    hint=rf"{_ALONE}|{_SAID}[^A-Za-z].*[0-9][\s._-]*[A-Z]{{1,3}}(?:$|[^A-Za-z0-9]))",
    sharp=rf"{_ALONE}|{_SAID}(?:[^A-Za-z](?:[\s_]*[^\s_]){{0,40}}[\s_]*|)"
    r"[^A-Za-z0-9][A-Z]{1,2}[\s._-]*[0-9]{1,4}[\s._-]*[A-Z]{1,3}(?:$|[^A-Za-z0-9]))",
    find=_find,
)
