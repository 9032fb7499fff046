"""A new office's own folder, so that Terang is upgraded without touching the office's contracts."""

import json
from pathlib import Path

from assets.errors import SettingsError
from assets.reference import json_schema

SCHEMA = "contract.schema.json"  # by which editors complete and check a contract
FOR_EDITORS = f"# yaml-language-server: $schema=../{SCHEMA}\n"
FILES = {
    "terang.toml": """\
# Where systems, portals and folders are. Secrets stay outside: {env = "NAME"} or {file = "PATH"}.
contracts = ["contracts"]
transforms = "transforms"
timezone = "Asia/Jakarta"
languages = ["id", "en"]

[storage]
restricted = "data/restricted"
public = "data/public"
releases = "data/releases"

[connections.files]
url = "incoming"

[portals.default]
url = "https://data.example.go.id"
token = { env = "TERANG_CKAN_TOKEN" }
organization = "my-office"

# Signs the statement of a takedown: openssl genpkey -algorithm ed25519 -out statements.pem
# [statements]
# key = { file = "statements.pem" }

# Whoever is named here signs approvals with a key of their own: openssl pkey -in siti.pem -pubout -out siti.pub
# [approvers.siti]
# key = { file = "siti.pub" }
""",
    "contracts/_patterns.yml": """\
rekening: '\\d(\\.\\d+)*'
""",
    "contracts/example.yml": FOR_EDITORS
    + """\
title: {id: Contoh belanja, en: Example of spending}
summary: {id: Belanja menurut kode rekening dan bulan., en: Spending by account code and month.}
publisher: {name: My office, contact: data@example.go.id}
license: CC-BY-4.0
source: {kind: csv, path: "spending_*.csv", connection: files}
key: [kode_rekening, bulan]
columns:
  - {name: kode_rekening, type: string, class: code, pattern: rekening, label: {id: Kode rekening, en: Account code}}
  - {name: bulan, type: integer, class: public, minimum: 1, maximum: 12, label: {id: Bulan, en: Month}}
  - {name: nilai, type: "decimal(20,2)", class: public_measure, unit: IDR, label: {id: Nilai, en: Value}}
""",
    "incoming/spending_2026.csv": """\
kode_rekening,bulan,nilai
5.1.02,1,1000000.50
5.1.02,2,2500000.00
""",
    "transforms/.gitkeep": "",
    "workspace.yaml": """\
load_from:
  - python_module:
      module_name: pipelines.definitions
      location_name: terang
""",
    "Makefile": """\
check:
\tterang check

run:
\tterang run

dagster:
\tterang dagster
""",
    ".gitignore": "/data/\n/.terang/\n",
}


def make(folder: Path) -> list[Path]:
    """Write the files of a new office; raises `SettingsError` rather than write over anything."""
    taken = [name for name in FILES if (folder / name).exists()]
    if taken:
        raise SettingsError(
            "the folder already has an office in it",
            file=str(folder),
            found=", ".join(taken),
            next="name an empty folder",
        )
    for name, text in {**FILES, SCHEMA: f"{json.dumps(json_schema(), indent=2)}\n"}.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return [folder / name for name in (*FILES, SCHEMA)]
