"""An invented reader of a real course, from what somebody asks for: for timelines and previews."""

from __future__ import annotations

import uuid
import zoneinfo
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from functools import cache
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from courseapp.accounts.models import User
from courseapp.errors import Refused
from lessons.content import editions, pace
from lessons.drip import drafting, rehearsing
from lessons.drip.gathering import Situation
from lessons.drip.models import Place
from lessons.drip.plan import PRIORITY, Facts, Planned
from lessons.drip.rehearsing import Invented
from lessons.reading import schedule

if TYPE_CHECKING:
    from uuid import UUID

    from lessons.content.editions import PublishedCourse
    from lessons.drip.models import Sequence
    from lessons.drip.plan import Goal
    from lessons.drip.rehearsing import Rehearsal
    from lessons.drip.steps import Step

DAYS_MOST = 366
EVERY_MOST = 60
# Nobody enrolled before this, and nobody plans beyond that; clocks elsewhere are well known within.
EARLIEST, LATEST = datetime(2020, 1, 1, tzinfo=UTC), datetime(2090, 1, 1, tzinfo=UTC)


class InvalidReader(Refused):
    """Nobody could be like this; ``field`` says in what."""

    code = "invalid_reader"

    def __init__(self, message: str, *, field: str) -> None:
        super().__init__(message)
        self.field = field


class NoCourseYet(Refused):
    """Readers see nothing of the course yet, so there is nothing to play."""

    code = "no_course_yet"
    status = 409


@dataclass(frozen=True, kw_only=True)
class Asked:
    """Who to invent; moments are wall-clock time in ``zone``. See `rehearsing.Invented`."""

    enrolled: datetime
    zone: str = "Europe/Amsterdam"
    hour: time | None = None
    finishes_every: int | None = None
    stops_after: int | None = None
    bought_on: int | None = None
    pause_on: int | None = None
    pause_days: int = 7
    offers: bool = False


def rehearse(*, sequence: Sequence, asked: Asked, use_live: bool = False) -> Rehearsal:
    """Play a sequence for this reader: the working copy, or what readers get now.

    Raises ``InvalidReader`` and ``NoCourseYet``.
    """
    steps = drafting.live_steps_of(sequence) if use_live else drafting.steps_of(sequence)
    reader = reader_of(published=course_of(sequence), asked=asked)
    return rehearsing.rehearse(steps, reader, goal=goal_of(sequence))


def course_of(sequence: Sequence) -> PublishedCourse:
    """The course as readers see it; raises ``NoCourseYet``."""
    live = sequence.course.live_edition_id
    if live is None:
        raise NoCourseYet(_("Publish the course first: until then nobody can begin it."))
    return editions.load(live)


def goal_of(sequence: Sequence) -> Goal:
    return sequence.goal if sequence.goal in {"completed", "bought"} else "none"  # type: ignore[return-value]


def reader_of(*, published: PublishedCourse, asked: Asked) -> Invented:
    """Raises ``InvalidReader``."""
    if asked.zone not in zones():
        raise InvalidReader(
            _("This time zone is not known. Choose one from the list."), field="zone"
        )
    _number(asked.finishes_every, 1, EVERY_MOST, "finishes_every")
    _number(asked.stops_after, 0, len(published.lessons), "stops_after")
    _number(asked.bought_on, 0, DAYS_MOST, "bought_on")
    _number(asked.pause_on, 0, DAYS_MOST, "pause_on")
    _number(asked.pause_days, 1, DAYS_MOST, "pause_days")
    local = asked.enrolled.replace(tzinfo=zoneinfo.ZoneInfo(asked.zone))
    if not EARLIEST < local < LATEST:
        raise InvalidReader(_("Choose a day in this time."), field="enrolled")
    return Invented(
        enrolled_at=local.astimezone(UTC),
        zone=asked.zone,
        lessons=tuple(lesson.uuid for lesson in published.lessons),
        required=published.required,
        pace=pace.from_json(published.pace),
        hour=asked.hour,
        finishes_every=asked.finishes_every,
        stops_after=asked.stops_after,
        bought_on=asked.bought_on,
        pauses=() if asked.pause_on is None else ((asked.pause_on, asked.pause_days),),
        has_right=published.access == "granted",
        wants=frozenset(PRIORITY if asked.offers else {*PRIORITY} - {"offer"}),
    )


@cache
def zones() -> frozenset[str]:
    """The IANA zones this machine knows."""
    return frozenset(zoneinfo.available_timezones())


def _number(value: int | None, least: int, most: int, field: str) -> None:
    if value is not None and not least <= value <= most:
        raise InvalidReader(
            _("A whole number from %(least)s to %(most)s.") % {"least": least, "most": most},
            field=field,
        )


# --- One mail of one reader ---------------------------------------------------------------------


def situation(
    *, sequence: Sequence, step: Step, lesson: UUID | None, person: User, now: datetime
) -> tuple[Situation, Planned]:
    """An invented reader to whom this step goes now, when they are at ``lesson`` (None: the first).

    They have finished all before it, and what comes later opens by the course's pace. Their address
    and clock are ``person``'s; nothing in it belongs to a real reader. Raises ``NoCourseYet``.
    """
    published = course_of(sequence)
    order = [one.uuid for one in published.lessons]
    here = next((one for one in (step.lesson, lesson) if one in order), order[0])
    before = order[: order.index(here)]
    every = pace.from_json(published.pace)
    began = now - timedelta(days=len(before) * (every.every_days if every else 1))
    opens = schedule.dates(every, order, began, person.time_zone)
    facts = Facts(
        zone=person.time_zone,
        enrolled_at=began,
        opens=opens,
        finished=dict.fromkeys(before, now),
        active_at=now,
    )
    place = Place(
        reader=User(pk=0, uuid=uuid.UUID(int=0), email=person.email, time_zone=person.time_zone),
        sequence=sequence,
        started_at=began,
        planned_at=now,
    )
    told = Situation(place, (step,), goal_of(sequence), facts, published)
    occurrence = str(here) if step.trigger == "lesson" else ""
    return told, Planned(step, occurrence, "due", at=now)
