"""What a reader is shown is what the sender does."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest

from lessons.drip import catching_up, choices, planning, pump
from lessons.drip.models import Choice, Mail, Sequence
from lessons.reading import progress, rhythm, standing
from tests.counting import counting
from tests.factories import lessons_of, make_course, make_enrolment, make_reader
from tests.lessons.drip.writing import each_lesson, make_following, make_sequence, make_step

if TYPE_CHECKING:
    from lessons.drip.planning import Planning
    from lessons.reading.models import Enrolment

pytestmark = pytest.mark.django_db
HOME = ZoneInfo("Europe/Amsterdam")
BEGUN = datetime(2026, 11, 2, 11, 0, tzinfo=UTC)
DAY = timedelta(days=1)


def planned(enrolment: Enrolment, *, now: datetime = BEGUN) -> Planning:
    enrolment.refresh_from_db()
    here = standing.of_course_uuid(enrolment.reader, uuid=enrolment.course_id)
    return planning.of(here=here, enrolment=enrolment, now=now)


def told(found: Planning) -> list[tuple[date, str, int]]:
    """Each line to come: its day, what it is, and the number of its lesson."""
    return [
        (day.date, line.what, line.lesson.number if line.lesson else 0)
        for day in found.coming
        for line in day.lines
    ]


def test_a_lesson_and_the_mail_that_tells_of_it_are_one_line() -> None:
    found = planned(make_following(now=BEGUN))

    assert told(found) == [
        (date(2026, 11, 4), "lesson", 2),
        (date(2026, 11, 6), "lesson", 3),
        (date(2026, 11, 8), "lesson", 4),
        (date(2026, 11, 10), "lesson", 5),
    ]
    lines = [line for day in found.coming for line in day.lines]
    assert all(line.mail_at == line.at for line in lines)
    assert [len(day.lines) for day in found.past] == [1]


def test_mails_of_every_kind_stand_where_they_will_come() -> None:
    found = planned(
        make_following(
            make_step("welkom"),
            each_lesson(),
            make_step("stil", kind="nudge", trigger="idle", days=4, at=time(10)),
            make_step("dank", kind="thanks", trigger="completed"),
            now=BEGUN,
        )
    )

    whats = [what for _day, what, _number in told(found)]
    assert whats[0] == "mail"
    assert "nudge" in whats
    assert found.later == ("thanks",)
    assert found.has_mails


def test_the_days_shown_are_the_days_the_sender_sends_on() -> None:
    """Two sequences that want the same days: one mail a day, here and there."""
    enrolment = make_following(now=BEGUN)
    daily = [make_step(f"d{n}", days=n, at=time(8)) for n in (2, 3, 4)]
    make_sequence(enrolment.course, *daily, now=BEGUN)
    catching_up.begin(enrolment=enrolment, now=BEGUN)
    found = planned(enrolment)
    shown = {
        line.mail_at if line.what == "lesson" else line.at
        for day in found.coming
        for line in day.lines
        if line.what != "lesson" or line.mail_at
    }

    # At each moment at which something is to be looked at, as the ticks of fifteen days find it.
    while (moment := pump.soonest()) is not None and moment < BEGUN + 15 * DAY:
        pump.look(now=moment)

    assert shown == set(Mail.objects.values_list("due_at", flat=True))


def test_what_was_sent_is_past() -> None:
    enrolment = make_following(make_step("welkom"), now=BEGUN)
    pump.look(now=BEGUN)

    found = planned(enrolment, now=BEGUN + timedelta(minutes=1))

    assert [line.what for day in found.past for line in day.lines] == ["lesson", "mail"]
    assert all(line.is_past for day in found.past for line in day.lines)


def test_who_wants_no_mails_sees_dates_alone() -> None:
    enrolment = make_following(now=BEGUN)
    choices.choose(
        reader=enrolment.reader, course=enrolment.course_id, about=Choice.About.LESSONS,
        wanted=False, way="page", now=BEGUN,
    )  # fmt: skip

    found = planned(enrolment)

    assert [what for _day, what, _number in told(found)] == ["lesson"] * 4
    assert not found.has_mails


def test_a_sequence_that_staff_stopped_promises_nothing() -> None:
    enrolment = make_following(now=BEGUN)
    Sequence.objects.update(state=Sequence.State.STOPPED)

    assert not planned(enrolment).has_mails


def test_a_course_without_a_sequence_shows_its_lessons() -> None:
    enrolment = make_following(now=BEGUN)
    enrolment.places.all().delete()
    Sequence.objects.update(live=None)

    found = planned(enrolment)

    assert [what for _day, what, _number in told(found)] == ["lesson"] * 4


def test_a_pause_shows_in_every_date() -> None:
    enrolment = make_following(now=BEGUN)
    rhythm.pause(enrolment=enrolment, until_day=date(2026, 11, 9), now=BEGUN)

    found = planned(enrolment)

    assert found.wish.until == date(2026, 11, 9)
    assert [day for day, _what, _number in told(found)] == [
        date(2026, 11, 11) + n * 2 * DAY for n in range(4)
    ]


def test_days_are_those_of_the_course_s_clock() -> None:
    enrolment = make_following(now=BEGUN)
    rhythm.choose(enrolment=enrolment, hour=time(1), zone="Pacific/Auckland", now=BEGUN)

    found = planned(enrolment)

    # One in the morning there is the noon before here.
    assert told(found)[0][0] == date(2026, 11, 4)
    first = found.coming[0].lines[0].at
    assert first.astimezone(HOME).date() == date(2026, 11, 3)


def test_other_courses_of_the_reader_are_not_in_it() -> None:
    enrolment = make_following(now=BEGUN)
    other = make_course(modules=1, lessons=1)
    make_sequence(other, make_step("elders", days=1, at=time(9)), now=BEGUN)
    second = make_enrolment(enrolment.reader, other, now=BEGUN)
    catching_up.begin(enrolment=second, now=BEGUN)

    assert {what for _day, what, _number in told(planned(enrolment))} == {"lesson"}
    assert [what for _day, what, _number in told(planned(second))] == ["mail"]


@pytest.mark.parametrize("lessons", [2, 25])
def test_statements_do_not_grow_with_the_course(lessons: int) -> None:
    course = make_course(modules=1, lessons=lessons, pace={"every_days": 2, "at": "19:30"})
    make_sequence(course, each_lesson(), now=BEGUN)
    enrolment = make_enrolment(make_reader(), course, now=BEGUN)
    catching_up.begin(enrolment=enrolment, now=BEGUN)
    progress.finish(reader=enrolment.reader, lesson=lessons_of(course)[0].uuid, now=BEGUN)
    here = standing.of_course_uuid(enrolment.reader, uuid=course.pk)
    with counting() as count:
        planning.of(here=here, enrolment=enrolment, now=BEGUN)

    assert int(count) <= 14, count
