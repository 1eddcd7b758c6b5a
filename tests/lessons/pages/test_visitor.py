"""Whose look at the public page of a course is counted, and that the page never depends on it."""

from __future__ import annotations

from http import HTTPStatus

import pytest
from django.db import connection
from django.utils import timezone

from lessons.reading import visits
from lessons.reading.models import DailyVisits
from tests.counting import counting
from tests.factories import make_course, make_reader
from tests.lessons.pages.opening import address, browser_of, make_course_with_open_lesson

pytestmark = pytest.mark.django_db
PHONE = (
    "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko)"
    " Chrome/130.0.0.0 Mobile Safari/537.36"
)
CUBOT = "Mozilla/5.0 (Linux; Android 13; CUBOT X70) AppleWebKit/537.36 Chrome/130.0 Mobile"


def counted() -> int:
    return sum(DailyVisits.objects.values_list("count", flat=True))


@pytest.mark.parametrize("agent", [PHONE, CUBOT])
def test_a_visitor_is_counted_each_time_and_gets_no_cookie_for_it(agent: str) -> None:
    course = make_course()
    browser = browser_of()
    for _ in range(2):
        browser.get(address("course", course.slug), headers={"user-agent": agent})
    day = timezone.now().astimezone(visits.CLOCK).date()
    assert list(DailyVisits.objects.values_list("course", "day", "count")) == [(course.pk, day, 2)]
    uncounted = browser_of()
    uncounted.get(address("course", course.slug))
    assert set(browser.cookies) == set(uncounted.cookies)


def test_a_reader_is_counted_and_staff_are_not() -> None:
    course = make_course()
    for person in (make_reader(), make_reader(is_staff=True)):
        browser_of(person).get(address("course", course.slug), headers={"user-agent": PHONE})
    assert counted() == 1


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"user-agent": ""},
        {"user-agent": "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"},
        {"user-agent": "Mozilla/5.0 (compatible; AhrefsBot/7.0)"},
        {"user-agent": "facebookexternalhit/1.1"},
        {"user-agent": "WhatsApp/2.23 LinkPreview"},
        {"user-agent": "curl/8.5.0"},
        {"user-agent": "python-requests/2.32"},
        {"user-agent": PHONE, "purpose": "prefetch"},
        {"user-agent": PHONE, "sec-purpose": "prefetch;prerender"},
        {"user-agent": PHONE, "x-moz": "prefetch"},
    ],
)
def test_programs_and_pages_fetched_ahead_are_not_visits(headers: dict[str, str]) -> None:
    course = make_course()
    answer = browser_of().get(address("course", course.slug), headers=headers)
    assert answer.status_code == HTTPStatus.OK
    assert counted() == 0


def test_neither_head_nor_a_course_that_is_not_there_is_a_visit() -> None:
    course, draft = make_course(), make_course(live=False)
    browser = browser_of()
    browser.head(address("course", course.slug), headers={"user-agent": PHONE})
    browser.get(address("course", draft.slug), headers={"user-agent": PHONE})
    assert counted() == 0


def test_other_pages_are_not_counted() -> None:
    course = make_course_with_open_lesson()
    lesson = course.lessons.get(open_to_all=True)
    for page in ("/", address("open_lesson", course.slug, lesson.slug), address("privacy")):
        browser_of().get(page, headers={"user-agent": PHONE})
    assert counted() == 0


def test_the_page_is_there_when_counting_fails() -> None:
    course = make_course()
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {DailyVisits._meta.db_table} RENAME TO gone")
    answer = browser_of().get(address("course", course.slug), headers={"user-agent": PHONE})
    assert answer.status_code == HTTPStatus.OK


def test_counting_costs_one_statement() -> None:
    course = make_course()
    browser_of().get(address("course", course.slug))  # What is kept in memory is there now.
    with counting() as without:
        browser_of().get(address("course", course.slug))
    with counting() as with_it:
        browser_of().get(address("course", course.slug), headers={"user-agent": PHONE})
    assert int(with_it) == int(without) + 1, with_it
