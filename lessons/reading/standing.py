"""Where a reader stands in a course: everything the other files of this room decide from.

Two queries for any page: one row that joins the course with the reader's enrolment, position,
completion and rights, and the facts of the enrolment in one UNION. The edition comes from memory.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from django.db.models import CharField, Exists, F, FilteredRelation, OuterRef, Q, Value
from django.utils.translation import gettext as _

from courseapp.errors import NotFound
from lessons.content import editions
from lessons.content.models import Course
from lessons.reading import schedule
from lessons.reading.models import Access, Finished, Opened, Unlock

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
    facts: Facts = field(default_factory=Facts)

    @cached_property
    def published(self) -> PublishedCourse:
        return editions.load(self.edition)

    @cached_property
    def opening(self) -> dict[UUID, datetime]:
        """When each lesson that has a date opens."""
        order = [lesson.uuid for lesson in self.published.lessons]
        return schedule.opening(order, self.facts.promised)

    @property
    def enrolled(self) -> bool:
        return self.enrolment is not None


def of_course(reader: User | None, *, slug: str) -> Standing:
    """Where this reader stands in the live course of that slug; raises ``CourseNotFound``."""
    return _standing(reader, Q(slug=slug), CourseNotFound(_("This course does not exist.")))


def of_course_uuid(reader: User | None, *, uuid: UUID) -> Standing:
    """The same by the course's identity."""
    return _standing(reader, Q(pk=uuid), CourseNotFound(_("This course does not exist.")))


def of_lesson(reader: User | None, *, lesson: UUID) -> Standing:
    """Where this reader stands in the course this lesson belongs to, live or retired."""
    return _standing(reader, Q(lessons=lesson), LessonNotFound(_("This lesson does not exist.")))


def _standing(reader: User | None, which: Q, missing: NotFound) -> Standing:
    courses = Course.objects.filter(which, live_edition__isnull=False)
    if reader is None:
        row = courses.values_list("pk", "slug", "live_edition_id").first()
        if row is None:
            raise missing
        return Standing(course=row[0], slug=row[1], edition=row[2], granted=False)
    row_of_reader = _of_reader(courses, reader).first()
    if row_of_reader is None:
        raise missing
    standing = Standing(*row_of_reader)
    if standing.enrolment is None:
        return standing
    return replace(standing, facts=facts_of(standing.enrolment))


def _of_reader(courses: Any, reader: User) -> Any:
    rights = Access.objects.active().filter(reader=reader, course=OuterRef("pk"))
    return courses.annotate(
        mine=FilteredRelation("enrolments", condition=Q(enrolments__reader=reader)),
        granted=Exists(rights),
    ).values_list(
        "pk",
        "slug",
        "live_edition_id",
        "granted",
        "mine__id",
        "mine__enrolled_at",
        "mine__completed__at",
        "mine__position__lesson_id",
        "mine__position__block",
    )


def facts_of(enrolment: int) -> Facts:
    """Everything that happened in an enrolment, in one query."""
    kinds: dict[str, dict[UUID, datetime]] = {"opened": {}, "finished": {}, "promised": {}}
    for kind, lesson, at in _facts_query(enrolment):
        kinds[kind][lesson] = at
    return Facts(**kinds)


def _facts_query(enrolment: int) -> Any:
    def rows(model: Any, kind: str, moment: str) -> Any:
        label = Value(kind, output_field=CharField())
        return (
            model.objects.filter(enrolment=enrolment)
            .annotate(kind=label, moment=F(moment))
            .values_list("kind", "lesson_id", "moment")
        )

    return rows(Opened, "opened", "at").union(
        rows(Finished, "finished", "at"), rows(Unlock, "promised", "opens_at"), all=True
    )
