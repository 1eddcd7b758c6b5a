"""Whom a publication of a sequence touches: for each change the readers before it, at it, past it.

``past`` got the mail, or its day went by; ``before`` did not come to what it waits for; ``at`` wait
for it now, also when it is due later today. Counted in the database: two statements, however many
readers. The days are those of the practice's clock; a reader far away may be counted a day off.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Count, Exists, OuterRef, Q

from lessons.drip import comparing, drafting, plan
from lessons.drip.models import Mail, Place
from lessons.reading.models import Access, Completed, Enrolment, Finished, Unlock

if TYPE_CHECKING:
    from lessons.drip.comparing import ChangedStep, Changes
    from lessons.drip.models import Sequence
    from lessons.drip.steps import Step

NEVER = Q(pk__in=[])
EVERYBODY = ~NEVER


@dataclass(frozen=True)
class Touched:
    """A changed step and how many readers stand where."""

    changed: ChangedStep
    before: int
    at: int
    past: int


@dataclass(frozen=True)
class Consequences:
    """All that a publication changes. ``first``: nothing was live, and everybody who follows the
    course gets a place; ``readers`` are those, else who is in the sequence."""

    changes: Changes
    first: bool
    readers: int
    touched: tuple[Touched, ...]


def of(*, sequence: Sequence, now: datetime) -> Consequences:
    """What publishing the working copy would do."""
    made = comparing.between(
        drafting.live_steps_of(sequence),
        [*map(comparing.without_since, drafting.steps_of(sequence))],
    )
    if sequence.live is None:
        followers = Enrolment.objects.filter(course=sequence.course_id).count()
        touched = tuple(Touched(one, 0, 0, 0) for one in made.steps)
        return Consequences(made, first=True, readers=followers, touched=touched)
    places = Place.objects.filter(sequence=sequence, ended_at=None)
    counts: dict[str, Any] = {"total": Count("pk")}
    for number, one in enumerate(made.steps):
        past, before = _past(one.step, now), _before(one.step, now)
        counts[f"past{number}"] = Count("pk", filter=past)
        counts[f"before{number}"] = Count("pk", filter=~past & before)
    found = places.aggregate(**counts)
    total = found["total"]
    return Consequences(
        changes=made,
        first=False,
        readers=total,
        touched=tuple(
            _touched(one, total, found[f"before{number}"], found[f"past{number}"])
            for number, one in enumerate(made.steps)
        ),
    )


def _touched(one: ChangedStep, total: int, before: int, past: int) -> Touched:
    return Touched(one, before=before, at=total - before - past, past=past)


def _past(step: Step, now: datetime) -> Q:
    """Who had this mail, or for whom its day went by."""
    by = _day_is_over_for(step, now)
    had = Q(Exists(Mail.objects.filter(place=OuterRef("pk"), step_key=step.key)))
    if step.trigger == "lesson" and step.lesson is None:
        # One for every lesson: past is for whom all are open.
        later = Unlock.objects.filter(enrolment=OuterRef("enrolment"), opens_at__gt=by)
        return ~Q(Exists(later))
    return had | _began(step, by)


def _day_is_over_for(step: Step, now: datetime) -> datetime:
    """Who came by then to what this mail waits for had all of the day on which it goes.

    Someone whose mail is due tonight is not past it, though its days are counted already.
    """
    is_by_the_clock = step.at is None and step.trigger == "lesson"
    if step.is_at_once or is_by_the_clock or step.trigger == "date":
        return now - _delay(step)
    home = ZoneInfo(settings.TIME_ZONE)
    last = now.astimezone(home).date() - timedelta(days=1)
    while last.isoweekday() not in step.weekdays:
        last -= timedelta(days=1)
    if step.days:
        # Days later it goes on its day, whatever its hour.
        return datetime.combine(last + timedelta(days=1 - step.days), time.min, tzinfo=home)
    # Without days it goes that very day, but no more after its hour or in the night.
    until = datetime.combine(last, step.at or plan.NIGHT_BEGINS, tzinfo=home)
    return until - timedelta(hours=step.hours)


def _before(step: Step, now: datetime) -> Q:
    """Who did not come to what this mail waits for."""
    if step.trigger == "lesson" and step.lesson is None:
        return NEVER
    if step.trigger == "idle":
        return Q(enrolment=None)
    return ~_began(step, now)


def _delay(step: Step) -> timedelta:
    return timedelta(days=step.days, hours=step.hours)


def _began(step: Step, now: datetime) -> Q:
    """For whom what this mail waits for had happened at that moment."""
    enrolment = OuterRef("enrolment")
    match step.trigger:
        case "enrolled":
            return Q(enrolment__enrolled_at__lte=now)
        case "completed" | "idle":
            done = Completed.objects.filter(enrolment=enrolment)
            # A reminder goes as long as the course is not finished.
            return Q(Exists(done if step.trigger == "idle" else done.filter(at__lte=now)))
        case "finished":
            rows = Finished.objects.filter(enrolment=enrolment, lesson=step.lesson, at__lte=now)
            return Q(Exists(rows))
        case "lesson":
            open_by = Unlock.objects.filter(
                enrolment=enrolment, lesson=step.lesson, opens_at__lte=now
            )
            return Q(Exists(open_by))
        case "bought":
            rights = Access.objects.filter(
                reader=OuterRef("reader"), course=OuterRef("sequence__course"), granted_at__lte=now
            )
            return Q(Exists(rights))
    return EVERYBODY if step.date and step.date < (now + _delay(step)).date() else NEVER
