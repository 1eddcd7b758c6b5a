"""From a plan to letters in the outbox: each mail once, whatever happens on the way."""

from __future__ import annotations

from contextlib import suppress
from datetime import time, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from courseapp.post.models import Letter
from lessons.drip import catching_up, gathering, letters, pump
from lessons.drip.models import Mail, Place, Sequence
from lessons.reading import access, progress
from tests.counting import counting
from tests.factories import lessons_of, make_course, make_enrolment, make_reader
from tests.lessons.drip.conftest import DAY, NOON, make_sequence, tick, told
from tests.lessons.drip.test_plan import make_step
from tests.racing import all_good, at_once

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lessons.reading.models import Enrolment

pytestmark = pytest.mark.django_db


def enrolled(sequence: Sequence, **fields: Any) -> Enrolment:
    return make_enrolment(make_reader(**fields), sequence.course, now=NOON)


def test_who_enrols_gets_the_welcome_at_the_next_tick_and_once() -> None:
    sequence = make_sequence()
    enrolment = enrolled(sequence)

    assert tick(NOON) == 1
    assert tick(NOON + DAY) == 0

    letter = Letter.objects.get()
    assert letter.to == enrolment.reader.email
    assert letter.stream == "lesson"
    assert told(Place.objects.get()) == ["een"]


def test_a_place_waits_for_its_moment_and_costs_nothing_until_then() -> None:
    sequence = make_sequence(make_step(days=3, at=time(8)))
    enrolled(sequence)
    tick(NOON)

    place = Place.objects.get()
    assert place.next_at is not None
    assert place.next_at.date() == (NOON + 3 * DAY).date()
    assert not pump.is_due(now=NOON + 2 * DAY)
    assert tick(NOON + 3 * DAY) == 1
    place.refresh_from_db()
    assert place.next_at is None


def test_a_finished_lesson_is_noticed_without_anybody_reporting_it() -> None:
    course = make_course()
    first = lessons_of(course)[0]
    make_sequence(make_step(kind="thanks", trigger="finished", lesson=first.pk), course=course)
    enrolment = make_enrolment(make_reader(), course, now=NOON)
    assert tick(NOON) == 0

    progress.finish(reader=enrolment.reader, lesson=first.pk, now=NOON + DAY)

    assert tick(NOON + DAY) == 1


def test_who_has_a_right_gets_their_mail_before_they_begin() -> None:
    course = make_course(access="granted")
    make_sequence(make_step(trigger="bought"), course=course)
    reader = make_reader()
    access.grant(reader=reader, course=course, source="order:1", now=NOON)

    assert tick(NOON) == 1
    make_enrolment(reader, course, now=NOON + DAY)
    assert tick(NOON + DAY) == 0
    assert Place.objects.get().enrolment is not None


def test_whose_right_was_taken_gets_nothing_more() -> None:
    course = make_course(access="granted")
    make_sequence(make_step(days=1, at=time(8)), course=course)
    reader = make_reader()
    right = access.grant(reader=reader, course=course, source="order:1", now=NOON)
    make_enrolment(reader, course, now=NOON)
    tick(NOON)

    access.revoke(access=right, now=NOON)

    assert tick(NOON + DAY) == 0


def test_two_courses_are_one_mail_a_day() -> None:
    one, other = (
        make_sequence(make_step(days=1, at=time(8))),
        make_sequence(make_step("twee", days=1, at=time(9))),
    )
    reader = make_reader()
    make_enrolment(reader, one.course, now=NOON)
    make_enrolment(reader, other.course, now=NOON)
    tick(NOON)

    assert tick(NOON + DAY) == 1
    assert tick(NOON + DAY) == 0
    assert tick(NOON + 2 * DAY) == 1
    days = list(Mail.objects.values_list("day", flat=True))
    assert len(set(days)) == 2


def test_a_stopped_sequence_sends_nothing_and_goes_on_without_a_flood() -> None:
    sequence = make_sequence(*(make_step(f"d{n}", days=n, at=time(8)) for n in range(1, 6)))
    enrolled(sequence)
    tick(NOON)
    Sequence.objects.update(state="stopped")
    for day in range(1, 6):
        assert tick(NOON + day * DAY) == 0

    Sequence.objects.update(state="running")
    Place.objects.update(next_at=NOON + 5 * DAY)

    assert tick(NOON + 5 * DAY) == 1


def test_after_five_days_away_each_reader_gets_one_mail() -> None:
    sequence = make_sequence(*(make_step(f"d{n}", days=n, at=time(8)) for n in range(1, 6)))
    for _ in range(3):
        enrolled(sequence)
    tick(NOON)

    assert tick(NOON + 5 * DAY) == 3


