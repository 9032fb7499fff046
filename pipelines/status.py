"""What is in force, as lines for people: where things come from and go to, which secrets are there, what is released."""

from collections.abc import Callable, Mapping

from rich.console import Console
from rich.table import Table

from assets.contract import Contract
from assets.errors import SettingsError
from assets.settings import FromEnvironment, FromFile, Reference, Settings
from publish.release import Release


def print_status(
    settings: Settings, contracts: Mapping[str, Contract], releases: Mapping[str, Release], waiting: Mapping[str, str]
) -> None:
    """Print the settings with secrets only named, then every dataset with its newest release and what waits for approval."""
    console = Console()
    console.width = max(console.width, 120)  # a log has no width of its own
    for table in (_settings(settings), _datasets(contracts, releases, waiting)):
        console.print(table)


def _settings(settings: Settings) -> Table:
    table = Table(box=None, pad_edge=False, show_header=False)
    storage = settings.storage
    table.add_row("folder", "", str(settings.root), "")
    table.add_row("contracts", "", ", ".join(settings.contracts), "")
    table.add_row("storage", "restricted", storage.restricted, "")
    table.add_row("", "public", storage.public, "")
    table.add_row("", "releases", storage.releases, "")
    shown = settings.shown()
    for name, connection in settings.connections.items():
        where = _named(connection.url, shown["connections"][name]["url"])
        table.add_row("connection", name, where, _there(settings.connection, name))
    for name, portal in settings.portals.items():
        where = f"{_named(portal.url, shown['portals'][name]['url'])}, organisation {portal.organization}"
        table.add_row("portal", name, where, _there(settings.portal, name))
    if settings.privacy.key:
        table.add_row(
            "key", "pseudonyms", _named(settings.privacy.key, ""), _there(lambda _: settings.pseudonym_key(), "")
        )
    return table


def _datasets(contracts: Mapping[str, Contract], releases: Mapping[str, Release], waiting: Mapping[str, str]) -> Table:
    table = Table(box=None, pad_edge=False)
    for column in ("dataset", "release", "rows", "schedule"):
        table.add_column(column, justify="right" if column == "rows" else "left")
    for name, contract in sorted(contracts.items()):
        release = releases.get(name)
        rows = f"{release.accounting['published_rows']:,}" if release else ""
        version = release.version if release else "none yet"
        waits = f", {waiting[name]} waits for approval" if name in waiting else ""
        table.add_row(name, f"{version}{waits}", rows, contract.schedule or "by hand")
    return table


def _named(reference: Reference, cleaned: str) -> str:
    """Where a value comes from, or the value itself without its login."""
    if isinstance(reference, FromEnvironment):
        return f"environment variable {reference.env}"
    return f"file {reference.file}" if isinstance(reference, FromFile) else cleaned


def _there(look_up: Callable[[str], object], name: str) -> str:
    """Whether a secret can be read; what is wrong is said without it."""
    try:
        look_up(name)
    except SettingsError as error:
        return f"✗ {error.sentence}"
    return "✓"
