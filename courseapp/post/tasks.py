"""What the worker does with the outbox."""

from __future__ import annotations

from time import monotonic

from celery import shared_task
from django.utils import timezone

from courseapp.post import doorbell, heartbeat, pump, retention

# Seconds; the task's soft limit is 55.
WORKING_TIME = 40
BATCH = 100


@shared_task(name="post.pump")  # type: ignore[untyped-decorator]
def send_letters() -> None:
    """Send all that is due; ring again when time is up before the letters are.

    A full batch of which nothing went out is a mail server that is away: leave it to the next tick.
    """
    started = monotonic()
    while True:
        run = pump.send_due(now=timezone.now(), limit=BATCH)
        if run.claimed < BATCH or not run.sent:
            return
        if monotonic() - started > WORKING_TIME:
            doorbell.ring()
            return


@shared_task(name="post.tick")  # type: ignore[untyped-decorator]
def tick() -> None:
    """Every fifteen seconds: note the beat, forget codes that ran out, ring when mail is due."""
    now = timezone.now()
    heartbeat.note(now=now)
    pump.forget_expired(now=now)
    if pump.is_due(now=now):
        doorbell.ring()


@shared_task(name="post.forget_old")  # type: ignore[untyped-decorator]
def forget_old() -> None:
    """Once a day."""
    retention.forget_old(now=timezone.now())
