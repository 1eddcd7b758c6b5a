"""What the worker does with the outbox."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from courseapp import clock
from courseapp.post import doorbell, heartbeat, mailbox, marks, pump, retention

# Seconds; the task's soft limit is 55.
WORKING_TIME = 40.0


@shared_task(name="post.pump")  # type: ignore[untyped-decorator]
def send_letters() -> None:
    """Send all that is due; ring again when time is up before the letters are."""
    run = pump.keep_sending(now=timezone.now(), seconds=WORKING_TIME)
    if run.more:
        doorbell.ring()


@shared_task(name="post.tick")  # type: ignore[untyped-decorator]
def tick() -> None:
    """Every fifteen seconds: note the beat, forget codes that ran out, ring when mail is due."""
    now = timezone.now()
    heartbeat.note(now=now)
    marks.forget_expired(now=now)
    if pump.is_due(now=now):
        doorbell.ring()


@shared_task(name="post.forget_old")  # type: ignore[untyped-decorator]
def forget_old() -> None:
    """Once a day, by the machine's own clock: what is young stays, though somebody looks ahead."""
    retention.forget_old(now=clock.real())
    mailbox.forget_old(now=clock.real())
