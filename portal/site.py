"""Whose portal this is: `site.yml` as values. How it looks is in `templates/` and `public/`."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

SITE = Path(__file__).with_name("site.yml")


@dataclass(frozen=True, kw_only=True, slots=True)
class Topic:
    """A CKAN group: a subject that citizens look for, in each language."""

    name: str
    title: dict[str, str]
    description: dict[str, str]


@dataclass(frozen=True, kw_only=True, slots=True)
class Organization:
    """The office that publishes; `image` is a file of `public/`."""

    name: str
    title: str
    description: str
    image: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Login:
    """An account that the portal is made with."""

    name: str
    fullname: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Site:
    """Titles and texts of the portal, its organisation, topics, and two accounts."""

    title: str
    description: str
    intro: dict[str, str]
    about: dict[str, str]
    footer: dict[str, str]
    email: str
    organization: Organization
    topics: tuple[Topic, ...]
    editor: Login
    admin: Login


def load(path: Path = SITE) -> Site:
    """Read a site file; an unknown or missing key is a TypeError that names it."""
    import yaml  # noqa: PLC0415 (only in the portal's environment)

    document: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    parts: dict[str, Any] = {
        "organization": Organization(**document.pop("organization")),
        "topics": tuple(Topic(**topic) for topic in document.pop("topics")),
        "editor": Login(**document.pop("editor")),
        "admin": Login(**document.pop("admin")),
    }
    return Site(**document, **parts)
