"""From visit to finished: how a course fares, in figures that point at nobody.

Readers are counted by when they began (a cohort), the practice's own people are not. No group under
five is told, also not as what is left over: every number of readers is rounded to fives, see
``groups`` and docs/decisions/0016. At most seven statements, however many readers or lessons.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any, Literal, get_args

from django.db.models import Count, Exists, Min, OuterRef, Q, Sum
from django.utils.translation import gettext as _

from lessons.content import editions
from lessons.content.models import Course
from lessons.reading import between, groups
from lessons.reading.groups import Figure
from lessons.reading.models import DailyVisits, Enrolment, Finished, Opened
from lessons.reading.standing import CourseNotFound
from lessons.reading.visits import CLOCK

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from uuid import UUID

    from django.db.models import QuerySet

    from lessons.content.editions import PublishedCourse
    from lessons.reading.between import Between

Period = Literal["30", "90", "365", "all"]
PERIODS: tuple[Period, ...] = get_args(Period)


# Of how many readers the time between lessons is looked at.
LATEST = 10_000


@dataclass(frozen=True)
class LessonFigures:
    """A lesson of the live edition: who finished it, and who was lost since the one before.

    ``lost`` is None where it cannot be told and for optional lessons, which one may pass by; the
    one before is the last required lesson, and before the first: having opened any. ``lost.share``
    is of those who were still there. ``since`` (UTC) is given for a lesson that was added after
    the first of these readers began.
    """

    uuid: UUID
    number: int
    title: str
    required: bool
    since: datetime | None
    finished: Figure
    lost: Figure | None


@dataclass(frozen=True)
class CourseInsight:
    """One course. ``visits`` to its public page are counted exactly: they are not people.

    ``entered``: whether anybody ever began. ``lessons`` and ``between`` are empty for a cohort of
    fewer than five and before the first publication. ``between`` is of all these readers or, where
    ``between_all`` is false, of the ten thousand who began last.
    """

    uuid: UUID
    slug: str
    title: str
    live: bool
    paced: bool
    entered: bool
    period: Period
    visits: int
    visits_since: date | None
    enrolled: Figure
    opened: Figure
    completed: Figure
    lessons: tuple[LessonFigures, ...]
    between: tuple[Between, ...]
    between_all: bool


@dataclass(frozen=True)
class CourseLine:
    """A course among the others."""

    uuid: UUID
    title: str
    live: bool
    visits: int
    enrolled: Figure
    opened: Figure
    completed: Figure


def of(*, course: UUID, period: Period, now: datetime) -> CourseInsight:
    """The figures of a course for those who began in this period; raises ``CourseNotFound``."""
    row = Course.objects.filter(pk=course).first()
    if row is None:
        raise CourseNotFound(_("This course does not exist."))
    since = _since(period, now)
    cohort = _cohort(since).filter(course=course)
    totals = cohort.aggregate(first=Min("enrolled_at"), **_counts())
    enrolled = groups.told(totals["enrolled"])
    published = editions.load(row.live_edition_id) if row.live_edition_id else None
    visits = _visits(since).get(course, (0, None))
    lessons: tuple[LessonFigures, ...] = ()
    if published and enrolled is not None:
        lessons = tuple(_lessons(published, totals, _finished(course, since)))
    return CourseInsight(
        uuid=course,
        slug=row.slug,
        title=row.title,
        live=published is not None,
        paced=bool(published and published.pace),
        entered=totals["enrolled"] > 0 or Enrolment.objects.filter(course=course).exists(),
        period=period,
        visits=visits[0],
        visits_since=visits[1],
        enrolled=Figure(enrolled),
        opened=groups.of(totals["opened"], enrolled),
        completed=groups.of(totals["completed"], enrolled),
        lessons=lessons,
        between=between.of(_latest(cohort)) if lessons else (),
        between_all=totals["enrolled"] <= LATEST,
    )


def overview(*, period: Period, now: datetime) -> list[CourseLine]:
    """Every course, by title; three statements."""
    since = _since(period, now)
    rows = _cohort(since).values("course").annotate(**_counts())
    counts: dict[UUID, dict[str, Any]] = {row["course"]: {**row} for row in rows}
    visits = _visits(since)
    return [
        _line(course, counts.get(course.pk, {}), visits.get(course.pk, (0, None))[0])
        for course in Course.objects.only("uuid", "title", "live_edition_id").order_by("title")
    ]


def _line(course: Course, counts: Mapping[str, int], visits: int) -> CourseLine:
    enrolled = groups.told(counts.get("enrolled", 0))
    return CourseLine(
        uuid=course.pk,
        title=course.title,
        live=course.live_edition_id is not None,
        visits=visits,
        enrolled=Figure(enrolled),
        opened=groups.of(counts.get("opened", 0), enrolled),
        completed=groups.of(counts.get("completed", 0), enrolled),
    )


def _since(period: Period, now: datetime) -> datetime | None:
    """The beginning of the period: midnight on the practice's clock, so many days ago."""
    if period == "all":
        return None
    day = now.astimezone(CLOCK).replace(hour=0, minute=0, second=0, microsecond=0)
    return day - timedelta(days=int(period))


