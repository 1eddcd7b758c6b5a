"""What a reader gets, and when: lessons and mails in one list, as the sender itself plans it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import groupby
from typing import TYPE_CHECKING, Literal
from uuid import UUID

from lessons.drip import gathering, pump
from lessons.drip.models import Sequence
from lessons.reading import rhythm
from lessons.reading.schedule import Clock

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date, datetime

    from lessons.content.editions import PublishedLesson
    from lessons.drip.plan import Planned
    from lessons.reading.models import Enrolment
    from lessons.reading.rhythm import Wish
    from lessons.reading.standing import Standing

What = Literal["lesson", "lesson_mail", "mail", "nudge", "thanks", "offer"]


@dataclass(frozen=True)
class Line:
    """A lesson that opens, or a mail that comes, at a moment (UTC).

    ``lesson`` is the lesson that opens or that the mail tells of. ``mail_at``: the mail that tells
    of this lesson comes on the same day. A nudge comes only if the reader is silent until then.
    """

    at: datetime
    what: What
    lesson: PublishedLesson | None = None
    mail_at: datetime | None = None
    is_past: bool = False


@dataclass(frozen=True)
class Day:
    """A day on the reader's calendar."""

    date: date
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Planning:
    """What comes and what was, by day; ``later`` are mails that wait for what the reader does."""

    wish: Wish
    coming: tuple[Day, ...]
    past: tuple[Day, ...]
    later: tuple[What, ...]

    @property
    def lessons(self) -> tuple[Line, ...]:
        """The lessons that are not open yet."""
        return tuple(line for day in self.coming for line in day.lines if line.what == "lesson")

    @property
    def has_mails(self) -> bool:
        """Whether any mail is to come."""
        lines = [line for day in self.coming for line in day.lines]
        return bool(self.later) or any(line.what != "lesson" or line.mail_at for line in lines)


def of(*, here: Standing, enrolment: Enrolment, now: datetime) -> Planning:
    """The planning of a reader who stands here; a fixed number of queries."""
    wish = rhythm.wish_of(enrolment=enrolment, now=now)
    clock = Clock(wish.zone)
    planned = list(_mails(enrolment, now))
    lessons = {lesson.uuid: lesson for lesson in here.published.lessons}
    opening = [
        Line(at, "lesson", lessons[lesson], is_past=at <= now)
        for lesson, at in here.opening.items()
    ]
    mails = [_line(one, one.at, lessons) for one in planned if one.at]
    lines = _joined(opening, mails, clock)
    return Planning(
        wish=wish,
        coming=_by_day((line for line in lines if not line.is_past), clock),
        past=_by_day((line for line in lines if line.is_past), clock),
        later=tuple(dict.fromkeys(_what(one) for one in planned if not one.at)),
    )


def _mails(enrolment: Enrolment, now: datetime) -> Iterator[Planned]:
    """The mails of this enrolment that went, and those that go unless their sequence is stopped."""
    for reader in gathering.of_readers([enrolment.reader_id]):
        for here, plan in zip(reader.situations, pump.plans_of(reader, now), strict=True):
            if here.place.enrolment_id == enrolment.pk:
                goes_on = here.place.sequence.state == Sequence.State.RUNNING
                for one in plan:
                    if one.state == "sent" or (goes_on and not one.reason):
                        yield one


def _line(one: Planned, at: datetime, lessons: dict[UUID, PublishedLesson]) -> Line:
    what = _what(one)
    lesson = lessons.get(UUID(one.occurrence)) if what == "lesson_mail" else None
    return Line(at, what, lesson, is_past=one.state == "sent")


def _what(one: Planned) -> What:
    if one.step.trigger == "lesson":
        return "lesson_mail"
    return "mail" if one.step.kind == "lesson" else one.step.kind


def _joined(opening: list[Line], mails: list[Line], clock: Clock) -> list[Line]:
    """All lines in order; a lesson and the mail that tells of it on its day are one."""
    told = {
        (line.lesson.uuid, clock.day(line.at), line.is_past): line.at
        for line in mails
        if line.lesson
    }
    joined: list[Line] = []
    for line in opening:
        key = line.lesson and (line.lesson.uuid, clock.day(line.at), line.is_past)
        joined.append(replace(line, mail_at=told.pop(key, None) if key else None))
    joined += [
        line
        for line in mails
        if not line.lesson or (line.lesson.uuid, clock.day(line.at), line.is_past) in told
    ]
    return sorted(joined, key=lambda line: line.at)


def _by_day(lines: Iterable[Line], clock: Clock) -> tuple[Day, ...]:
    days = groupby(lines, key=lambda line: clock.day(line.at))
    return tuple(Day(day, tuple(each)) for day, each in days)
