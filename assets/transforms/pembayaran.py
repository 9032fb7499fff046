"""Payments: whose name may be shown. A treasurer is shown by the role; whom the role is held by is a person's name."""

import pyarrow as pa
import pyarrow.compute as pc


def transform(table: pa.Table) -> pa.Table:
    """Add `penerima`: the name of an organisation, or the treasurer's role without the name that follows it."""
    kind, name = table.column("jenis_penerima"), table.column("nama_penerima")
    role = pc.replace_substring_regex(name, r"(?i)\s+(a\.?\s*n\.?|a/n|atas nama)(\s.*)?$", "")
    shown = pc.if_else(pc.equal(kind, "Bendahara"), role, name)
    organisation = pc.is_in(kind, pa.array(["Badan", "Instansi", "Bendahara"], pa.string()))
    return table.append_column("penerima", pc.if_else(organisation, shown, pa.scalar(None, pa.string())))
