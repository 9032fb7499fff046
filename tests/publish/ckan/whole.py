"""An invented office whose rows go the whole way, through the real rooms, to the real portal."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from assets.contract import Contract
from assets.extract import extract
from assets.protect import protect
from assets.settings import ConnectionSettings, FromFile, PortalSettings, Settings, StatementSettings
from assets.store import Store, store_of
from publish.ckan import apply, plan
from publish.release import Release, release
from publish.scope import Scope
from publish.takedown import TakenDown, take_down
from quality.screening import screen
from quality.verdict import judge
from tests.publish import made

FIRST = datetime(2026, 10, 5, tzinfo=UTC)
COLUMNS = (
    made.column("nomor"),
    made.column("uraian"),
    made.column("nilai", "decimal(20,2)", "public_measure", unit="IDR"),
    made.column("catatan"),
)
WHY: dict[str, Any] = {"reason": "Permintaan pemilik data", "basis": "UU 27/2022 pasal 8", "now": FIRST + timedelta(60)}


@dataclass(frozen=True, kw_only=True, slots=True)
class Whole:
    """One dataset, and the settings of its office."""

    contract: Contract
    settings: Settings

    @property
    def store(self) -> Store:
        """Where its files lie."""
        return store_of(self.contract.name, self.settings)

    def write(self, numbers: Iterable[int]) -> None:
        """What the internal system gives next."""
        lines = [f"n{n:03},kata{n:03},{n}.50,ujung{n:03}" for n in numbers]
        (self.settings.root / "data.csv").write_text("\n".join(["nomor,uraian,nilai,catatan", *lines, ""]))

    def released(self, numbers: Sequence[int] = (), *, day: int = 0) -> Release:
        """Read, screen, protect, judge and release, as a run does."""
        if numbers:
            self.write(numbers)
        extract(self.contract, self.settings)
        screen(self.contract, self.settings)
        protect(self.contract, self.settings)
        assert judge(self.contract, self.settings).passed
        return release(self.contract, self.settings, now=FIRST + timedelta(days=day))

    def run(self, numbers: Sequence[int] = (), *, day: int = 0) -> Release:
        """The same, and publish it."""
        found = self.released(numbers, day=day)
        apply(plan(self.contract, self.settings, found), self.contract, self.settings)
        return found

    def ids(self, of: Release, *numbers: int) -> frozenset[str]:
        """The published ids of these rows."""
        table = pq.read_table(of.path / f"{self.contract.name}.parquet", columns=["id", "nomor"]).to_pylist()
        return frozenset(row["id"] for row in table if row["nomor"] in {f"n{n:03}" for n in numbers})

    def rows(self, of: Release, *numbers: int) -> Scope:
        """The same as what is to be taken down."""
        return Scope(kind="rows", rows=self.ids(of, *numbers))

    def down(self, scope: Scope | None, *, at: Callable[[str], None] = lambda _: None) -> TakenDown:
        """Take it down."""
        return take_down(self.contract, self.settings, scope, at=at, **WHY)

    def without(self, column: str) -> "Whole":
        """The office with a contract that drops a column."""
        columns = [one | ({"class": "internal"} if one["name"] == column else {}) for one in COLUMNS]
        return replace(self, contract=contract(self.contract.name, columns=columns))


def contract(name: str, **options: Any) -> Contract:
    """A dataset whose rows have an id and name nobody."""
    given = {"source": {"kind": "csv", "path": "data.csv", "connection": "folder"}, "key": ["nomor"], "persons": None}
    return made.contract(**(given | {"name": name, "columns": COLUMNS, "rows": {"shrink": "90%"}} | options))


def whole(root: Path, of: Contract, *, url: str, token: str, organization: str, key: str | None) -> Whole:
    """An office that publishes to this portal, and signs with this key."""
    (root / "token").write_text(token, encoding="utf-8")
    if key:
        (root / "statements.pem").write_text(key, encoding="utf-8")
    portal = PortalSettings(url=url, token=FromFile(file="token"), organization=organization)
    settings = Settings(
        root=root,
        languages=made.LANGUAGES,
        timezone="Asia/Makassar",
        portals={"default": portal},
        connections={"folder": ConnectionSettings(url=str(root))},
        statements=StatementSettings(key=FromFile(file="statements.pem") if key else None),
    )
    return Whole(contract=of, settings=settings)
