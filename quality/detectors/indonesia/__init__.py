"""The detectors of Indonesia: one file each, and a line here; and what its official texts write without harm."""

from quality.detectors.detector import Detector
from quality.detectors.indonesia import contact, identity, names, vehicle
from quality.detectors.indonesia.identity import is_identity
from quality.detectors.indonesia.official import PHRASES as OFFICIAL

DETECTORS: tuple[Detector, ...] = (identity.DETECTOR, contact.DETECTOR, vehicle.DETECTOR, names.DETECTOR)

TITLES = (
    "drs",
    "dra",
    "drg",
    "drh",
    "prof",
    "haji",
    "hajah",
    "hajjah",
    "raden",
    "pdt",
    "ustadz",
    "kyai",
    "bapak",
    "ibu",
)
"""Titles of more than two letters that are written before a name without a point."""

__all__ = ["DETECTORS", "OFFICIAL", "TITLES", "is_identity"]
