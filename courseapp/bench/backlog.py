"""Claiming among few rows and among a million: places in sequences, and letters in the outbox.

The database makes the rows itself. Three in five have nothing to do any more, two wait for a moment
in the next thirty days. Then some of those become due, as many at each size, so that what grows is
only what lies around them.
"""

from __future__ import annotations

import statistics
import time
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import connection
from django.utils import timezone

from courseapp.bench import dialect, mails
from courseapp.post import claiming, filling
from courseapp.post import pump as outbox_pump
from courseapp.post.models import Letter
from lessons import tasks
from lessons.drip import pump as drip_pump
from lessons.drip.models import Place

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import datetime

    from django.db.models import Model

# How often to ask when nothing is due, and how many claims to take when something is.
ASKED, CLAIMS = 200, 20
# As many become due again and again at each size; so many at once while the statistics say none.
DUE, FLOOD = 2_000, 100_000
AFRESH = {
    "sqlite": "DELETE FROM sqlite_sequence WHERE name = '{table}'",
    "postgresql": "ALTER TABLE {table} ALTER COLUMN id RESTART",
}
WAITS = "n % 5 < 2"
# One in so many of those that wait; the id is the number it was made from.
BECOME_DUE = (
    "UPDATE {table} SET next_at = {moment}, {fresh} WHERE id % 5 = 0 AND (id / 5) % {step} = 0"
)
QUIET = "ALTER TABLE {table} SET (autovacuum_enabled = false)"


@dataclass(frozen=True)
class Queue:
    """A table in which rows become due, and how the worker takes them."""

    name: str
    model: type[Model]
    batch: int
    # What is written anew of a row that becomes due once more.
    fresh: str
    row: Callable[[datetime], dict[str, str]]
    # What a tick asks, and what a claim takes.
    tick: Callable[[datetime], object]
    claim: Callable[[datetime, int], list[Any]]


def measure(*, sizes: Sequence[int]) -> Iterator[dict[str, Any]]:
    """A row for each queue and size, and one for the flood in the largest; in an empty database.

    ``claim``: ms for one batch; ``idle``: ms for a tick with nothing due.
    """
    now = timezone.now()
    for queue in QUEUES:
        empty(queue)
        there = 0
        for size in sizes:
            grow(queue, there, size, now)
            there = size
            yield {"queue": queue.name, "rows": size, **_at_rest(queue, size, now)}
        yield {"queue": queue.name, "rows": there, **_flood(queue, there, now)}


def empty(queue: Queue) -> None:
    """No rows any more, and the next one is number one."""
    with dialect.trusted():
        dialect.run(f"DELETE FROM {dialect.table(queue.model)}")  # noqa: S608
    dialect.run(AFRESH[connection.vendor].format(table=queue.model._meta.db_table))


def grow(queue: Queue, there: int, wanted: int, now: datetime) -> None:
    """Have so many rows, with none due at ``now``; so many are there."""
    with dialect.trusted():
        dialect.insert(queue.model, queue.row(now), first=there + 1, last=wanted)
    if connection.vendor == "postgresql":
        # Its own hour is no figure of ours; what it would do at this size is done here.
        dialect.run(QUIET.format(table=dialect.table(queue.model)))
    dialect.run(f"ANALYZE {dialect.table(queue.model)}")


