"""The public table of a dataset: its columns, their types, their order."""

import pyarrow as pa

from assets.contract import Contract
from assets.types import arrow_type

ID, ROW_ID = "id", "[a-p]{16}"  # the name of the first column, and what each of its cells looks like


def public_schema(contract: Contract) -> pa.Schema:
    """Names and types of the public table: `id` first, unless the rows are groups, then the public columns."""
    fields = [] if contract.aggregate else [pa.field(ID, pa.string())]
    for column in contract.public_columns:
        source = arrow_type(column.type)
        fields.append(pa.field(column.name, column.technique.output_type(source) if column.technique else source))
    return pa.schema(fields)


def table_key(contract: Contract) -> tuple[str, ...]:
    """The columns that tell one public row from another: `id`, or what the groups are by."""
    return contract.public_key if contract.aggregate else (ID,)
