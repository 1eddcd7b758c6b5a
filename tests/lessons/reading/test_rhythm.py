"""What a reader decides of their dates: they move as said, keep their order, and nothing closes."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from threading import Event
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from hypothesis import example, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from lessons.reading import access, rhythm
from lessons.reading.models import Enrolment, Pause, Rhythm, Unlock
from lessons.reading.schedule import Clock
from tests.counting import counting
from tests.factories import lessons_of, make_course, make_enrolment, make_reader
from tests.lessons.reading.test_schedule import ZONES, hours, moments
from tests.racing import all_good, at_once

if TYPE_CHECKING:
    from lessons.content.models import Course

pytestmark = pytest.mark.django_db
HOME = ZoneInfo("Europe/Amsterdam")
# A Monday noon in Amsterdam, a week after the clock went back.
NOON = datetime(2026, 11, 2, 11, 0, tzinfo=UTC)
DAY = timedelta(days=1)
TODAY = date(2026, 11, 2)


def make_paced(*, lessons: int = 5, now: datetime = NOON, **fields: Any) -> Enrolment:
    """A reader who began just now a course with a lesson every two days at half past seven."""
    course = make_course(
        modules=1, lessons=lessons, **{"pace": {"every_days": 2, "at": "19:30"}, **fields}
    )
    return make_enrolment(make_reader(), course, now=now)


def opens(enrolment: Enrolment) -> list[datetime]:
    """When each lesson opens, in reading order, on Amsterdam's clock."""
    promised = dict(Unlock.objects.filter(enrolment=enrolment).values_list("lesson", "opens_at"))
    course: Course = enrolment.course
    return [promised[lesson.uuid].astimezone(HOME) for lesson in lessons_of(course)]


def days(enrolment: Enrolment) -> list[int]:
    """The days on which the lessons open, counted from the day of beginning."""
    return [(at.date() - TODAY).days for at in opens(enrolment)]


# --- Pause and going on ---------------------------------------------------------------------------


def test_a_week_s_pause_moves_what_is_to_come_by_a_week_at_the_same_hour() -> None:
    enrolment = make_paced()
    until = rhythm.a_week_on(enrolment=enrolment, now=NOON)

    made = rhythm.pause(enrolment=enrolment, until_day=until, now=NOON)

    assert until == date(2026, 11, 9)
    assert days(enrolment) == [0, 9, 11, 13, 15]
    assert {at.time() for at in opens(enrolment)[1:]} == {time(19, 30)}
    assert (made.begins_at, made.ends_at.astimezone(HOME)) == (
        NOON,
        datetime(2026, 11, 9, 0, 0, tzinfo=HOME),
    )


def test_a_pause_across_a_clock_change_keeps_the_hour() -> None:
    begun = datetime(2027, 3, 25, 11, 0, tzinfo=UTC)  # The clock goes forward on 28 March.
    enrolment = make_paced(now=begun)

    rhythm.pause(enrolment=enrolment, until_day=date(2027, 4, 1), now=begun)

    assert {at.time() for at in opens(enrolment)[1:]} == {time(19, 30)}


@pytest.mark.parametrize("until", [TODAY, TODAY - DAY, date.min])
def test_a_pause_until_today_or_earlier_is_refused(until: date) -> None:
    enrolment = make_paced()

    with pytest.raises(rhythm.PauseInThePast):
        rhythm.pause(enrolment=enrolment, until_day=until, now=NOON)

    assert not Pause.objects.exists()


@pytest.mark.parametrize(("away", "is_fine"), [(366, True), (367, False)])
def test_a_pause_is_a_year_at_most(away: int, is_fine: bool) -> None:
    enrolment = make_paced()
    if is_fine:
        rhythm.pause(enrolment=enrolment, until_day=TODAY + away * DAY, now=NOON)
    else:
        with pytest.raises(rhythm.PauseTooLong):
            rhythm.pause(enrolment=enrolment, until_day=TODAY + away * DAY, now=NOON)
    assert Pause.objects.exists() is is_fine


