"""The sender looks again when a reader decided something, also when the broker is away."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from celery import current_app

from courseapp.post import doorbell
from lessons import tasks
from lessons.drip import catching_up, noticing, pump
from lessons.drip.models import Mail, Place
from lessons.reading import rhythm
from tests.factories import make_course, make_enrolment, make_reader
from tests.lessons.drip.writing import each_lesson, make_following, make_sequence, place_of

pytestmark = pytest.mark.django_db
BEGUN = datetime(2026, 11, 2, 11, 0, tzinfo=UTC)
OPENS = datetime(2026, 11, 4, 18, 30, tzinfo=UTC)
LATER = BEGUN + timedelta(hours=1)


def test_who_begins_has_their_places_at_once_and_only_once() -> None:
    course = make_course(modules=1, lessons=2)
    make_sequence(course, each_lesson(), now=BEGUN)
    enrolment = make_enrolment(make_reader(), course, now=BEGUN)

    noticing.begun(enrolment=enrolment, now=BEGUN)
    noticing.begun(enrolment=enrolment, now=LATER)
    catching_up.catch_up(now=LATER)

    assert Place.objects.get().next_at == BEGUN


def test_a_place_that_a_right_made_gets_to_know_the_enrolment() -> None:
    course = make_course(modules=1, lessons=2)
    sequence = make_sequence(course, each_lesson(), now=BEGUN)
    reader = make_reader()
    Place.objects.create(reader=reader, sequence=sequence, started_at=BEGUN, planned_at=BEGUN)
    enrolment = make_enrolment(reader, course, now=BEGUN)

    noticing.begun(enrolment=enrolment, now=BEGUN)

    assert Place.objects.get().enrolment == enrolment


def test_after_a_pause_the_sender_waits_for_the_new_date() -> None:
    enrolment = make_following(now=BEGUN)
    pump.look(now=BEGUN)
    assert place_of(enrolment).next_at == OPENS
    until = rhythm.a_week_on(enrolment=enrolment, now=LATER)
    rhythm.pause(enrolment=enrolment, until_day=until, now=LATER)

    noticing.look_again(enrolment=enrolment.pk, now=LATER)
    assert place_of(enrolment).next_at == LATER
    pump.look(now=LATER)

    assert place_of(enrolment).next_at == OPENS + timedelta(days=7)
    pump.look(now=OPENS)
    assert not Mail.objects.exists()


def test_going_on_early_brings_the_mail_forward() -> None:
    enrolment = make_following(now=BEGUN)
    until = rhythm.a_week_on(enrolment=enrolment, now=BEGUN)
    rhythm.pause(enrolment=enrolment, until_day=until, now=BEGUN)
    pump.look(now=BEGUN)
    rhythm.resume(enrolment=enrolment, now=LATER)

    noticing.look_again(enrolment=enrolment.pk, now=LATER)
    pump.look(now=LATER)

    assert place_of(enrolment).next_at == OPENS


def test_nobody_else_s_place_and_none_that_ended_is_touched() -> None:
    enrolment = make_following(now=BEGUN)
    other = make_following(now=BEGUN)
    Place.objects.update(next_at=OPENS)
    enrolment.places.update(ended_at=BEGUN, next_at=None)

    noticing.look_again(enrolment=enrolment.pk, now=LATER)

    assert place_of(enrolment).next_at is None
    assert place_of(other).next_at == OPENS


def test_the_bell_is_rung_after_the_commit(
    django_capture_on_commit_callbacks: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    rung: list[str] = []
    monkeypatch.setattr(current_app, "send_task", lambda task, **_: rung.append(task))
    enrolment = make_following(now=BEGUN)

    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        noticing.look_again(enrolment=enrolment.pk, now=LATER)
        assert rung == []

    assert rung == [noticing.TICK]
    assert tasks.drip.name == noticing.TICK


def test_a_broker_that_is_away_undoes_nothing(
    django_capture_on_commit_callbacks: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(_task: str, **_options: object) -> None:
        raise ConnectionError

    monkeypatch.setattr(current_app, "send_task", away)
    monkeypatch.setattr(doorbell._Bell, "silent_until", 0.0)
    enrolment = make_following(now=BEGUN)

    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        noticing.look_again(enrolment=enrolment.pk, now=LATER)

    assert place_of(enrolment).next_at == LATER
