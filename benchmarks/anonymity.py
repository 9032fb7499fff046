"""`python -m benchmarks.anonymity [ROWS]`: measuring and reaching k-anonymity, beside the group-by they stand on.

CPU seconds in one process, the smallest of some runs; what counts are the ratios. Nobody in the table is real.
"""

import argparse
import json
import resource
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import duckdb

from assets.anonymity.choice import choose
from assets.anonymity.classes import collapse
from assets.contract import Anonymity
from assets.privacy.levels import Level, level
from benchmarks.systems import BENCH
from quality.anonymity import measure

ROWS, RUNS = 10_000_000, 3
JOBS = {f"g{g}": tuple(f"job{5 * g + n}" for n in range(5)) for g in range(6)}
SECTORS = {name: sum((JOBS[f"g{g}"] for g in of), ()) for name, of in (("a", (0, 1, 2)), ("b", (3, 4, 5)))}
PLACES: dict[str, list[Level]] = {
    "prov": [level("exact"), Level(groups={f"i{i}": tuple(str(11 + i * 6 + n) for n in range(6)) for i in range(7)}), level("hidden")],
    "kab": [level("exact"), Level(parts=1), level("hidden")],
}  # fmt: skip
OTHERS: dict[str, list[Level]] = {
    "age": [level("exact"), *(Level(width=width) for width in (5, 10, 20, 40)), level("hidden")],
    "sex": [level("exact"), level("hidden")],
    "job": [level("exact"), Level(groups=JOBS), Level(groups=SECTORS), level("hidden")],
}
# 514 regencies of very different size, ages, 30 jobs, 12 programmes; every person has three rows, as `person` says.
PEOPLE = """
SELECT i AS row, i // 3 AS person, printf('%d.%02d', kab // 14 + 11, kab % 14 + 1) AS kab, CAST(kab // 14 + 11 AS VARCHAR) AS prov,
    least(17 + CAST(floor(70 * pow(b, 1.5)) AS INTEGER), 90) AS age, CASE WHEN c < 0.5 THEN 'L' ELSE 'P' END AS sex,
    'job' || CAST(floor(30 * d * d) AS INTEGER) AS job, 'prog' || CAST(floor(12 * pow(e, 1.3)) AS INTEGER) AS prog
FROM (SELECT i, CAST(floor(514 * pow(random(), 2.5)) AS INTEGER) AS kab, random() AS b, random() AS c, random() AS d,
    random() AS e FROM range({rows}) AS t(i))
"""
Timed = tuple[float, Any]


def main() -> int:
    """Make the table, measure, print, and write down what it took."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.anonymity", description=__doc__)
    parser.add_argument("rows", nargs="?", type=int, default=ROWS)
    asked = parser.parse_args()
    BENCH.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=BENCH) as folder, duckdb.connect(config={"threads": 2}) as connection:
        connection.execute("SELECT setseed(0.42); SET preserve_insertion_order = false")
        file = Path(folder) / "people.parquet"
        connection.execute(f"COPY ({PEOPLE.format(rows=asked.rows)}) TO '{file}' (FORMAT parquet, COMPRESSION zstd)")
        figures = list(_figures(connection, f"read_parquet('{file}')"))
    for line in figures:
        print(f"{line['what']:<62}{line['cpu']:>8.2f} CPU s{line['ratio']:>8.2f} x  {line.get('told', '')}")
    target = BENCH / f"anonymity-{asked.rows}.json"
    target.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    return 0


def _figures(connection: duckdb.DuckDBPyConnection, source: str) -> Iterator[dict[str, Any]]:
    for place, levels in PLACES.items():
        columns = {place: levels, **OTHERS}
        by = ", ".join(columns)
        for person, counted in ((None, "count(*)"), ("person", "count(DISTINCT person)")):
            query = f"SELECT min(n) FROM (SELECT {counted} AS n FROM {source} GROUP BY {by})"
            plain, _ = _timed(lambda query=query: connection.execute(query).fetchall())
            yield {"what": f"group-by {by}: {counted}", "cpu": plain, "ratio": 1.0}
            tasks = {
                "k": lambda person=person, by=columns: measure(connection, source, quasi=[*by], person=person, k=5),
                "k and l": lambda person=person, by=columns: measure(
                    connection, source, quasi=[*by], person=person, sensitive=["prog"], k=5, l=2
                ),
                "anonymised, k and l, stars, report": lambda person=person, by=columns: _anonymised(
                    connection, source, by, person
                ),
            }
            for what, task in tasks.items():
                took, told = _timed(task)
                yield {"what": f"  {what}", "cpu": took, "ratio": round(took / plain, 2), "told": _said(told)}


def _anonymised(
    connection: duckdb.DuckDBPyConnection, source: str, columns: dict[str, Sequence[Level]], person: str | None
) -> Any:
    """Everything but reading and writing the rows themselves."""
    classes = collapse(connection, source, columns=columns, person=person, sensitive=["prog"])
    asked = Anonymity(k=5, l=2, person="person")
    return choose(classes, asked, columns=columns, sensitive=["prog"], dataset="people").report


def _said(told: Any) -> str:
    if isinstance(told, dict):
        return f"loss {told['loss']:.4f}, {told['starred rows']} rows starred, {told['combinations looked at']} of {told['combinations']} looked at"
    return f"k {told.k}, {told.classes} classes, {told.small} too small"


def _timed(task: Callable[[], Any]) -> Timed:
    """The smallest CPU time of some runs, and the answer of the last."""
    took = []
    for _ in range(RUNS):
        before = _cpu()
        told = task()
        took.append(_cpu() - before)
    return round(min(took), 2), told


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    raise SystemExit(main())
