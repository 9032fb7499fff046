"""Pages that need no network and no script: one look, two languages beside each other, fit for print and screen readers."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from html import escape
from typing import Final, NamedTuple

STYLE: Final = """
:root{--ink:#17212b;--soft:#556270;--line:#d9dfe5;--paper:#fff;--wash:#f4f6f8;--mark:#0b6e4f;--warm:#b4540a}
@media(prefers-color-scheme:dark){:root{--ink:#e8edf2;--soft:#9fabb8;--line:#34404c;--paper:#12181f;--wash:#1a222b;
--mark:#4fc79b;--warm:#f0a35c}}
*{box-sizing:border-box}body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.55 system-ui,sans-serif}
main{max-width:62rem;margin:0 auto;padding:2rem 1.25rem 4rem}header{border-bottom:3px solid var(--mark);padding-bottom:1rem}
h1{font-size:1.75rem;line-height:1.2;margin:.25rem 0}h2{font-size:1.2rem;margin:2.5rem 0 .5rem}p{margin:.5rem 0;max-width:46rem}
[lang=en]{color:var(--soft)}h1 [lang=en],h2 [lang=en],td [lang=en],th [lang=en],li [lang=en],dt [lang=en]{display:block;
font-size:.86em;font-weight:400}.kicker{color:var(--soft);margin:0}
dl.figures{display:flex;flex-wrap:wrap;gap:.75rem;margin:1.25rem 0}dl.figures div{flex:1 1 11rem;background:var(--wash);
border-radius:.5rem;padding:.75rem 1rem}dl.figures dd{margin:0;font-size:1.6rem;font-weight:650;line-height:1.2;
font-variant-numeric:tabular-nums}dl.figures dt{font-size:.9rem}
.bar{display:flex;height:1.1rem;border-radius:.3rem;overflow:hidden;background:var(--line)}.bar i{display:block}
.bar .shown{background:var(--mark)}.bar .kept{background:var(--warm)}
.scroll{overflow-x:auto;margin-bottom:1.25rem}table{border-collapse:collapse;width:100%;font-size:.93rem}
caption{text-align:left;color:var(--soft);padding:.25rem 0}td,th{border-bottom:1px solid var(--line);padding:.45rem .6rem;
text-align:left;vertical-align:top;overflow-wrap:anywhere}th{font-weight:600}th[scope=row]{font-weight:400}
td.n,th.n{text-align:right;font-variant-numeric:tabular-nums;overflow-wrap:normal;white-space:nowrap}
.yes{color:var(--mark);font-weight:600}.no{color:var(--warm);font-weight:700}
.restricted{background:var(--warm);color:var(--paper);padding:.35rem .75rem;border-radius:.3rem;display:inline-block;
font-weight:650}.restricted [lang=en]{color:inherit}code{font-size:.85em;overflow-wrap:anywhere}a{color:var(--mark)}
@media print{:root{--ink:#000;--soft:#444;--line:#bbb;--paper:#fff;--wash:#fff;--mark:#064;--warm:#830}
main{max-width:none;padding:0}h2{break-after:avoid}tr{break-inside:avoid}dl.figures div{border:1px solid var(--line)}
*{-webkit-print-color-adjust:exact;print-color-adjust:exact}}
"""
RUPIAH: Final = "IDR"
STEPS: Final = ((10**12, "triliun", "trillion"), (10**9, "miliar", "billion"), (10**6, "juta", "million"))


class Both(NamedTuple):
    """The same in both languages, as plain text."""

    id: str
    en: str

    def __str__(self) -> str:
        if self.id == self.en:
            return escape(self.id)
        return f'{escape(self.id)} <span lang="en">{escape(self.en)}</span>'


def page(title: Both, body: Iterable[str]) -> str:
    """The whole document; Indonesian is its language, each English text says that it is English."""
    meta = '<meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">'
    head = f"{meta}<title>{escape(title.id)}</title><style>{STYLE}</style>"
    return f'<!doctype html>\n<html lang="id"><head>{head}</head>\n<body><main>{"".join(body)}</main></body></html>\n'


def heading(words: Both) -> str:
    """A heading of a part."""
    return f"\n<h2>{words}</h2>"


def paragraph(words: Both) -> str:
    """A sentence in both languages, each on its own."""
    return f'\n<p>{escape(words.id)}</p><p lang="en">{escape(words.en)}</p>'


def table(caption: Both, header: Sequence[Both], rows: Iterable[Sequence[str]], *, numbers: Sequence[int] = ()) -> str:
    """A table whose cells are HTML already; columns of `numbers` stand to the right. The first cell names its row."""
    heads = "".join(f'<th scope="col"{_right(i, numbers)}>{one}</th>' for i, one in enumerate(header))
    body = "".join(f"<tr>{_cells(row, numbers)}</tr>" for row in rows)
    named = f"<caption>{caption}</caption>"
    return f'\n<div class="scroll"><table>{named}<thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table></div>'


def _cells(row: Sequence[str], numbers: Sequence[int]) -> str:
    first, *rest = row
    cells = "".join(f"<td{_right(i, numbers)}>{cell}</td>" for i, cell in enumerate(rest, 1))
    return f'<th scope="row">{first}</th>{cells}'


def _right(at: int, numbers: Sequence[int]) -> str:
    return ' class="n"' if at in numbers else ""


def figures(of: Iterable[tuple[str, Both]]) -> str:
    """Large numbers, each with its meaning."""
    return f'\n<dl class="figures">{"".join(f"<div><dd>{n}</dd><dt>{words}</dt></div>" for n, words in of)}</dl>'


def count(number: int) -> Both:
    """A count as each language writes it."""
    return Both(f"{number:,}".replace(",", "."), f"{number:,}")


def roughly(amount: Decimal, unit: str | None) -> Both:
    """An amount in three digits and a word; the exact one stands in the file beside the page."""
    sign, size = "-" if amount < 0 else "", abs(amount)
    for step, indonesian, english in STEPS:
        if size >= step:
            digits = f"{size / step:.2f}" if size < 10 * step else f"{size / step:.1f}"
            return _money(Both(f"{sign}{digits.replace('.', ',')} {indonesian}", f"{sign}{digits} {english}"), unit)
    return _money(count(int(amount)), unit)


def _money(said: Both, unit: str | None) -> Both:
    if unit == RUPIAH:
        return Both(f"Rp {said.id}", f"Rp {said.en}")
    return Both(f"{said.id} {unit or ''}".strip(), f"{said.en} {unit or ''}".strip())
