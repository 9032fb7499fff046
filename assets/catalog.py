"""The contracts of an office: one file a dataset, found by name. Reading and checking of files happens here."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from assets.contract import Contract
from assets.contradictions import did_you_mean
from assets.decisions import is_open, undecided
from assets.errors import ContractError, Mistake, SettingsError
from assets.mistakes import mistakes
from assets.model import Text
from assets.settings import Settings
from assets.yaml import Lines, Path_, dotted, read

PATTERNS = "_patterns.yml"


def files(settings: Settings) -> list[Path]:
    """Every contract file of the settings' folders, by name; a name that starts with "_" is no dataset."""
    folders = [settings.folder(name) for name in settings.contracts]
    missing = [folder for folder in folders if not folder.is_dir()]
    if missing:
        raise SettingsError(
            "a folder of contracts is missing", file=str(missing[0]), next="mend contracts in terang.toml"
        )
    return sorted(file for folder in folders for file in folder.glob("*.yml") if not file.name.startswith("_"))


def load(file: Path, *, languages: Sequence[str] = ()) -> Contract:
    """The contract in `file`; raises `ContractError` with all mistakes.

    `languages` are those in which every text must be given.
    """
    document, lines = read(file)
    if not isinstance(document, dict):
        raise ContractError(str(file), [Mistake(path="(file)", message="a contract is a mapping of options")])
    if "name" in document:
        raise ContractError(
            str(file), [Mistake(path="name", message="the file's name is the dataset's name: remove it")]
        )
    open_ = undecided(document, lines)
    try:
        contract = Contract.model_validate({"name": file.stem, **document}, context={"patterns": patterns(file.parent)})
    except ValidationError as error:
        found = [mistake for mistake in mistakes(error, lines, Contract) if not is_open(mistake, document)]
        raise ContractError(str(file), [*open_, *found]) from None
    untold = [*open_, *_untranslated(contract, languages, lines)]
    if untold:
        raise ContractError(str(file), untold)
    return contract


def load_all(settings: Settings) -> dict[str, Contract]:
    """Every contract by its name; raises one `ContractError` with the mistakes of all files."""
    contracts: dict[str, Contract] = {}
    wrong: list[ContractError] = []
    for file in files(settings):
        try:
            contract = load(file, languages=settings.languages)
            if contract.name in contracts:
                raise ContractError(str(file), [Mistake(path="(file)", message="another folder has this dataset too")])
            contracts[contract.name] = contract
        except ContractError as error:
            wrong.append(error)
    wrong += [] if wrong else _unresolved(contracts)
    if wrong:
        raise together(wrong)
    return contracts


def together(wrong: list[ContractError]) -> ContractError:
    """One error with the mistakes of several files."""
    if len(wrong) == 1:
        return wrong[0]
    every = [
        Mistake(path=f"{Path(error.file).name} {found.path}", message=found.message, line=found.line)
        for error in wrong
        for found in error.mistakes
    ]
    return ContractError(", ".join(error.file for error in wrong), every)


def patterns(folder: Path) -> dict[str, str]:
    """The named patterns of `_patterns.yml` in `folder`, each a regular expression for the whole value."""
    file = folder / PATTERNS
    if not file.is_file():
        return {}
    document, _ = read(file)
    if not isinstance(document, dict) or not all(isinstance(regex, str) for regex in document.values()):
        raise ContractError(str(file), [Mistake(path="(file)", message="patterns map a name to a regular expression")])
    return document


def _untranslated(contract: Contract, languages: Sequence[str], lines: Lines) -> Iterator[Mistake]:
    for path, text in _texts(contract, ()):
        for language in languages:
            if language not in text.root:
                yield Mistake(path=dotted(path), message=f'has no text in "{language}"', line=lines.get(path))


def _texts(value: Any, path: Path_) -> Iterator[tuple[Path_, Text]]:
    if isinstance(value, Text):
        yield path, value
    elif isinstance(value, tuple):
        for i, item in enumerate(value):
            yield from _texts(item, (*path, i))
    elif hasattr(value, "model_fields_set"):
        for name in type(value).model_fields:
            yield from _texts(getattr(value, name), (*path, name))


def _unresolved(contracts: dict[str, Contract]) -> list[ContractError]:
    """References to a dataset or column that no contract declares."""
    wrong = []
    for contract in contracts.values():
        found = [
            Mistake(path=f"columns[{i}].references", message=message)
            for i, column in enumerate(contract.columns)
            if column.references
            and (message := _unknown_reference(column.references.dataset, column.references.column, contracts))
        ]
        if found:
            wrong.append(ContractError(f"{contract.name}.yml", found))
    return wrong


def _unknown_reference(dataset: str, column: str, contracts: dict[str, Contract]) -> str | None:
    if dataset not in contracts:
        return f'there is no dataset "{dataset}".{did_you_mean(dataset, contracts)}'
    names = [c.name for c in contracts[dataset].raw_columns]
    return None if column in names else f'{dataset} has no column "{column}".{did_you_mean(column, names)}'
