"""The page of a statement: one file that needs no network, Indonesian first, English beside it, fit for printing."""

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Any, Final

from publish.notices import SCOPES

STYLE: Final = """
body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1c2430;background:#fff}
h1{font-size:1.6rem;line-height:1.25}h2{font-size:1.15rem;margin-top:2rem}i{color:#5a6572;font-style:normal}
table{border-collapse:collapse;width:100%;font-size:.9rem}td,th{border-bottom:1px solid #d5dbe2;padding:.35rem .5rem;
text-align:left;vertical-align:top;overflow-wrap:anywhere}code{font-size:.85em;overflow-wrap:anywhere}
@media(prefers-color-scheme:dark){body{color:#e6eaf0;background:#12161c}i{color:#9aa5b1}td,th{border-color:#333c48}}
@media print{body{margin:0;max-width:none}}
"""
LIMITS: Final = (
    (
        "Salinan yang sudah diunduh orang lain, singgahan (cache) di luar portal dan cadangan portal tidak terjangkau.",
        "Copies that people downloaded, caches outside the portal and the portal's backups are beyond reach.",
    ),
)


def of(statement: Mapping[str, Any]) -> str:
    """The statement as HTML."""
    title = statement["title"]
    found = statement["found"]
    parts = [
        f"<h1>{_both('Pernyataan penarikan data', 'Statement of a takedown')}</h1>",
        _table([*_facts(statement, title)]),
        f"<h2>{_both('Hasil', 'Result')}</h2><p>{_both(*_result(found, len(statement['asked'])))}</p>",
        f"<h2>{_both('Versi yang ditarik', 'Versions withdrawn')}</h2>",
        _table([(version, f"{len(files)} berkas / files") for version, files in statement["withdrawn"].items()]),
        f"<h2>{_both('Yang ditanyakan tanpa masuk', 'Asked without a token')}</h2>",
        _rows(["", "HTTP", _both("ditemukan", "found")], _asked(statement["asked"])),
        f"<h2>{_both('Batas', 'Limits')}</h2>",
        *(f"<p>{_both(*limit)}</p>" for limit in LIMITS),
        *(f"<p>{_both(*limit)}</p>" for limit in _activity(statement["asked"])),
        f"<h2>{_both('Tanda tangan', 'Signature')}</h2><p><code>{_signature(statement)}</code></p>",
        f"<h2>{_both('Sidik jari berkas', 'Checksums')}</h2>",
        _table([(f"{v}/{name}", sha) for v, files in statement["withdrawn"].items() for name, sha in files.items()]),
    ]
    head = f'<meta charset="utf-8"><meta name="viewport" content="width=device-width"><style>{STYLE}</style>'
    return (
        f'<!doctype html><html lang="id"><head>{head}<title>Terang</title></head><body>{"".join(parts)}</body></html>\n'
    )


def _facts(statement: Mapping[str, Any], title: Mapping[str, str]) -> Iterable[tuple[str, str]]:
    scope = statement["scope"]
    said = {code: text.format(**scope) for code, text in SCOPES[scope["scope"]].root.items()}
    yield "Dataset", f"{' / '.join(title.values())} ({statement['dataset']})"
    yield "Penerbit / Publisher", statement["publisher"]
    yield "Yang ditarik / Taken down", f"{said['id']} / {said['en']}"
    yield "Diperintahkan / Ordered", statement["ordered"]
    yield "Selesai / Done", statement["time"]
    yield "Alasan / Reason", statement["reason"]
    yield "Dasar hukum / Legal basis", statement["basis"]
    yield "Kini terbit / Shown now", statement["current"] or "tidak ada / nothing"
    yield "Portal", statement["portal"]
    yield "Buku besar rilis / Ledger entry", statement["ledger_entry"]


def _result(found: int, asked: int) -> tuple[str, str]:
    if found:
        return f"{found} masih terjawab.", f"{found} still answer."
    return (
        f"Tidak satu pun dari {asked} alamat publik menjawab dengan data yang ditarik.",
        f"None of {asked} public addresses answers with what was taken down.",
    )


def _activity(asked: Sequence[Mapping[str, Any]]) -> Iterable[tuple[str, str]]:
    kept = sum(one["found"] for one in asked if not one["ours"])
    if kept:
        yield (
            "Riwayat kegiatan portal masih menyimpan sidik jari berkas lama (bukan isinya); hanya pengelola portal yang "
            "dapat menghapusnya.",
            "The portal's activity stream still keeps checksums of old files (not their contents); only the portal's "
            "operator can remove them.",
        )


def _asked(asked: Sequence[Mapping[str, Any]]) -> list[list[str]]:
    return [
        [f"{escape(one['endpoint'])}<br><code>{escape(one['address'])}</code>", str(one["status"]), str(one["found"])]
        for one in asked
    ]


def _signature(statement: Mapping[str, Any]) -> str:
    signature = statement["signature"]
    return escape(f"{signature['algorithm']} {signature['public_key']} {signature['value']}") if signature else "—"


def _both(indonesian: str, english: str) -> str:
    return f"{indonesian} <i>{english}</i>"


def _table(rows: Sequence[tuple[str, str]]) -> str:
    return f"<table>{''.join(f'<tr><td>{escape(a)}</td><td>{escape(b)}</td></tr>' for a, b in rows)}</table>"


def _rows(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    cells = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows)
    return f"<table><tr>{''.join(f'<th>{one}</th>' for one in header)}</tr>{cells}</table>"
