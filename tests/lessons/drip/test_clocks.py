"""Clocks that jump, that differ, and that change twice a year: nothing lost, nothing twice."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest

from courseapp.post import breaker, claiming, marks
from courseapp.post import pump as post
from courseapp.post.models import Letter
from lessons.drip.models import Mail, Place
from lessons.reading import progress
from tests.courseapp.post.writing import make_letter
from tests.factories import lessons_of, make_course, make_enrolment, make_reader
from tests.lessons.drip.conftest import DAY, NOON, make_sequence, tick, told
from tests.lessons.drip.test_plan import make_step

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.django_db
HOME = ZoneInfo("Europe/Amsterdam")
HOUR = timedelta(hours=1)


def moments(start: datetime, end: datetime, every: timedelta) -> Iterator[datetime]:
    while start <= end:
        yield start
        start += every


def gone(now: datetime) -> list[str]:
    """Whom a sender with this clock sends letters to."""
    before = set(Letter.objects.filter(sent_at__isnull=False).values_list("pk", flat=True))
    while post.send_due(now=now).claimed:
        pass
    sent = Letter.objects.filter(sent_at__isnull=False).exclude(pk__in=before)
    return [letter.to for letter in sent]


@pytest.mark.slow
@pytest.mark.parametrize("day", [date(2026, 10, 25), date(2027, 3, 28)])
@pytest.mark.parametrize("hour", [time(2, 30), time(8)])
def test_over_a_change_of_the_clock_each_day_has_its_mail_once_at_its_hour(
    day: date, hour: time
) -> None:
    """Ticks go through the night on which two o'clock comes twice, or not at all; an hour that is
    missing moves forward."""
    start = datetime.combine(day - 2 * DAY, time(12), tzinfo=HOME).astimezone(UTC)
    sequence = make_sequence(*(make_step(f"d{n}", days=n, at=hour) for n in range(1, 4)))
    assert sequence.live is not None
    sequence.live.steps = [{**one, "since": None} for one in sequence.live.steps]
    sequence.live.save()
    reader = make_reader()
    make_enrolment(reader, sequence.course, now=start)

    left = []
    for now in moments(start, start + 4 * DAY, HOUR / 2):
        if now.astimezone(HOME).hour > 8:
            continue
        tick(now)
        left += [now.astimezone(HOME) for _to in gone(now)]

    assert told(Place.objects.get()) == ["d1", "d2", "d3"]
    assert [at.date() for at in left] == [day - DAY, day, day + DAY]
    missing = day == date(2027, 3, 28) and hour == time(2, 30)
    assert [at.time() for at in left] == [hour, time(3, 30) if missing else hour, hour]


@pytest.mark.parametrize("off", [-5 * HOUR, 5 * HOUR])
def test_two_planners_whose_clocks_differ_decide_on_each_mail_once(off: timedelta) -> None:
    sequence = make_sequence(*(make_step(f"d{n}", days=n, at=time(8)) for n in range(1, 4)))
    reader = make_reader()
    make_enrolment(reader, sequence.course, now=NOON)

    for now in moments(NOON, NOON + 4 * DAY, 4 * HOUR):
        tick(now + off)
        tick(now)

    assert told(Place.objects.get()) == ["d1", "d2", "d3"]
    assert Letter.objects.count() == 3


def finished_while_planned_ahead() -> None:
    """A first lesson that brings a thank-you, finished at one by a planner's clock of five."""
    course = make_course()
    first = lessons_of(course)[0]
    thanks = make_step("dank", kind="thanks", trigger="finished", lesson=first.pk)
    make_sequence(thanks, course=course)
    enrolment = make_enrolment(make_reader(), course, now=NOON)
    assert tick(NOON + 5 * HOUR) == 0

    progress.finish(reader=enrolment.reader, lesson=first.pk, now=NOON + HOUR)


def test_a_clock_that_was_ahead_and_was_set_right_loses_no_mail() -> None:
    """What was planned in a future that did not come is planned again when something happens."""
    finished_while_planned_ahead()

    assert tick(NOON + HOUR) == 1


def test_a_planner_that_is_always_ahead_notices_what_happens_all_the_same() -> None:
    finished_while_planned_ahead()

    assert tick(NOON + 6 * HOUR) == 1


def test_a_planner_that_is_behind_waits_for_its_own_clock_and_sends_once() -> None:
    sequence = make_sequence()
    make_enrolment(make_reader(), sequence.course, now=NOON)

    assert tick(NOON - HOUR) == 0
    assert tick(NOON) == 1
    assert tick(NOON - HOUR) == 0
    assert Mail.objects.count() == 1


def test_a_sender_that_is_behind_takes_no_offer_that_another_has_begun() -> None:
    """Its clock says that the other's lease has long ended, or not begun: it goes once at most."""
    now = NOON + 2 * HOUR
    offer = make_letter(stream=Letter.Stream.OFFER, now=NOON)
    [ours] = claiming.claim(now=now - HOUR, limit=1)
    [theirs] = claiming.claim(now=now, limit=1)

    may_go = [marks.write([], [each], now=at) for each, at in ((ours, now - HOUR), (theirs, now))]

    assert sorted(map(len, may_go)) == [0, 1]
    assert gone(now + DAY) == []
    assert list(Letter.objects.doubtful()) == [offer]


def test_a_clock_that_was_a_day_ahead_leaves_the_mail_server_alone_no_longer_than_any_other() -> (
    None
):
    breaker.trip(reason="away", now=NOON + DAY)

    assert breaker.state(now=NOON) == (False, 1)
    assert breaker.state(now=NOON + DAY)[0]
