"""The publish room in Dagster: `release/<dataset>` (files, for ever) and `portal/<dataset>` (what readers see)."""

import time
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import dagster as dg
import pyarrow.parquet as pq

from assets.contract import Contract
from assets.defs import SETTINGS, described, step
from assets.errors import Leaked, Unapproved, Unproven
from assets.settings import Settings
from assets.store import Store, store_of
from publish.file import File

if TYPE_CHECKING:
    from publish.ckan.looking import Looked

PREVIEW_ROWS = 5
REASON = "terang/reason"  # a tag of the run: why the publisher makes this release
AGAIN = "terang/again"  # tag of a run that may release a content that was taken back
HELD_BACK = "not released"
WAITING = "waiting for approval"
USER = "user"  # tag of a run, where Dagster knows who started it
RETENTION = "kept_no_longer_than_allowed"
APPROVAL = "approved_by_a_second_person"
LOOKED = "nothing_personal_in_what_the_public_gets"


def defs(contract: Contract) -> dg.Definitions:
    """The release and the portal entry of one dataset, and whether a second person agreed where the contract asks for it."""
    checks = [_approval(contract)] if contract.approval else []
    checks += [_retention(contract)] if contract.retention else []
    return dg.Definitions(assets=[_release(contract), _portal(contract)], asset_checks=checks)


def _approval(contract: Contract) -> dg.AssetChecksDefinition:
    @dg.asset_check(
        asset=dg.AssetKey(["release", contract.name]),
        name=APPROVAL,
        description="A second person has approved exactly these bytes; nothing reaches the portal before.",
        required_resource_keys={SETTINGS},
    )
    def approved(context: dg.AssetCheckExecutionContext) -> dg.AssetCheckResult:
        from publish.approval import require  # noqa: PLC0415
        from publish.release import newest  # noqa: PLC0415

        settings: Settings = getattr(context.resources, SETTINGS)
        try:
            found = newest(contract, settings)
            if found is not None:
                require(contract, settings, found)
        except Unproven as error:
            return dg.AssetCheckResult(passed=False, severity=dg.AssetCheckSeverity.WARN, description=str(error))
        return dg.AssetCheckResult(passed=True, metadata={"version": found.version if found else "none yet"})

    return approved


def _retention(contract: Contract) -> dg.AssetChecksDefinition:
    @dg.asset_check(
        asset=dg.AssetKey(["raw", contract.name]),
        name=RETENTION,
        description="Nothing is kept longer than the contract says; while something is, nothing is published.",
        required_resource_keys={SETTINGS},
    )
    def kept(context: dg.AssetCheckExecutionContext) -> dg.AssetCheckResult:
        from publish.purging import due, words  # noqa: PLC0415

        found = due(contract, getattr(context.resources, SETTINGS))
        severity = dg.AssetCheckSeverity.WARN
        return dg.AssetCheckResult(passed=not found, severity=severity, description=words(found) or None)

    return kept


def _release(contract: Contract) -> dg.AssetsDefinition:
    @dg.asset(
        key=["release", contract.name],
        deps=[["public", contract.name]],
        **described(
            contract, kinds={"release", *contract.formats}, what="An immutable folder of files, checksums and evidence."
        ),
    )
    def release(context: dg.AssetExecutionContext) -> dg.MaterializeResult[None]:
        from publish.history import markdown  # noqa: PLC0415
        from publish.release import release as make  # noqa: PLC0415

        started = time.monotonic()
        with step(context, contract) as settings:
            tags = context.run.tags
            made = make(
                contract,
                settings,
                now=datetime.now(UTC),
                reason=tags.get(REASON),
                again=AGAIN in tags,
                by=tags.get(USER),
            )
            store = store_of(contract.name, settings)
            preview, history = _preview(store), markdown(store)
        if made.held_back:
            context.log.warning("not released: %s", made.held_back)
        return dg.MaterializeResult(
            metadata={
                "version": made.version,
                "new": made.new,
                **({HELD_BACK: made.held_back} if made.held_back else {}),
                **({WAITING: f"terang approve {contract.name} {made.version}"} if made.waiting else {}),
                "folder": dg.MetadataValue.path(str(made.path)),
                "bytes": sum(file["bytes"] for file in made.files.values()),
                "files": dg.MetadataValue.md(_files(made.files)),
                "rows by release": dg.MetadataValue.md(history),
                "preview of the public table": dg.MetadataValue.md(preview),
                "seconds": round(time.monotonic() - started, 2),
            },
            data_version=dg.DataVersion(made.content_digest),
        )

    return release


