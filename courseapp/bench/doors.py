"""Conducting "does a door tell who has an account", and its rows in the report."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from courseapp.bench import databases, processes
from courseapp.bench.tables import table, verdict

if TYPE_CHECKING:
    from courseapp.bench.runs import Run

# How far apart two answers may be.
LEAST, MOST = 0.9, 1.1
WORDS = {
    ("code", "known"): "a code by mail",
    ("password", "known"): "a wrong password",
    ("password", "without"): "likewise, of an account without one",
}


def measure(run: Run, database: str, server: str | None) -> None:
    """Add the rows of one database to the report."""
    run.say(f"{database}: knocking at the doors")
    with tempfile.TemporaryDirectory(prefix="bench-", dir=run.folder) as name:
        folder = Path(name)
        with (
            databases.scratch(database, folder=folder, address=server) as url,
            processes.started("doors", database=url, folder=folder) as side,
        ):
            found = {
                "code": side.order("code", times=run.plan.knocks),
                "password": side.order("password", times=max(2, run.plan.knocks // 10)),
            }
    for door, who in WORDS:
        known, unknown = found[door][who], found[door]["unknown"]
        row = {"door": door, "who": who, "database": database, "known": known, "unknown": unknown}
        run.report.doors.append({**row, "ratio": known / unknown})


def text(rows: list[dict[str, Any]]) -> str:
    """The table, with the goal beside what was reached."""
    head = ["somebody asks for", "database", "known, ms", "unknown, ms", "ratio", "goal"]
    return table(
        head,
        [
            [
                WORDS[row["door"], row["who"]],
                row["database"],
                f"{row['known']:.1f}",
                f"{row['unknown']:.1f}",
                f"{row['ratio']:.2f}",
                f"{LEAST}–{MOST} {verdict(LEAST <= row['ratio'] <= MOST)}",
            ]
            for row in rows
        ],
    )
