"""How fast a course opens: said by staff, promised to readers by `lessons.reading.schedule`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import time

from django.utils.translation import gettext as _

from courseapp.errors import Refused

MOST_DAYS = 60


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
        raise InvalidPace(_shape()) from None
    if not isinstance(days, int) or len(wanted) > len({"every_days", "at"}):
        raise InvalidPace(_shape())
    if not 1 <= days <= MOST_DAYS or at.tzinfo is not None:
        raise InvalidPace(
            _("A pace has 1 to %(days)s days and a time of day without a zone.")
            % {"days": MOST_DAYS}
        )
    return Pace(every_days=days, at=at)


def _shape() -> str:
    return _("A pace is %(shape)s.") % {"shape": '{"every_days": 2, "at": "07:00"}'}
