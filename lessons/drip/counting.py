"""How many readers are in each sequence, and how much mail that is in a week."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db.models import Count, Q

from lessons.drip.models import Mail, Place

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from uuid import UUID

WEEK = timedelta(days=7)


@dataclass(frozen=True)
class Counts:
    """By sequence: ``readers`` in it, mails that ``went`` in the past week, and readers for whom
    one is ``coming`` in the next, as it is planned now."""

    readers: Mapping[UUID, int]
    went: Mapping[UUID, int]
    coming: Mapping[UUID, int]


def of_all(*, now: datetime) -> Counts:
    """Two statements, however many readers."""
    coming = Q(next_at__lte=now + WEEK, sequence__live__isnull=False, sequence__state="running")
    places = Place.objects.filter(ended_at=None).order_by().values("sequence")
    rows = places.annotate(all=Count("pk"), soon=Count("pk", filter=coming))
    mails = Mail.objects.filter(decided_at__gt=now - WEEK, decided_at__lte=now)
    went = mails.order_by().values("place__sequence").annotate(all=Count("pk"))
    return Counts(
        readers={row["sequence"]: row["all"] for row in rows},
        went={row["place__sequence"]: row["all"] for row in went},
        coming={row["sequence"]: row["soon"] for row in rows},
    )
