"""Conducting growth: each figure at every size, and how steeply it rises."""

from __future__ import annotations

import math
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from courseapp.bench import databases, processes
from courseapp.bench.tables import table, verdict

if TYPE_CHECKING:
    from courseapp.bench.runs import Run

# Of the logarithms: 0 does not grow at all, 1 as its data does.
STEEPEST = 1.0


def measure(run: Run, database: str, server: str | None) -> None:
    """Add the rows of one database to the report."""
    with tempfile.TemporaryDirectory(prefix="bench-", dir=run.folder) as name:
        folder = Path(name)
        with (
            databases.scratch(database, folder=folder, address=server, beside="_growth") as url,
            processes.started("growth", database=url, folder=folder) as side,
        ):
            side.order("prepare")
            for of, sizes in (("lessons", run.plan.courses), ("readers", run.plan.sites)):
                found = {}
                for size in sizes:
                    run.say(f"{database}: with {size:,} {of}")
                    found[size] = side.order(of, count=size, times=4 * run.plan.times)["rows"]
                run.report.growth += _rows(database, of, found)


def _rows(database: str, of: str, found: dict[int, dict[str, Any]]) -> list[dict[str, Any]]:
    sizes = list(found)
    return [
        {
            "name": name,
            "database": database,
            "of": of,
            "sizes": sizes,
            "ms": (taken := [found[size][name]["ms"] for size in sizes]),
            "statements": [found[size][name]["statements"] for size in sizes],
            "slope": slope(sizes, taken),
        }
        for name in found[sizes[0]]
    ]


def slope(sizes: list[int], taken: list[float]) -> float:
    """The power of the size with which the time rises, from the first size to the last."""
    return math.log(taken[-1] / taken[0]) / math.log(sizes[-1] / sizes[0])


def text(rows: list[dict[str, Any]]) -> str:
    """A table for each kind of growth."""
    return "\n\n".join(_table(of, [one for one in rows if one["of"] == of]) for of in _kinds(rows))


def _kinds(rows: list[dict[str, Any]]) -> list[str]:
    return list(dict.fromkeys(one["of"] for one in rows))


def _table(of: str, rows: list[dict[str, Any]]) -> str:
    sizes = rows[0]["sizes"]
    head = [f"with more {of}", "database", *(f"{size:,}, ms" for size in sizes)]
    return table(
        [*head, "statements", "slope", "goal"],
        [
            [
                one["name"],
                one["database"],
                *(f"{ms:,.1f}" for ms in one["ms"]),
                _span(one["statements"]),
                # Never minus nothing: what falls is as good as what stays.
                f"{max(0.0, one['slope']):.2f}",
                f"≤ {STEEPEST:.0f} {verdict(one['slope'] <= STEEPEST)}",
            ]
            for one in rows
        ],
    )


def _span(counts: list[int]) -> str:
    few, many = min(counts), max(counts)
    return str(few) if few == many else f"{few}–{many}"
