"""The courses of one reader: dates, mails and choices, as the sender itself plans them.

Of what the reader did only which lessons are finished, by number: no answers, no titles, no texts.
A fixed number of queries, however many mails there are.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from courseapp.post.models import Letter
from lessons.content import editions
from lessons.content.models import Course
from lessons.drip import choices, gathering, pump, steps
from lessons.drip.models import Choice, Mail, Place, Sequence, SequenceVersion
from lessons.reading import schedule
from lessons.reading.models import Access, Enrolment, Finished, Pause, Rhythm, Unlock

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date, datetime, time
    from uuid import UUID

    from courseapp.accounts.models import User
    from lessons.content.editions import PublishedCourse
    from lessons.drip.plan import Planned
    from lessons.drip.steps import Step

# Nobody reads more of them on one page; what is older is in the database.
MOST_MAILS = 200


@dataclass(frozen=True)
class Decided:
    """A mail that was decided on; ``letter`` is null when the outbox keeps it no longer."""

    mail: Mail
    step: Step | None
    lesson: int | None
    letter: Letter | None

    @property
    def state(self) -> str:
        """The letter's, which is newer; of a letter that is gone, what was noted of it."""
        return self.letter.state if self.letter else self.mail.state

    @property
    def trouble(self) -> str:
        """What a mail server said, or why it was held back."""
        return (self.letter.withheld or self.letter.error) if self.letter else ""


@dataclass(frozen=True)
class Expected:
    """A mail of the plan that was not decided on yet, or will not be: ``planned`` says why."""

    planned: Planned
    lesson: int | None
    # The planner's reason, or what is behind it; "stopped": the sequence is, for everybody.
    reason: str


@dataclass(frozen=True)
class Following:
    """One course of a reader. ``opens``: number and moment (UTC) of each lesson still to come."""

    course: Course
    title: str
    enrolment: Enrolment | None = None
    rights: tuple[Access, ...] = ()
    finished: tuple[int, ...] = ()
    opens: tuple[tuple[int, datetime], ...] = ()
    hour: time | None = None
    opened_all_at: datetime | None = None
    pause: Pause | None = None
    wants: Mapping[str, bool] | None = None
    stopped_at: datetime | None = None
    places: tuple[Place, ...] = ()
    expected: tuple[Expected, ...] = ()
    decided: tuple[Decided, ...] = ()

    @property
    def may_read(self) -> bool:
        """Whether a right holds, or none is needed."""
        return self.course.access == Course.Access.FREE or bool(self.holding)

    @property
    def holding(self) -> tuple[Access, ...]:
        return _holding(self.rights)

    @property
    def back_on(self) -> date | None:
        """The day a pause ends that lasts now, on the reader's calendar."""
        if self.pause is None or self.enrolment is None:
            return None
        return schedule.Clock(self.enrolment.time_zone).day(self.pause.ends_at)

    @property
    def coming(self) -> tuple[Expected, ...]:
        return tuple(one for one in self.expected if one.planned.state in {"due", "coming"})

    @property
    def waiting(self) -> tuple[Expected, ...]:
        return tuple(one for one in self.expected if one.planned.state == "waiting")

    @property
    def left_out(self) -> tuple[Expected, ...]:
        return tuple(one for one in self.expected if one.planned.state == "skipped")


@dataclass(frozen=True)
class _Rows:
    """All rows about a reader, by what they hang on."""

    enrolments: Mapping[UUID, Enrolment]
    rights: Mapping[UUID, list[Access]]
    finished: Mapping[int, set[UUID]]
    promised: Mapping[int, dict[UUID, datetime]]
    pauses: Mapping[int, Pause]
    rhythms: Mapping[int, Rhythm]
    choices: list[Choice]
    places: Mapping[UUID, list[Place]]
    expected: Mapping[int, list[Expected]]
    decided: Mapping[int, list[Decided]]


def of(reader: User, *, now: datetime) -> list[Following]:
    """Each course this reader began, may read or gets mails of, the one begun last first."""
    rows = _read(reader, now)
    courses = {one.course_id: one.course for one in rows.enrolments.values()}
    for places in rows.places.values():
        courses |= {one.sequence.course_id: one.sequence.course for one in places}
    for rights in rows.rights.values():
        courses |= {one.course_id: one.course for one in rights}
    found = [_following(course, rows, now) for course in courses.values()]
    begun = {one.course.pk: one.enrolment.enrolled_at for one in found if one.enrolment}
    return sorted(found, key=lambda one: (one.course.pk in begun, begun.get(one.course.pk, now)),
                  reverse=True)  # fmt: skip


def _following(course: Course, rows: _Rows, now: datetime) -> Following:
    enrolment = rows.enrolments.get(course.pk)
    about = enrolment.pk if enrolment else 0
    published = _published(course)
    numbers = _numbers(published)
    opening = schedule.opening(list(numbers), rows.promised.get(about, {}))
    rhythm = rows.rhythms.get(about)
    places = rows.places.get(course.pk, [])
    return Following(
        course=course,
        title=published.title if published else course.title,
        enrolment=enrolment,
        rights=tuple(rows.rights.get(course.pk, ())),
        finished=tuple(
            sorted(numbers[one] for one in rows.finished.get(about, ()) if one in numbers)
        ),
        opens=tuple((numbers[lesson], at) for lesson, at in opening.items() if at > now),
        hour=rhythm.hour if rhythm else None,
        opened_all_at=rhythm.opened_all_at if rhythm else None,
        pause=rows.pauses.get(about),
        wants=choices.said(rows.choices, course.pk) if places else None,
        stopped_at=_stopped_at(rows.choices, course.pk),
        places=tuple(places),
        expected=tuple(one for place in places for one in rows.expected.get(place.pk, ())),
        decided=tuple(
            sorted(
                (one for place in places for one in rows.decided.get(place.pk, ())),
                key=lambda one: one.mail.decided_at,
                reverse=True,
            )
        ),
    )


