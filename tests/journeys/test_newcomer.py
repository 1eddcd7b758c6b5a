"""A newcomer, from the front door to a finished third lesson."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from lessons.reading.models import Enrolment, Finished
from tests.journeys.walking import begin_from_home, finish_lesson

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page

    from lessons.content.models import Course

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("scripts", [True, False], ids=["with-scripts", "without-scripts"])
def test_from_the_front_door_to_a_finished_third_lesson(
    course: Course, open_page: Callable[..., Page], scripts: bool
) -> None:
    page = open_page(java_script_enabled=scripts)
    begin_from_home(page, "nieuw@example.org")
    for number in (1, 2, 3):
        expect(page.locator(".lesson h1")).to_be_visible()
        finish_lesson(page)
        if number < 3:
            page.locator("#ending .done ~ .row .btn").click()
            expect(page.locator("#ending form button")).to_be_visible()
    assert Enrolment.objects.get().course == course
    titles = Finished.objects.order_by("at").values_list("lesson__title", flat=True)
    assert list(titles) == ["Ruimte of muur", "Hoe afstand eruitziet", "Hoe vasthouden eruitziet"]


def test_finishing_shows_in_the_row_at_the_top_without_leaving_the_page(
    course: Course, browser_page: Page
) -> None:
    begin_from_home(browser_page, "nieuw@example.org")
    before = browser_page.url
    finish_lesson(browser_page)
    expect(browser_page.locator("#stand i.finished.here")).to_have_count(1)
    assert browser_page.url == before


def test_leaving_quickly_takes_the_place_of_the_page(course: Course, browser_page: Page) -> None:
    page = browser_page
    page.goto("/hulp/")
    page.goto(f"/cursus/{course.slug}/ruimte-of-muur/")
    # The weather is another host's; any neutral page does for the test.
    page.evaluate("document.querySelector('[data-leave]').href = '/contact/'")
    page.locator("[data-leave]").click()
    page.wait_for_url("**/contact/")
    page.go_back()
    assert page.url.endswith("/hulp/")
