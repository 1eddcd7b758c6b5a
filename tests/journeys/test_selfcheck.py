"""A self-check: counted on the screen with scripts, by the server without, kept by neither."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from lessons.reading import enrolling
from tests.factories import NOW, lessons_of, make_reader
from tests.journeys.walking import carry_session

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page
    from pytest_django.live_server_helper import LiveServer

    from lessons.content.models import Course

pytestmark = pytest.mark.django_db(transaction=True)


def open_check(page: Page, course: Course, address: str) -> str:
    """The second lesson, which has the check of six; its address."""
    reader = make_reader()
    enrolling.enrol(reader=reader, course=course.slug, wording="Ja", place="test", now=NOW)
    carry_session(page, reader, address)
    lesson = f"/mijn/les/{lessons_of(course)[1].uuid}/"
    page.goto(lesson)
    return lesson


def test_ticks_are_counted_on_the_screen_and_sent_nowhere(
    course: Course, browser_page: Page, live_server: LiveServer
) -> None:
    page = browser_page
    sent: list[str] = []
    open_check(page, course, live_server.url)
    page.on("request", lambda request: sent.append(request.post_data or ""))
    boxes = page.locator(".b-selfcheck input[type=checkbox]")
    for number in (0, 2, 3, 5):
        boxes.nth(number).check()
    expect(page.locator(".b-selfcheck .count")).to_contain_text("4")
    expect(page.locator(".b-selfcheck .count")).to_contain_text("6")
    boxes.nth(0).uncheck()
    expect(page.locator(".b-selfcheck .count")).to_contain_text("3")
    expect(page.locator("form[data-selfcheck] button")).to_be_hidden()
    assert not [body for body in sent if "recognised" in body]


def test_without_scripts_the_server_counts_and_leads_back(
    course: Course, open_page: Callable[..., Page], live_server: LiveServer
) -> None:
    page = open_page(java_script_enabled=False)
    lesson = open_check(page, course, live_server.url)
    for number in (0, 1):
        page.locator(".b-selfcheck input[type=checkbox]").nth(number).check()
    page.locator("form[data-selfcheck] button").click()
    expect(page.locator("main .count")).to_contain_text("2")
    assert "?" not in page.url
    page.locator("main .row .btn").click()
    assert page.url.split("#")[0].endswith(lesson)
