"""Dates stand on the reader's own clock."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from lessons.reading.models import Unlock
from tests.factories import lessons_of, make_course, make_enrolment, make_reader
from tests.lessons.pages.opening import address, browser_of

if TYPE_CHECKING:
    from courseapp.accounts.models import User
    from lessons.content.models import Course

pytestmark = pytest.mark.django_db
OPENS_AT = datetime(2100, 1, 1, 6, 0, tzinfo=UTC)


def outline_of(reader: User, course: Course) -> str:
    return str(browser_of(reader).get(address("outline", course.pk)).content.decode())


def test_two_readers_see_the_same_moment_each_on_their_own_clock() -> None:
    course = make_course(modules=1, lessons=2, pace={"every_days": 1, "at": "07:00"})
    here, far = make_reader(), make_reader(time_zone="Asia/Tokyo")
    for reader in (here, far):
        make_enrolment(reader, course)
    Unlock.objects.filter(lesson=lessons_of(course)[1]).update(opens_at=OPENS_AT)
    assert "07:00" in outline_of(here, course)
    assert "15:00" in outline_of(far, course)
    assert "07:00" in outline_of(here, course)


def test_the_refusal_of_a_later_lesson_is_on_that_clock_too() -> None:
    course = make_course(modules=1, lessons=2, pace={"every_days": 1, "at": "07:00"})
    far, lesson = make_reader(time_zone="Asia/Tokyo"), lessons_of(course)[1]
    make_enrolment(far, course)
    Unlock.objects.filter(lesson=lesson).update(opens_at=OPENS_AT)
    refused = browser_of(far).get(address("lesson", lesson.pk))
    assert refused.status_code == 403
    assert "15:00" in refused.content.decode()
