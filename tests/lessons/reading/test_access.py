"""Who may read what, and when."""

from __future__ import annotations

import uuid
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lessons.content import pace
from lessons.reading import access, outline, progress, schedule, standing
from lessons.reading.models import Unlock
from lessons.reading.standing import LessonNotFound
from tests.factories import (
    NOW,
    lessons_of,
    make_course,
    make_enrolment,
    make_lesson,
    make_reader,
    publish_all,
)

DAY = timedelta(days=1)


@pytest.mark.django_db
def test_a_free_course_opens_by_enrolling() -> None:
    course, reader = make_course(), make_reader()
    lesson = lessons_of(course)[0].uuid
    assert access.may_read(reader=reader, lesson=lesson, now=NOW).state == "not_enrolled"
    make_enrolment(reader, course)
    assert access.may_read(reader=reader, lesson=lesson, now=NOW).state == "open"
    assert access.may_read(reader=None, lesson=lesson, now=NOW).state == "not_enrolled"


@pytest.mark.django_db
def test_a_lesson_open_to_all_is_open_to_a_visitor_also_in_a_training() -> None:
    course = make_course(access="granted", live=False)
    first, second = lessons_of(course)[:2]
    first.open_to_all = True
    first.save()
    publish_all(course)
    assert access.may_read(reader=None, lesson=first.uuid, now=NOW).state == "open"
    assert access.may_read(reader=None, lesson=second.uuid, now=NOW).state == "not_granted"


@pytest.mark.django_db
def test_a_training_is_readable_while_at_least_one_right_holds() -> None:
    course, reader = make_course(access="granted"), make_reader()
    lesson = lessons_of(course)[0].uuid
    with pytest.raises(access.NotGranted):
        make_enrolment(reader, course)
    one = access.grant(reader=reader, course=course, source="order:1", now=NOW)
    two = access.grant(reader=reader, course=course, source="gift:2", now=NOW)
    make_enrolment(reader, course)

    def state() -> str:
        return access.may_read(reader=reader, lesson=lesson, now=NOW).state

    access.revoke(access=one, now=NOW)
    assert state() == "open"
    access.suspend(access=two, now=NOW)
    assert state() == "not_granted"
    access.resume(access=two)
    access.resume(access=one)
    assert state() == "open"
    access.revoke(access=two, now=NOW)
    assert state() == "not_granted"
    assert access.grant(reader=reader, course=course, source="order:1", now=NOW).pk == one.pk


@pytest.mark.django_db
def test_a_pace_promises_dates_at_enrolment_that_no_publication_moves() -> None:
    course = make_course(modules=1, lessons=3, pace={"every_days": 2, "at": "07:00"})
    reader = make_reader()
    make_enrolment(reader, course)
    one, two, three = (lesson.uuid for lesson in lessons_of(course))
    promised = dict(Unlock.objects.values_list("lesson", "opens_at"))
    assert promised == {
        one: NOW,
        two: datetime(2026, 11, 24, 6, 0, tzinfo=UTC),
        three: datetime(2026, 11, 26, 6, 0, tzinfo=UTC),
    }
    answer = access.may_read(reader=reader, lesson=two, now=NOW)
    assert (answer.state, answer.when) == ("opens_at", promised[two])
    with pytest.raises(access.OpensLater):
        outline.of_lesson(reader=reader, lesson=two, now=NOW)
    course.pace = {"every_days": 9, "at": "20:00"}
    course.save()
    added = make_lesson(course.modules.get())
    publish_all(course)
    assert dict(Unlock.objects.values_list("lesson", "opens_at")) == promised
    assert access.may_read(reader=reader, lesson=two, now=promised[two]).state == "open"
    assert access.may_read(reader=reader, lesson=added.uuid, now=NOW).when == promised[three]


@pytest.mark.django_db
def test_one_goes_on_with_the_first_lesson_that_is_left_and_else_begins_again() -> None:
    course = make_course(modules=1, lessons=2)
    reader = make_reader()
    make_enrolment(reader, course)
    one, two = (lesson.uuid for lesson in lessons_of(course))

    def onward() -> uuid.UUID | None:
        return access.onward(standing.of_lesson(reader, lesson=one))

    assert onward() == one
    progress.finish(reader=reader, lesson=one, now=NOW)
    assert onward() == two
    progress.finish(reader=reader, lesson=two, now=NOW)
    assert onward() == one


@pytest.mark.django_db
def test_an_unknown_lesson_and_one_that_was_never_live_are_not_told_apart() -> None:
    draft = make_course(live=False)
    for lesson in (uuid.uuid4(), lessons_of(draft)[0].uuid):
        with pytest.raises(LessonNotFound):
            access.may_read(reader=None, lesson=lesson, now=NOW)


@pytest.mark.django_db
def test_a_retired_lesson_is_told_apart_from_one_that_is_closed() -> None:
    course, reader = make_course(modules=1, lessons=3), make_reader()
    one, two, three = lessons_of(course)
    make_enrolment(reader, course)
    one.retired_at = NOW
    one.save()
    publish_all(course)

    assert access.may_read(reader=reader, lesson=one.uuid, now=NOW).state == "retired"
    here = standing.of_lesson(reader, lesson=one.uuid)
    with pytest.raises(access.Retired) as refusal:
        access.require(here, one.uuid, NOW)
    assert str(refusal.value) == "Deze les hoort niet meer bij de cursus."
    assert (refusal.value.course, refusal.value.onward) == (course.slug, two.uuid)

    progress.finish(reader=reader, lesson=two.uuid, now=NOW)
    assert access.onward(standing.of_lesson(reader, lesson=one.uuid)) == three.uuid
    progress.finish(reader=reader, lesson=three.uuid, now=NOW)
    assert access.onward(standing.of_lesson(reader, lesson=one.uuid)) == two.uuid


