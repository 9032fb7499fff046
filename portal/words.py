"""CKAN's catalogues with this portal's words in them: `words.yml` over the translations that come with CKAN."""

import importlib.util
import json
from pathlib import Path
from typing import Any

from portal.supervisor import ProgramError

WORDS = Path(__file__).with_name("words.yml")


def build(folder: Path, scripts: Path) -> None:
    """Write `<language>/LC_MESSAGES/ckan.mo` below a folder, and `<language>.js` for scripts, as CKAN looks for them."""
    import yaml  # noqa: PLC0415 (only in the portal's environment)

    for language, words in yaml.safe_load(WORDS.read_text(encoding="utf-8")).items():
        catalogue = _shipped(language)
        for source, text in words.items():
            _put(catalogue, str(source), text)
        place = folder / language / "LC_MESSAGES"
        place.mkdir(parents=True, exist_ok=True)
        catalogue.save_as_mofile(str(place / "ckan.mo"))
        scripts.mkdir(parents=True, exist_ok=True)
        (scripts / f"{language}.js").write_text(_for_scripts(catalogue, language, words), encoding="utf-8")


def _for_scripts(catalogue: Any, language: str, words: dict[str, str]) -> str:
    """The texts that scripts use, and all of ours, as Jed reads them; `ckan translation js` does it for CKAN's alone."""
    plural = catalogue.metadata["Plural-Forms"]
    texts: dict[str, Any] = {"": {"domain": "ckan", "lang": language, "plural-forms": plural}}
    for entry in catalogue:
        in_scripts = any(file.endswith(".js") for file, _ in entry.occurrences)
        if not (in_scripts or entry.msgid in words):
            continue
        if entry.msgid_plural:
            texts[entry.msgid] = [entry.msgid_plural, *(entry.msgstr_plural[n] for n in sorted(entry.msgstr_plural))]
        elif entry.msgstr:
            texts[entry.msgid] = [None, entry.msgstr]
    return json.dumps(texts, ensure_ascii=False, sort_keys=True)


def _shipped(language: str) -> Any:
    """Read CKAN's catalogue; English has none of its own."""
    import polib  # noqa: PLC0415 (only in the portal's environment)

    spec = importlib.util.find_spec("ckan")
    if spec is None or spec.origin is None:
        raise ProgramError("CKAN is not installed in this environment: run this with the portal's own Python")
    file = Path(spec.origin).parent / "i18n" / language / "LC_MESSAGES" / "ckan.po"
    return polib.pofile(str(file)) if file.exists() else _empty()


def _empty() -> Any:
    import polib  # noqa: PLC0415 (only in the portal's environment)

    catalogue = polib.POFile()
    catalogue.metadata = {
        "Content-Type": "text/plain; charset=utf-8",
        "Plural-Forms": "nplurals=2; plural=(n != 1);",
    }
    return catalogue


def _put(catalogue: Any, source: str, text: str) -> None:
    """Translate one text. One that CKAN counts ("{number} dataset found") is given twice: Flask asks as in English."""
    import polib  # noqa: PLC0415 (only in the portal's environment)

    entry = catalogue.find(source)
    if entry is None:
        entry = polib.POEntry(msgid=source)
        catalogue.append(entry)
    entry.flags = []
    if entry.msgid_plural:
        entry.msgstr_plural = {0: text, 1: text}
    else:
        entry.msgstr = text
