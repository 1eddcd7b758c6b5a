"""Conducting "reading a sealed text", and its rows in the report."""

from __future__ import annotations

import base64
import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from courseapp.bench import databases, processes
from courseapp.bench.tables import table, verdict

if TYPE_CHECKING:
    from courseapp.bench.runs import Run

MOST_MICROSECONDS = 1_000
# Ten thousand readers' keys are to be wrapped anew within ten seconds.
MOST_MILLISECONDS_A_KEY = 1


def measure(run: Run, database: str, server: str | None) -> None:
    """Add the row of one database to the report."""
    run.say(f"{database}: reading sealed texts of {run.plan.small:,} readers")
    with tempfile.TemporaryDirectory(prefix="bench-", dir=run.folder) as name:
        folder = Path(name)
        with databases.scratch(database, folder=folder, address=server, beside="_keys") as url:
            more = {
                "KEYS_DATABASE_URL": url,
                "VAULT_KEYS": f"bench:{base64.b64encode(os.urandom(32)).decode()}",
            }
            with processes.started("vault", database=url, folder=folder, more=more) as side:
                found = side.order("read", readers=run.plan.small, times=20 * run.plan.small)
                found |= side.order("rewrap", readers=run.plan.large)
    run.report.sealed.append({"database": database, "readers": run.plan.small, **found})


def text(rows: list[dict[str, Any]]) -> str:
    """The table, with the goal beside what was reached."""
    head = [
        "reading a sealed text",
        "median, ms",
        "p99, ms",
        "goal",
        "p99 of work",
        "of bare AES-GCM",
        "bytes",
        "keys wrapped anew",
    ]
    return table(
        head,
        [
            [
                row["database"],
                f"{row['p50'] / 1000:.3f}",
                f"{row['p99'] / 1000:.3f}",
                f"≤ 1 ms {verdict(row['p99'] <= MOST_MICROSECONDS)}",
                f"{row['work_p99'] / 1000:.3f}",
                f"{row['p50'] / row['bare_p50']:,.0f} times {row['bare_p50']:.1f} µs",
                f"{row['bytes']:,} + {row['longer']} + padding",
                f"{row['rewrapped']:,} in {row['rewrapping_s']:.1f} s {verdict(_fast(row))}",
            ]
            for row in rows
        ],
    )


def _fast(row: dict[str, Any]) -> bool:
    return bool(row["rewrapping_s"] * 1000 <= row["rewrapped"] * MOST_MILLISECONDS_A_KEY)
