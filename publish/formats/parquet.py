"""Parquet with zstd: the exact record, with each column's label, meaning and unit in its metadata."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from assets.model import Text
from publish.formats.format import Context
from publish.metadata.fields import Field

NAME = "parquet"
EXTENSION = "parquet"
MEDIA_TYPE = "application/vnd.apache.parquet"
FILE_TYPE = "http://publications.europa.eu/resource/authority/file-type/PARQUET"
VERSION = 1
NOTE = Text(
    {
        "id": "Tipe data persis: uang sebagai desimal, kode sebagai teks. Untuk analisis.",
        "en": "Exact types: money as decimal, codes as text. For analysis.",
    }
)
ROW_GROUP = 131_072


def write(table: Path, target: Path, context: Context) -> None:
    """Write the table as Parquet."""
    source = pq.ParquetFile(table)
    schema = _described(source.schema_arrow, context)
    with pq.ParquetWriter(target, schema, compression="zstd") as writer:
        for batch in source.iter_batches(ROW_GROUP):
            writer.write_batch(pa.RecordBatch.from_arrays(batch.columns, schema=schema))


def _described(schema: pa.Schema, context: Context) -> pa.Schema:
    known = {field.name: field for field in context.fields}
    columns = [column.with_metadata(_words(known[column.name], context.languages)) for column in schema]
    contract = context.contract
    facts = {"dataset": contract.name, "version": context.version, "license": contract.license}
    titles = {f"title_{language}": contract.title.said_in(language) for language in context.languages}
    return pa.schema(columns, metadata=facts | titles)


def _words(field: Field, languages: tuple[str, ...]) -> dict[str, str]:
    words = {f"label_{language}": field.label.said_in(language) for language in languages}
    if field.description:
        words |= {f"description_{language}": field.description.said_in(language) for language in languages}
    return words | {"class": field.class_} | ({"unit": field.unit} if field.unit else {})
