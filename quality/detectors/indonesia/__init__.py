"""The detectors of Indonesia: one file each, and a line here; and what its official texts write without harm."""

from quality.detectors.detector import Detector
from quality.detectors.indonesia import contact, identity, names, vehicle
from quality.detectors.indonesia.identity import is_identity
from quality.detectors.indonesia.official import PHRASES as OFFICIAL

DETECTORS: tuple[Detector, ...] = (identity.DETECTOR, contact.DETECTOR, vehicle.DETECTOR, names.DETECTOR)

__all__ = ["DETECTORS", "OFFICIAL", "is_identity"]
