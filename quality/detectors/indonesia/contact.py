"""Telephone numbers and bank accounts that a word announces, however short; nine digits and more are suspect anyway."""

import re
from collections.abc import Iterator

from quality.detectors.detector import Detector, Reading
from quality.detectors.number import numbers

LEAST = 6
_FIGURE = "[0-9OoIilL|!]"
_PHONE_WORDS = "hp|wa|whatsapp|telp|tlp|telpon|telepon|telefon|phone|hub|hubungi|fax|faks|sms|cp|kontak|ponsel|seluler"
_BANK_WORDS = "rek|rekening|norek|ac|acc|account|bri|bca|bni|bsi|btn|bpd|bjb|mandiri|cimb|danamon|permata|ocbc|muamalat"
_PHONE_CUES, _BANK_CUES = frozenset(_PHONE_WORDS.split("|")), frozenset(_BANK_WORDS.split("|"))
CUES = _PHONE_CUES | _BANK_CUES
_NUMBER = rf"[^\d\ue000]{{0,25}}\+?\(?\d(?:[^\w\ue000]{{0,3}}\d){{{LEAST - 1},}}"
_PHONE = re.compile(rf"(?<![A-Za-z])(?:{_PHONE_WORDS})(?![A-Za-z]){_NUMBER}", re.IGNORECASE)
_BANK = re.compile(rf"(?<![A-Za-z])(?:{_BANK_WORDS})(?![A-Za-z]){_NUMBER}", re.IGNORECASE)
_MOBILE = re.compile("0?8|628")


def _find(reading: Reading) -> Iterator[str]:
    figures, words = reading.figures, reading.said.keys()
    if not figures:
        return
    if any(map(_is_mobile, numbers(figures))) or (not words.isdisjoint(_PHONE_CUES) and _PHONE.search(figures)):
        yield "telephone"
    if not words.isdisjoint(_BANK_CUES) and _BANK.search(figures):
        yield "bank account"


def _is_mobile(run: str) -> bool:
    return bool(_MOBILE.match("".join(filter(str.isdigit, run))))


_CUE = rf"(?is:(?:^|[^A-Za-z])(?:{_PHONE_WORDS}|{_BANK_WORDS})"
DETECTOR = Detector(
    name="telephone or account",
    hint=rf"{_CUE}[^A-Za-z].*(?:{_FIGURE}[^0-9A-Za-z]*){{4}})",
    sharp=rf"{_CUE}(?:[^A-Za-z0-9](?:[\s_]*[^\s_]){{0,25}}[\s_]*|)(?:{_FIGURE}[^0-9A-Za-z]*){{6}})",
    find=_find,
)
