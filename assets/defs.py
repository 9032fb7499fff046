"""The assets room in Dagster: `raw/<dataset>` and `public/<dataset>`, and what every room's definitions share."""

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import dagster as dg

from assets.contract import Contract
from assets.defects import defect
from assets.errors import PortalUnreachable, SourceUnreachable, TerangError
from assets.settings import Retries, Settings
from assets.store import explained, read_json, store_of

if TYPE_CHECKING:
    from assets.receipt import Receipt

log = logging.getLogger(__name__)
SETTINGS = "settings"
READY = "ready"  # what a run will need is asked for before it reads: a function of contract and settings
COLUMNS = "dagster/column_schema"
ERROR, EXIT_CODE = "error", "exit code"  # of the metadata that a failed step leaves


def defs(contract: Contract, timezone: str) -> dg.Definitions:
    """The restricted and the public table of one dataset; its parts begin in the office's `timezone`."""
    return dg.Definitions(assets=[_raw(contract, timezone), _public(contract)])


def group_of(contract: Contract) -> str:
    """The group of a dataset's assets: Dagster allows no hyphen in it."""
    return contract.name.replace("-", "_")


def described(contract: Contract, *, kinds: set[str], what: str, restricted: bool = False) -> dict[str, Any]:
    """What every asset of a dataset says of itself, before it was ever made; of a `restricted` one, all its columns."""
    language = "en" if "en" in contract.title.root else next(iter(contract.title.root))
    return {
        "group_name": group_of(contract),
        "kinds": kinds,
        "owners": [contract.owner or contract.publisher.contact],
        "description": f"{what}\n\n**{contract.title.said_in(language)}.** {contract.summary.said_in(language)}",
        "metadata": {COLUMNS: raw_columns(contract) if restricted else public_columns(contract, language)},
        "required_resource_keys": {SETTINGS},
        "pool": f"dataset_{group_of(contract)}",
    }


@contextmanager
def step(context: Any, contract: Contract) -> Iterator[Settings]:
    """Run one step: hold the dataset, and tell Dagster of an error in words; only a fault outside is tried again."""
    settings: Settings = getattr(context.resources, SETTINGS)
    try:
        store = store_of(contract.name, settings)
        with explained(contract.name, where=store.restricted), store.lock():
            yield settings
    except Exception as error:  # noqa: BLE001 - Dagster writes down what a library says, and that may hold a cell
        told = error if isinstance(error, TerangError) else defect(error, dataset=contract.name)
        raise _ended(context, told.about(contract.name), settings.retries) from None


def _ended(context: Any, error: TerangError, retries: Retries) -> dg.RetryRequested | dg.Failure:
    """Another try where that may help, else the end of the run, with all that is known for people and machines."""
    turn = context.retry_number + 1
    if isinstance(error, SourceUnreachable | PortalUnreachable) and turn <= retries.times:
        words = f"{error}\n  trying again in {retries.wait:g} s ({turn} of {retries.times})"
        context.log.warning(words)
        log.warning(words)
        return dg.RetryRequested(max_retries=retries.times, seconds_to_wait=retries.wait)
    metadata: dict[str, str | int] = {**error.facts, ERROR: type(error).__name__, EXIT_CODE: error.exit_code}
    return dg.Failure(description=str(error), metadata=metadata, allow_retries=False)


def partitions_of(contract: Contract, timezone: str) -> dg.TimeWindowPartitionsDefinition | None:
    """Years or months in which the source is read, this one included."""
    part = contract.partition
    if part is None:
        return None
    yearly = part.every == "year"
    return dg.TimeWindowPartitionsDefinition(
        start=part.start,
        fmt="%Y" if yearly else "%Y-%m",
        cron_schedule="0 0 1 1 *" if yearly else "0 0 1 * *",
        timezone=timezone,
        end_offset=1,
    )


def raw_columns(contract: Contract) -> dg.TableSchema:
    """The columns of the restricted table, each with its class."""
    columns = [dg.TableColumn(name=c.name, type=c.type, description=c.class_) for c in contract.raw_columns]
    return dg.TableSchema(columns=columns)


