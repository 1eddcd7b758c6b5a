"""Somebody who comes back goes on where they stopped, also on another device."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from lessons.reading import enrolling, progress
from lessons.reading.models import Position, Unlock
from tests.factories import NOW, lessons_of, make_reader
from tests.journeys.walking import carry_session, come_in_by_code

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page
    from pytest_django.live_server_helper import LiveServer

    from courseapp.accounts.models import User
    from lessons.content.models import Course

pytestmark = pytest.mark.django_db(transaction=True)


def make_reader_midway(course: Course) -> User:
    """Who finished two lessons and opened the third."""
    reader = make_reader(email="terug@example.org")
    enrolling.enrol(reader=reader, course=course.slug, wording="Ja", place="test", now=NOW)
    Unlock.objects.update(opens_at=NOW)  # Nobody waits two days for the next lesson here.
    first, second, third = [lesson.uuid for lesson in lessons_of(course)][:3]
    for lesson in (first, second):
        progress.finish(reader=reader, lesson=lesson, now=NOW)
    progress.open_lesson(reader=reader, lesson=third, now=NOW)
    return reader


def test_the_block_before_the_reader_is_where_another_device_goes_on(
    course: Course, open_page: Callable[..., Page], live_server: LiveServer
) -> None:
    reader = make_reader_midway(course)
    third = lessons_of(course)[2]
    block = third.blocks[4]["id"]
    phone = open_page()
    carry_session(phone, reader, live_server.url)
    phone.goto(f"/mijn/les/{third.uuid}/")
    with phone.expect_response("**/plek/") as kept:
        phone.locator(f"[id='b-{block}']").evaluate("node => node.scrollIntoView()")
    assert kept.value.status == 204
    assert str(Position.objects.get().block) == block

    tablet = open_page(viewport={"width": 820, "height": 1180})
    tablet.goto("/mijn/")
    come_in_by_code(tablet, reader.email)
    tablet.wait_for_url("**/mijn/")
    tablet.locator("main .btn").click()
    tablet.wait_for_url(f"**/mijn/les/{third.uuid}/#b-{block}")
    expect(tablet.locator(f"[id='b-{block}']")).to_be_in_viewport()


def test_the_outline_shows_what_is_finished_and_leads_on(
    course: Course, browser_page: Page, live_server: LiveServer
) -> None:
    reader = make_reader_midway(course)
    carry_session(browser_page, reader, live_server.url)
    browser_page.goto(f"/mijn/cursus/{course.uuid}/")
    expect(browser_page.locator(".lessons > .finished")).to_have_count(2)
    expect(browser_page.locator(".lessons > .started")).to_have_count(1)
    browser_page.locator("main .btn").click()
    expect(browser_page.locator(".lesson h1")).to_have_text(lessons_of(course)[2].title)
