"""A reader who finished the course makes a proof of it, and somebody else looks it up."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from lessons.reading import enrolling, progress
from tests.factories import NOW, lessons_of, make_reader
from tests.journeys.walking import carry_session

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page
    from pytest_django.live_server_helper import LiveServer

    from lessons.content.models import Course

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_proof_is_made_fetched_and_looked_up_by_another(
    course: Course,
    open_page: Callable[..., Page],
    axe: Callable[[Page], list[str]],
    live_server: LiveServer,
) -> None:
    reader, page = make_reader(), open_page()
    enrolling.enrol(reader=reader, course=course.slug, wording="Ja", place="test", now=NOW)
    for lesson in lessons_of(course):
        progress.finish(reader=reader, lesson=lesson.uuid, now=NOW + timedelta(days=90))
    carry_session(page, reader, live_server.url)
    page.goto(f"/mijn/cursus/{course.uuid}/")
    page.locator("main a[href$='/bewijs/']").click()
    assert axe(page) == []
    page.fill("main input[name=name]", "Noor")
    page.locator("main form .btn").first.click()
    expect(page.locator("main .note")).to_be_visible()
    assert axe(page) == []
    with page.expect_download() as coming:
        page.locator("main .note a.btn:not(.btn-quiet)").click()
    assert coming.value.suggested_filename == "bewijs.pdf"

    address = str(page.locator("main .note a.btn-quiet").get_attribute("href"))
    other = open_page(viewport={"width": 360, "height": 800})
    other.goto(address)

    expect(other.locator("main")).to_contain_text("Noor")
    expect(other.locator("main")).not_to_contain_text(course.title)
    assert axe(other) == []
    assert course.title not in other.title()
