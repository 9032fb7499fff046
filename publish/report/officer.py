"""The whole evidence of the newest release, for the privacy officer alone: it lies in restricted storage.

Counts, levels, proofs and hashes; no cell. What restricted storage holds is told only where it is of exactly this table.
"""

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from html import escape
from pathlib import Path
from typing import Any, Final

from assets.contract import Contract
from assets.errors import Unproven
from assets.settings import Settings
from assets.store import Store, read_json, sha256, store_of
from publish import ledger
from publish.release import Release, newest
from publish.report.html import Both, count, figures, heading, page, paragraph, table
from publish.standing import standing

FILE: Final = "report.html"
TITLE: Final = Both("Laporan bukti rilis", "Evidence report of a release")
RESTRICTED: Final = Both("TERBATAS: tidak untuk umum", "RESTRICTED: not for the public")
PASSED, STOPPED = Both("lulus", "passed"), Both("TIDAK LULUS", "DID NOT PASS")
PARTS: Final = {  # of restricted storage, and what each is
    "anonymity.json": Both("Anonimisasi: tingkat, bintang, kehilangan", "Anonymisation: levels, stars, loss"),
    "crowd.json": Both("Orang di balik baris: k dan l yang dicapai", "Persons behind rows: k and l achieved"),
    "suppression.json": Both("Kelompok yang disembunyikan", "Groups that are hidden"),
    "hidden.json": Both("Jumlah persis yang disembunyikan", "Exact sums that are hidden"),
}


def write(contract: Contract, settings: Settings) -> Path:
    """Write the page into restricted storage, for its owner alone; raises `Unproven` where there is no release."""
    store = store_of(contract.name, settings)
    release = newest(contract, settings)
    if release is None:
        raise Unproven("there is no release to report on", dataset=contract.name, next=f"terang run {contract.name}")
    path = store.restricted / FILE
    path.touch(mode=0o600)
    path.chmod(0o600)
    path.write_text(html(contract, store, release), encoding="utf-8")
    return path


def html(contract: Contract, store: Store, release: Release) -> str:
    """The page."""
    evidence: dict[str, Any] = json.loads((release.path / "evidence.json").read_text(encoding="utf-8"))
    name = Both(contract.title.said_in("id"), contract.title.said_in("en"))
    return page(
        Both(f"{TITLE.id}: {name.id} {release.version}", TITLE.en),
        [
            f'<header><p class="restricted">{RESTRICTED}</p><p class="kicker">{escape(contract.publisher.name)}</p>',
            f"<h1>{TITLE}</h1><p>{name} · {escape(release.version)}</p></header>",
            *_state(store, release),
            *_account(evidence, release),
            *_columns(contract),
            *_restricted(store, release, evidence),
            *_gates(evidence, store),
            *_rules(evidence),
            *_history(store, release),
            *_bound(evidence, release),
        ],
    )


def _state(store: Store, release: Release) -> Iterator[str]:
    stands = standing(ledger.entries(store))
    if stands.hidden:
        found = stands.hidden.facts["found"]
        yield paragraph(
            Both(
                f"DISEMBUNYIKAN dari publik: {found} temuan setelah terbit. Tempatnya ada di published-found.json.",
                f"HIDDEN from the public: {found} findings after publishing. Their places are in published-found.json.",
            )
        )
    if stands.waiting and stands.waiting.version == release.version:
        yield paragraph(Both("Menunggu persetujuan orang kedua.", "Waiting for the approval of a second person."))


def _account(evidence: Mapping[str, Any], release: Release) -> Iterator[str]:
    rows = evidence["accounting"]
    names = {
        "read": Both("baris dibaca", "rows read"), "published": Both("terbit", "published"),
        "withheld": Both("tidak ditampilkan", "withheld"), "quarantined": Both("dikarantina", "quarantined"),
        "duplicates": Both("ganda", "duplicates"),
    }  # fmt: skip
    yield figures((escape(count(rows[name]).id), words) for name, words in names.items())
    yield heading(Both("Yang tidak ditampilkan, menurut alasan", "Withheld, by reason"))
    lines = (release.path / "withheld.csv").read_text(encoding="utf-8-sig").splitlines()
    header, *cells = [line.split(",") for line in lines]
    words = Both("Seperti diumumkan (withheld.csv)", "As the public is told (withheld.csv)")
    yield table(words, [Both(one, one) for one in header], ([*map(escape, one)] for one in cells), numbers=range(1, 9))
    if not cells:
        yield paragraph(Both("Tidak ada.", "None."))


def _columns(contract: Contract) -> Iterator[str]:
    public = {column.name for column in contract.public_columns}
    yield heading(Both("Kolom: kelas dan teknik", "Columns: classes and techniques"))
    header = [Both("Kolom", "Column"), Both("Kelas", "Class"), Both("Teknik", "Technique"), Both("Terbit", "Published")]
    rows = []
    for column in contract.columns:
        technique = column.technique
        how = f"{technique.technique} ({technique.rows})" if technique else "—"
        shown = Both("ya", "yes") if column.name in public else Both("tidak", "no")
        rows.append([f"<code>{escape(column.name)}</code>", escape(column.class_), escape(how), str(shown)])
    yield table(Both("Menurut kontrak yang berlaku", "By the contract in force"), header, rows)


