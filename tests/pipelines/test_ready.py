"""What a run needs is asked for before it reads: each secret by its name, and the portal once."""

import logging
from pathlib import Path

import pytest

from assets.contract import Contract
from assets.errors import PortalUnreachable, SettingsError
from assets.settings import ConnectionSettings, FromEnvironment, FromFile, PortalSettings, PrivacySettings, Settings
from pipelines import ready as room
from pipelines.ready import ready
from tests.assets.office import column, contract

LEDGER = {"connection": "books", "query": "SELECT 1 AS total"}


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The datasets for which the portal was asked; it does not answer."""
    names: list[str] = []

    def silent(of: Contract, settings: Settings) -> None:
        settings.portal(of.portal)
        names.append(of.name)
        raise PortalUnreachable("the portal does not answer", found="ConnectionError", next="wait")

    monkeypatch.setattr("publish.ckan.check", silent)
    monkeypatch.setattr(room, "_silent", set())
    return names


def _office(root: Path, *, key: bool = True) -> Settings:
    (root / "token").write_text("token-of-nobody", encoding="utf-8")
    return Settings(
        root=root,
        connections={name: ConnectionSettings(url=FromEnvironment(env=name.upper())) for name in ("drop", "books")},
        portals={"default": PortalSettings(url="http://127.0.0.1:9", token=FromFile(file="token"), organization="o")},
        privacy=PrivacySettings(key=FromEnvironment(env="SALT") if key else None),
    )


def _wanted(name: str = "spending") -> Contract:
    amount = column("b", "decimal(20,2)", "public_measure")
    who = column("nik", class_="direct_id", privacy={"technique": "pseudonym"})
    source = {"kind": "csv", "connection": "drop", "path": "*.csv"}
    return contract(
        source, column("a"), amount, who, name=name, reconcile=[{"name": "books", "sum": "b", "against": LEDGER}]
    )


@pytest.mark.parametrize("missing", ["DROP", "BOOKS", "SALT"])
def test_each_missing_secret_is_told_by_name(
    tmp_path: Path, asked: list[str], monkeypatch: pytest.MonkeyPatch, missing: str
) -> None:
    """The source's, that of the control totals, and the key of pseudonyms; the portal is not even asked."""
    for name in {"DROP", "BOOKS", "SALT"} - {missing}:
        monkeypatch.setenv(name, f"value-of-{name}-that-nobody-would-ever-guess")
    monkeypatch.delenv(missing, raising=False)
    with pytest.raises(SettingsError) as error:
        ready(_wanted(), _office(tmp_path))
    assert error.value.facts["next"] == f"set {missing}"
    assert asked == []


def test_a_pseudonym_without_any_key_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An office that set none learns it before its rows are read."""
    monkeypatch.setenv("DROP", "x")
    monkeypatch.setenv("BOOKS", "x")
    with pytest.raises(SettingsError, match="needs the secret key"):
        ready(_wanted(), _office(tmp_path, key=False))


def test_a_portal_that_does_not_answer_is_waited_for_once(
    tmp_path: Path, asked: list[str], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """It may be up when the rows are ready; the next dataset does not wait for it again."""
    for name in ("DROP", "BOOKS", "SALT"):
        monkeypatch.setenv(name, f"value-of-{name}-that-nobody-would-ever-guess")
    with caplog.at_level(logging.WARNING):
        ready(_wanted("first"), _office(tmp_path))
        ready(_wanted("second"), _office(tmp_path))
    assert asked == ["first"]
    assert "first: the portal does not answer (ConnectionError); reading all the same" in caplog.text
