"""Hours and days on a reader's own clock and calendar. Pure."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo


def at(day: date, hour: time, local: ZoneInfo) -> datetime:
    """An hour that does not exist moves forward; one that comes twice means the first."""
    return datetime.combine(day, hour, tzinfo=local).astimezone(UTC)


def allowed(day: date, weekdays: frozenset[int]) -> date:
    """This day, or the first one after it that is among these (1 is Monday)."""
    while day.isoweekday() not in weekdays:
        day += timedelta(days=1)
    return day


def days_late(wanted: datetime, at: datetime, local: ZoneInfo) -> int:
    """Calendar days from one moment to another."""
    return (at.astimezone(local).date() - wanted.astimezone(local).date()).days
