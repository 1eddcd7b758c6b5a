"""What the browser does with our policy: it obeys, and nothing of a reader stays behind."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.urls import reverse
from playwright.sync_api import Error, expect

from tests.browsing import Troubles
from tests.factories import lessons_of, make_course, make_enrolment, make_reader
from tests.journeys.walking import carry_session

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Browser, Page, Route
    from pytest_django.live_server_helper import LiveServer

pytestmark = pytest.mark.django_db(transaction=True)
LEAVE = "https://www.buienradar.nl/"


@pytest.mark.slow
def test_what_a_policy_refuses_fails_a_journey(chromium: Browser, live_server: LiveServer) -> None:
    troubles = Troubles(hosts=set())
    page = chromium.new_page()
    troubles.watch(page)
    page.goto(live_server.url)
    page.evaluate("document.body.append(document.createElement('style'))")
    page.evaluate("document.querySelector('body > style').textContent = 'p { color: red }'")
    with page.expect_console_message(lambda said: said.text.startswith("policy: img-src")):
        page.evaluate("new Image().src = 'data:,'")
    page.close()
    refused = {text.split()[2] for text in troubles.seen if text.startswith("console: policy:")}
    assert refused == {"style-src-elem", "img-src"}


@pytest.mark.slow
def test_text_becomes_neither_code_nor_html_behind_the_pages_back(
    chromium: Browser, live_server: LiveServer
) -> None:
    reader, course = make_reader(), make_course(modules=1)
    make_enrolment(reader, course)
    lesson = f"/mijn/les/{lessons_of(course)[0].pk}/"
    # Not watched: each refusal is a console error.
    context = chromium.new_context(base_url=live_server.url)
    page = context.new_page()
    carry_session(page, reader, live_server.url)
    for place, html_passes in (("/mijn/", False), (lesson, True)):
        page.goto(place)
        for code in (
            "const s = document.createElement('script'); s.src = '/static/site.js'",
            "const s = document.createElement('script'); s.textContent = 'window.ran = 1'",
        ):
            with pytest.raises(Error, match="Trusted"):
                page.evaluate(code)
        page.evaluate("window.setTimeout(() => { try { eval('window.ran = 1') } catch { } }, 0)")
        if html_passes:
            page.evaluate("document.body.append(document.createElement('p'))")
            page.evaluate("document.querySelector('body > p').innerHTML = '<b>x</b>'")
        else:
            with pytest.raises(Error, match="Trusted"):
                page.evaluate("document.body.innerHTML = '<b>x</b>'")
        assert page.evaluate("window.ran") is None
    context.close()


@pytest.mark.slow
def test_after_signing_out_the_way_back_shows_nothing(
    open_page: Callable[..., Page], live_server: LiveServer
) -> None:
    reader, course = make_reader(), make_course(modules=1)
    make_enrolment(reader, course)
    page = open_page()
    carry_session(page, reader, live_server.url)
    page.goto(f"/mijn/cursus/{course.pk}/")
    expect(page.locator("h1")).to_contain_text(course.title)
    page.evaluate("localStorage.setItem('kept', 'words')")
    page.goto(reverse("account_logout"))
    page.locator("main form button").click()
    page.wait_for_url(f"{live_server.url}/")
    assert page.evaluate("localStorage.length") == 0
    page.go_back()
    page.go_back()
    page.wait_for_url("**/inloggen/**")
    expect(page.locator("body")).not_to_contain_text(course.title)


@pytest.mark.slow
@pytest.mark.parametrize("scripts", [True, False])
def test_leaving_quickly_works_by_keyboard_and_without_scripts(
    chromium: Browser, live_server: LiveServer, scripts: bool
) -> None:
    """With scripts the page one was on is no longer in the history."""
    reader, course = make_reader(), make_course(modules=1)
    make_enrolment(reader, course)
    context = chromium.new_context(base_url=live_server.url, java_script_enabled=scripts)
    page = context.new_page()
    asked: list[str | None] = []

    def weather(route: Route) -> None:
        asked.append(route.request.headers.get("referer"))
        route.fulfill(body="<title>Weer</title>", content_type="text/html")

    page.route(f"{LEAVE}**", weather)
    carry_session(page, reader, live_server.url)
    page.goto("/hulp/")
    for place in (
        "/mijn/",
        f"/mijn/cursus/{course.pk}/",
        "/account/instellingen/",
        "/bestellingen/",
    ):
        page.goto(place)
        page.locator("[data-leave]").focus()
        page.keyboard.press("Enter")
        page.wait_for_url(LEAVE)
        if scripts:
            page.go_back()
            assert not page.url.endswith(place)
    assert set(asked) == {None}
    context.close()
