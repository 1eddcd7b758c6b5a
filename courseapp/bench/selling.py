"""Selling, measured: the webhook against its floor and beside dj-stripe, and how soon who paid may
read."""

from __future__ import annotations

import statistics
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

from courseapp.bench import (
    databases,
    djstripe,
    environments,
    events,
    processes,
    purchases,
    speeds,
)
from courseapp.bench.speeds import Turn
from payments import gateway, sandbox

if TYPE_CHECKING:
    from collections.abc import Iterator

    from courseapp.bench.events import Event
    from courseapp.bench.processes import SideProcess
    from courseapp.bench.runs import Run

NAMES = ("webhook", "djstripe", "access")
# dj-stripe has no handler for it: it only keeps the event, as we do. Whatever it handles it first
# asks Stripe for again, all that hangs on it included, which the local one does not play.
KEPT = "refund.created"


def take_webhooks(run: Run, database: str, server: str | None) -> None:
    """Both floors of the webhook on this database: a bare view, and dj-stripe."""
    run.say(f"{database}: starting both sides of the webhook")
    with ExitStack() as stack:
        folder = Path(
            stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-", dir=run.folder))
        )
        url = stack.enter_context(
            databases.scratch(database, folder=folder, address=server, beside="_hooks")
        )
        site = stack.enter_context(processes.started("hooks", database=url, folder=folder))
        ours = site.order("prepare")["database"]
        if "webhook" in run.names:
            with processes.started("hook_floor", database=url, folder=folder) as floor:
                floor.order("prepare")
                try:
                    _against_the_floor(run, database, site, floor)
                except processes.AnsweredOtherwise as answer:
                    run.report.missing.append(f"webhook on {database}: {answer}")
        if "djstripe" in run.names:
            other = databases.scratch(database, folder=folder, address=server, beside="_djstripe")
            _beside(
                run, database, site, {**ours, "NAME": databases.named(stack.enter_context(other))}
            )


def buy(run: Run, server: str | None) -> None:
    """Seconds from paying to being let in, see ``purchases``; without Redis it is left out."""
    database = "postgresql" if server else "sqlite"
    run.say(f"{database}: buying {run.plan.purchases} times")
    with tempfile.TemporaryDirectory(prefix="bench-", dir=run.folder) as name:
        folder = Path(name)
        with databases.scratch(database, folder=folder, address=server, beside="_shop") as url:
            try:
                took = purchases.measure(url, folder=folder, times=run.plan.purchases)
            except (purchases.NoRedis, processes.AnsweredOtherwise, sandbox.NotHere) as reason:
                run.leave_out(f"from paying to reading: {reason}")
                return
    run.report.access.append({"database": database, **_spread(took)})
    run.note_load()


def _spread(took: list[float]) -> dict[str, Any]:
    ordered = sorted(took)
    return {
        "purchases": len(took),
        "median": statistics.median(took),
        "p95": ordered[max(0, -(-95 * len(ordered) // 100) - 1)],
        "longest": ordered[-1],
    }


def _against_the_floor(run: Run, database: str, site: SideProcess, floor: SideProcess) -> None:
    bodies = list(events.sale(events.world(), set(gateway.EVENTS)).values())
    stream = events.signed(bodies, prefix="floor")
    for side in (floor, site):
        side.order("deliver", sent=events.some(stream, run.plan.warm))
    turns = []
    for number in range(1, run.plan.rounds + 1):
        run.say(f"{database}: webhooks, round {number} of {run.plan.rounds}")
        sent = events.some(stream, run.plan.events)
        below, above = (_rate(side, sent) for side in (floor, site))
        turns.append(Turn(floor=below[0], site=above[0], requests=len(sent), seconds=above[1]))
    queries = len(site.order("count", sent=events.some(stream, 1))["statements"])
    run.report.speeds.append(speeds.speed("webhook", database, turns, queries, 0))
    run.report.speeds.append(speeds.floor("webhook floor", database, turns))


def _beside(run: Run, database: str, site: SideProcess, theirs: dict[str, Any]) -> None:
    if not run.plan.beside:
        run.leave_out("the webhook beside dj-stripe: not in a quick run.")
        return
    try:
        python = djstripe.environment(run.folder, run.say)
        with sandbox.running() as stripe_, ExitStack() as stack:
            bodies = events.sale(stripe_.world, set(gateway.EVENTS))
            other = stack.enter_context(djstripe.started(python, database=theirs, api=stripe_.base))
            run.say(f"{database}: webhooks beside dj-stripe")
            row = _compared(run, site, other, events.signed([bodies[KEPT]], prefix="beside"))
            run.report.hooks.append({"name": KEPT, "database": database, **row})
    except (environments.NotInstalled, sandbox.NotHere, processes.SideFailed) as reason:
        run.leave_out(f"the webhook beside dj-stripe: {str(reason).splitlines()[-1]}")


def _compared(
    run: Run, site: SideProcess, other: SideProcess, stream: Iterator[Event]
) -> dict[str, Any]:
    """Both take the same events, turn by turn."""
    statements = []
    for side in (site, other):
        side.order("deliver", sent=events.some(stream, run.plan.warm))
        statements.append(len(side.order("count", sent=events.some(stream, 1))["statements"]))
    rates = []
    for _round in range(run.plan.rounds):
        sent = events.some(stream, run.plan.few_events)
        rates.append((_rate(site, sent)[0], _rate(other, sent)[0]))
    mine, theirs = (statistics.median(side) for side in zip(*rates, strict=True))
    return {
        "ours": {"per_second": mine, "statements": statements[0]},
        "theirs": {"per_second": theirs, "statements": statements[1]},
        "times_as_fast": statistics.median(ours / other_ for ours, other_ in rates),
    }


def _rate(side: SideProcess, sent: list[Event]) -> tuple[float, float]:
    """Events a second, and the seconds it took."""
    found = side.order("deliver", sent=sent)
    return found["requests"] / found["seconds"], found["seconds"]
