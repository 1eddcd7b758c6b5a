"""Where a reader stands in a course: everything the other files of this room decide from.

One query for any page: a row that joins the course with the reader's enrolment, position,
completion, rights, and what happened in the enrolment. The edition comes from memory. The query is
written in `standing_sql`, because every page of a reader waits for it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from courseapp.errors import NotFound
from lessons.content import editions
from lessons.reading import schedule, standing_sql

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from uuid import UUID

    from courseapp.accounts.models import User
    from lessons.content.editions import PublishedCourse


class CourseNotFound(NotFound):
    code = "course_not_found"


class LessonNotFound(NotFound):
    code = "lesson_not_found"


@dataclass(frozen=True)
class Facts:
    """What happened in an enrolment, by lesson; moments in UTC."""

    opened: Mapping[UUID, datetime] = field(default_factory=dict)
    finished: Mapping[UUID, datetime] = field(default_factory=dict)
    promised: Mapping[UUID, datetime] = field(default_factory=dict)


@dataclass(frozen=True)
class Standing:
    """A reader (or a visitor: no enrolment, nothing granted) and the live edition of a course."""

    course: UUID
    slug: str
    edition: UUID
    granted: bool
    enrolment: int | None = None
    enrolled_at: datetime | None = None
    completed_at: datetime | None = None
    last_lesson: UUID | None = None
    last_block: UUID | None = None
    live_courses: frozenset[str] = frozenset()
    # Whether the reader's answers may be kept; None: never asked.
    keeps_answers: bool | None = None
    facts: Facts = field(default_factory=Facts)

    @cached_property
    def published(self) -> PublishedCourse:
        return editions.load(self.edition)

    @cached_property
    def opening(self) -> dict[UUID, datetime]:
        """When each lesson that has a date opens."""
        if not self.facts.promised:
            return {}
        order = [lesson.uuid for lesson in self.published.lessons]
        return schedule.opening(order, self.facts.promised)

    @property
    def enrolled(self) -> bool:
        return self.enrolment is not None


def of_course(reader: User | None, *, slug: str) -> Standing:
    """Where this reader stands in the live course of that slug; raises ``CourseNotFound``."""
    row = standing_sql.row("slug", slug, reader)
    if row is None:
        raise CourseNotFound(_("This course does not exist."))
    return _standing(row)


def of_course_uuid(reader: User | None, *, uuid: UUID) -> Standing:
    """The same by the course's identity."""
    row = standing_sql.row("uuid", uuid, reader)
    if row is None:
        raise CourseNotFound(_("This course does not exist."))
    return _standing(row)


def of_lesson(reader: User | None, *, lesson: UUID) -> Standing:
    """Where this reader stands in the course this lesson belongs to, live or retired.

    Raises ``LessonNotFound`` for a lesson of no live course, and for one that was never live: that
    a draft is under way is nobody's business.
    """
    row = standing_sql.row("lesson", lesson, reader)
    here = row and _standing(row)
    if here and (lesson in here.published.by_uuid or editions.ever_held(here.course, lesson)):
        return here
    raise LessonNotFound(_("This lesson does not exist."))


def _standing(row: standing_sql.Row) -> Standing:
    return Standing(*row[:-1], facts=Facts(*row.facts))
