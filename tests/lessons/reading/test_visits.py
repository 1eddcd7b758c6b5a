"""Visits: one more on a day, however many come at once, and never a reason for a page to fail."""

from __future__ import annotations

import logging
import uuid
from datetime import UTC, datetime
from threading import Barrier

import pytest
from django.db import connection, transaction

from lessons.content.models import Course
from lessons.reading import visits
from lessons.reading.models import DailyVisits
from tests.counting import counting
from tests.factories import NOW, make_course
from tests.racing import all_good, at_once

pytestmark = pytest.mark.django_db
EIGHT = 8


def test_a_visit_is_one_more_on_that_day_of_the_practice() -> None:
    course = make_course()
    before_midnight = datetime(2026, 11, 22, 22, 59, tzinfo=UTC)
    after_midnight = datetime(2026, 11, 22, 23, 1, tzinfo=UTC)
    for now in (before_midnight, before_midnight, after_midnight):
        visits.count(course=course.pk, now=now)
    found = DailyVisits.objects.order_by("day").values_list("day__day", "count")
    assert list(found) == [(22, 2), (23, 1)]


def test_a_visit_is_one_statement() -> None:
    course = make_course()
    visits.count(course=course.pk, now=NOW)
    with counting() as count:
        visits.count(course=course.pk, now=NOW)
    assert int(count) == 1, count


def test_a_count_that_fails_is_logged_and_leaves_the_transaction_usable(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {DailyVisits._meta.db_table} RENAME TO gone")
    with caplog.at_level(logging.ERROR), transaction.atomic():
        visits.count(course=uuid.uuid4(), now=NOW)
        assert Course.objects.count() == 0
    assert "a visit was not counted" in caplog.text


@pytest.mark.django_db(transaction=True)
def test_visits_at_once_are_all_counted() -> None:
    course = make_course()
    all_good(at_once(lambda _number: visits.count(course=course.pk, now=NOW)))
    assert DailyVisits.objects.get().count == EIGHT


@pytest.mark.django_db(transaction=True)
def test_reading_the_number_and_writing_it_back_would_lose_visits() -> None:
    """The control of the test above: eight at once do meet."""
    course = make_course()
    DailyVisits.objects.create(course=course, day=NOW.date())
    all_have_read = Barrier(EIGHT)

    def count(_number: int) -> None:
        row = DailyVisits.objects.get()
        all_have_read.wait(timeout=10)
        row.count += 1
        row.save()

    all_good(at_once(count))
    assert DailyVisits.objects.get().count < EIGHT