def _stopped_at(said: Iterable[Choice], course: UUID) -> datetime | None:
    """Since when no mails of this course are wanted; None when they are."""
    last = None
    for one in said:
        if one.course_id in {None, course} and one.about == Choice.About.LESSONS:
            last = None if one.wanted else one.at
    return last


def _read(reader: User, now: datetime) -> _Rows:
    enrolments = list(Enrolment.objects.filter(reader=reader).select_related("course"))
    keys = [one.pk for one in enrolments]
    rights: dict[UUID, list[Access]] = defaultdict(list)
    held = Access.objects.filter(reader=reader).select_related("course")
    for right in held.order_by("granted_at", "pk"):
        rights[right.course_id].append(right)
    finished: dict[int, set[UUID]] = defaultdict(set)
    for fact in Finished.objects.filter(enrolment__in=keys):
        finished[fact.enrolment_id].add(fact.lesson_id)
    promised: dict[int, dict[UUID, datetime]] = defaultdict(dict)
    for unlock in Unlock.objects.filter(enrolment__in=keys):
        promised[unlock.enrolment_id][unlock.lesson_id] = unlock.opens_at
    running = Pause.objects.filter(enrolment__in=keys, begins_at__lte=now, ends_at__gt=now)
    places: dict[UUID, list[Place]] = defaultdict(list)
    known = Place.objects.filter(reader=reader).select_related("sequence__course")
    for place in known.order_by("pk"):
        places[place.sequence.course_id].append(place)
    return _Rows(
        enrolments={one.course_id: one for one in enrolments},
        rights=rights,
        finished=finished,
        promised=promised,
        pauses={one.enrolment_id: one for one in running.order_by("pk")},
        rhythms={one.enrolment_id: one for one in Rhythm.objects.filter(enrolment__in=keys)},
        choices=list(Choice.objects.filter(reader=reader).order_by("at", "pk")),
        places=places,
        expected=_expected(reader, rights, now),
        decided=_decided(reader),
    )


def _expected(
    reader: User, rights: Mapping[UUID, Iterable[Access]], now: datetime
) -> dict[int, list[Expected]]:
    """By place, what the sender would do now and later, and what it leaves out."""
    found: dict[int, list[Expected]] = defaultdict(list)
    for each in gathering.of_readers([reader.pk]):
        for here, planned in zip(each.situations, pump.plans_of(each, now), strict=True):
            numbers = _numbers(here.published)
            course = here.place.sequence.course
            is_closed = course.access == Course.Access.GRANTED and not _holding(
                rights.get(course.pk, ())
            )
            for one in planned:
                if one.state != "sent":
                    lesson = _lesson(one.step, one.occurrence, numbers)
                    reason = _behind(one, here.place, is_closed=is_closed)
                    found[here.place.pk].append(Expected(one, lesson, reason))
    return found


def _behind(one: Planned, place: Place, *, is_closed: bool) -> str:
    """What the planner folds into one reason, taken apart for who has to explain it."""
    if one.reason == "not_wanted":
        if is_closed:
            return "no_right"
        return "no_consent" if one.step.kind == "offer" else "not_wanted"
    if not one.reason and place.sequence.state == Sequence.State.STOPPED:
        return "stopped"
    return one.reason


def _holding(rights: Iterable[Access]) -> tuple[Access, ...]:
    return tuple(one for one in rights if not (one.revoked_at or one.suspended_at))


def _decided(reader: User) -> dict[int, list[Decided]]:
    mails = list(
        Mail.objects.filter(reader=reader)
        .select_related("place__sequence__course")
        .order_by("-decided_at", "-pk")[:MOST_MAILS]
    )
    letters = {
        one.key: one for one in Letter.objects.filter(key__in=[f"drip:{m.letter}" for m in mails])
    }
    versions = SequenceVersion.objects.filter(pk__in={mail.version_id for mail in mails})
    known = {
        (version.pk, step.key): step
        for version in versions
        for step in steps.many_from_json(version.steps)
    }
    found: dict[int, list[Decided]] = defaultdict(list)
    for mail in mails:
        step = known.get((mail.version_id, mail.step_key))
        numbers = _numbers(_published(mail.place.sequence.course))
        lesson = _lesson(step, mail.occurrence, numbers)
        letter = letters.get(f"drip:{mail.letter}")
        found[mail.place_id].append(Decided(mail, step, lesson, letter))
    return found


def _published(course: Course) -> PublishedCourse | None:
    return editions.load(course.live_edition_id) if course.live_edition_id else None


def _numbers(published: PublishedCourse | None) -> dict[UUID, int]:
    """The place of each lesson in reading order, from 1."""
    lessons = published.lessons if published else ()
    return {lesson.uuid: number for number, lesson in enumerate(lessons, start=1)}


def _lesson(step: Step | None, occurrence: str, numbers: Mapping[UUID, int]) -> int | None:
    """The number of the lesson a mail is about."""
    named = {str(lesson): number for lesson, number in numbers.items()}
    own = step.lesson if step else None
    return named.get(occurrence) or (numbers.get(own) if own else None)
