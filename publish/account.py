"""The account of the rows behind a release, and the law it must keep before anything leaves."""

import pyarrow.parquet as pq

from assets.contract import Contract
from assets.errors import Unbalanced, Unproven
from assets.protect import Protected
from assets.store import Store, read_json, sha256
from assets.takedown import obey
from assets.withheld import Withheld


def proven_account(contract: Contract, store: Store) -> Protected:
    """The account of exactly this public table.

    Raises `Unproven` where it is missing or of another table, `Unbalanced` where read is not the sum of its parts.
    """
    document = read_json(store.withheld)
    if document is None:
        raise _unproven(contract, "there is no account of its rows")
    account = Protected(**{**document, "withheld": tuple(Withheld(**part) for part in document["withheld"])})
    if account.contract != contract.digest:
        raise _unproven(contract, "the contract changed after the public table was made")
    if account.public_sha256 != sha256(store.table):
        raise _unproven(contract, "the public table changed after its rows were counted")
    if account.takedown != obey(contract, store).digest:
        raise _unproven(contract, "something was taken down after the public table was made")
    account.check(contract.name)
    _check_rows(contract, account, pq.read_metadata(store.table).num_rows)
    return account


def totals(account: Protected) -> dict[str, int]:
    """read, published, quarantined, duplicates, withheld (source rows), and the rows of the public table."""
    return {
        "read": account.read,
        "published": account.published,
        "quarantined": account.quarantined,
        "duplicates": account.duplicates,
        "withheld": sum(part.rows for part in account.withheld),
        "published_rows": account.published_rows,
    }


def _check_rows(contract: Contract, account: Protected, rows: int) -> None:
    whole = contract.aggregate is not None or account.published == rows
    if rows != account.published_rows or not whole:
        raise Unbalanced(
            "the public table does not have the rows that its account says",
            dataset=contract.name,
            found=f"{rows} rows in the table",
            allowed=f"{account.published_rows} rows, {account.published} published",
            next="report it: this is a defect of Terang",
        )


def _unproven(contract: Contract, why: str) -> Unproven:
    return Unproven(f"cannot release: {why}", dataset=contract.name, next=f"terang run {contract.name}")
