"""Telling the sender that a reader decided something: it looks again now, not when it meant to.

For the skins, after an act of `reading.rhythm`, which knows of no mail. That a lesson was finished
or a right given nobody tells: the tick notices (`lessons.drip.catching_up`).
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from django.db import transaction

from courseapp.post import doorbell
from lessons.drip import catching_up
from lessons.drip.models import Place

if TYPE_CHECKING:
    from datetime import datetime

    from django.db.models import QuerySet

    from lessons.reading.models import Enrolment

TICK = "lessons.drip"


def begun(*, enrolment: Enrolment, now: datetime) -> None:
    """Somebody enrolled: their places are there at once, and so is their welcome."""
    with transaction.atomic():
        catching_up.begin(enrolment=enrolment, now=now)
        _ring()


def look_again(*, enrolment: int, now: datetime) -> None:
    """The dates of this enrolment (its key) moved."""
    with transaction.atomic():
        _due(Place.objects.filter(enrolment=enrolment), now)


def look_again_at_all_of(*, reader: int, now: datetime) -> None:
    """This reader (their key) wants other mails than before; each day has one, over all courses."""
    with transaction.atomic():
        _due(Place.objects.filter(reader=reader), now)


def _due(places: QuerySet[Place], now: datetime) -> None:
    # Also those somebody holds: what they planned with may be what changed.
    places.filter(ended_at=None).update(next_at=now)
    _ring()


def _ring() -> None:
    transaction.on_commit(partial(doorbell.ring, TICK), robust=True)