def test_one_reader_whose_plan_fails_does_not_keep_back_the_others(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sequence = make_sequence()
    bad = enrolled(sequence)
    enrolled(sequence)
    real = letters.ways_of

    def fails(here: Any, *rest: Any) -> Any:
        if here.place.reader_id == bad.reader_id:
            raise ValueError("no such word")
        return real(here, *rest)

    monkeypatch.setattr(letters, "ways_of", fails)

    assert tick(NOON) == 1
    place = Place.objects.get(reader=bad.reader_id)
    assert "no such word" in place.error
    assert place.next_at is not None
    assert place.next_at > NOON
    assert not Mail.objects.filter(reader=bad.reader_id).exists()


def test_a_place_that_always_fails_comes_to_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    sequence = make_sequence()
    enrolled(sequence)
    monkeypatch.setattr(letters, "put", lambda *_a, **_k: 1 / 0)
    for day in range(pump.ATTEMPTS + 3):
        tick(NOON + day * DAY)

    place = Place.objects.get()
    assert (place.next_at, place.attempt) == (None, pump.ATTEMPTS)


class Died(BaseException):
    """As when the process is killed: nobody handles it, and what was committed stays."""


def test_a_place_that_ends_its_planners_goes_alone_and_then_rests(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Of two hundred places in the hands of a planner that dies, nobody knows which one it was."""
    sequence = make_sequence()
    for _ in range(3):
        make_enrolment(make_reader(), sequence.course, now=NOON)
    catching_up.catch_up(now=NOON)
    killer = Place.objects.order_by("next_at", "pk").first()
    assert killer is not None
    real = gathering.of_readers

    def dying(readers: Iterable[int]) -> Any:
        wanted = [*readers]
        if killer.reader_id in wanted:
            raise Died
        return real(wanted)

    monkeypatch.setattr(gathering, "of_readers", dying)
    for lease in range(3 * pump.ATTEMPTS):
        with suppress(Died):
            pump.look(now=NOON + lease * pump.LEASE)

    killer.refresh_from_db()
    assert (killer.next_at, killer.error) == (None, pump.DIED)
    assert Mail.objects.exclude(place=killer).count() == 2


def test_many_places_that_fail_do_not_go_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """A planner that lived to write down what was wrong ended nobody's mail."""
    sequence = make_sequence()
    for _ in range(3):
        enrolled(sequence)
    monkeypatch.setattr(letters, "put", lambda *_a, **_k: 1 / 0)
    for day in range(pump.ALONE + 1):
        tick(NOON + day * DAY)
    Place.objects.update(next_at=NOON)

    assert len(pump.claim(now=NOON, limit=200)[0]) == 3


def test_a_lease_ends_on_a_whole_second_so_that_its_row_does_not_grow() -> None:
    enrolled(make_sequence())
    catching_up.catch_up(now=NOON)

    (place,), _more = pump.claim(now=NOON + timedelta(seconds=1, microseconds=234_567), limit=200)

    place.refresh_from_db()
    assert place.next_at == NOON + timedelta(seconds=1) + pump.LEASE


def test_catching_up_asks_no_more_for_many_who_began_than_for_few() -> None:
    """For ten minutes a row is looked at again, every fifteen seconds."""
    training = make_course(access="granted")
    sequence = make_sequence(make_step(kind="offer"), sells=training)

    def statements(readers: int) -> int:
        for _ in range(readers):
            reader = enrolled(sequence).reader
            access.grant(reader=reader, course=training, source="staff:1", now=NOON)
        tick(NOON)
        with counting() as count:
            catching_up.catch_up(now=NOON)
        return len(count.statements)

    assert statements(2) == statements(20)


def test_those_who_begin_a_training_they_had_a_right_to_are_caught_up_together() -> None:
    """Their places were there already, and get to know the enrolments."""
    training = make_course(access="granted")
    make_sequence(make_step(), course=training)

    def statements(readers: int) -> int:
        rights = [
            access.grant(reader=make_reader(), course=training, source="staff:1", now=NOON)
            for _ in range(readers)
        ]
        catching_up.catch_up(now=NOON)
        for right in rights:
            make_enrolment(right.reader, training, now=NOON)
        with counting() as count:
            catching_up.catch_up(now=NOON + DAY)
        assert not Place.objects.filter(enrolment=None).exists()
        assert set(Place.objects.values_list("next_at", flat=True)) >= {NOON + DAY}
        return len(count.statements)

    assert statements(2) == statements(20)


def test_the_statements_do_not_grow_with_the_readers() -> None:
    def statements(readers: int) -> int:
        sequence = make_sequence(make_step(days=1, at=time(8)))
        for _ in range(readers):
            enrolled(sequence)
        tick(NOON)
        with counting() as count:
            pump.look(now=NOON + 5 * DAY)
        return len(count.statements)

    few, many = statements(2), statements(12)

    assert many - few <= 10 * 1, (few, many)


@pytest.mark.django_db(transaction=True)
def test_eight_pumps_at_once_decide_on_each_mail_once() -> None:
    sequence = make_sequence()
    for _ in range(12):
        enrolled(sequence)
    tick_once = NOON

    all_good(at_once(lambda _number: tick(tick_once)))

    assert Mail.objects.count() == Letter.objects.count() == 12
