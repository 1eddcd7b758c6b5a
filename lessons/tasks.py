"""What happens to courses without anybody asking."""

from __future__ import annotations

from time import monotonic

from celery import shared_task
from django.conf import settings
from django.utils import timezone

from courseapp import clock
from courseapp.post import doorbell
from lessons.content import editing, outside
from lessons.content.media import keeping
from lessons.drip import catching_up, outcomes, pump
from lessons.staff import release

# Seconds; the task's soft limit is 55.
WORKING_TIME = 40
DRIP_BATCH = 200


@shared_task(name="lessons.publish_due")  # type: ignore[untyped-decorator]
def publish_due() -> None:
    """Every minute: publish the modules whose moment has come."""
    release.publish_due(now=timezone.now())


@shared_task(name="lessons.forget_old")  # type: ignore[untyped-decorator]
def forget_old() -> None:
    """Every day: let go of versions of lessons and of unsaved texts that are thirty days old, and
    of files that lost their row.

    By the machine's own clock: nobody's text is gone because somebody looked a month ahead.
    """
    editing.forget_old(now=clock.real())
    keeping.sweep(now=clock.real())


@shared_task(name="lessons.ask_outside")  # type: ignore[untyped-decorator]
def ask_outside() -> None:
    """Every three minutes: ask a few other sites whether pages that lessons link to are there."""
    if settings.ASK_OUTSIDE:
        outside.check_due(now=timezone.now(), limit=5)
    else:
        outside.forget()


@shared_task(name="lessons.drip")  # type: ignore[untyped-decorator]
def drip() -> None:
    """Every fifteen seconds, and when the bell rings: what happened, what is due, what was sent.

    What is left when time is up waits for the next bell.
    """
    started = monotonic()
    catching_up.catch_up(now=timezone.now())
    while pump.look(now=timezone.now(), limit=DRIP_BATCH).more:
        if monotonic() - started > WORKING_TIME:
            doorbell.ring("lessons.drip")
            break
    outcomes.note(now=timezone.now())
