"""How fast a course opens: said by staff, promised to readers by `lessons.reading.schedule`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import time

from courseapp.errors import Refused

MOST_DAYS = 60
SHAPE = 'A pace is {"every_days": 2, "at": "07:00"}.'


class InvalidPace(Refused):
    code = "invalid_pace"


@dataclass(frozen=True)
class Pace:
    """A lesson every ``every_days`` days, at ``at`` on the reader's clock; the first at once."""

    every_days: int
    at: time


def from_json(data: object) -> Pace | None:
    """The stored pace ``{"every_days": 2, "at": "07:00"}``; None: all lessons open at once."""
    if data is None:
        return None
    wanted = data if isinstance(data, Mapping) else {}
    try:
        days, at = wanted["every_days"], time.fromisoformat(wanted["at"])
    except (KeyError, TypeError, ValueError):
        raise InvalidPace(SHAPE) from None
    if not isinstance(days, int) or len(wanted) > len({"every_days", "at"}):
        raise InvalidPace(SHAPE)
    if not 1 <= days <= MOST_DAYS or at.tzinfo is not None:
        raise InvalidPace(f"A pace has 1 to {MOST_DAYS} days and a time of day without a zone.")
    return Pace(every_days=days, at=at)