def public_columns(contract: Contract, language: str) -> dg.TableSchema:
    """The columns that the public gets, each with its label."""
    columns = [
        dg.TableColumn(name=c.name, type=c.type, description=c.label.said_in(language)) for c in contract.public_columns
    ]
    return dg.TableSchema(columns=columns)


def _raw(contract: Contract, timezone: str) -> dg.AssetsDefinition:
    partitions = partitions_of(contract, timezone)

    @dg.asset(
        key=["raw", contract.name],
        deps=[system_of(contract)] if contract.source.connection else [],
        partitions_def=partitions,
        backfill_policy=dg.BackfillPolicy.single_run() if partitions else None,
        **described(
            contract,
            kinds={"raw", contract.source.kind},
            what="Rows as the source gave them. Restricted.",
            restricted=True,
        )
        | {"required_resource_keys": {SETTINGS, READY}},
    )
    def raw(context: dg.AssetExecutionContext) -> dg.MaterializeResult[None]:
        from assets.extract import extract  # noqa: PLC0415 - drivers are loaded when something is read

        with step(context, contract) as settings:
            if _publishes(context, contract):
                getattr(context.resources, READY)(contract, settings)
            keys: list[str | None] = list(context.partition_keys) if partitions else [None]
            receipts = [extract(contract, settings, partition=key) for key in keys]
        last = receipts[-1]
        if contract.source.connection:
            context.log_event(_seen(contract, last))
        return dg.MaterializeResult(
            metadata={
                "dagster/row_count": last.rows,
                COLUMNS: raw_columns(contract),
                "rows": last.rows,
                "rejected lines": last.rejects,
                "deleted at the source": last.deleted,
                "bytes": last.bytes,
                "seconds": round(sum(receipt.seconds for receipt in receipts), 2),
                "control totals": dg.MetadataValue.json(last.totals),
                "source": dg.MetadataValue.json(last.facts),
            },
            data_version=dg.DataVersion(last.sha256),
        )

    return raw


def _publishes(context: dg.AssetExecutionContext, contract: Contract) -> bool:
    """Whether the portal is part of this run."""
    return dg.AssetKey(["portal", contract.name]) in context.job_def.asset_layer.executable_asset_keys


def _seen(contract: Contract, receipt: "Receipt") -> dg.AssetObservation:
    """What a run saw of the source system."""
    told: dict[str, str | int] = {"read for": contract.name, "rows": receipt.rows, "deleted": receipt.deleted}
    return dg.AssetObservation(system_of(contract), metadata=told)


def system_of(contract: Contract) -> dg.AssetKey:
    """The source system that a dataset is read from."""
    return dg.AssetKey(["system", contract.source.connection or contract.source.kind])


def _public(contract: Contract) -> dg.AssetsDefinition:
    @dg.asset(
        key=["public", contract.name],
        deps=[["raw", contract.name]],
        **described(
            contract, kinds={"public", "parquet"}, what="What may be public: screened, protected, accounted for."
        ),
    )
    def public(context: dg.AssetExecutionContext) -> dg.MaterializeResult[None]:
        from assets.protect import protect  # noqa: PLC0415

        started = time.monotonic()
        with step(context, contract) as settings:
            account = protect(contract, settings)
            screened = read_json(store_of(contract.name, settings).screening)
        broken = {rule["name"]: rule["failed"] - rule["kept"] for rule in screened["rules"]}
        return dg.MaterializeResult(
            metadata={
                "dagster/row_count": account.published_rows,
                COLUMNS: public_columns(contract, settings.languages[0]),
                "read": account.read,
                "published": account.published,
                "quarantined": account.quarantined,
                "quarantined by rule": dg.MetadataValue.json({rule: rows for rule, rows in broken.items() if rows}),
                "duplicates": account.duplicates,
                "withheld": sum(part.rows for part in account.withheld),
                "withheld by reason": dg.MetadataValue.json(
                    {
                        p.reason: {"rows": p.rows, "persons": p.persons, "fewer than": p.fewer_than, "money": p.money}
                        for p in account.withheld
                    }
                ),
                "seconds": round(time.monotonic() - started, 2),
            },
            data_version=dg.DataVersion(account.public_sha256),
        )

    return public