def _cohort(since: datetime | None) -> QuerySet[Enrolment]:
    began = Q(enrolled_at__gte=since) if since else Q()
    return Enrolment.objects.filter(began, reader__is_staff=False)


def _counts() -> dict[str, Count]:
    opened = Exists(Opened.objects.filter(enrolment=OuterRef("pk")))
    return {
        "enrolled": Count("pk"),
        "opened": Count("pk", filter=opened),
        "completed": Count("completed"),
    }


def _facts(course: UUID, since: datetime | None) -> QuerySet[Finished]:
    """What this cohort finished in this course, in any edition of it."""
    began = Q(enrolment__enrolled_at__gte=since) if since else Q()
    return Finished.objects.filter(
        began, enrolment__course=course, enrolment__reader__is_staff=False
    )


def _latest(cohort: QuerySet[Enrolment]) -> QuerySet[Finished]:
    """What those finished who began last: enough for a histogram, and never millions to sort."""
    return Finished.objects.filter(enrolment__in=cohort.order_by("-enrolled_at", "-pk")[:LATEST])


def _finished(course: UUID, since: datetime | None) -> dict[UUID, int]:
    counts = _facts(course, since).values("lesson").annotate(readers=Count("pk"))
    return dict(counts.values_list("lesson", "readers"))


def _visits(since: datetime | None) -> dict[UUID, tuple[int, date]]:
    """By course: how often its page was shown since then, and since when that is counted at all."""
    within = Q(day__gte=since.date()) if since else Q(day__isnull=False)
    rows = DailyVisits.objects.values("course").annotate(
        shown=Sum("count", filter=within, default=0), first=Min("day")
    )
    return {row["course"]: (row["shown"], row["first"]) for row in rows}


def _lessons(
    published: PublishedCourse, totals: Mapping[str, Any], finished: Mapping[UUID, int]
) -> Iterator[LessonFigures]:
    # A lesson of the very first edition is old, whoever began before that.
    old = max(totals["first"], min(lesson.since for lesson in published.lessons))
    enrolled, before = groups.told(totals["enrolled"]), groups.told(totals["opened"])
    for lesson in published.lessons:
        done = groups.of(finished.get(lesson.uuid, 0), enrolled)
        yield LessonFigures(
            uuid=lesson.uuid,
            number=lesson.number,
            title=lesson.title,
            required=lesson.required,
            since=lesson.since if lesson.since > old else None,
            finished=done,
            lost=_lost(before, done.readers) if lesson.required else None,
        )
        before = done.readers if lesson.required else before


def _lost(before: int | None, after: int | None) -> Figure | None:
    if before is None or after is None:
        return None
    lost = before - after if before > after else None
    return Figure(lost, groups.share(lost, before))
