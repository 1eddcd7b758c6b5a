"""What a reader decides of the dates they were promised: a pause, another hour, all at once.

Nobody else moves a date. Whatever a reader does, lessons keep their order and what is open stays
open. Each act holds the enrolment first, so that two at once come one after the other.
"""

from __future__ import annotations

import zoneinfo
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from courseapp.errors import Refused
from lessons.content import editions, pace
from lessons.reading import schedule
from lessons.reading.models import Enrolment, Pause, Rhythm, Unlock
from lessons.reading.schedule import Clock

if TYPE_CHECKING:
    from datetime import date, datetime, time

WEEK = timedelta(days=7)
# A pause that is longer than a year is a farewell; dates that far away are nobody's plan.
LONGEST = timedelta(days=366)


class PauseInThePast(Refused):
    """A pause until today or a day that is past is none."""

    code = "pause_in_the_past"


class PauseTooLong(Refused):
    """A pause ends within a year."""

    code = "pause_too_long"


class UnknownHour(Refused):
    """What was given is no time of day."""

    code = "unknown_hour"


class UnknownZone(Refused):
    """A time zone that the IANA does not name."""

    code = "unknown_zone"


@dataclass(frozen=True)
class Wish:
    """How a reader wants a course's dates.

    ``hour`` is the time of day they chose, None: ``course_hour``, which is the pace's (None: the
    course has none). ``until`` is the day a pause ends that lasts now.
    """

    zone: str
    hour: time | None
    course_hour: time | None
    until: date | None
    opened_all_at: datetime | None


def wish_of(*, enrolment: Enrolment, now: datetime) -> Wish:
    """What this reader chose so far; two queries."""
    running = _running(enrolment, now)
    chosen = Rhythm.objects.filter(enrolment=enrolment).first()
    return Wish(
        zone=enrolment.time_zone,
        hour=chosen.hour if chosen else None,
        course_hour=_course_hour(enrolment),
        until=Clock(enrolment.time_zone).day(running.ends_at) if running else None,
        opened_all_at=chosen.opened_all_at if chosen else None,
    )


def a_week_on(*, enrolment: Enrolment, now: datetime) -> date:
    """The day on which a pause of a week from now ends, on the reader's calendar."""
    return Clock(enrolment.time_zone).day(now) + WEEK


def days_to_choose(*, zone: str, now: datetime) -> tuple[date, date]:
    """The first and the last day on which a pause that begins now may end."""
    today = Clock(zone).day(now)
    return today + timedelta(days=1), today + LONGEST


def pause(*, enrolment: Enrolment, until_day: date, now: datetime) -> Pause:
    """Nothing until that day: every lesson to come opens as many days later as the pause is long.

    Of two pauses the second counts: it takes the place of what is left of the first. Raises
    ``PauseInThePast`` and ``PauseTooLong``.
    """
    with transaction.atomic():
        held, clock = _hold(enrolment)
        today = clock.day(now)
        if until_day <= today:
            raise PauseInThePast(_("Choose a day after today to go on again."))
        if until_day - today > LONGEST:
            raise PauseTooLong(_("A pause is a year at most. Choose a day that is nearer."))
        running = _running(held, now)
        # While a pause lasts, all that is to come lies behind its end.
        begins = clock.day(running.ends_at) if running else today
        _move(held, clock, days=(until_day - begins).days, now=now)
        if running:
            _end(running, now)
        return Pause.objects.create(
            enrolment=held, begins_at=now, ends_at=clock.midnight(until_day), asked_at=now
        )


def resume(*, enrolment: Enrolment, now: datetime) -> Pause | None:
    """Go on now: the dates come forward by the days that were not used. None: there is no pause."""
    with transaction.atomic():
        held, clock = _hold(enrolment)
        running = _running(held, now)
        if running is not None:
            unused = clock.day(running.ends_at) - clock.day(now)
            _move(held, clock, days=-unused.days, now=now)
            _end(running, now)
        return running


def open_all(*, enrolment: Enrolment, now: datetime) -> int:
    """Open every lesson that is still to come; returns how many that were. It cannot be undone."""
    with transaction.atomic():
        held, _clock = _hold(enrolment)
        opened = Unlock.objects.filter(enrolment=held, opens_at__gt=now).update(opens_at=now)
        if opened:
            Rhythm.objects.update_or_create(enrolment=held, defaults={"opened_all_at": now})
        return opened


def choose(*, enrolment: Enrolment, hour: time | None, zone: str, now: datetime) -> Enrolment:
    """Another time of day (None: the course's own), or a clock elsewhere; each lesson to come
    keeps its calendar day. One whose hour is past today opens now.

    Raises ``UnknownZone``.
    """
    if zone not in _zones():
        raise UnknownZone(_("This time zone is not known. Choose one from the list."))
    with transaction.atomic():
        held, before = _hold(enrolment)
        clock = Clock(zone, hour or _course_hour(held))
        _move(held, clock, days=0, now=now, read_in=before.zone)
        running = _running(held, now)
        if running:
            _end(running, max(now, clock.midnight(before.day(running.ends_at))))
        Rhythm.objects.update_or_create(enrolment=held, defaults={"hour": hour})
        Enrolment.objects.filter(pk=held.pk).update(time_zone=zone)
        held.time_zone = zone
        return held


def _hold(enrolment: Enrolment) -> tuple[Enrolment, Clock]:
    """Keep everybody else from this enrolment until the transaction ends; its clock as it is."""
    held = _locked(enrolment)
    chosen = Rhythm.objects.filter(enrolment=held).values_list("hour", flat=True).first()
    return held, Clock(held.time_zone, chosen or _course_hour(held))


def _locked(enrolment: Enrolment) -> Enrolment:
    # SQLite: the transaction took the one write lock at its BEGIN.
    return Enrolment.objects.select_for_update(no_key=True).get(pk=enrolment.pk)


def _course_hour(enrolment: Enrolment) -> time | None:
    """The hour that was promised at enrolment, whatever the course's pace is now."""
    promised = pace.from_json(editions.load(enrolment.edition_id).pace)
    return promised.at if promised else None


def _running(enrolment: Enrolment, now: datetime) -> Pause | None:
    pauses = Pause.objects.filter(enrolment=enrolment, begins_at__lte=now, ends_at__gt=now)
    return pauses.order_by("-pk").first()


def _end(running: Pause, at: datetime) -> None:
    running.ends_at = at
    running.save(update_fields=["ends_at"])


def _move(
    enrolment: Enrolment, clock: Clock, *, days: int, now: datetime, read_in: str = ""
) -> None:
    rows = {
        row.pk: row
        for row in Unlock.objects.filter(enrolment=enrolment, opens_at__gt=now).order_by("pk")
    }
    later = schedule.moved(
        {key: row.opens_at for key, row in rows.items()},
        days=days, read_in=read_in or clock.zone, clock=clock, now=now,
    )  # fmt: skip
    for key, opens_at in later.items():
        rows[key].opens_at = opens_at
    Unlock.objects.bulk_update(rows.values(), ["opens_at"])


@cache
def _zones() -> frozenset[str]:
    return frozenset(zoneinfo.available_timezones())