def _restricted(store: Store, release: Release, evidence: Mapping[str, Any]) -> Iterator[str]:
    """What restricted storage holds about exactly this table."""
    yield heading(Both("Ukuran dan bukti terbatas", "Restricted measures and proofs"))
    verdict = read_json(store.verdict) or {}
    if (
        verdict.get("public_sha256") != evidence["public_table_sha256"]
        or verdict.get("contract") != evidence["contract"]
    ):
        yield paragraph(
            Both(
                f"Penyimpanan terbatas memuat bacaan yang lebih baru daripada rilis {release.version}; ukurannya tidak disebut.",
                f"Restricted storage holds a newer reading than release {release.version}; its measures are not told here.",
            )
        )
        return
    for name, words in PARTS.items():
        found = read_json(store.restricted / name)
        if found:
            rows = [[f"<code>{escape(key)}</code>", escape(value)] for key, value in _flat(found)]
            yield table(words, [Both("Ukuran", "Measure"), Both("Nilai", "Value")], rows)
    groups = read_json(store.restricted / "suppression.json")
    if groups:
        first, all_ = groups["small or dominated"], groups["hidden"]
        yield paragraph(
            Both(
                f"{first} kelompok disembunyikan karena kecil atau didominasi (primer), {all_ - first} untuk melindunginya (sekunder).",
                f"{first} groups hide because they are small or dominated (primary), {all_ - first} to protect them (secondary).",
            )
        )
    if store.witnesses.is_file():
        yield paragraph(
            Both(
                f"Saksi bahwa jumlah tersembunyi tak dapat dihitung: {store.witnesses.name}, SHA-256 {sha256(store.witnesses)}.",
                f"Witnesses that no hidden sum can be reckoned: {store.witnesses.name}, SHA-256 {sha256(store.witnesses)}.",
            )
        )


def _gates(evidence: Mapping[str, Any], store: Store) -> Iterator[str]:
    yield heading(Both("Gerbang", "Gates"))
    made = datetime.fromtimestamp(store.verdict.stat().st_mtime, UTC) if store.verdict.is_file() else None
    when = made.isoformat(timespec="seconds") if made else "—"
    rows = [
        [escape(gate["name"]), _outcome(passed=gate["passed"]), _facts(gate.get("evidence", {}))]
        for gate in evidence["gates"]
    ]
    header = [Both("Gerbang", "Gate"), Both("Hasil", "Outcome"), Both("Bukti", "Evidence")]
    yield table(Both(f"Putusan terakhir ditulis {when}", f"Last verdict written {when}"), header, rows)


def _outcome(*, passed: bool) -> str:
    return f'<span class="{"yes" if passed else "no"}">{PASSED if passed else STOPPED}</span>'


def _facts(facts: Mapping[str, Any]) -> str:
    return "<br>".join(f"{escape(key)}: {escape(value)}" for key, value in _flat(facts))


def _flat(document: Any, before: str = "") -> Iterator[tuple[str, str]]:
    """Every number and word of a document with its path; what is empty says so."""
    if isinstance(document, Mapping) and document:
        for key, value in document.items():
            yield from _flat(value, f"{before} · {key}" if before else str(key))
    elif isinstance(document, list) and any(isinstance(one, dict | list) for one in document):
        yield before, "; ".join(", ".join(map(str, one)) or "∅" for one in document)
    elif isinstance(document, bool):
        yield before, "ya / yes" if document else "tidak / no"
    else:
        yield before, ", ".join(map(str, document)) or "∅" if isinstance(document, list) else str(document or 0)


def _rules(evidence: Mapping[str, Any]) -> Iterator[str]:
    broken = [rule for rule in evidence["rules"] if rule["failed"]]
    yield heading(Both("Aturan mutu", "Rules of quality"))
    total, wrong = len(evidence["rules"]), len(broken)
    yield paragraph(
        Both(f"{total} aturan, {wrong} dilanggar oleh sebagian baris.", f"{total} rules, {wrong} broken by some rows.")
    )
    if broken:
        header = [Both("Aturan", "Rule"), Both("Sifat", "Severity"), Both("Baris", "Rows")]
        rows = [[escape(one["name"]), escape(one["severity"]), str(count(one["failed"]))] for one in broken]
        yield table(Both("Baris yang melanggar", "Rows against them"), header, rows, numbers=(2,))


def _history(store: Store, release: Release) -> Iterator[str]:
    yield heading(Both("Siapa, kapan, mengapa", "Who, when, why"))
    entries = [one for one in ledger.entries(store) if one.version == release.version]
    rows = [
        [escape(one.time), escape(one.event), _facts(one.facts), f"<code>{one.hash[:16]}…</code>"] for one in entries
    ]
    header = [Both("Waktu", "Time"), Both("Peristiwa", "Event"), Both("Fakta", "Facts"), Both("Baris", "Line")]
    words = Both("Baris buku besar rilis tentang versi ini", "Lines of the ledger about this version")
    yield table(words, header, rows)


def _bound(evidence: Mapping[str, Any], release: Release) -> Iterator[str]:
    yield heading(Both("Terikat pada", "Bound to"))
    rows = [
        [str(Both("tabel publik", "public table")), f"<code>{evidence['public_table_sha256']}</code>"],
        [str(Both("kontrak", "contract")), f"<code>{evidence['contract']}</code>"],
        [str(Both("isi rilis", "content of the release")), f"<code>{release.content_digest}</code>"],
        *([escape(name), f"<code>{file['sha256']}</code>"] for name, file in sorted(release.files.items())),
    ]
    yield table(Both("Sidik jari SHA-256", "SHA-256"), [Both("Apa", "What"), Both("SHA-256", "SHA-256")], rows)
