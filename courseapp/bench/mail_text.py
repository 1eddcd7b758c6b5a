"""What was measured of sending mail, as tables for people."""

from __future__ import annotations

from typing import Any

from courseapp.bench.tables import table, verdict

TIMES_POST_OFFICE = 2
LONGEST_WAIT = 3  # Seconds.
# Of what it is among the fewest rows; ms with nothing due; of what the worker first had in memory.
MOST_GROWTH, MOST_IDLE, MOST_MEMORY = 1.5, 1.0, 1.1


def speeds(rows: list[dict[str, Any]]) -> str:
    """Mails a second, beside others."""
    head = ["sending", "database", "mails a second", "of plain", "of post_office", "goal"]
    return table(
        head,
        [
            [
                one["who"],
                one["database"],
                f"{one['per_second']:,.0f}",
                f"{one['of_plain']:.2f}",
                f"{one['times']:.1f} times" if one["times"] else "",
                f"≥ {TIMES_POST_OFFICE} {verdict(one['times'] >= TIMES_POST_OFFICE)}"
                if one["times"] and one["has_goal"]
                else "",
            ]
            for one in rows
        ],
    )


def code_waits(rows: list[dict[str, Any]]) -> str:
    """A code behind many mails."""
    return table(
        ["a code behind", "database", "seconds", "goal"],
        [
            [
                f"{one['mails']:,} mails",
                one["database"],
                f"{one['seconds']:.2f}",
                f"≤ {LONGEST_WAIT} {verdict(one['seconds'] <= LONGEST_WAIT)}",
            ]
            for one in rows
        ],
    )


def memory(rows: list[dict[str, Any]]) -> str:
    """A worker over many mails."""
    return table(
        ["memory of a worker", "database", "MB at first", "MB at last", "goal"],
        [
            [
                f"{one['mails']:,} mails",
                one["database"],
                f"{one['first']:.1f}",
                f"{one['last']:.1f}",
                f"≤ {MOST_MEMORY} times {verdict(one['last'] <= MOST_MEMORY * one['first'])}",
            ]
            for one in rows
        ],
    )


def claims(rows: list[dict[str, Any]]) -> str:
    """Claiming among few rows and among many."""
    head = ["claiming", "database", "among", "ms", "of the fewest", "ms, none due", "goal"]
    first: dict[tuple[str, str], float] = {}
    lines = []
    for one in rows:
        among = first.setdefault((one["queue"], one["database"]), one["claim"])
        growth, idle = one["claim"] / among, one.get("idle")
        is_good = growth <= MOST_GROWTH and (idle is None or idle < MOST_IDLE)
        lines.append(
            [
                one["queue"] + (f", {one['flood']:,} due at once" if "flood" in one else ""),
                one["database"],
                f"{one['rows']:,}",
                f"{one['claim']:.1f}",
                f"{growth:.2f} times",
                "" if idle is None else f"{idle:.2f}",
                f"≤ {MOST_GROWTH} times, < {MOST_IDLE:.0f} ms {verdict(is_good)}",
            ]
        )
    return table(head, lines)
