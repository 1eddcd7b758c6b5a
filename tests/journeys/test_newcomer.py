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


def open_everything(page: Page) -> None:
    """From a lesson that is finished, by way of the planning, to all lessons at once."""
    page.locator("#ending a[href$='/planning/']").click()
    page.locator(".change summary").nth(2).click()
    page.locator(".change details").nth(2).locator("a.btn").click()
    page.locator("main form .btn").click()
    page.wait_for_url("**/planning/")
    page.goto("/mijn/")


@pytest.mark.parametrize("scripts", [True, False], ids=["with-scripts", "without-scripts"])
def test_from_the_front_door_to_a_finished_third_lesson(
    course: Course, open_page: Callable[..., Page], scripts: bool
) -> None:
    page = open_page(java_script_enabled=scripts)
    begin_from_home(page, "nieuw@example.org")
    finish_lesson(page)
    open_everything(page)
    for _number in (2, 3):
        page.locator("main .row .btn").first.click()
        expect(page.locator(".lesson h1")).to_be_visible()
        finish_lesson(page)
        page.goto("/mijn/")
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
