"""Reads everything back as a reader without a name, at any time, to tell whether it is still what was released."""

import time
from contextlib import closing
from dataclasses import dataclass

from assets.contract import Contract
from assets.errors import Unproven
from assets.settings import Settings
from publish.ckan import readback
from publish.ckan.capabilities import probe
from publish.ckan.client import Client
from publish.ckan.desired import desired


@dataclass(frozen=True, kw_only=True, slots=True)
class Verified:
    """What was compared and found the same."""

    dataset: str
    version: str
    rows: int
    sampled: int
    files: int
    seconds: float


def verify(contract: Contract, settings: Settings) -> Verified:
    """Compare files, table and a sample of rows with the latest release; raises `PortalMismatch` on a difference."""
    from publish.release import latest  # noqa: PLC0415

    began, release = time.monotonic(), latest(contract, settings)
    portal = settings.portal(contract.portal)
    if release is None:
        raise Unproven("there is no release to compare with", dataset=contract.name, next=f"terang run {contract.name}")
    with closing(Client(portal, dataset=contract.name)) as writer:
        wanted = desired(contract, release, settings.languages, probe(writer))
    with closing(Client(portal, dataset=contract.name, anonymous=True)) as reader:
        package = reader.read("package_show", id=contract.name)["id"]
        bad = readback.check_files(reader, package, wanted.resources)
        if bad:
            raise readback.mismatched_files(reader, bad)
        sampled = 0
        if wanted.table:
            readback.check_table(reader, wanted.table)
            sampled = readback.check_sample(reader, wanted.table, seed=time.time_ns() % 2**31)
    return Verified(
        dataset=contract.name,
        version=release.version,
        rows=wanted.table.rows if wanted.table else 0,
        sampled=sampled,
        files=len(wanted.resources),
        seconds=time.monotonic() - began,
    )
