"""`terang explain`: a dataset's columns in words, for the officer who decides about them."""

import json
from collections.abc import Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Final, Literal

import typer

from assets.errors import SettingsError
from pipelines.chosen import AsJson, chosen, office

if TYPE_CHECKING:
    from publish.explaining import Explained

WORDS: Final = {
    "en": ("class", "purpose", "legal basis", "done", "example", "gates", "measured in"),
    "id": ("kelas", "tujuan", "dasar hukum", "perlakuan", "contoh", "gerbang", "diukur pada"),
}


def explain(
    dataset: Annotated[str, typer.Argument(help="The dataset.")],
    column: Annotated[str | None, typer.Argument(help="One column; all of them when none is named.")] = None,
    *,
    lang: Annotated[Literal["en", "id"], typer.Option(help="In English or Indonesian.")] = "en",
    as_json: AsJson = False,
) -> None:
    """Say of each column what it is and why, what is done to it, which gates look at it, and what was measured."""
    from assets.contradictions import did_you_mean  # noqa: PLC0415
    from publish.explaining import explain as explained  # noqa: PLC0415

    settings, contracts = office()
    contract = chosen(contracts, [dataset])[dataset]
    names = [one.name for one in contract.columns]
    if column is not None and column not in names:
        raise SettingsError(
            f'there is no column "{column}".{did_you_mean(column, names)}', dataset=dataset,
            next=f"terang explain {dataset} lists them",
        )  # fmt: skip
    found = explained(contract, settings, [column] if column else [], language=lang)
    if as_json:
        typer.echo(json.dumps([asdict(one) for one in found], indent=2, ensure_ascii=False))
        return
    typer.echo("\n".join(line for one in found for line in _lines(one, lang)))


def _lines(one: "Explained", language: str) -> Iterator[str]:
    class_, purpose, basis, done, example, gates, measured = WORDS[language]
    yield f"{one.column}   {one.label}"
    yield f"  {class_:<12} {one.class_}: {one.meaning}"
    yield f"  {purpose:<12} {one.purpose or '-'}"
    yield f"  {basis:<12} {one.basis or '-'}"
    yield f"  {done:<12} {one.technique}: {one.done}"
    if one.example:
        yield f"  {example:<12} {one.example[0]} -> {one.example[1]}"
    yield f"  {gates:<12} {', '.join(one.gates)}"
    if one.measured:
        counts = ", ".join(f"{count:,} {name}" for name, count in one.measured.items())
        yield f"  {measured:<12} {one.version}: {counts}"
