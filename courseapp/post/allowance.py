"""What the provider lets us send: so many each second, so many each day.

Near a day's limit offers wait for the next day, then lessons, so that codes and receipts still go.
Moments are given out from one row, so that several workers together keep to the limit.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction
from django.db.models import F

from courseapp.post.models import Allowance, Letter
from courseapp.post.outbox import PRIORITY

if TYPE_CHECKING:
    from datetime import datetime

# Up to which share of a day's limit a stream may go; a code always may.
SHARES = {Letter.Stream.OFFER: 0.7, Letter.Stream.LESSON: 0.9, Letter.Stream.RECEIPT: 1.0}
ALL = max(PRIORITY.values())


def lowest_priority(*, now: datetime) -> int:
    """Letters up to this priority may still go today."""
    if not settings.MAIL_PER_DAY:
        return ALL
    row = Allowance.objects.filter(day=now.date()).first()
    sent = row.sent if row else 0
    held = [
        PRIORITY[stream]
        for stream, share in SHARES.items()
        if sent >= share * settings.MAIL_PER_DAY
    ]
    return min(held, default=ALL + 1) - 1


def note(count: int, *, now: datetime) -> None:
    """So many went; nothing is counted where there is no limit of a day."""
    if count and settings.MAIL_PER_DAY:
        today = Allowance.objects.filter(day=now.date())
        if not today.update(sent=F("sent") + count):
            _begin_day(now)
            today.update(sent=F("sent") + count)


def batch(limit: int) -> int:
    """How many letters to take at once: no more than go in two seconds, where seconds count."""
    return min(limit, max(1, 2 * settings.MAIL_PER_SECOND)) if settings.MAIL_PER_SECOND else limit


def moments(count: int, *, now: datetime) -> list[datetime]:
    """When each of so many letters may go; empty where seconds do not count."""
    if not settings.MAIL_PER_SECOND or not count:
        return []
    apart = timedelta(seconds=1 / settings.MAIL_PER_SECOND)
    _begin_day(now)
    with transaction.atomic():
        row = Allowance.objects.select_for_update().get(day=now.date())
        first = max(now, row.paced_until or now)
        row.paced_until = first + count * apart
        row.save(update_fields=["paced_until"])
    return [first + place * apart for place in range(count)]


def _begin_day(now: datetime) -> None:
    Allowance.objects.bulk_create([Allowance(day=now.date())], ignore_conflicts=True)
