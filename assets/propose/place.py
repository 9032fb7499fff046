"""Where a file is, as a contract says it: below the folder of a connection, or of terang.toml."""

import re
from dataclasses import dataclass
from pathlib import Path

from assets.errors import SettingsError
from assets.settings import ConnectionSettings, Settings
from assets.sources.files import folder_of, is_remote


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """The options that name a source, the settings in which they hold, and what is to be added to terang.toml."""

    options: dict[str, str]
    settings: Settings
    addition: str | None = None


def place_of(file: Path, settings: Settings) -> Place:
    """The connection whose folder holds the file; a new one for its folder, where there is none."""
    path = file.resolve()
    folders = _folders(settings)
    for name, folder in sorted(folders.items(), key=lambda item: -len(str(item[1]))):
        if path.is_relative_to(folder):
            return Place(options={"connection": name, "path": _glob(path, folder)}, settings=settings)
    root = settings.root.resolve()
    if path.is_relative_to(root):
        return Place(options={"path": _glob(path, root)}, settings=settings)
    name = new_name(path.parent.name, settings)
    connection = ConnectionSettings(url=str(path.parent))
    return Place(
        options={"connection": name, "path": _glob(path, path.parent)},
        settings=settings.model_copy(update={"connections": {**settings.connections, name: connection}}),
        addition=f'[connections.{name}]\nurl = "{path.parent}"',
    )


def place_above(address: str, settings: Settings) -> Place:
    """The connection to the folder of an address of another machine: one that there is, or a new one."""
    above, _, path = address.rpartition("/")
    for name, connection in settings.connections.items():
        url = connection.url
        if isinstance(url, str) and is_remote(url) and address.startswith(f"{url.rstrip('/')}/"):
            return Place(options={"connection": name, "path": address[len(url.rstrip("/")) + 1 :]}, settings=settings)
    name = new_name(re.sub(r"^\w+://", "", above).split("/")[0], settings)
    return Place(
        options={"connection": name, "path": path},
        settings=settings.model_copy(
            update={"connections": {**settings.connections, name: ConnectionSettings(url=above)}}
        ),
        addition=f'[connections.{name}]\nurl = "{above}"',
    )


def _folders(settings: Settings) -> dict[str, Path]:
    """The folders of connections, as far as their addresses are known here."""
    found = {}
    for name in settings.connections:
        try:
            address = settings.connection(name).url
        except SettingsError:
            continue
        if "://" not in address or address.startswith("file://"):
            found[name] = folder_of(address, settings.root).resolve()
    return {name: folder for name, folder in found.items() if folder.is_dir()}


def _glob(path: Path, folder: Path) -> str:
    """The path below the folder, with the signs that a pattern of names would take for its own taken as they are."""
    return re.sub(r"([*?[])", r"[\1]", path.relative_to(folder).as_posix())


def new_name(text: str, settings: Settings) -> str:
    """A name for a new connection."""
    plain = re.sub(r"[^a-z0-9]+", "_", text.lower()).strip("_") or "files"
    return plain if plain not in settings.connections else f"{plain}_2"
