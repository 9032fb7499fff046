"""`terang.toml`: where systems, portals and folders are. Environment variables go over it; secrets stay outside it.

Nothing is looked up until it is used: a code location loads without a secret.
"""

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource

from assets.errors import SettingsError
from assets.model import Strict
from assets.redaction import cleaned, remember, remember_within

CONFIG_VARIABLE = "TERANG_CONFIG"
DEFAULT_CONFIG = "terang.toml"
MEND = "mend the file, or the environment variable TERANG_... that goes over it"
PLACEHOLDERS = frozenset({"none", "null", "nil", "undefined", "changeme"})


class FromEnvironment(Strict):
    """A value in an environment variable."""

    env: str

    def read(self, root: Path, what: str) -> str:
        """The variable's text; raises `SettingsError` when it is not set, never the text "None"."""
        del root
        value = os.environ.get(self.env, "").strip()
        where, advice = f"environment variable {self.env}", f"set {self.env}"
        if not value:
            raise SettingsError(f"{what} is not set", where=where, next=advice)
        return _no_placeholder(value, what, where, advice)


class FromFile(Strict):
    """A value in a file of its own, which only its owner should be able to read."""

    file: str

    def read(self, root: Path, what: str) -> str:
        """The file's text; raises `SettingsError` when it is missing or empty."""
        try:
            value = (root / self.file).read_text(encoding="utf-8").strip()
        except OSError as error:
            advice = "write the value into this file, readable for its owner alone"
            raise SettingsError(f"{what} cannot be read", file=self.file, found=error.strerror, next=advice) from error
        advice = "write the value into this file"
        if not value:
            raise SettingsError(f"{what} is empty", file=self.file, next=advice)
        return _no_placeholder(value, what, f"file {self.file}", advice)


def _no_placeholder(value: str, what: str, where: str, advice: str) -> str:
    """The value, unless it is what a script writes when it has none."""
    if value.lower() in PLACEHOLDERS:
        raise SettingsError(f'{what} is the text "{value}", which no script means', where=where, next=advice)
    return value


Secret = FromEnvironment | FromFile
Reference = str | FromEnvironment | FromFile


@dataclass(frozen=True, kw_only=True, slots=True)
class Connection:
    """A system to read from, with its secrets looked up; its `repr` shows none of them."""

    name: str
    url: str = field(repr=False)
    root: Path = field(repr=False)
    headers: dict[str, str] = field(default_factory=dict, repr=False)
    timeout: float = 60.0
    private: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Portal:
    """A CKAN portal to publish to, with its token looked up; its `repr` does not show it."""

    name: str
    url: str
    token: str = field(repr=False)
    organization: str
    timeout: float = 60.0


class ConnectionSettings(Strict):
    """`url` of a database, API, folder or store of files; `headers` for keys that an API wants. `timeout` in seconds.

    `private` lets a web server lead to an address within this network.
    """

    url: Reference = Field(repr=False)
    headers: dict[str, Secret] = Field(default_factory=dict)
    timeout: float = Field(default=60.0, gt=0)
    private: bool = False


class PortalSettings(Strict):
    """A CKAN portal: its address, the API token of an editor, and the organisation that publishes."""

    url: Reference = Field(repr=False)
    token: Secret
    organization: str
    timeout: float = Field(default=60.0, gt=0)


class Storage(Strict):
    """Folders for restricted data (owner only), public data, and releases. Raw and public never share one."""

    restricted: str = ".terang/restricted"
    public: str = ".terang/public"
    releases: str = ".terang/releases"


class PrivacySettings(Strict):
    """The secret key of pseudonyms."""

    key: Secret | None = None


class StatementSettings(Strict):
    """The key that signs statements of takedowns: an Ed25519 private key as PEM."""

    key: Secret | None = None


class Approver(Strict):
    """Somebody whose approvals must be signed: the Ed25519 public key as PEM. The private one stays with the person."""

    key: Reference


class Retries(Strict):
    """How often a run asks a source or portal again that does not answer, and after how many seconds."""

    times: int = Field(default=3, ge=0)
    wait: float = Field(default=20.0, ge=0)


