"""Dates: when each lesson opens for one reader. Pure, in the reader's own wall-clock time.

The dates are computed once, at enrolment, and kept as promises (`Unlock`). Only the reader moves
them (`lessons.reading.rhythm`). A lesson that comes later, without a promise of its own, opens
together with the lesson before it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, TypeVar
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from uuid import UUID

    from lessons.content.pace import Pace

Key = TypeVar("Key")


@dataclass(frozen=True)
class Clock:
    """A reader's clock: its zone (IANA), and the hour that lessons open at.

    Without an hour each date keeps the one it has.
    """

    zone: str
    hour: time | None = None

    def day(self, at: datetime) -> date:
        """The calendar day of a moment here."""
        return at.astimezone(ZoneInfo(self.zone)).date()

    def midnight(self, day: date) -> datetime:
        """The moment (UTC) at which a day begins here."""
        return moment(day, time(0), self.zone)


def moment(day: date, hour: time, zone: str) -> datetime:
    """A wall-clock hour as a moment (UTC). An hour that does not exist moves forward, one that
    comes twice means the first."""
    return datetime.combine(day, hour, tzinfo=ZoneInfo(zone)).astimezone(UTC)


def dates(
    pace: Pace | None, lessons: Sequence[UUID], enrolled_at: datetime, zone: str
) -> dict[UUID, datetime]:
    """When each lesson opens (UTC), in reading order; empty without a pace.

    Days are counted on the calendar and the hour is the wall clock's, so it is the same local hour
    on both sides of a clock change.
    """
    if pace is None:
        return {}
    local = ZoneInfo(zone)
    start = enrolled_at.astimezone(local).date()
    result: dict[UUID, datetime] = {}
    for place, lesson in enumerate(lessons):
        day = start + timedelta(days=place * pace.every_days)
        result[lesson] = enrolled_at if place == 0 else moment(day, pace.at, zone)
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


def moved(
    promised: Mapping[Key, datetime],
    *,
    days: int,
    read_in: str,
    clock: Clock,
    now: datetime,
) -> dict[Key, datetime]:
    """The dates still to come, so many calendar days later (negative: earlier), on this clock.

    Their days are read off a clock in ``read_in``. What is open stays as it is and is not among
    them; what would have opened by now opens now. Their order stays.
    """
    local = ZoneInfo(read_in)
    result: dict[Key, datetime] = {}
    for key, opens_at in promised.items():
        if opens_at > now:
            here = opens_at.astimezone(local)
            day = here.date() + timedelta(days=days)
            result[key] = max(now, moment(day, clock.hour or here.time(), clock.zone))
    return result
