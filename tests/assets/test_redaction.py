"""Nothing that is secret is read in an error or a log record, whoever wrote it and in whatever form."""

import json
import logging
import sys
from collections.abc import Iterator

import pytest

from assets import redaction
from assets.defects import defect
from assets.errors import ContractError, Mistake, SourceRefused
from assets.redaction import clean_logs, cleaned, remember, remember_within

KEY = 'kunci "rahasia"\\é-0001'


@pytest.fixture(autouse=True)
def forgetful(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """What a test makes secret is none in the next; log records are made as before."""
    monkeypatch.setattr(redaction, "_known", {})
    monkeypatch.setattr(redaction, "_pattern", None)
    factory = logging.getLogRecordFactory()
    yield
    logging.setLogRecordFactory(factory)


@pytest.mark.parametrize("write", [str, json.dumps, repr, lambda key: json.dumps(key, ensure_ascii=False)])
def test_a_known_secret_is_blotted_out_in_every_form(write: type[str]) -> None:
    """As it is, as JSON, as Python and as an address write it; the text around it stays."""
    remember(KEY)
    assert "rahasia" not in cleaned(f"before {write(KEY)} after")
    assert cleaned(f"before {write(KEY)} after").startswith("before ")
    assert cleaned("a=kunci%20%22rahasia%22%5C%C3%A9-0001&b=1") == "a=***&b=1"


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("postgresql://reader:p%40ss@db/x failed", "postgresql://***@db/x failed"),
        ("https://api/v1?api_key=0123&tahun=2025", "https://api/v1?api_key=***&tahun=2025"),
        ("host=db password='two words' user=x", "host=db password=*** user=x"),
        ("https://data.example.org/dataset/x", "https://data.example.org/dataset/x"),
        ("write to data@example.org, token: none", "write to data@example.org, token: none"),
    ],
)
def test_credentials_in_addresses_need_not_be_known(text: str, clean: str) -> None:
    """Their place says what they are; other text is left alone."""
    assert cleaned(text) == clean


def test_the_password_of_an_address_is_known_by_itself() -> None:
    """Also where a driver tells it without the address, decoded or not."""
    remember_within("postgresql://reader:p%40ss-word@db/x?sslpassword=kata-sandi")
    assert cleaned("no user with p@ss-word or p%40ss-word or kata-sandi") == "no user with *** or *** or ***"


def test_a_short_secret_blots_out_no_word() -> None:
    """A password that is a syllable hides where it stands alone."""
    remember("data")
    assert cleaned("database data dataset") == "database *** dataset"


def test_errors_are_clean_when_they_are_made() -> None:
    """Sentence, facts and mistakes, so that nobody who shows them has to think of it."""
    remember(KEY)
    error = SourceRefused(f"not {KEY}", where=f"https://x:{KEY}@db", found=KEY)
    assert "rahasia" not in f"{error} {error!r} {error.args} {error.document()}"
    assert "rahasia" not in str(ContractError("a.yml", [Mistake(path="x", message=KEY)]))


def test_a_log_record_is_clean_where_it_is_made(caplog: pytest.LogCaptureFixture) -> None:
    """Message, arguments and traceback, of any logger, to any handler; other records keep their arguments."""
    remember(KEY)
    clean_logs()
    clean_logs()
    try:
        raise ValueError(f"driver says {KEY}")
    except ValueError:
        logging.getLogger("somebody.else").exception("%s failed at %s", "it", f"https://me:{KEY}@db")
    logging.getLogger("somebody.else").warning("%s of %d", "one", 2)
    assert "rahasia" not in caplog.text
    assert "it failed at https://***@db" in caplog.text
    assert "ValueError: driver says ***" in caplog.text
    assert caplog.records[1].args == ("one", 2)


def test_a_defect_is_told_without_its_own_words() -> None:
    """The kinds of error and the places in the code; never the cell that some library quotes."""
    try:
        try:
            json.loads("Budi Contoh")
        except ValueError as error:
            raise KeyError("Budi Contoh") from error
    except KeyError:
        told = defect(sys.exc_info()[1] or KeyError(), dataset="x")
    assert told.exit_code == 1
    assert told.facts["found"] == "KeyError from json.decoder.JSONDecodeError"
    assert "tests/assets/test_redaction.py:" in told.facts["where"]
    assert "Budi" not in str(told)
