"""At most one mail a day over all courses, and the most important of those that want it."""

from __future__ import annotations

from datetime import date, datetime, time

import pytest

from lessons.drip.plan import Pause, plan
from lessons.drip.spreading import spread
from tests.lessons.drip.test_plan import DAY, HOME, NOON, ZONE, local, make_facts, make_step, only

pytestmark = pytest.mark.once


def test_of_two_mails_for_one_day_the_lesson_goes_and_the_offer_waits() -> None:
    lesson = make_step("les", days=1, at=time(19))
    offer = make_step("aanbod", kind="offer", days=1, at=time(8))
    facts = make_facts()

    one, other = spread(
        [plan([lesson], facts, NOON), plan([offer], facts, NOON)], taken=(), zone=ZONE, now=NOON
    )

    assert local(only(one)).date() == date(2026, 11, 3)
    assert local(only(other)) == datetime(2026, 11, 4, 8, 0, tzinfo=HOME)


def test_a_day_that_had_its_mail_is_full() -> None:
    lesson = plan([make_step(days=1, at=time(8))], make_facts(), NOON)

    (planned,) = spread([lesson], taken=[date(2026, 11, 3)], zone=ZONE, now=NOON)

    assert local(only(planned)).date() == date(2026, 11, 4)


def test_a_mail_that_has_to_move_does_not_move_into_a_pause() -> None:
    pause = Pause(begins=NOON + DAY, ends=NOON + 3 * DAY)
    lesson = plan([make_step(days=0, at=time(13), late_days=9)], make_facts(pauses=(pause,)), NOON)

    (planned,) = spread([lesson], taken=[date(2026, 11, 2)], zone=ZONE, now=NOON)

    at = only(planned).at
    assert at is not None
    assert not pause.begins <= at < pause.ends
