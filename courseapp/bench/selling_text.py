"""What was measured of selling, as tables for people."""

from __future__ import annotations

from typing import Any

from courseapp.bench.tables import table, verdict

# How many times as fast as dj-stripe, and seconds from paying to reading for 95 of 100.
LEAST_TIMES = 3
MOST_WAIT = 2.0


def beside(rows: list[dict[str, Any]]) -> str:
    """The webhook beside dj-stripe."""
    head = [
        "webhook beside dj-stripe",
        "database",
        "ours, per second",
        "statements",
        "theirs, per second",
        "statements",
        "ours is",
        "goal",
    ]
    return table(
        head,
        [
            [
                one["name"],
                one["database"],
                f"{one['ours']['per_second']:,.0f}",
                str(one["ours"]["statements"]),
                f"{one['theirs']['per_second']:,.0f}",
                str(one["theirs"]["statements"]),
                f"{one['times_as_fast']:,.1f} times as fast",
                f"≥ {LEAST_TIMES} {verdict(one['times_as_fast'] >= LEAST_TIMES)}",
            ]
            for one in rows
        ],
    )


def access(rows: list[dict[str, Any]]) -> str:
    """From paying to reading."""
    head = ["from paying to reading", "database", "median", "95 of 100", "longest", "goal"]
    return table(
        head,
        [
            [
                f"{one['purchases']} purchases",
                one["database"],
                f"{one['median']:.2f} s",
                f"{one['p95']:.2f} s",
                f"{one['longest']:.2f} s",
                f"95 of 100 < {MOST_WAIT:.0f} s {verdict(one['p95'] < MOST_WAIT)}",
            ]
            for one in rows
        ],
    )
