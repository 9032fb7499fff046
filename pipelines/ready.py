"""What a run will need, asked before anything is read: its secrets, what its token may do, and that nothing is kept too long."""

import logging

from assets.contract import Contract
from assets.errors import PortalUnreachable
from assets.keys import vault_of
from assets.settings import PortalSettings, Settings
from assets.store import store_of
from assets.takedown import obey

log = logging.getLogger(__name__)
_silent: set[PortalSettings] = set()  # those that did not answer this process are not waited for at each dataset


def ready(contract: Contract, settings: Settings) -> None:
    """Raise the `SettingsError`, `PortalRefused` or, for what was taken down, `Blocked` that would stop the run at its end.

    A portal that does not answer may be up by then: that is told, and stops nothing.
    """
    from publish.ckan import check  # noqa: PLC0415 - the client is loaded where a portal is asked
    from publish.purging import purge  # noqa: PLC0415

    store = store_of(contract.name, settings)
    obey(contract, store)
    purge(contract, settings)
    for connection in _connections(contract):
        settings.connection(connection)
    vault_of(contract, store, settings)
    portal = settings.portals.get(contract.portal)
    if portal in _silent:
        return
    try:
        check(contract, settings)
    except PortalUnreachable as error:
        if portal:
            _silent.add(portal)
        log.warning("%s: %s (%s); reading all the same", contract.name, error.sentence, error.facts.get("found"))


def _connections(contract: Contract) -> set[str]:
    asked = {contract.source.connection, *(one.against.connection for one in contract.reconcile)}
    return {name for name in asked if name}
