"""What *Inzicht* tells of a course: right as figures, silent about persons."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from lessons.reading import between, groups, insight
from lessons.reading.models import Completed, DailyVisits, Enrolment, Finished, Opened
from lessons.reading.standing import CourseNotFound
from tests.counting import counting
from tests.factories import NOW, lessons_of, make_course, make_enrolment, make_reader, publish_all

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lessons.content.models import Course
    from lessons.reading.insight import CourseInsight, Period

pytestmark = pytest.mark.django_db


def finish(enrolment: Enrolment, days: Sequence[float]) -> None:
    """Finish one lesson after the other, each so many days after beginning."""
    lessons = lessons_of(enrolment.course)
    for lesson, after in zip(lessons, days, strict=False):
        fields = {"lesson": lesson, "edition_id": enrolment.edition_id}
        at = enrolment.enrolled_at + timedelta(days=after)
        Opened.objects.create(enrolment=enrolment, at=at, **fields)
        Finished.objects.create(enrolment=enrolment, at=at, **fields)
    if len(days) == len(lessons):
        Completed.objects.create(enrolment=enrolment, edition_id=enrolment.edition_id, at=at)


def make_readers(
    course: Course, count: int, *, days: Sequence[float] = (), began: datetime = NOW
) -> list[Enrolment]:
    """Readers who began then and finished a lesson on each of these days after it."""
    enrolments = [make_enrolment(make_reader(), course, now=began) for _ in range(count)]
    for one in enrolments:
        finish(one, days)
    return enrolments


def look(course: Course, period: Period = "all", *, now: datetime = NOW) -> CourseInsight:
    return insight.of(course=course.pk, period=period, now=now)


def test_a_course_is_followed_from_beginning_to_completion() -> None:
    course = make_course(modules=1, lessons=3)
    make_readers(course, 10, days=(0, 1, 2))
    make_readers(course, 15, days=(0,))
    make_readers(course, 5)
    found = look(course)
    assert found.enrolled.readers == 30
    assert (found.opened.readers, found.opened.share) == (25, 83)
    assert (found.completed.readers, found.completed.share) == (10, 33)
    assert [line.finished.readers for line in found.lessons] == [25, 10, 10]
    assert [line.lost and line.lost.readers for line in found.lessons] == [None, 15, None]
    assert found.lessons[1].lost == groups.Figure(15, 60)


def test_the_order_of_the_live_edition_counts_and_a_retired_lesson_is_gone() -> None:
    course = make_course(modules=1, lessons=3)
    make_readers(course, 5, days=(0, 1, 2))
    module = course.modules.get()
    first, second, third = lessons_of(course)
    second.retired_at = NOW
    second.save()
    module.lesson_order = [str(third.uuid), str(first.uuid), str(second.uuid)]
    module.save()
    publish_all(course)
    found = look(course)
    assert [line.uuid for line in found.lessons] == [third.uuid, first.uuid]
    assert [line.finished.readers for line in found.lessons] == [5, 5]
    assert sum(one.times or 0 for one in found.between) == 10


def test_nobody_is_lost_at_an_optional_lesson() -> None:
    course = make_course(modules=1, lessons=3, live=False)
    optional = lessons_of(course)[1]
    optional.required = False
    optional.save()
    publish_all(course)
    make_readers(course, 20, days=(0,))
    last = lessons_of(course)[2]
    for one in Enrolment.objects.all():
        Finished.objects.create(enrolment=one, lesson=last, edition_id=one.edition_id, at=NOW)
    lines = look(course).lessons
    assert [line.required for line in lines] == [True, False, True]
    assert lines[1].lost is None
    assert lines[2].lost == groups.Figure(None)


def test_a_lesson_that_came_later_says_since_when() -> None:
    course = make_course(modules=1, lessons=1)
    make_readers(course, 5)
    later = NOW + timedelta(days=3)
    new = course.lessons.get()
    new.pk, new.slug = uuid.uuid4(), "nieuw"
    new.save(force_insert=True)
    module = course.modules.get()
    module.lesson_order.append(str(new.pk))
    module.save()
    publish_all(course, now=later)
    assert [line.since for line in look(course).lessons] == [None, later]


def test_the_period_is_about_when_somebody_began() -> None:
    course = make_course(modules=1, lessons=2)
    make_readers(course, 10, days=(0, 1), began=NOW - timedelta(days=200))
    make_readers(course, 5, days=(0,), began=NOW - timedelta(days=29))
    assert [look(course, period).enrolled.readers for period in insight.PERIODS] == [5, 5, 15, 15]
    assert look(course, "30").completed.readers is None
    assert look(course, "365").completed.readers == 10


def test_the_practice_itself_does_not_count() -> None:
    course = make_course(modules=1, lessons=1)
    for one in make_readers(course, 5, days=(0,)):
        one.reader.is_staff = True
        one.reader.save()
    found = look(course)
    assert found.entered
    assert found.enrolled.readers is None
    assert found.lessons == ()


@pytest.mark.parametrize(
    ("count", "number"),
    [
        (0, None),
        (1, None),
        (4, None),
        (5, 5),
        (7, 5),
        (8, 10),
        (12, 10),
        (13, 15),
        (100_001, 100_000),
    ],
)
def test_numbers_of_readers_are_told_to_fives(count: int, number: int | None) -> None:
    assert groups.told(count) == number


def test_no_difference_of_two_told_numbers_gives_a_small_group_away() -> None:
    """For each shown difference there is more than one true one, with none, some and many in it."""
    seen: dict[int, set[int]] = {}
    for whole in range(5, 80):
        for part in range(5, whole + 1):
            shown = (groups.told(whole) or 0) - (groups.told(part) or 0)
            seen.setdefault(shown, set()).add(whole - part)
    assert seen[0] == {0, 1, 2, 3, 4}
    assert seen[5] == set(range(1, 10))
    assert all(max(true) - min(true) >= 4 for shown, true in seen.items() if shown < 60)


def test_of_fewer_than_five_nothing_is_told_but_that() -> None:
    course = make_course(modules=1, lessons=2)
    make_readers(course, 4, days=(0, 1))
    found = look(course)
    assert found.entered
    figures = (found.enrolled, found.opened, found.completed)
    assert figures == (groups.Figure(None),) * 3
    assert (found.lessons, found.between) == ((), ())


def test_a_share_is_told_from_twenty_readers_on() -> None:
    course = make_course(modules=1, lessons=1)
    make_readers(course, 15, days=(0,))
    assert look(course).completed == groups.Figure(15)
    make_readers(course, 5)
    assert look(course).completed == groups.Figure(15, 75)


def test_the_time_between_lessons_falls_into_its_group() -> None:
    course = make_course(modules=1, lessons=8)
    make_readers(course, 10, days=(0, 0.01, 1, 3, 7, 15, 30, 90))
    found = look(course).between
    assert [(one.least, one.most, one.times) for one in found] == [
        (0, 0, 10),
        (1, 1, 10),
        (2, 3, 10),
        (4, 7, 10),
        (8, 14, 10),
        (15, 30, 10),
        (31, None, 10),
    ]
    assert {one.share for one in found} == {14}


def test_an_evening_ends_late_at_night() -> None:
    course = make_course(modules=1, lessons=3)
    evening = datetime(2026, 7, 1, 19, 0, tzinfo=UTC)
    past_midnight = (0, 6.5 / 24, 7.5 / 24)  # 21:00, 03:30 and 04:30 in Amsterdam.
    make_readers(course, 5, days=past_midnight, began=evening)
    same, next_day, *others = look(course, now=evening).between
    assert (same.times, next_day.times) == (5, 5)
    assert {one.times for one in others} == {None}


def test_one_busy_reader_is_no_group() -> None:
    course = make_course(modules=1, lessons=8)
    make_readers(course, 1, days=(0, 0.01, 0.02, 0.03, 0.04, 0.05, 0.06, 0.07))
    make_readers(course, 6, days=(0, 1))
    same, next_day, *_ = look(course).between
    assert (same.times, next_day.times) == (None, 5)


def test_the_time_between_lessons_is_that_of_those_who_began_last(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(insight, "LATEST", 10)
    course = make_course(modules=1, lessons=2)
    make_readers(course, 10, days=(0, 1))
    assert look(course).between_all
    make_readers(course, 20, days=(0, 5), began=NOW - timedelta(days=9))
    found = look(course)
    assert not found.between_all
    assert [one.times for one in found.between] == [None, 10, *[None] * 5]
    assert found.lessons[1].finished.readers == 30


def test_visits_are_those_of_the_period_and_say_since_when_they_are_counted() -> None:
    course, other = make_course(), make_course()
    for days, count in ((0, 3), (30, 4), (31, 5), (400, 6)):
        day = (NOW - timedelta(days=days)).date()
        DailyVisits.objects.create(course=course, day=day, count=count)
    DailyVisits.objects.create(course=other, day=NOW.date(), count=99)
    assert [look(course, period).visits for period in insight.PERIODS] == [7, 12, 12, 18]
    assert look(course, "30").visits_since == (NOW - timedelta(days=400)).date()


def test_a_course_nobody_entered_and_one_not_published_are_told_apart() -> None:
    live, draft = make_course(), make_course(live=False)
    assert (look(live).live, look(live).entered) == (True, False)
    assert (look(draft).live, look(draft).entered) == (False, False)


def test_a_course_nobody_made_is_not_there() -> None:
    with pytest.raises(CourseNotFound):
        insight.of(course=uuid.uuid4(), period="all", now=NOW)


def test_the_overview_has_every_course_by_title() -> None:
    last = make_course(title="Zeker", modules=1, lessons=1)
    make_course(title="Aarzelen", live=False)
    make_readers(last, 20, days=(0,))
    first, second = insight.overview(period="all", now=NOW)
    assert (first.title, first.live, first.enrolled.readers) == ("Aarzelen", False, None)
    assert (second.title, second.enrolled.readers) == ("Zeker", 20)
    assert second.completed == groups.Figure(20, 100)


def test_statements_do_not_grow_with_readers_lessons_or_courses() -> None:
    small, large = make_course(modules=1, lessons=1), make_course(modules=3, lessons=4)
    make_readers(small, 5, days=(0,))
    make_readers(large, 12, days=(0, 1, 2, 3, 4))
    counts: list[int] = []
    for course in (small, large):
        with counting() as count:
            look(course)
        counts.append(int(count))
        assert int(count) <= 6, count
    assert counts[0] == counts[1]
    with counting() as count:
        insight.overview(period="90", now=NOW)
    assert int(count) == 3, count


def test_the_histogram_of_nothing_is_seven_times_nothing() -> None:
    assert [one.times for one in between.of(Finished.objects.all())] == [None] * 7
