"""What was withheld and why, for everyone: beside the data, bound to nothing but what is public already.

No number of a class, no threshold that must stay secret, no value; amounts in three digits, the exact ones in `withheld.csv`.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from decimal import Decimal
from html import escape
from typing import Final

from assets.contract import Contract
from assets.model import Text
from assets.past.rows import REASON as TOO_FEW
from assets.protect import Protected
from assets.takedown import REASON as TAKEN_DOWN
from assets.withheld import Withheld
from publish.metadata.fields import Field, fields
from publish.report.html import Both, count, figures, heading, page, paragraph, roughly, table

FILE: Final = "withheld.html"
TITLE: Final = Both("Apa yang tidak ditampilkan dan mengapa", "What was withheld and why")
WHY: Final = {
    "persons": Both(
        "Baris tentang orang. Nama dan nomor orang dilindungi UU 27/2022 dan UU 14/2008 pasal 17 huruf h; jumlah baris, "
        "jumlah orang dan jumlah uangnya tetap dihitung.",
        "Rows about persons. Names and numbers of persons are protected by UU 27/2022 and UU 14/2008 Art. 17(h); rows, "
        "persons and money are still counted.",
    ),
    "groups": Both(
        "Kelompok dengan terlalu sedikit orang, dan kelompok lain yang ikut disembunyikan supaya yang kecil tidak dapat "
        "dihitung dari jumlahnya.",
        "Groups of too few persons, and others that hide with them so that the small ones cannot be reckoned from totals.",
    ),
    "releases": Both(
        "Baris tentang orang yang, bila semua rilis dibandingkan, mirip dengan terlalu sedikit baris lain; terbit bila sudah "
        "cukup banyak.",
        "Rows about persons that too few others are like when all releases are compared; shown when there are enough.",
    ),
    "takedown": Both(
        "Ditarik dari publik dengan perintah yang tercatat di buku besar rilis.",
        "Taken down by an order that stands in the ledger of releases.",
    ),
}
NEVER: Final = {
    "direct_id": Both("menunjuk satu orang: nama, nomor, rekening, telepon", "points at one person: name, number, account"),
    "linkage_key": Both("menghubungkan baris orang yang sama", "joins rows about the same person"),
    "sensitive": Both("sangat pribadi: kesehatan, keyakinan, keuangan pribadi", "sensitive: health, belief, own finances"),
    "free_text": Both("teks bebas yang diketik seseorang", "words that somebody typed"),
    "internal": Both("untuk keperluan kantor saja", "for the office alone"),
}  # fmt: skip
OTHER: Final = Both("tidak untuk umum", "not for the public")


def html(contract: Contract, account: Protected, version: str) -> str:
    """The page of one release."""
    name = Both(contract.title.said_in("id"), contract.title.said_in("en"))
    return page(
        Both(f"{TITLE.id}: {name.id}", f"{TITLE.en}: {name.en}"),
        [
            f'<header><p class="kicker">{escape(contract.publisher.name)} · {escape(version)}</p>',
            f"<h1>{TITLE}</h1><p>{name}</p></header>",
            *_rows(contract, account),
            *_columns(contract),
            *_check(contract),
        ],
    )


def _rows(contract: Contract, account: Protected) -> Iterator[str]:
    kept = sum(part.rows for part in account.withheld)
    aside = account.quarantined + account.duplicates
    yield figures(
        [
            (_plain(count(account.published)), Both("baris terbit", "rows published")),
            (_plain(count(kept)), Both("baris tidak ditampilkan satu per satu", "rows not shown one by one")),
            (_plain(count(aside)), Both("baris keliru atau ganda, disisihkan", "rows wrong or double, set aside")),
        ]
    )
    yield _bar(account.published, kept, aside)
    yield paragraph(
        Both(
            f"Sumber memuat {count(account.read).id} baris; ketiganya bersama-sama adalah semuanya.",
            f"The source holds {count(account.read).en} rows; these three together are all of them.",
        )
    )
    yield heading(Both("Baris yang tidak ditampilkan", "Rows that are not shown"))
    if not account.withheld:
        yield paragraph(Both("Tidak ada: setiap baris yang benar terbit.", "None: every sound row is published."))
        return
    measures = list(dict.fromkeys(column for part in account.withheld for column in part.money))
    header = [
        Both("Alasan", "Reason"),
        Both("Baris", "Rows"),
        Both("Orang", "Persons"),
        *(_label(contract.column(column).label) for column in measures),
    ]
    rows = [_reason(contract, part, measures) for part in account.withheld]
    caption = Both("Jumlah persisnya ada di withheld.csv.", "Exact sums are in withheld.csv.")
    yield table(caption, header, rows, numbers=range(1, len(header)))


def _bar(shown: int, kept: int, aside: int) -> str:
    """A picture of the same numbers, which screen readers need not read twice."""
    whole = max(shown + kept + aside, 1)
    parts = (("shown", shown), ("kept", kept))
    inner = "".join(f'<i class="{name}" style="width:{100 * n / whole:.2f}%"></i>' for name, n in parts)
    return f'\n<div class="bar" aria-hidden="true">{inner}</div>'


def _reason(contract: Contract, part: Withheld, measures: Iterable[str]) -> list[str]:
    named = {TAKEN_DOWN: "takedown", TOO_FEW: "releases"}
    kind = named.get(part.reason, "groups" if contract.aggregate else "persons")
    persons = Both("tidak disebutkan", "not told") if part.persons is None else count(part.persons)
    if part.fewer_than is not None:
        persons = Both(f"kurang dari {part.fewer_than}", f"fewer than {part.fewer_than}")
    told = [_money(contract, column, part.money.get(column)) for column in measures]
    words = f"<strong>{escape(part.reason)}</strong><br>{WHY[kind]}"
    return [words, str(count(part.rows)), str(persons), *map(str, told)]


def _money(contract: Contract, column: str, amount: str | None) -> Both:
    if amount is None:
        return Both("tidak disebut, supaya tidak dapat dihitung", "not told, so that nothing can be reckoned from it")
    return roughly(Decimal(amount), contract.column(column).unit)


def _columns(contract: Contract) -> Iterator[str]:
    shown = [field for field in fields(contract) if field.protection]
    public = {column.name for column in contract.public_columns}
    never = Counter(column.class_ for column in contract.raw_columns if column.name not in public)
    yield heading(Both("Kolom yang dilindungi", "Columns that are protected"))
    if shown:
        caption = Both("Terbit, tetapi dilindungi", "Published, but protected")
        yield table(caption, [Both("Kolom", "Column"), Both("Caranya", "How")], map(_protected, shown))
    if never:
        rows = [[str(_class(name)), str(count(number))] for name, number in sorted(never.items())]
        caption = Both("Tidak terbit sama sekali", "Not published at all")
        header = [Both("Kolom yang", "Columns that are"), Both("Banyaknya", "How many")]
        yield table(caption, header, rows, numbers=(1,))
    if not shown and not never:
        yield paragraph(
            Both("Tidak ada: semua kolom terbit apa adanya.", "None: all columns are published as they are.")
        )


def _class(name: str) -> Both:
    return NEVER.get(name, OTHER)


def _protected(field: Field) -> list[str]:
    assert field.protection is not None  # noqa: S101 - its caller looked
    return [f"{_label(field.label)}<code>{escape(field.name)}</code>", str(_label(field.protection))]


def _label(words: Text) -> Both:
    return Both(words.said_in("id"), words.said_in("en"))


def _plain(said: Both) -> str:
    return escape(said.id)


def _check(contract: Contract) -> Iterator[str]:
    yield heading(Both("Periksa sendiri", "Check it yourself"))
    yield paragraph(
        Both(
            "evidence.json memuat setiap pemeriksaan yang dilalui rilis ini, dictionary.csv arti setiap kolom, dan buku besar "
            "rilis sidik jari setiap berkas.",
            "evidence.json holds each check that this release passed, dictionary.csv the meaning of each column, and the "
            "ledger of releases the checksum of each file.",
        )
    )
    contact = contract.publisher.contact
    yield paragraph(
        Both(
            f"Melihat sesuatu tentang Anda yang tidak semestinya terbit? Tulis ke {contact}.",
            f"Do you see something about you that should not be public? Write to {contact}.",
        )
    )
