"""Everything a reader wrote, in one place: by lesson, or by the day it was written.

It is the reader's for as long as it is kept: also of a lesson that has gone, or that is not open to
the reader any more.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from django.utils import timezone

from lessons.content import editions
from lessons.reading import access, answers, standing
from lessons.reading.models import Answer
from lessons.reading.replies import Ticked
from lessons.reading.standing import CourseNotFound

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date, datetime
    from uuid import UUID
    from zoneinfo import ZoneInfo

    from courseapp.accounts.models import User
    from lessons.reading.answers import Reply
    from lessons.reading.models import Enrolment
    from lessons.reading.standing import Standing

FAR = 10_000  # Behind every lesson that has a number.


@dataclass(frozen=True)
class Entry:
    """One place: a text, or a self-check with all its takings, the earliest first."""

    replies: tuple[Reply, ...]

    @property
    def last(self) -> Reply:
        return self.replies[-1]

    @property
    def kind(self) -> str:
        return self.last.kind

    @property
    def table(self) -> tuple[tuple[str, tuple[bool | None, ...]], ...]:
        """Each statement, and whether it was recognised in each taking; None: not asked then."""
        takings = [one.content for one in self.replies if isinstance(one.content, Ticked)]
        statements = dict.fromkeys(said for one in reversed(takings) for said in one.statements)
        return tuple(
            (said, tuple(_was_ticked(one, said) for one in takings)) for said in statements
        )

    @property
    def takings(self) -> tuple[Reply, ...]:
        """Those that open: the columns of ``table``."""
        return tuple(one for one in self.replies if isinstance(one.content, Ticked))

    @property
    def is_twice_a_day(self) -> bool:
        """Whether two takings have one date, in the zone of now: then their hours tell them."""
        days = [timezone.localtime(one.began_at).date() for one in self.takings]
        return len(set(days)) < len(days)

    @property
    def closed(self) -> tuple[Reply, ...]:
        """Those that do not open."""
        return tuple(one for one in self.replies if one.content is None)


@dataclass(frozen=True)
class LessonNotes:
    """What was written in one lesson; ``is_open``: whether there is a way to it now."""

    lesson: UUID
    title: str
    number: int | None
    is_open: bool
    entries: tuple[Entry, ...]


@dataclass(frozen=True)
class CourseNotes:
    title: str
    language: str
    lessons: tuple[LessonNotes, ...]


@dataclass(frozen=True)
class DayNotes:
    """What was last saved on one day of the reader's clock."""

    day: date
    entries: tuple[tuple[CourseNotes, LessonNotes, Entry], ...]


def of(*, reader: User, now: datetime) -> list[CourseNotes]:
    """By course in the order they were begun, lesson by lesson; empty when there is nothing.

    Raises ``keys.KeysUnavailable``. Two statements, and two for each course.
    """
    rows = (
        Answer.objects.filter(enrolment__reader=reader)
        .select_related("enrolment__course")
        .order_by("enrolment_id", "began_at", "pk")
    )
    found = list(rows)
    given = answers.opened(reader, found)
    pairs = zip(found, given, strict=True)
    return [
        _course(reader, enrolment, [reply for _row, reply in group], now)
        for enrolment, group in groupby(pairs, key=lambda pair: pair[0].enrolment)
    ]


def by_day(courses: Sequence[CourseNotes], zone: ZoneInfo) -> list[DayNotes]:
    """The same, the day last written on first."""
    every = [
        (course, lesson, entry)
        for course in courses
        for lesson in course.lessons
        for entry in lesson.entries
    ]
    every.sort(key=lambda one: one[2].last.saved_at, reverse=True)
    days = groupby(every, key=lambda one: one[2].last.saved_at.astimezone(zone).date())
    return [DayNotes(day, tuple(group)) for day, group in days]


def replies_of(courses: Sequence[CourseNotes]) -> Iterator[tuple[CourseNotes, LessonNotes, Reply]]:
    """Each answer with where it belongs."""
    for course in courses:
        for lesson in course.lessons:
            for entry in lesson.entries:
                for reply in entry.replies:
                    yield course, lesson, reply


def _course(
    reader: User, enrolment: Enrolment, given: Sequence[Reply], now: datetime
) -> CourseNotes:
    try:
        here: Standing | None = standing.of_course(reader, slug=enrolment.course.slug)
    except CourseNotFound:  # It is not live any more.
        here = None
    published = here.published if here else editions.load(enrolment.edition_id)
    by_lesson: dict[UUID, list[Reply]] = {}
    for reply in given:
        by_lesson.setdefault(reply.lesson, []).append(reply)
    notes = [_lesson(here, lesson, group, now) for lesson, group in by_lesson.items()]
    notes.sort(key=lambda one: one.number or FAR)
    return CourseNotes(title=published.title, language=published.language, lessons=tuple(notes))


def _lesson(
    here: Standing | None, lesson: UUID, given: Sequence[Reply], now: datetime
) -> LessonNotes:
    published = here.published.by_uuid.get(lesson) if here else None
    by_block: dict[UUID, list[Reply]] = {}
    for reply in sorted(given, key=lambda one: one.occurrence):
        by_block.setdefault(reply.block, []).append(reply)
    entries = sorted(
        (Entry(tuple(replies)) for replies in by_block.values()),
        key=lambda entry: entry.replies[0].began_at,
    )
    return LessonNotes(
        lesson=lesson,
        title=published.title if published else given[-1].lesson_title,
        number=published.number if published else None,
        is_open=here is not None and access.decide(here, lesson, now).state == "open",
        entries=tuple(entries),
    )


def _was_ticked(content: Ticked, said: str) -> bool | None:
    if said not in content.statements:
        return None
    return content.statements.index(said) + 1 in content.recognised
