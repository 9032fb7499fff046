"""Personal data that is known by more than its digits, each written in its own ways."""

from collections.abc import Callable

Spell = Callable[[str], str]
PLATES: dict[str, Spell] = {
    "plain": str,
    "glued": lambda value: value.replace(" ", ""),
    "dashed": lambda value: value.replace(" ", "-"),
    "dotted": lambda value: value.replace(" ", "."),
    "full-width-digits": lambda value: value.translate(
        str.maketrans("0123456789", "".join(map(chr, range(0xFF10, 0xFF1A))))
    ),
    "zero-width": "\u200b".join,
    "underscores": lambda value: value.replace(" ", "_"),
    "small-letters-after-nopol": lambda value: f"nopol {value.lower()}",
    "in-brackets": lambda value: f"Servis mobil dinas ({value})",
    "entities": lambda value: value.replace(" ", "&nbsp;"),
}
MAILS: dict[str, Spell] = {
    "plain": str,
    "capitals": str.upper,
    "spaced-at": lambda value: value.replace("@", " @ "),
    "full-width-at": lambda value: value.replace("@", "\uff20"),
    "small-at": lambda value: value.replace("@", "\ufe6b"),
    "ideographic-dots": lambda value: value.replace(".", "\u3002"),
    "at-in-brackets": lambda value: value.replace("@", " [at] "),
    "at-and-dot-in-brackets": lambda value: value.replace("@", "(at)").replace(".", "(dot)"),
    "at-and-dot-as-words": lambda value: value.replace("@", " at ").replace(".", " dot "),
    "titik": lambda value: value.replace("@", " [at] ").replace(".", " titik "),
    "percent-encoded": lambda value: value.replace("@", "%40"),
    "entity": lambda value: value.replace("@", "&#64;"),
    "named-entity": lambda value: value.replace("@", "&commat;"),
    "json-escape": lambda value: value.replace("@", "\\u0040"),
    "mailto": lambda value: f'<a href="mailto:{value}">surat</a>',
    "tagged": lambda value: value.replace("@", "<b>@</b>"),
    "zero-width": lambda value: value.replace("@", "\u200b@\u200b"),
    "line-break": lambda value: value.replace("@", "@\n"),
}
HOMES: dict[str, Spell] = {
    "plain": str,
    "semicolon": lambda value: value.replace(", ", ";"),
    "blank": lambda value: value.replace(", ", " "),
    "decimal-commas": lambda value: value.replace(", ", "; ").replace(".", ","),
    "map-link": lambda value: f"https://maps.example/@{value.replace(' ', '')},17z",
    "query": lambda value: f"https://maps.example/?q={value.replace(' ', '')}",
    "query-percent": lambda value: f"https://maps.example/?q={value.replace(', ', '%2C')}",
    "geo": lambda value: f"geo:{value.replace(' ', '')}",
    "lat-lon": lambda value: "lat {} lon {}".format(*value.split(", ")),
    "lintang-bujur": lambda value: "Lintang: {}, Bujur: {}".format(*value.split(", ")),
    "lat-alone": lambda value: f"latitude={value.split(', ')[0]}",
    "with-compass": lambda value: "{} LS {} BT".format(*(part.lstrip("-") for part in value.split(", "))),
    "json": lambda value: '{{"lat": {}, "lon": {}}}'.format(*value.split(", ")),
    "point": lambda value: "POINT({1} {0})".format(*value.split(", ")),
    "full-width": lambda value: value.translate(str.maketrans("0123456789", "".join(map(chr, range(0xFF10, 0xFF1A))))),
}
PASSPORTS: dict[str, Spell] = {
    "plain": str,
    "spaced": lambda value: f"{value[0]} {value[1:]}",
    "announced": lambda value: f"paspor no. {value}",
    "zero-width": lambda value: f"{value[:3]}\u200b{value[3:]}",
}
WRITTEN: dict[str, dict[str, Spell]] = {
    "plate": PLATES,
    "e-mail": MAILS,
    "coordinates": HOMES,
    "passport": PASSPORTS,
}
SINGLE: dict[str, str] = {
    "account/short-after-rekening": "Transfer ke no. rekening 1234567",
    "account/short-after-rek": "rek. 765 4321 Bank Contoh",
    "account/bank-name-first": "BPD 123-456-7",
    "account/dotted": "No Rek: 123.45.678",
    "telephone/short-after-telp": "Telp. 345678",
    "telephone/short-after-hp": "HP 812-345",
    "telephone/wa": "WA 0812 345",
    "telephone/hubungi": "hubungi (0721) 48-12",
    "telephone/letters-between": "HP O8I2-345",
    "nik/cut-short": "NIK 35999901",
    "nik/cut-short-spaced": "N.I.K. NIK: 3599 9901",
    "nip/cut-short": "NIP 19660801",
    "npwp/cut-short": "NPWP 01.999.999",
    "kk/cut-short": "No. KK 359999 01",
    "nik/masked-by-stars": "359999********01",
    "nik/masked-by-x": "3599990101xxxxxx",
    "nik/masked-by-bullets": "359999\u2022\u2022\u2022\u2022\u2022\u20220001",
    "nik/masked-by-hashes": "359999########0001",
    "account/masked-in-groups": "1234 56** **** 7890",
    "coordinates/degrees": "6\u00b012'31.5\"S 106\u00b050'44\"E",
    "coordinates/degrees-in-words": "6 derajat 12 menit",
    "coordinates/degrees-and-blanks": "6\u00b0 12' 31\" LS",
    "coordinates/plus-code": "6P58QRXX+XW",
    "coordinates/short-plus-code": "QRXX+XW Contoh",
}
"""Short, masked and announced ones, written as they are met."""
HIDDEN: dict[str, str] = {
    "in-a-decree": "SK Nomor 112/PM{}/2025",
    "as-a-decree": "Keputusan Nomor {} Tahun 2025",
    "after-a-decree": "Perda No. 12 Tahun 2025 {}",
    "after-sp2d": "99.01/04.0/000001/LS/1.01.0.00.0.00.01.0000/M/2/2026 {}",
    "glued-to-an-account-code": "5.1.02.01.01.0024.{}",
    "glued-to-an-office-code": "1.01.0.00.0.00.01.0000-{}",
    "as-a-standard": "ISO {}:2013",
    "as-dipa": "DIPA-{}/2026",
    "as-a-region": "Desa Teladan ({})",
    "after-a-day": "tanggal 2026-01-05 {}",
    "before-a-day": "{} 05-01-2026",
    "after-an-amount": "Rp 1.250.000,00 {}",
    "between-years": "2023, 2024, {}",
    "after-a-hospital": "RSUD dr. Soetomo {}",
}
"""Official forms behind which an identity number may try to hide."""
