"""What readers are told of takedowns: what, when, why and on which legal basis; never which rows."""

from collections.abc import Iterable
from typing import Final

from assets.model import Text
from publish.ledger import Entry

SCOPES: Final = {
    "rows": Text({"id": "{rows} baris ditarik dari publik", "en": "{rows} rows were taken down"}),
    "column": Text({"id": "kolom {column} ditarik dari publik", "en": "the column {column} was taken down"}),
    "version": Text({"id": "versi {version} ditarik dari publik", "en": "version {version} was taken down"}),
    "all": Text({"id": "seluruh dataset ditarik dari publik", "en": "the whole dataset was taken down"}),
}
NOTICE: Final = Text(
    {
        "id": "{day}: {what}. Alasan: {reason} Dasar hukum: {basis}",
        "en": "{day}: {what}. Reason: {reason} Legal basis: {basis}",
    }
)


def words(entries: Iterable[Entry]) -> Text | None:
    """One line for each takedown that stands, oldest first; None where there is none."""
    told = list(entries)
    lines = {code: [_line(entry, code) for entry in told] for code in NOTICE.root}
    return Text({code: "\n\n".join(said) for code, said in lines.items()}) if told else None


def _line(entry: Entry, code: str) -> str:
    facts = entry.facts
    what = SCOPES[facts["scope"]].root[code].format(**facts)
    said = {name: _sentence(facts[name]) for name in ("reason", "basis")}
    return NOTICE.root[code].format(day=entry.time[:10], what=what, **said)


def _sentence(text: str) -> str:
    return text if text.endswith((".", "!", "?")) else f"{text}."
