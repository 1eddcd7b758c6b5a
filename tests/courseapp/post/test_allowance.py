"""Keeping to what the provider allows."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.core import mail

from courseapp.post import allowance, pump
from courseapp.post.models import Allowance, Letter
from tests.courseapp.post.writing import make_letter
from tests.factories import NOW

if TYPE_CHECKING:
    from pytest_django.fixtures import Settings

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def test_near_the_limit_of_a_day_offers_wait_then_lessons_and_codes_never(
    settings: Settings,
) -> None:
    settings.MAIL_PER_DAY = 10
    for sent, going in [
        (0, {"code", "receipt", "lesson", "offer"}),
        (7, {"code", "receipt", "lesson"}),
        (9, {"code", "receipt"}),
        (10, {"code"}),
    ]:
        Allowance.objects.update_or_create(day=NOW.date(), defaults={"sent": sent})
        lowest = allowance.lowest_priority(now=NOW)
        letters = [make_letter(stream=stream) for stream in Letter.Stream]
        assert {letter.stream for letter in letters if letter.priority <= lowest} == going


def test_what_waits_goes_the_next_day(settings: Settings) -> None:
    settings.MAIL_PER_DAY = 10
    for _ in range(9):
        make_letter(stream=Letter.Stream.OFFER)

    pump.keep_sending(now=NOW, seconds=40, batch=1)
    # The eighth was in hand already when the seventh was counted.
    assert len(mail.outbox) == Allowance.objects.get().sent == 8
    assert not pump.is_due(now=NOW)

    assert pump.is_due(now=NOW + DAY)
    pump.keep_sending(now=NOW + DAY, seconds=40, batch=1)
    assert len(mail.outbox) == 9


def test_without_limits_nothing_is_counted() -> None:
    make_letter()
    pump.send_due(now=NOW)

    assert not Allowance.objects.exists()
    assert allowance.batch(100) == 100


def test_moments_are_given_out_once_to_all_workers(settings: Settings) -> None:
    settings.MAIL_PER_SECOND = 4
    quarter = timedelta(seconds=0.25)

    assert allowance.batch(100) == 8
    assert allowance.moments(2, now=NOW) == [NOW, NOW + quarter]
    assert allowance.moments(2, now=NOW) == [NOW + 2 * quarter, NOW + 3 * quarter]
    later = NOW + timedelta(minutes=1)
    assert allowance.moments(1, now=later) == [later]


def test_letters_wait_for_their_moment(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.MAIL_PER_SECOND = 2
    clock = [0.0]
    monkeypatch.setattr(pump, "monotonic", lambda: clock[0])
    monkeypatch.setattr(
        "courseapp.post.pump.time.sleep", lambda seconds: clock.__setitem__(0, clock[0] + seconds)
    )
    for _ in range(9):
        make_letter()

    assert pump.keep_sending(now=NOW, seconds=40).sent == 9

    assert clock[0] == pytest.approx(4.0)


def test_a_code_takes_the_next_moment_though_others_came_before_it(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.MAIL_PER_SECOND = 1
    clock = [0.0]
    monkeypatch.setattr(pump, "monotonic", lambda: clock[0])

    def sleep(seconds: float) -> None:
        if not clock[0]:
            make_letter(stream=Letter.Stream.CODE, subject="code")
        clock[0] += seconds or 0.01

    monkeypatch.setattr("courseapp.post.pump.time.sleep", sleep)
    for _ in range(3):
        make_letter()

    assert pump.keep_sending(now=NOW, seconds=40).sent == 4

    assert [each.subject for each in mail.outbox].index("code") == 1
