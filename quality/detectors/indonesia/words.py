"""Words of official texts that follow a form of address, a title or a role without being a name. No given name is here."""

from pathlib import Path

OFFICIAL = frozenset((Path(__file__).parent / "words.txt").read_text(encoding="utf-8").split())
