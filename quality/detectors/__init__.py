"""What looks like a person in a text: detectors for every country, then those of one, one file each and a line here.

They only raise suspicion. What acquits is a form that official texts are known by, or that the contract declares.
"""

from quality.detectors import coordinates, indonesia, mail, number
from quality.detectors.detector import Detector

DETECTORS: tuple[Detector, ...] = (number.DETECTOR, mail.DETECTOR, coordinates.DETECTOR, *indonesia.DETECTORS)
TITLES = indonesia.TITLES
IDENTITIES = (indonesia.is_identity,)
"""Whether the digits of a whole number are shaped like the number of a person."""
