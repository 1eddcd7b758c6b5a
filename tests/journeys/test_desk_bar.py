"""The bar above the staff's pages: one row on every screen; on a small one the rooms unfold."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.conf import settings
from playwright.sync_api import expect

from tests.factories import make_reader
from tests.journeys.walking import carry_session
from tests.lessons.desk.mailing import address, make_mails

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page
    from pytest_django.live_server_helper import LiveServer

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
DOOR = ".bar [popovertarget]"
# A button is 44 px high, and the bar has its edges.
ONE_ROW = 66


def owner_page(open_page: Callable[..., Page], url: str, **how: object) -> Page:
    """The owner has the most rooms."""
    page = open_page(**how)
    carry_session(page, make_reader(is_staff=True, is_owner=True), url)
    return page


@pytest.mark.parametrize("language", ["nl", "en"])
@pytest.mark.parametrize("width", [360, 768, 1024, 1280, 1440])
def test_all_rooms_and_two_buttons_stand_in_one_row(
    open_page: Callable[..., Page], live_server: LiveServer, width: int, language: str
) -> None:
    sequence = make_mails(live=True)
    size = {"width": width, "height": 800}
    page = owner_page(open_page, live_server.url, viewport=size)
    name = settings.LANGUAGE_COOKIE_NAME
    page.context.add_cookies([{"name": name, "value": language, "url": live_server.url}])
    for place in (address(sequence), f"/beheer/cursussen/{sequence.course_id}/"):
        page.goto(place)
        assert page.locator("html").get_attribute("lang") == language
        expect(page.locator(".bar .acts .btn")).to_have_count(2)
        bar = page.locator(".bar").bounding_box()
        assert bar is not None
        assert bar["height"] <= ONE_ROW, place
        # Either all rooms are there, or the button that shows them.
        assert page.locator(".bar nav a").first.is_visible() != page.locator(DOOR).is_visible()


@pytest.mark.parametrize("scripts", [True, False], ids=["with-scripts", "without-scripts"])
def test_on_a_phone_the_rooms_unfold_and_lead_on(
    open_page: Callable[..., Page], live_server: LiveServer, scripts: bool
) -> None:
    page = owner_page(open_page, live_server.url, java_script_enabled=scripts)
    page.goto("/beheer/")
    mails = page.locator(".bar nav a[href='/beheer/mails/']")
    expect(mails).to_be_hidden()
    page.locator(DOOR).click()
    expect(mails).to_be_visible()
    page.keyboard.press("Escape")
    expect(mails).to_be_hidden()
    page.locator(DOOR).click()
    mails.click()
    page.wait_for_url("**/beheer/mails/")
    expect(mails).to_be_hidden()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_in_the_rooms_unfolded(
    open_page: Callable[..., Page],
    axe: Callable[[Page], list[str]],
    live_server: LiveServer,
    scheme: str,
) -> None:
    page = owner_page(open_page, live_server.url, color_scheme=scheme)
    page.goto("/beheer/")
    page.locator(DOOR).click()
    rooms = page.locator(".bar nav a")
    expect(rooms).to_have_count(9)
    assert all((box := one.bounding_box()) and box["height"] >= 43.5 for one in rooms.all())
    assert axe(page) == []
