"""The law of each privacy technique."""

from decimal import Decimal

import pyarrow as pa
import pytest

from assets.errors import SettingsError
from assets.privacy import Drop, Generalise, Pseudonym, Redact
from assets.privacy.technique import Vault

VAULT = Vault(dataset="contoh", key=b"a key of the tests")
SECOND_ONLY = pa.array([False, True, False])
NAMES = pa.array(["CV Contoh", "Budi Contoh", None])


def test_drop_leaves_no_value() -> None:
    """Whatever was there, nothing is left."""
    assert Drop(technique="drop").protect(NAMES, vault=VAULT).null_count == 3


def test_redact_hides_only_where_it_says() -> None:
    """In rows about persons the reason stands; elsewhere the value; NULL stays NULL."""
    redact = Redact(technique="redact", reason="DATA PRIBADI", rows="persons")
    shown = redact.apply(NAMES, persons=SECOND_ONLY, vault=VAULT)
    assert shown.to_pylist() == ["CV Contoh", "REDACTED: DATA PRIBADI", None]


def test_a_pseudonym_is_stable_and_bound_to_key_and_dataset() -> None:
    """The same id in another spelling gives the same code; another key or dataset gives another; NULL stays NULL."""
    ids = pa.array(["3500 0000 0000 0001", "3500000000000001", None])
    technique = Pseudonym(technique="pseudonym")
    first, second, empty = technique.protect(ids, vault=VAULT).to_pylist()
    other = [
        technique.protect(ids, vault=vault)[0].as_py()
        for vault in (Vault(dataset="lain", key=VAULT.key), Vault(dataset="contoh", key=b"another key"))
    ]
    assert first == second
    assert empty is None
    assert len({first, *other}) == 3
    assert first.isalpha()


def test_a_pseudonym_without_a_key_is_refused() -> None:
    """There is no default key."""
    with pytest.raises(SettingsError, match="secret key"):
        Pseudonym(technique="pseudonym").protect(pa.array(["a"]), vault=Vault(dataset="contoh"))


def test_a_vault_does_not_print_its_key() -> None:
    """Neither `repr` nor `str` shows the secret."""
    assert "a key of the tests" not in f"{VAULT!r}{VAULT}"


def test_generalise_dates_places_and_amounts() -> None:
    """A date becomes its month, a place its first parts, an amount its band."""
    dates = pa.array(["2026-03-18", None]).cast(pa.date32())
    assert Generalise(technique="generalise", to="month").protect(dates, vault=VAULT).to_pylist() == ["2026-03", None]
    places = pa.array(["35.19.05.2001", "35.19"])
    assert Generalise(technique="generalise", parts=3).protect(places, vault=VAULT).to_pylist() == ["35.19.05", "35.19"]
    amounts = pa.array(
        [Decimal("-1.00"), Decimal("0.00"), Decimal("99.99"), Decimal("100.00"), None], pa.decimal128(20, 2)
    )
    banded = Generalise(technique="generalise", bands=("0", "100")).protect(amounts, vault=VAULT)
    assert banded.to_pylist() == ["< 0", "0 - < 100", "0 - < 100", ">= 100", None]