@pytest.mark.parametrize(("second", "expected"), [(20, 22), (5, 7)])
def test_of_two_pauses_the_second_counts(second: int, expected: int) -> None:
    """The first lesson to come was for the second day; the pause began on the day itself."""
    enrolment = make_paced()
    rhythm.pause(enrolment=enrolment, until_day=TODAY + 14 * DAY, now=NOON)

    rhythm.pause(enrolment=enrolment, until_day=TODAY + second * DAY, now=NOON + 3 * DAY)

    assert days(enrolment)[1] == expected
    assert rhythm.wish_of(enrolment=enrolment, now=NOON + 3 * DAY).until == TODAY + second * DAY
    assert Pause.objects.filter(ends_at__gt=NOON + 3 * DAY).count() == 1


def test_a_longer_pause_asked_for_late_on_the_day_of_a_lesson_opens_nothing() -> None:
    """Monday's lesson waits behind the pause; asking for more of it does not let it out."""
    enrolment = make_paced()
    tuesday = NOON + DAY
    Unlock.objects.filter(lesson=lessons_of(enrolment.course)[1].pk).update(
        opens_at=NOON + timedelta(hours=7)
    )
    rhythm.pause(enrolment=enrolment, until_day=TODAY + 7 * DAY, now=NOON)

    rhythm.pause(enrolment=enrolment, until_day=TODAY + 9 * DAY, now=tuesday + timedelta(hours=12))

    assert days(enrolment)[1] == 9


def test_going_on_early_gives_back_the_days_that_were_not_used() -> None:
    enrolment = make_paced()
    rhythm.pause(enrolment=enrolment, until_day=TODAY + 14 * DAY, now=NOON)

    ended = rhythm.resume(enrolment=enrolment, now=NOON + 3 * DAY)

    assert ended is not None
    assert ended.ends_at == NOON + 3 * DAY
    assert days(enrolment) == [0, 5, 7, 9, 11]
    assert rhythm.wish_of(enrolment=enrolment, now=NOON + 3 * DAY).until is None


def test_a_pause_and_going_on_at_once_leave_the_dates_as_they_were() -> None:
    enrolment = make_paced()
    before = opens(enrolment)

    rhythm.pause(enrolment=enrolment, until_day=TODAY + 14 * DAY, now=NOON)
    rhythm.resume(enrolment=enrolment, now=NOON + timedelta(hours=1))

    assert opens(enrolment) == before


def test_a_lesson_of_today_whose_hour_passed_in_the_pause_opens_at_going_on() -> None:
    enrolment = make_paced()
    later = NOON + 2 * DAY  # Wednesday: lesson two is for half past seven.
    rhythm.pause(enrolment=enrolment, until_day=date(2026, 11, 11), now=later)
    late = later + timedelta(hours=9)

    rhythm.resume(enrolment=enrolment, now=late)

    assert opens(enrolment)[1] == late


def test_going_on_without_a_pause_does_nothing() -> None:
    enrolment = make_paced()
    rhythm.pause(enrolment=enrolment, until_day=TODAY + 2 * DAY, now=NOON)
    before = opens(enrolment)

    assert rhythm.resume(enrolment=enrolment, now=NOON + 5 * DAY) is None
    assert opens(enrolment) == before


def test_a_course_without_a_pace_can_be_paused_too() -> None:
    enrolment = make_paced(pace=None)

    rhythm.pause(enrolment=enrolment, until_day=TODAY + 7 * DAY, now=NOON)

    assert rhythm.wish_of(enrolment=enrolment, now=NOON).until == TODAY + 7 * DAY
    assert not Unlock.objects.exists()


# --- Everything now -------------------------------------------------------------------------------


def test_everything_opens_at_once_and_it_is_remembered_since_when() -> None:
    enrolment = make_paced()
    reader = enrolment.reader

    assert rhythm.open_all(enrolment=enrolment, now=NOON + DAY) == 4
    assert rhythm.open_all(enrolment=enrolment, now=NOON + 2 * DAY) == 0

    answers = {
        access.may_read(reader=reader, lesson=lesson.uuid, now=NOON + DAY).state
        for lesson in lessons_of(enrolment.course)
    }
    assert answers == {"open"}
    assert Rhythm.objects.get().opened_all_at == NOON + DAY
    assert opens(enrolment)[0] == NOON


