"""The pages on articles in a real browser: nothing for axe to find, nothing wider than a phone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from lessons.content import articles, shelf
from tests.factories import NOW, make_reader
from tests.journeys.walking import carry_session

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page
    from pytest_django import Settings
    from pytest_django.live_server_helper import LiveServer

    from lessons.content.models import Article, Course

pytestmark = pytest.mark.django_db(transaction=True)
PAGES = (
    "artikelen/",
    "artikelen/nieuw/",
    "artikelen/{article}/?nieuw",
    "artikelen/{article}/gegevens/",
    "artikelen/{article}/nieuwe-versie/",
    "artikelen/{article}/wijzigingen/",
    "artikelen/{article}/cursus/",
    "artikelen/{article}/cursus/{course}/",
    "cursussen/{course}/dekking/",
    "cursussen/{course}/artikel/",
)


def revised(course: Course) -> Article:
    """The course's article in a second version: one passage reads otherwise, one is new."""
    article = course.articles.get()
    newest = shelf.newest(article)
    text = newest.passages.filter(kind="paragraph")[0].text
    source = newest.source.replace(text, f"{text} Dat mag.\n\nEn dit staat er nu bij.")
    articles.renew(article=article.pk, source=source, form="markdown", by=None, now=NOW)
    return article


def at_work(page: Page, address: str) -> Page:
    carry_session(page, make_reader(is_staff=True), address)
    return page


@pytest.mark.slow
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_and_no_page_is_too_wide(
    course: Course,
    open_page: Callable[..., Page],
    axe: Callable[[Page], list[str]],
    live_server: LiveServer,
    settings: Settings,
    scheme: str,
) -> None:
    settings.ARTICLE_IMPORT_HOSTS = ["praktijk.example", "www.praktijk.example"]
    article = revised(course)
    size = {"width": 360, "height": 800}
    page = at_work(open_page(color_scheme=scheme, viewport=size), live_server.url)
    found: dict[str, object] = {}
    for place in PAGES:
        page.goto(f"/beheer/{place}".format(article=article.pk, course=course.pk))
        for details in page.locator("details").all():
            details.evaluate("node => node.open = true")
        if violations := axe(page):
            found[place] = violations
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            found[f"{place} is too wide"] = True
    assert found == {}


@pytest.mark.slow
def test_a_kind_is_corrected_in_its_place(
    course: Course, open_page: Callable[..., Page], live_server: LiveServer
) -> None:
    article = course.articles.get()
    page = at_work(open_page(), live_server.url)
    page.goto(f"/beheer/artikelen/{article.pk}/")
    passage = page.locator(".pas.k-paragraph").nth(2)
    name = passage.get_attribute("id")
    passage.locator("select").focus()
    passage.locator("select").select_option("story")
    expect(page.locator(f"#{name}.k-story")).to_be_visible()
    assert page.evaluate("document.activeElement.id") == f"k-{(name or '')[2:]}"
    assert f"#{name}" not in page.url


@pytest.mark.slow
def test_without_scripts_an_article_becomes_a_course(
    course: Course, open_page: Callable[..., Page], live_server: LiveServer
) -> None:
    source = shelf.newest(course.articles.get()).source
    page = at_work(open_page(java_script_enabled=False), live_server.url)
    page.goto("/beheer/artikelen/nieuw/")
    page.fill("textarea", source)
    page.click("main form .btn")
    page.locator(".pas").nth(3).locator("select").select_option("quote")
    page.locator(".pas").nth(3).locator("button").click()
    expect(page.locator(".pas.k-quote").first).to_be_visible()
    page.click("main .row .btn")
    page.fill("#slug", "een-nieuwe-cursus")
    page.click("form.panel .btn")
    page.wait_for_url("**/beheer/cursussen/*/")