def _portal(contract: Contract) -> dg.AssetsDefinition:
    fresh = contract.freshness

    @dg.asset(
        key=["portal", contract.name],
        deps=[["release", contract.name]],
        output_required=False,  # a release that waits for approval reaches no portal
        freshness_policy=dg.FreshnessPolicy.time_window(fail_window=fresh.fail, warn_window=fresh.warn)
        if fresh
        else None,
        check_specs=[
            dg.AssetCheckSpec(
                LOOKED,
                asset=["portal", contract.name],
                description="Every file, table and page is downloaded as a reader gets it, and both gates look at it again.",
            )
        ],
        **described(contract, kinds={"portal", "ckan"}, what="What the public sees: the dataset on the portal."),
    )
    def portal(context: dg.AssetExecutionContext) -> Iterator[Any]:
        from publish.ckan import apply, plan  # noqa: PLC0415
        from publish.release import newest  # noqa: PLC0415

        with step(context, contract) as settings:
            found = newest(contract, settings)
            if found is None:
                raise Unproven(
                    "there is no release to publish", dataset=contract.name, next=f"terang run {contract.name}"
                )
            made = plan(contract, settings, found)
            planned = dg.MetadataValue.md(made.markdown())
            yield dg.AssetObservation(context.asset_key, description="planned", metadata={"plan": planned})
            try:
                outcome = apply(made, contract, settings)
            except Unapproved as error:
                context.log.warning(str(error))
                yield dg.AssetObservation(context.asset_key, description=WAITING, metadata={WAITING: _waits(error)})
                yield _looked(None)
                return
            except Leaked as leak:
                yield dg.AssetCheckResult(check_name=LOOKED, passed=False, description=str(leak), metadata=leak.facts)
                raise
        metadata: dict[str, Any] = {
            "portal": dg.MetadataValue.url(outcome.url),
            "writes": outcome.writes,
            "seconds": round(outcome.seconds, 2),
            "rows": outcome.rows,
            "plan": made.id,
            "edited on the portal": ", ".join(edit.path for edit in made.edits) or "nothing",
            "what was done": planned,
        }
        yield dg.MaterializeResult(metadata=metadata, check_results=[_looked(outcome.looked)])

    return portal


def _waits(error: Unapproved) -> str:
    return f"{error.sentence}: {error.facts['next']}"


def _looked(looked: "Looked | None") -> dg.AssetCheckResult:
    counts = {"files": looked.files, "documents": looked.documents, "pages": looked.pages} if looked else {}
    words = "nothing found" if any(counts.values()) else "nothing was written, so there was nothing new to look at"
    return dg.AssetCheckResult(check_name=LOOKED, passed=True, description=words, metadata=counts)


def _preview(store: Store) -> str:
    file = pq.ParquetFile(store.table)
    rows = next(file.iter_batches(PREVIEW_ROWS), None)
    names = file.schema_arrow.names
    lines = [f"| {' | '.join(names)} |", f"|{'---|' * len(names)}"]
    for row in rows.to_pylist() if rows else []:
        cells = ("" if value is None else str(value).replace("|", r"\|") for value in row.values())
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def _files(files: Mapping[str, File]) -> str:
    lines = [f"| {name} | {file['bytes']:,} | `{file['sha256']}` |" for name, file in sorted(files.items())]
    return "\n".join(["| file | bytes | sha256 |", "|---|---:|---|", *lines])
