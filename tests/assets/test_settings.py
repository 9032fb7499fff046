"""Settings: environment over file, secrets looked up late and never shown, every mistake in words."""

from pathlib import Path

import pytest

from assets.errors import SettingsError
from assets.settings import load

TOML = """
[connections.ledger]
url = "postgresql://reader:hunter2@db.example.org/ledger"

[connections.api]
url = "https://api.example.org"
headers = { X-API-Key = { env = "TERANG_TEST_KEY" } }

[portals.default]
url = "https://data.example.org/"
token = { file = "secrets/token" }
organization = "office"
"""


def _file(folder: Path, text: str = TOML) -> Path:
    (folder / "terang.toml").write_text(text, encoding="utf-8")
    return folder / "terang.toml"


def test_loading_needs_no_secret(tmp_path: Path) -> None:
    """A code location loads on a machine that has no token."""
    assert load(_file(tmp_path)).portals["default"].organization == "office"


def test_an_environment_variable_goes_over_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One value changes, its neighbours stay."""
    (tmp_path / "secrets").mkdir()
    (tmp_path / "secrets/token").write_text("t0ken\n", encoding="utf-8")
    monkeypatch.setenv("TERANG_PORTALS__DEFAULT__URL", "http://127.0.0.1:5000")
    portal = load(_file(tmp_path)).portal("default")
    assert (portal.url, portal.token, portal.organization) == ("http://127.0.0.1:5000", "t0ken", "office")


def test_a_missing_secret_says_which_and_is_never_the_text_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An unset variable and a missing file each say what to set."""
    monkeypatch.delenv("TERANG_TEST_KEY", raising=False)
    settings = load(_file(tmp_path))
    with pytest.raises(SettingsError, match="X-API-Key of connection api is not set") as unset:
        settings.connection("api")
    assert "TERANG_TEST_KEY" in str(unset.value)
    with pytest.raises(SettingsError, match="token of portal default cannot be read"):
        settings.portal("default")


@pytest.mark.parametrize("text", ["None", "null", "undefined"])
def test_what_a_script_writes_for_nothing_is_no_secret(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    """The text "None" is never sent as a key, nor used as one, wherever it comes from."""
    settings = load(_file(tmp_path))
    (tmp_path / "secrets").mkdir()
    (tmp_path / "secrets/token").write_text(f"{text}\n", encoding="utf-8")
    monkeypatch.setenv("TERANG_TEST_KEY", text)
    with pytest.raises(SettingsError, match="which no script means") as error:
        settings.connection("api")
    assert error.value.facts["next"] == "set TERANG_TEST_KEY"
    with pytest.raises(SettingsError, match="token of portal default is the text"):
        settings.portal("default")


def test_the_address_of_a_portal_holds_no_login(tmp_path: Path) -> None:
    """It is shown to readers; and the refusal does not tell the login either."""
    text = TOML.replace("https://data.example.org/", "https://staff:Gembok-99@data.example.org/")
    with pytest.raises(SettingsError, match="holds a login") as error:
        load(_file(tmp_path, text)).portal("default")
    settings = load(_file(tmp_path, text))
    assert "Gembok" not in f"{error.value} {settings!r} {settings.shown()}"


def test_no_password_is_shown(tmp_path: Path) -> None:
    """Neither printing nor showing settings tells a credential that stands in an address; the address works."""
    settings = load(_file(tmp_path))
    shown = f"{settings!r} {settings.shown()} {settings.connection('ledger')!r}"
    assert "hunter2" not in shown
    assert "db.example.org" in shown
    assert "hunter2" in settings.connection("ledger").url


@pytest.mark.parametrize(
    ("text", "said"), [("[conections.x]\nurl = 'y'", "conections"), ("= 3", "not TOML"), ("contracts = 3", "contracts")]
)
def test_mistakes_are_told_in_words(tmp_path: Path, text: str, said: str) -> None:
    """An unknown section, broken TOML, a wrong type."""
    with pytest.raises(SettingsError) as error:
        load(_file(tmp_path, text))
    assert said in str(error.value)


def test_an_unknown_name_tells_the_known_ones(tmp_path: Path) -> None:
    """A contract that names a connection nobody set gets the list of those that are."""
    with pytest.raises(SettingsError) as error:
        load(_file(tmp_path)).connection("ledgr")
    assert "api, ledger" in str(error.value)