# --- Another hour, another clock ------------------------------------------------------------------


def test_another_hour_keeps_the_days() -> None:
    enrolment = make_paced()

    rhythm.choose(enrolment=enrolment, hour=time(7, 15), zone="Europe/Amsterdam", now=NOON)

    assert days(enrolment) == [0, 2, 4, 6, 8]
    assert {at.time() for at in opens(enrolment)[1:]} == {time(7, 15)}
    assert rhythm.wish_of(enrolment=enrolment, now=NOON).hour == time(7, 15)


def test_without_an_hour_of_ones_own_it_is_the_course_s_again() -> None:
    enrolment = make_paced()
    rhythm.choose(enrolment=enrolment, hour=time(7, 15), zone="Europe/Amsterdam", now=NOON)

    rhythm.choose(enrolment=enrolment, hour=None, zone="Europe/Amsterdam", now=NOON)

    assert {at.time() for at in opens(enrolment)[1:]} == {time(19, 30)}
    wish = rhythm.wish_of(enrolment=enrolment, now=NOON)
    assert (wish.hour, wish.course_hour) == (None, time(19, 30))


def test_on_a_clock_elsewhere_it_is_the_same_hour_there() -> None:
    enrolment = make_paced()

    rhythm.choose(enrolment=enrolment, hour=None, zone="America/New_York", now=NOON)

    there = ZoneInfo("America/New_York")
    found = [at.astimezone(there) for at in opens(enrolment)[1:]]
    assert [at.date() for at in found] == [TODAY + n * DAY for n in (2, 4, 6, 8)]
    assert {at.time() for at in found} == {time(19, 30)}
    assert Enrolment.objects.get().time_zone == "America/New_York"


def test_a_lesson_of_today_whose_new_hour_is_past_opens_now() -> None:
    enrolment = make_paced()
    wednesday = NOON + 2 * DAY

    rhythm.choose(enrolment=enrolment, hour=time(8), zone="Europe/Amsterdam", now=wednesday)

    assert opens(enrolment)[1] == wednesday


def test_a_pause_ends_on_its_day_on_the_new_clock_too() -> None:
    enrolment = make_paced()
    rhythm.pause(enrolment=enrolment, until_day=TODAY + 7 * DAY, now=NOON)

    rhythm.choose(enrolment=enrolment, hour=None, zone="Pacific/Auckland", now=NOON)
    moved = Enrolment.objects.get()

    assert rhythm.wish_of(enrolment=moved, now=NOON).until == TODAY + 7 * DAY
    rhythm.resume(enrolment=moved, now=NOON)
    there = ZoneInfo("Pacific/Auckland")
    # In Auckland the third of November has begun.
    assert opens(moved)[1].astimezone(there).date() == TODAY + 3 * DAY


@pytest.mark.parametrize("zone", ["", "Mars/Olympus", "Europe/Amsterdam\x00", "../etc/passwd"])
def test_a_zone_nobody_knows_is_refused(zone: str) -> None:
    enrolment = make_paced()
    before = opens(enrolment)

    with pytest.raises(rhythm.UnknownZone):
        rhythm.choose(enrolment=enrolment, hour=None, zone=zone, now=NOON)

    assert opens(enrolment) == before
    assert not Rhythm.objects.exists()


def test_nobody_else_s_dates_move() -> None:
    enrolment = make_paced()
    other = make_enrolment(make_reader(), enrolment.course, now=NOON)
    before = opens(other)

    rhythm.pause(enrolment=enrolment, until_day=TODAY + 7 * DAY, now=NOON)
    rhythm.choose(enrolment=enrolment, hour=time(6), zone="UTC", now=NOON)
    rhythm.open_all(enrolment=enrolment, now=NOON)

    assert opens(other) == before