def _at_rest(queue: Queue, size: int, now: datetime) -> dict[str, float]:
    """Nothing due, and then a little."""
    idle = [_ms(lambda: queue.tick(now)) for _ in range(ASKED)]
    due = min(DUE, size // 5)
    taken = []
    for _ in range(CLAIMS * queue.batch // DUE):
        become_due(queue, size, due, now)
        taken += _claims(queue, now, due // queue.batch)
    return {"idle": statistics.median(idle), "claim": statistics.median(taken)}


def _flood(queue: Queue, size: int, now: datetime) -> dict[str, float]:
    """Very many due at once, while the planner still thinks that none is."""
    connection.close()  # Plans that were made for better days are forgotten.
    flood = min(FLOOD, size // 10)
    become_due(queue, size, flood, now)
    taken = _claims(queue, now, min(CLAIMS, flood // queue.batch))
    return {"flood": flood, "claim": statistics.median(taken)}


def become_due(queue: Queue, size: int, count: int, now: datetime) -> None:
    """So many (or all that wait, in a small table) since some minute of the last hour."""
    moment = dialect.moment(f"'{now:%Y-%m-%d %H:%M:%S}Z'", "-1 - id % 60")
    step = max(1, size // 5 // count)
    table = dialect.table(queue.model)
    dialect.run(BECOME_DUE.format(table=table, moment=moment, fresh=queue.fresh, step=step))


def _claims(queue: Queue, now: datetime, times: int) -> list[float]:
    taken = []
    for _ in range(times):
        found: list[Any] = []
        taken.append(_ms(lambda found=found: found.extend(queue.claim(now, queue.batch))))  # type: ignore[misc]
        if len(found) != queue.batch:
            raise AssertionError(f"{len(found)} of {queue.batch} {queue.name} were due")
    return taken


def _ms(act: Callable[[], object]) -> float:
    start = time.perf_counter()
    act()
    return 1000 * (time.perf_counter() - start)


def _place(now: datetime) -> dict[str, str]:
    """A reader of that number in one sequence."""
    moment = f"'{now:%Y-%m-%d %H:%M:%S}Z'"
    sequence = f"'{uuid.UUID(int=7).hex}'"
    return {
        "reader_id": "n",
        "sequence_id": dialect.KEY[connection.vendor].format(sequence),
        "started_at": dialect.moment(moment, "0"),
        "next_at": _waiting(moment),
        "planned_at": dialect.moment(moment, "0"),
        "attempt": "0",
        "error": "''",
    }


def letter(now: datetime) -> dict[str, str]:
    """Lessons and offers in turn, of one form; those that do not wait were sent."""
    moment = f"'{now:%Y-%m-%d %H:%M:%S}Z'"
    written = dialect.moment(moment, "-60")
    empty = dict.fromkeys(
        ("subject", "text", "html", "unsubscribe", "error", "language", "withheld"), "''"
    )
    return {
        "uuid": dialect.NEW_KEY[connection.vendor],
        "key": "'backlog:' || n",
        "message_id": "'<' || n || '@example.org>'",
        "stream": "CASE WHEN n % 2 = 0 THEN 'lesson' ELSE 'offer' END",
        "priority": "2 + n % 2",
        "to": "'reader' || n || '@example.org'",
        "form_id": str(filling.keep(words=mails.WORDS, now=now).pk),
        "values": """'{"number": "1", "name": "Anna"}'""",
        "created_at": written,
        "next_at": _waiting(moment),
        "sent_at": f"CASE WHEN {WAITS} THEN NULL ELSE {written} END",
        "attempt": "0",
        "unanswered": "0",
        "is_owed": "FALSE",
        **empty,
    }


def _waiting(moment: str) -> str:
    at = dialect.moment(moment, f"60 + CAST(n AS bigint) * 7919 % {30 * 24 * 60}")
    return f"CASE WHEN {WAITS} THEN {at} END"


QUEUES = (
    Queue(
        "places",
        Place,
        tasks.DRIP_BATCH,
        "attempt = 0",
        _place,
        lambda now: drip_pump.claim(now=now, limit=tasks.DRIP_BATCH),
        lambda now, limit: drip_pump.claim(now=now, limit=limit)[0],
    ),
    Queue(
        "letters",
        Letter,
        outbox_pump.BATCH,
        "attempt = 0, unanswered = 0",
        letter,
        lambda now: outbox_pump.is_due(now=now),
        lambda now, limit: claiming.claim(now=now, limit=limit),
    ),
)
