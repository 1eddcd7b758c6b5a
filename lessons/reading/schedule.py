"""Dates: when each lesson opens for one reader. Pure, in the reader's own wall-clock time.

The dates are computed once, at enrolment, and kept as promises (`Unlock`). A lesson that comes
later, without a promise of its own, opens together with the lesson before it.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from uuid import UUID

    from lessons.content.pace import Pace


def dates(
    pace: Pace | None, lessons: Sequence[UUID], enrolled_at: datetime, zone: str
) -> dict[UUID, datetime]:
    """When each lesson opens (UTC), in reading order; empty without a pace.

    Days are counted on the calendar and the hour is the wall clock's, so it is the same local hour
    on both sides of a clock change. An hour that does not exist moves forward, one that comes twice
    means the first.
    """
    if pace is None:
        return {}
    local = ZoneInfo(zone)
    start = enrolled_at.astimezone(local).date()
    result: dict[UUID, datetime] = {}
    for place, lesson in enumerate(lessons):
        day = start + timedelta(days=place * pace.every_days)
        opens_at = datetime.combine(day, pace.at, tzinfo=local).astimezone(UTC)
        result[lesson] = enrolled_at if place == 0 else opens_at
    return result


def opening(lessons: Sequence[UUID], promised: Mapping[UUID, datetime]) -> dict[UUID, datetime]:
    """When each lesson of the live edition opens for a reader who was promised these dates.

    Without a promise a lesson opens with the one before it; without any promise, at once.
    """
    result: dict[UUID, datetime] = {}
    last: datetime | None = None
    for lesson in lessons:
        last = promised.get(lesson, last)
        if last is not None:
            result[lesson] = last
    return result