@pytest.mark.django_db
def test_a_refusal_says_why_and_of_which_course() -> None:
    free = make_course(modules=1, pace={"every_days": 2, "at": "07:00"})
    training, reader = make_course(access="granted"), make_reader()
    later, closed = lessons_of(free)[1].uuid, lessons_of(training)[0].uuid

    with pytest.raises(access.NotEnrolled) as not_begun:
        access.require(standing.of_lesson(reader, lesson=later), later, NOW)
    assert str(not_begun.value) == "Begin eerst met de cursus, dan gaat deze les open."
    assert not_begun.value.course == free.slug

    with pytest.raises(access.NotGranted) as not_granted:
        access.require(standing.of_lesson(reader, lesson=closed), closed, NOW)
    words = "Deze les hoort bij een training waar je geen toegang toe hebt."
    assert (str(not_granted.value), not_granted.value.course) == (words, training.slug)

    make_enrolment(reader, free)
    here = standing.of_lesson(reader, lesson=later)
    with pytest.raises(access.OpensLater) as too_early:
        access.require(here, later, NOW)
    words = "Deze les gaat later open. De datum staat in je planning."
    assert (str(too_early.value), too_early.value.course) == (words, free.slug)
    assert too_early.value.when == here.opening[later] > NOW

    first = lessons_of(free)[0].uuid
    access.require(here, first, NOW)
    access.require(here, later, here.opening[later])


@pytest.mark.django_db
def test_holding_or_ending_a_right_touches_no_other_and_keeps_its_first_moment() -> None:
    course = make_course(access="granted")
    one, other = (
        access.grant(reader=make_reader(), course=course, source="order:1", now=NOW)
        for _ in range(2)
    )

    assert access.suspend(access=one, now=NOW).suspended_at == NOW
    assert access.suspend(access=one, now=NOW + DAY).suspended_at == NOW
    assert access.revoke(access=one, now=NOW).revoked_at == NOW
    assert access.revoke(access=one, now=NOW + DAY).revoked_at == NOW
    other.refresh_from_db()
    assert (other.suspended_at, other.revoked_at) == (None, None)

    access.suspend(access=other, now=NOW)
    assert access.resume(access=one).suspended_at is None
    other.refresh_from_db()
    assert other.suspended_at == NOW


@pytest.mark.django_db
def test_a_right_follows_its_source_both_ways_and_keeps_the_moment_it_changed() -> None:
    course, reader = make_course(access="granted"), make_reader()

    def follow(right: access.Right, days: int) -> tuple[datetime | None, datetime | None]:
        held = access.follow(
            reader=reader, course=course, source="order:1", right=right, now=NOW + days * DAY
        )
        held.refresh_from_db()
        assert (held.reader, held.course, held.source) == (reader, course, "order:1")
        assert held.granted_at == NOW
        return held.suspended_at, held.revoked_at

    assert follow("active", 0) == (None, None)
    assert follow("suspended", 1) == (NOW + DAY, None)
    assert follow("suspended", 2) == (NOW + DAY, None)
    assert follow("revoked", 3) == (None, NOW + 3 * DAY)
    assert follow("revoked", 4) == (None, NOW + 3 * DAY)
    assert follow("active", 5) == (None, None)


@given(
    days=st.integers(1, 60),
    at=st.times().map(lambda moment: moment.replace(second=0, microsecond=0)),
    zone=st.sampled_from(["Europe/Amsterdam", "America/New_York", "Asia/Kolkata", "UTC"]),
    start=st.datetimes(datetime(2026, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
)
def test_every_date_keeps_its_local_hour_its_order_and_its_distance(
    days: int, at: time, zone: str, start: datetime
) -> None:
    lessons = [uuid.uuid4() for _ in range(12)]
    every = pace.Pace(every_days=days, at=at)
    dates = schedule.dates(every, lessons, start, zone)
    local = [dates[lesson].astimezone(ZoneInfo(zone)) for lesson in lessons]
    assert list(dates.values()) == sorted(dates.values())
    assert [one.date() - local[0].date() for one in local] == [n * days * DAY for n in range(12)]
    assert all(one.time() == at or _missing(one.date(), at, zone) for one in local[1:])


def _missing(day: date, at: time, zone: str) -> bool:
    """Whether the clock never shows that time on that day."""
    wanted = datetime.combine(day, at, tzinfo=ZoneInfo(zone))
    return wanted.astimezone(UTC).astimezone(ZoneInfo(zone)).time() != at


@pytest.mark.parametrize(
    ("at", "day", "expected"),
    [
        (time(2, 30), date(2027, 3, 28), datetime(2027, 3, 28, 1, 30, tzinfo=UTC)),
        (time(2, 30), date(2026, 10, 25), datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
    ],
)
def test_an_hour_that_is_missing_moves_forward_and_one_that_comes_twice_means_the_first(
    at: time, day: date, expected: datetime
) -> None:
    start = datetime.combine(day - DAY, time(12), tzinfo=UTC)
    lessons = [uuid.uuid4(), uuid.uuid4()]
    dates = schedule.dates(pace.Pace(1, at), lessons, start, "Europe/Amsterdam")
    assert dates[lessons[1]] == expected


@pytest.mark.parametrize("data", [{}, {"every_days": 0, "at": "07:00"}, {"every_days": 2}, 7])
def test_a_pace_that_makes_no_sense_is_refused(data: object) -> None:
    with pytest.raises(pace.InvalidPace):
        pace.from_json(data)