class Settings(BaseSettings):
    """Everything an office sets. `TERANG_PORTALS__DEFAULT__URL=...` goes over `[portals.default] url`."""

    model_config = SettingsConfigDict(
        env_prefix="TERANG_",
        env_nested_delimiter="__",
        extra="forbid",
        frozen=True,
        nested_model_default_partial_update=True,
    )

    root: Path = Path()
    contracts: tuple[str, ...] = ("contracts",)
    transforms: str = "transforms"
    timezone: str = "UTC"
    languages: tuple[str, ...] = ("en",)
    storage: Storage = Storage()
    privacy: PrivacySettings = PrivacySettings()
    statements: StatementSettings = StatementSettings()
    approvers: dict[str, Approver] = Field(default_factory=dict)
    retries: Retries = Retries()
    connections: dict[str, ConnectionSettings] = Field(default_factory=dict)
    portals: dict[str, PortalSettings] = Field(default_factory=dict)

    def shown(self) -> dict[str, Any]:
        """What is in force, for people: a password that stands in an address is left out, a secret is only named."""
        document = self.model_dump(mode="json")
        for place in (*document["connections"].values(), *document["portals"].values()):
            if isinstance(place["url"], str):
                place["url"] = cleaned(remember_within(place["url"]))
        return document

    def folder(self, name: str) -> Path:
        """A folder of the settings, relative to the file that names it."""
        return self.root / name

    def connection(self, name: str) -> Connection:
        """The connection called `name`; raises `SettingsError` where it or its secret is missing."""
        found = _named(self.connections, name, "connection")
        headers = {
            key: remember(secret.read(self.root, f"{key} of connection {name}"))
            for key, secret in found.headers.items()
        }
        url = remember_within(_look_up(found.url, self.root, f"the url of connection {name}"))
        return Connection(
            name=name, url=url, root=self.root, headers=headers, timeout=found.timeout, private=found.private
        )

    def portal(self, name: str) -> Portal:
        """The portal called `name`; raises `SettingsError` where it or its token is missing."""
        found = _named(self.portals, name, "portal")
        url = remember_within(_look_up(found.url, self.root, f"the url of portal {name}")).rstrip("/")
        if "@" in url:  # readers are shown this address
            raise SettingsError(
                f"the url of portal {name} holds a login", found=url, next="leave it out: the token is who we are"
            )
        return Portal(
            name=name,
            url=url,
            token=remember(found.token.read(self.root, f"the token of portal {name}")),
            organization=found.organization,
            timeout=found.timeout,
        )

    def pseudonym_key(self) -> bytes | None:
        """The secret key of pseudonyms, or None when the office set none."""
        key = self.privacy.key
        return remember(key.read(self.root, "the key of pseudonyms")).encode() if key else None

    def signing_key(self) -> bytes | None:
        """The private key of statements, or None when the office set none."""
        key = self.statements.key
        return remember(key.read(self.root, "the key of statements")).encode() if key else None

    def approver_key(self, name: str) -> bytes | None:
        """The public key of the approver called `name`, or None when the office set none."""
        found = self.approvers.get(name)
        return _look_up(found.key, self.root, f"the public key of approver {name}").encode() if found else None


def load(path: Path | None = None) -> Settings:
    """Settings of `path`, else of $TERANG_CONFIG, else of ./terang.toml; raises `SettingsError` with every mistake."""
    file = path or Path(os.environ.get(CONFIG_VARIABLE) or DEFAULT_CONFIG)
    if not file.is_file():
        raise SettingsError("there is no configuration", file=str(file), next="terang init DIR makes one")
    try:
        return _from_toml(file.resolve())
    except ValidationError as error:
        lines = [f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors(include_input=False)]
        raise SettingsError(
            "mistakes in the configuration", file=str(file), found="; ".join(lines), next=MEND
        ) from None
    except ValueError as error:
        raise SettingsError("the configuration is not TOML", file=str(file), found=str(error), next=MEND) from error


def _from_toml(file: Path) -> Settings:
    class Located(Settings):
        @classmethod
        def settings_customise_sources(  # type: ignore[override]  # called by name; the others stay unused
            cls, settings_cls: type[BaseSettings], *_: Any, env_settings: PydanticBaseSettingsSource, **__: Any
        ) -> tuple[PydanticBaseSettingsSource, ...]:
            return env_settings, TomlConfigSettingsSource(settings_cls, file)

    settings = Located()
    return settings.model_copy(update={"root": file.parent})


def _named(group: dict[str, Any], name: str, what: str) -> Any:
    if name not in group:
        have = ", ".join(sorted(group)) or "none"
        raise SettingsError(f"no {what} is called {name}", found=have, next=f"add [{what}s.{name}] to terang.toml")
    return group[name]


def _look_up(reference: Reference, root: Path, what: str) -> str:
    return reference if isinstance(reference, str) else reference.read(root, what)
