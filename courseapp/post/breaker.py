"""Leaving the mail server alone for a while when it is away or does not want us.

Ten thousand letters that each find out for themselves would be ten thousand knocks on a closed
door, and an attempt less for each.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from courseapp.post.models import Breaker

if TYPE_CHECKING:
    from datetime import datetime

log = logging.getLogger(__name__)
NAME = "relay"
# The first pause; it doubles each time in a row, up to the longest. A code is of use ten minutes.
FIRST, LONGEST = timedelta(seconds=15), timedelta(minutes=15)

# Between two pauses the server is tried; for so long it is not said to work because nobody did.
BETWEEN = timedelta(minutes=1)


@dataclass(frozen=True)
class Away:
    """The server does not take mail: its last words, and when it is tried again."""

    said: str
    until: datetime


def away(*, now: datetime) -> Away | None:
    """Whether the server is left alone, also between two pauses in a row; None when it works."""
    row = Breaker.objects.filter(name=NAME, trips__gt=0, open_until__gt=now - BETWEEN).first()
    return None if row is None else Away(said=row.reason, until=row.open_until)


def state(*, now: datetime) -> tuple[bool, int]:
    """Whether the server is to be left alone now, and how many times in a row it had to be."""
    row = Breaker.objects.filter(name=NAME).first()
    if row is None:
        return False, 0
    # A pause that ends later than any may was written by a clock that was ahead.
    return now < row.open_until <= now + LONGEST, row.trips


def trip(*, reason: str, now: datetime) -> None:
    """Leave the server alone, longer each time in a row."""
    row, _made = Breaker.objects.get_or_create(name=NAME, defaults={"open_until": now})
    pause = min(FIRST * 2 ** min(row.trips, 10), LONGEST)
    row.open_until, row.trips, row.reason = now + pause, row.trips + 1, reason[:300]
    row.save(update_fields=["open_until", "trips", "reason"])
    log.warning("The mail server is left alone for %s: %s.", pause, reason)


def close() -> None:
    """It works again."""
    Breaker.objects.filter(name=NAME, trips__gt=0).update(trips=0, reason="")
