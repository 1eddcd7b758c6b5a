"""Steps that several journeys take. They find their way by what a page is made of, not by words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from django.conf import settings
from django.test import Client
from playwright.sync_api import expect

from tests.courseapp.accounts.coming_in import latest_code
from tests.signing import let_in

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page, Route

    from courseapp.accounts.models import User

WIDTHS = (320, 360, 768, 1280)
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
BUTTON = "main form:has(input[name={}]) button:not([type=button])"


def come_in_by_code(page: Page, email: str) -> None:
    """From the sign-in page: the address, then the code from the outbox."""
    page.fill("main input[name=email]", email)
    page.locator(BUTTON.format("email")).first.click()
    expect(page.locator("main input[name=code]")).to_be_visible()
    page.fill("main input[name=code]", latest_code(email))
    page.locator(BUTTON.format("code")).first.click()


def begin_from_home(page: Page, email: str) -> None:
    """As a newcomer from the front door to the first lesson."""
    page.goto("/")
    page.locator(".hero .btn").click()
    page.locator("main .row .btn").first.click()
    page.locator("main form .btn").click()
    come_in_by_code(page, email)
    page.wait_for_url("**/mijn/les/**")


def finish_lesson(page: Page) -> None:
    """Press "this lesson I have finished" and see that it is."""
    page.locator("#ending form button").click()
    expect(page.locator("#ending .done")).to_be_visible()


def carry_session(page: Page, reader: User, address: str) -> None:
    """Sign the reader in without walking through the door again."""
    client = Client()
    let_in(client, reader)
    name = settings.SESSION_COOKIE_NAME
    page.context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": address}])


def looked_at(page: Page, axe: Callable[[Page], list[str]]) -> list[str]:
    """What is wrong with the page that is open: as axe sees it by day and by night, at the width it
    has, with all that folds opened; and every width it is too wide for.
    """
    size, found = page.viewport_size, []
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        more = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        found += [f"is {more} too wide at {width}"] if more > 0 else []
    assert size is not None
    page.set_viewport_size(size)
    page.locator("details").evaluate_all("nodes => nodes.forEach(node => { node.open = true })")
    for scheme in SCHEMES:
        # Without motion, so that no colour is seen on its way from one to the other.
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        found += [f"{scheme}: {violation}" for violation in axe(page)]
    return found


def open_before(page: Page, script: str, address: str) -> Callable[[], None]:
    """Show a page as a slow phone does; what is returned lets its script come."""
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route(script, hold)
    page.goto(address, wait_until="commit")

    def let_come() -> None:
        while not held:
            page.wait_for_timeout(50)
        held.pop().continue_()
        page.unroute(script)

    return let_come
