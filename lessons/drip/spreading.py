"""One mail a day: the plans of one reader, held against each other. Pure."""

from __future__ import annotations

import heapq
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from lessons.drip import clock
from lessons.drip.plan import PRIORITY, order, series
from lessons.drip.steps import EVERY_DAY

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from lessons.drip.plan import Planned


def spread(
    plans: Sequence[Sequence[Planned]], *, taken: Iterable[date], zone: str, now: datetime
) -> list[list[Planned]]:
    """The plans of one reader with at most one mail a day over all of them.

    ``taken`` are the days that had their mail. Of those that want the same day the most important
    goes; the others move to the next day they may have, or are left out when that is too late. So
    does what missed its day altogether: it goes at its own hour, not when somebody comes to look.
    """
    local = ZoneInfo(zone)
    full = _Days(first=now.astimezone(local).date(), full=set(taken))
    result = [list(each) for each in plans]
    newer = [_newer(each) for each in plans]
    queue = [
        (one.day, PRIORITY[one.step.kind], one.at, course, place)
        for course, each in enumerate(result)
        for place, one in enumerate(each)
        if one.day is not None and one.at is not None and one.state in {"due", "coming"}
    ]
    heapq.heapify(queue)
    while queue:
        _day, priority, _at, course, place = heapq.heappop(queue)
        one = result[course][place]
        assert one.day is not None and one.at is not None  # noqa: S101, PT018 -- for mypy.
        if full.has_room(one.day):
            full.full.add(one.day)
            continue
        moved = _moved(one, full, local, now, newer[course].get(one.identity))
        result[course][place] = moved
        if moved.state != "skipped" and moved.day is not None and moved.at is not None:
            heapq.heappush(queue, (moved.day, priority, moved.at, course, place))
    return [sorted(each, key=order) for each in result]


def _newer(planned: Sequence[Planned]) -> dict[tuple[str, str], datetime]:
    """For the mail of each lesson, when that of the next lesson is due, which makes it needless."""
    found: dict[tuple[str, str], datetime] = {}
    lessons = [one for one in planned if one.step.trigger == "lesson" and one.state != "skipped"]
    for one in lessons:
        later = [
            other.at
            for other in lessons
            if series(other.step) == series(one.step)
            and other.at and one.at and other.at > one.at
        ]  # fmt: skip
        if later:
            found[one.identity] = min(later)
    return found


@dataclass(frozen=True)
class _Days:
    """The days from ``first`` on, and which of them have their mail."""

    first: date
    full: set[date]

    def has_room(self, day: date) -> bool:
        return day >= self.first and day not in self.full


def _moved(
    one: Planned, days: _Days, local: ZoneInfo, now: datetime, newer: datetime | None
) -> Planned:
    """This mail on the next free day it may have; left out where that is too late for it."""
    assert one.day is not None and one.at is not None  # noqa: S101, PT018 -- for mypy.
    weekdays = EVERY_DAY if one.step.trigger == "lesson" else one.step.weekdays
    day = clock.allowed(one.day + timedelta(days=1), weekdays)
    hour = one.at.astimezone(local).time()
    while not _is_free(one, day, days, hour, local) and (day - one.day).days <= one.step.late_days:
        day = clock.allowed(day + timedelta(days=1), weekdays)
    at = clock.at(day, hour, local)
    wanted = one.wanted or one.at
    if clock.days_late(wanted, at, local) > one.step.late_days:
        return replace(one, state="skipped", reason="late", day=None)
    if newer is not None and at >= newer:
        return replace(one, state="skipped", reason="superseded", day=None)
    return replace(one, at=at, day=day, wanted=wanted, state="due" if at <= now else "coming")


def _is_free(one: Planned, day: date, days: _Days, hour: time, local: ZoneInfo) -> bool:
    """Whether this mail can go on that day: no other one does, and the reader did not pause."""
    at = clock.at(day, hour, local)
    return days.has_room(day) and not any(pause.begins <= at < pause.ends for pause in one.pauses)
