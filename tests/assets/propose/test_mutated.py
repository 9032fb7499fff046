"""Whatever a file has become on its way here, it is proposed or refused: never a traceback, never a contract that is none."""

import random
from collections.abc import Callable
from pathlib import Path

import pytest

from assets import catalog
from assets.errors import SourceError
from assets.propose.origins import origin_of
from assets.propose.propose import propose
from assets.propose.write import contract_text
from tests.assets.office import settings

LINES = ["kode;uraian;tanggal;pagu;realisasi", *(
    f'5.1.{at:02d};"Belanja ""{at}""; dan jasa";{at % 28 + 1:02d}/01/2025;{at}.000,50;{"-" if at % 7 else at}'
    for at in range(40)
)]  # fmt: skip

pytestmark = pytest.mark.slow
TEXT = "\n".join(LINES).encode()
Mutation = Callable[[random.Random], bytes]


def flipped(chance: random.Random) -> bytes:
    """Some bits are others."""
    text = bytearray(TEXT)
    for _ in range(chance.choice([1, 10, 100])):
        text[chance.randrange(len(text))] ^= 1 << chance.randrange(8)
    return bytes(text)


MUTATIONS: dict[str, Mutation] = {
    "cut": lambda chance: TEXT[: chance.randrange(len(TEXT))],
    "beheaded": lambda chance: TEXT[chance.randrange(len(TEXT)) :],
    "flipped": flipped,
    "shuffled": lambda chance: "\n".join(chance.sample(LINES, len(LINES))).encode(),
    "columns moved": lambda chance: "\n".join(
        ";".join(chance.sample(line.split(";"), len(line.split(";")))) if chance.random() < 0.3 else line
        for line in LINES
    ).encode(),
    "other encoding": lambda chance: TEXT.decode().encode(chance.choice(["utf-16", "utf-16-le", "utf-32", "cp037"])),
    "a quote too many": lambda chance: TEXT[: (at := chance.randrange(len(TEXT)))] + b'"' + TEXT[at:],
    "NUL bytes": lambda chance: TEXT[: (at := chance.randrange(len(TEXT)))] + b"\0" * 50 + TEXT[at:],
    "twice": lambda chance: TEXT + b"\n" * chance.randrange(3) + TEXT,
    "control characters": lambda chance: TEXT.replace(b"Belanja", bytes([chance.randrange(1, 32)]) + b"\x7f\xc2\x85"),
}


@pytest.mark.parametrize("mutation", MUTATIONS)
def test_a_damaged_file_is_proposed_or_refused(tmp_path: Path, mutation: str) -> None:
    """Three ways of each damage; what is proposed loads once it is decided."""
    office = settings(tmp_path)
    for seed in range(3):
        chance = random.Random(f"{mutation} {seed}")  # noqa: S311 - no secret depends on it
        (tmp_path / "f.csv").write_bytes(MUTATIONS[mutation](chance))
        try:
            origin, place = origin_of(str(tmp_path / "f.csv"), office)
            proposal = propose(origin, place.settings, name="file", patterns={})
        except SourceError as error:
            assert error.facts.get("next"), error  # noqa: PT017 - whether it is raised is the file's affair
            continue
        text = contract_text(proposal, office, publisher={"name": "x", "contact": "a@b.go.id"}, license_="CC0-1.0")
        contract = tmp_path / "file.yml"
        contract.write_text(text.replace('class: "?"', "class: public").replace('"?"', "words"), encoding="utf-8")
        assert catalog.load(contract).columns
