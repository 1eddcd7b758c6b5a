"""Conducting "sending mail": everybody takes turns at one sink, and the medians are compared."""

from __future__ import annotations

import statistics
from typing import TYPE_CHECKING, Any

import django
import psycopg

from courseapp.bench import databases, environments, mails, processes
from courseapp.bench.environments import NotInstalled
from courseapp.bench.openedx import Failed

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from courseapp.bench.processes import SideProcess
    from courseapp.bench.runs import Run

TURNS = 3
PACKAGES = (
    f"django-post_office=={mails.POST_OFFICE}",
    f"django=={django.get_version()}",
    f"psycopg[binary]=={psycopg.__version__}",
)
PLAIN, OFFICE, TASKS = "a plain connection", "django-post_office", "a task for each mail"
# The one in the middle is what a site has where nobody said otherwise.
DEFAULT = 8
LINES = (1, DEFAULT, 16)
# The slow ones send fewer: their figure is as good, and the others need not wait.
SHARE = {OFFICE: 4, TASKS: 16}


def measure(run: Run, database: str, site: SideProcess, folder: Path, server: str | None) -> None:
    """Add the rows of one database to the report."""
    log = folder / "mails.log"
    with mails.sink(log) as port:
        ways = _ways(run, database, site, folder, server, port)
        speeds: dict[str, list[float]] = {who: [] for who in ways}
        for turn in range(min(TURNS, run.plan.times)):
            run.say(f"{database}: sending mail, turn {turn + 1}")
            for who, send in ways.items():
                _take(run, database, who, send, speeds)
        run.say(f"{database}: a code behind {2.5 * run.plan.mails:,.0f} mails")
        behind = 5 * run.plan.mails // 2
        waits = {"port": port, "count": behind, "lines": DEFAULT, "log": str(log)}
        wait = site.order("code_wait", **waits)
        _memory(run, database, site, folder, port)
    run.report.mails += _rows(database, speeds)
    run.report.code_waits.append({"database": database, "mails": behind, **wait})


def claims(run: Run, database: str, site: SideProcess) -> None:
    """What a claim takes among few rows and among many."""
    sizes = run.plan.backlogs
    run.say(f"{database}: claiming among up to {max(sizes):,} places and letters")
    rows = site.order("claims", sizes=sizes)["rows"]
    run.report.claims += [{**row, "database": database} for row in rows]


def _memory(run: Run, database: str, site: SideProcess, folder: Path, port: int) -> None:
    """A worker of its own, which did nothing before."""
    count = 5 * run.plan.mails
    run.say(f"{database}: a worker's memory over {count:,} mails")
    site.order("put_mails", count=count)
    with processes.started("site", database=site.database, folder=folder) as worker:
        seen = worker.order("work_off", port=port)["seen"]
    run.report.memory.append(
        {"database": database, "mails": seen[-1][0], "first": seen[0][1], "last": seen[-1][1]}
    )


def _ways(
    run: Run, database: str, site: SideProcess, folder: Path, server: str | None, port: int
) -> dict[str, Callable[[], float]]:
    """Who can send here, by name; each sends anew and returns mails a second."""
    count, ours = run.plan.mails, site.order("database")

    def beside(who: str, send: Callable[[dict[str, Any], int], float]) -> float:
        own = f"_{len(who)}"
        try:
            with databases.scratch(database, folder=folder, address=server, beside=own) as url:
                there = {**ours, "NAME": databases.named(url)}
                return send(there, max(10, count // SHARE[who]))
        finally:
            (folder / f"bench{own}.sqlite3").unlink(missing_ok=True)

    ways: dict[str, Callable[[], float]] = {
        PLAIN: lambda: _speed(site, "plain_mails", port=port, count=count)
    }
    for lines in LINES:
        ways[_name(lines)] = lambda lines=lines: _speed(  # type: ignore[misc]
            site, "send_mails", port=port, count=count, lines=lines
        )
    if not run.plan.beside:
        run.leave_out("sending beside django-post_office and beside tasks: not in a quick run.")
        return ways
    try:
        python = environments.made(run.folder / "bench-post-office", PACKAGES, run.say)
        ways[OFFICE] = lambda: beside(
            OFFICE, lambda own, few: mails.post_office(python, database=own, port=port, count=few)
        )
    except NotInstalled as failure:
        run.leave_out(f"sending beside django-post_office: {failure}")
    ways[TASKS] = lambda: beside(
        TASKS, lambda own, few: mails.eta_tasks(database=own, port=port, count=few)
    )
    return ways


def _take(
    run: Run,
    database: str,
    who: str,
    send: Callable[[], float],
    speeds: dict[str, list[float]],
) -> None:
    try:
        speeds[who].append(send())
    except Failed as failure:
        run.leave_out(f"sending, {who} on {database}: {failure}")


def _speed(site: SideProcess, do: str, **order: Any) -> float:
    return float(site.order(do, **order)["per_second"])


def _rows(database: str, speeds: dict[str, list[float]]) -> list[dict[str, Any]]:
    medians = {who: statistics.median(taken) for who, taken in speeds.items() if taken}
    return [
        {
            "who": who,
            "database": database,
            "per_second": median,
            "of_plain": median / medians[PLAIN],
            "times": median / medians[OFFICE] if OFFICE in medians else 0,
            "has_goal": who == _name(DEFAULT),
        }
        for who, median in medians.items()
    ]


def _name(lines: int) -> str:
    return f"ours, {lines} connection{'s' if lines > 1 else ''}"
