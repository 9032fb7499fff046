"""What changed with a release, in words and in figures, as a portal tells it."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from assets.contract import Contract
from assets.model import Text
from publish.ckan.resources import translated

if TYPE_CHECKING:
    from publish.release import Release

WORDS: Final = {
    "first": Text({"id": "Rilis pertama.", "en": "First release."}),
    "rows": Text(
        {
            "id": "Terhadap versi {since}: {added} baris baru, {changed} berubah, {removed} tidak terbit lagi; "
            "semuanya dari {before_rows} menjadi {after_rows} baris.",
            "en": "Since version {since}: {added} rows new, {changed} changed, {removed} no longer published; "
            "in all from {before_rows} to {after_rows} rows.",
        }
    ),
    "unknown": Text(
        {
            "id": "Barisnya tidak dapat dibandingkan dengan versi {since}.",
            "en": "Its rows cannot be compared with version {since}.",
        }
    ),
    "too many": Text(
        {
            "id": "Terlalu banyak untuk didaftar satu per satu.",
            "en": "Too many to be listed one by one.",
        }
    ),
    "added": Text({"id": "Kolom baru: {names}.", "en": "New columns: {names}."}),
    "removed": Text({"id": "Kolom yang tidak ada lagi: {names}.", "en": "Columns that are gone: {names}."}),
    "other": Text(
        {
            "id": "Kolom yang berganti tipe, kelas atau pelindungan, dan karena itu tidak dibandingkan: {names}.",
            "en": "Columns of another type, class or protection than before, and so not compared: {names}.",
        }
    ),
    "reason": Text({"id": "Alasan penerbit: {reason}", "en": "The publisher's reason: {reason}"}),
}
COUNTS: Final = ("added", "changed", "removed", "before_rows", "after_rows")


def told(contract: Contract, release: "Release", languages: Sequence[str]) -> dict[str, Any]:
    """`version_notes`, and the sums of measures before and after for a form that has a place for them."""
    if not release.changes:
        return {"version_notes": None, "terang_totals": []}
    words = {code: "\n".join(f"- {line}" for line in _lines(release.changes, code)) for code in languages}
    totals = release.changes.get("totals", {})
    return {
        **translated("version_notes", Text(words), languages),
        "terang_totals": [_total(contract, column, sums, languages) for column, sums in totals.items()],
    }


def number(value: int, language: str) -> str:
    """A count as people of this language write it."""
    return f"{value:,}" if language == "en" else f"{value:,}".replace(",", ".")


def _lines(changed: Mapping[str, Any], language: str) -> Iterator[str]:
    def say(what: str, **values: str) -> str:
        return WORDS[what].said_in(language).format(**values)

    since = changed["since"]
    if since is None:
        yield say("first")
    elif "added" not in changed:
        yield say("unknown", since=since)
    else:
        counts = {name: number(changed[name], language) for name in COUNTS}
        more = "" if changed["listed"] else f" {say('too many')}"
        yield say("rows", since=since, **counts) + more
        yield from (say(what, names=", ".join(names)) for what, names in changed["columns"].items() if names)
    if changed.get("reason"):
        yield say("reason", reason=changed["reason"])


def _total(contract: Contract, column: str, sums: Mapping[str, str], languages: Sequence[str]) -> dict[str, str]:
    of = contract.column(column)
    return {"column": column, **translated("label", of.label, languages), "unit": of.unit or "", **sums}
