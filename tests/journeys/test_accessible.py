"""axe-core finds nothing, in both schemes; no page is wider than the screen it is read on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from lessons.reading import enrolling, progress
from tests.factories import NOW, lessons_of, make_reader
from tests.journeys.walking import carry_session, looked_at

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page
    from pytest_django.live_server_helper import LiveServer

    from lessons.content.models import Course

pytestmark = pytest.mark.django_db(transaction=True)
OPEN = ("/", "/artikel/{article}/", "/cursus/{slug}/", "/cursus/{slug}/{first}/", "/inloggen/")
ASKING = (
    "/inloggen/wachtwoord/",
    "/cursus/{slug}/begin/",
    "/contact/",
    "/privacy/",
    "/hulp/",
    "/nergens/",
)
OWN = (
    "/mijn/",
    "/mijn/cursus/{course}/",
    *(f"/mijn/les/{{lesson{number}}}/" for number in (1, 2, 6, 11)),
    "/mijn/schrift/",
    "/mijn/schrift/alles-weg/",
    "/mijn/zoeken/",
    "/account/instellingen/",
    "/account/apparaten/",
    "/account/extra/",
    "/account/passkeys/",
    "/account/gegevens/",
    "/account/gegevens/wissen/",
)


def addresses(course: Course) -> tuple[list[str], list[str]]:
    """The pages of a visitor, and those of a reader."""
    lessons = lessons_of(course)
    names: dict[str, object] = {
        "slug": course.slug,
        "course": course.uuid,
        "first": lessons[0].slug,
        "article": course.articles.get().slug,
        **{f"lesson{number}": lesson.uuid for number, lesson in enumerate(lessons, start=1)},
    }
    return (
        [page.format(**names) for page in (*OPEN, *ASKING)],
        [page.format(**names) for page in OWN],
    )


def reader_page(page: Page, course: Course, address: str) -> Page:
    reader = make_reader()
    enrolling.enrol(reader=reader, course=course.slug, wording="Ja", place="test", now=NOW)
    progress.finish(reader=reader, lesson=lessons_of(course)[0].uuid, now=NOW)
    carry_session(page, reader, address)
    return page


@pytest.mark.slow
def test_axe_finds_nothing_and_no_page_is_wider_than_the_screen(
    course: Course,
    open_page: Callable[..., Page],
    axe: Callable[[Page], list[str]],
    live_server: LiveServer,
) -> None:
    visitor, reader = open_page(), reader_page(open_page(), course, live_server.url)
    found: list[str] = []
    for page, places in zip((visitor, reader), addresses(course), strict=True):
        for place in places:
            page.goto(place)
            found += [f"{place} {wrong}" for wrong in looked_at(page, axe)]
    assert found == []


@pytest.mark.slow
def test_everything_one_touches_is_large_enough(
    course: Course, open_page: Callable[..., Page], live_server: LiveServer
) -> None:
    page = reader_page(open_page(), course, live_server.url)
    small: list[str] = []
    for place in (f"/mijn/les/{lessons_of(course)[1].uuid}/", f"/mijn/cursus/{course.uuid}/"):
        page.goto(place)
        small += page.evaluate(
            """() => [...document.querySelectorAll(
                'header a, footer a, footer button, .btn, summary, label, .lessons a, .helplines a'
            )].filter(node => node.offsetParent && node.getBoundingClientRect().height < 43.5)
              .map(node => node.outerHTML.slice(0, 80))"""
        )
    assert small == []


@pytest.mark.slow
def test_the_keyboard_reaches_the_text_first(course: Course, browser_page: Page) -> None:
    page = browser_page
    page.goto(f"/cursus/{course.slug}/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