@pytest.mark.parametrize("lessons", [3, 30])
def test_statements_do_not_grow_with_the_lessons(lessons: int) -> None:
    enrolment = make_paced(lessons=lessons)
    with counting() as pausing:
        rhythm.pause(enrolment=enrolment, until_day=TODAY + 7 * DAY, now=NOON)
    with counting() as choosing:
        rhythm.choose(enrolment=enrolment, hour=time(6), zone="UTC", now=NOON)
    with counting() as opening:
        rhythm.open_all(enrolment=enrolment, now=NOON)

    assert int(pausing) <= 6, pausing
    assert int(choosing) <= 10, choosing
    assert int(opening) <= 6, opening


# --- Whatever the zones, the clock changes and the order of acts ----------------------------------

acts = st.tuples(
    st.sampled_from(["pause", "resume", "choose", "open"]),
    st.integers(1, 60),
    st.none() | hours,
    st.sampled_from(ZONES),
    st.integers(0, 96),
)
PAUSED_TWICE = [("pause", 3, None, "UTC", 0), ("pause", 9, None, "UTC", 30)]


class Histories(TestCase):
    """A reader changes their mind again and again."""

    @settings(max_examples=40)
    @given(history=st.lists(acts, max_size=8), begun=moments)
    @example(history=PAUSED_TWICE, begun=NOON)
    def test_whatever_a_reader_does_lessons_keep_their_order_and_none_closes_again(
        self, history: list[tuple[str, int, time | None, str, int]], begun: datetime
    ) -> None:
        enrolment, now = make_paced(lessons=4, now=begun), begun
        for what, away, hour, zone, later in history:
            now += timedelta(hours=later)
            before = opens(enrolment)
            enrolment = Enrolment.objects.get(pk=enrolment.pk)
            if what == "pause":
                until = Clock(enrolment.time_zone).day(now) + away * DAY
                rhythm.pause(enrolment=enrolment, until_day=until, now=now)
                held = [at for at in opens(enrolment) if at > now]
                assert all(Clock(enrolment.time_zone).day(at) >= until for at in held)
            elif what == "resume":
                rhythm.resume(enrolment=enrolment, now=now)
            elif what == "choose":
                rhythm.choose(enrolment=enrolment, hour=hour, zone=zone, now=now)
            elif away > 50:  # Seldom: after it there is nothing left to move.
                rhythm.open_all(enrolment=enrolment, now=now)
            after = opens(enrolment)
            assert after == sorted(after)
            for was, at in zip(before, after, strict=True):
                assert (at == was) if was <= now else (at >= now)
            running = Pause.objects.filter(enrolment=enrolment, begins_at__lte=now, ends_at__gt=now)
            assert running.count() <= 1


# --- At the same moment ---------------------------------------------------------------------------


def two_pauses(enrolment: Enrolment) -> int:
    """Ask for two pauses at one moment; how many of them last."""
    seen = Event()
    asked = rhythm._running

    def slowly(*args: Any) -> Pause | None:
        found = asked(*args)
        seen.wait(0.2)
        return found

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rhythm, "_running", slowly)
        all_good(
            at_once(
                lambda number: rhythm.pause(
                    enrolment=enrolment, until_day=TODAY + (7 + 7 * number) * DAY, now=NOON
                ),
                times=2,
            )
        )
    return Pause.objects.filter(enrolment=enrolment, ends_at__gt=NOON).count()


@pytest.mark.django_db(transaction=True)
def test_of_two_pauses_at_once_one_lasts_and_the_dates_are_its_own() -> None:
    enrolment = make_paced()

    assert two_pauses(enrolment) == 1
    until = rhythm.wish_of(enrolment=enrolment, now=NOON).until
    assert until is not None
    assert days(enrolment)[1] == 2 + (until - TODAY).days


@pytest.mark.django_db(transaction=True)
def test_the_control_without_the_lock_both_pauses_last(monkeypatch: pytest.MonkeyPatch) -> None:
    enrolment = make_paced()
    monkeypatch.setattr(rhythm, "_locked", lambda one: Enrolment.objects.get(pk=one.pk))

    # SQLite has one writer at a time: its transaction is the lock, and cannot be taken away.
    assert two_pauses(enrolment) == (1 if connection.vendor == "sqlite" else 2)
