"""Telephone numbers and bank accounts that a word announces, however short; nine digits and more are suspect anyway."""

import re
from collections.abc import Iterator

from quality.detectors.detector import Detector, Reading

LEAST = 6
_PHONE_WORDS = "hp|wa|whatsapp|telp|tlp|telpon|telepon|telefon|phone|hub|hubungi|fax|faks|sms|cp|kontak|ponsel|seluler"
_BANK_WORDS = "rek|rekening|norek|ac|acc|account|bri|bca|bni|bsi|btn|bpd|bjb|mandiri|cimb|danamon|permata|ocbc|muamalat"
_PHONE_CUES, _BANK_CUES = frozenset(_PHONE_WORDS.split("|")), frozenset(_BANK_WORDS.split("|"))
_NUMBER = rf"[^\d\ue000]{{0,25}}\+?\(?\d(?:[^\w\ue000]{{0,3}}\d){{{LEAST - 1},}}"
_PHONE = re.compile(rf"(?<![A-Za-z])(?:{_PHONE_WORDS})(?![A-Za-z]){_NUMBER}", re.IGNORECASE)
_BANK = re.compile(rf"(?<![A-Za-z])(?:{_BANK_WORDS})(?![A-Za-z]){_NUMBER}", re.IGNORECASE)
_MOBILE = re.compile(r"(?<![\d.,])(?:\+?62|0)[^\w\ue000]{0,3}8(?:[^\w\ue000]{0,3}\d){6,}")


def _find(reading: Reading) -> Iterator[str]:
    figures = reading.figures
    if _MOBILE.search(figures) or (reading.said.keys() & _PHONE_CUES and _PHONE.search(figures)):
        yield "telephone"
    if reading.said.keys() & _BANK_CUES and _BANK.search(figures):
        yield "bank account"


DETECTOR = Detector(
    name="telephone or account",
    hint=rf"(?i:(?:^|[^A-Za-z])(?:{_PHONE_WORDS}|{_BANK_WORDS})[^0-9]{{0,25}}[0-9](?:[^0-9A-Za-z]{{0,3}}[0-9]){{3}})"
    r"|(?:62|0)[^0-9A-Za-z]{0,3}8(?:[^0-9A-Za-z]{0,3}[0-9]){6}",
    find=_find,
)
