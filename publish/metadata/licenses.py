"""Open licences: what each vocabulary calls the licence that a contract names by its SPDX id."""

from dataclasses import dataclass
from typing import Final

_EU = "http://publications.europa.eu/resource/authority/licence/"


@dataclass(frozen=True, kw_only=True, slots=True)
class License:
    """SPDX id, full title, address of the text, CKAN's id, and the URI in the EU licence authority table."""

    spdx: str
    title: str
    url: str
    ckan: str
    eu: str


_ALL = (
    License(
        spdx="CC-BY-4.0",
        title="Creative Commons Attribution 4.0",
        url="https://creativecommons.org/licenses/by/4.0/",
        ckan="cc-by",
        eu=f"{_EU}CC_BY_4_0",
    ),
    License(
        spdx="CC-BY-SA-4.0",
        title="Creative Commons Attribution-ShareAlike 4.0",
        url="https://creativecommons.org/licenses/by-sa/4.0/",
        ckan="cc-by-sa",
        eu=f"{_EU}CC_BYSA_4_0",
    ),
    License(
        spdx="CC0-1.0",
        title="Creative Commons CC0 1.0 Universal",
        url="https://creativecommons.org/publicdomain/zero/1.0/",
        ckan="cc-zero",
        eu=f"{_EU}CC0",
    ),
    License(
        spdx="ODC-BY-1.0",
        title="Open Data Commons Attribution License 1.0",
        url="https://opendatacommons.org/licenses/by/1-0/",
        ckan="odc-by",
        eu=f"{_EU}ODC_BY",
    ),
    License(
        spdx="ODbL-1.0",
        title="Open Data Commons Open Database License 1.0",
        url="https://opendatacommons.org/licenses/odbl/1-0/",
        ckan="odc-odbl",
        eu=f"{_EU}ODC_BL",
    ),
    License(
        spdx="PDDL-1.0",
        title="Open Data Commons Public Domain Dedication and License 1.0",
        url="https://opendatacommons.org/licenses/pddl/1-0/",
        ckan="odc-pddl",
        eu=f"{_EU}ODC_PDDL",
    ),
)
LICENSES: Final = {license_.spdx: license_ for license_ in _ALL}
