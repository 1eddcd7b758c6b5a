"""Buying the training in a real browser, on the test shop's payment page, in each of its ways."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from payments import inbox, refunds, sync
from payments.models import Order
from tests.factories import make_reader
from tests.journeys.selling import SLUG, order, pay, selling
from tests.journeys.walking import carry_session, come_in_by_code

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Page
    from pytest_django.live_server_helper import LiveServer

    from lessons.content.models import Course
    from payments.sandbox import Running

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def shop(
    course: Course, live_server: LiveServer, settings: Any, own_hosts: set[str]
) -> Iterator[Running]:
    """The shipped training for sale, and a Stripe of its own beside the site."""
    assert course
    with selling(site=live_server.url, settings=settings, hosts=own_hosts) as stripe_:
        yield stripe_


def worker(stripe_: Running) -> None:
    """What the worker does within half a minute."""
    for _ in range(3):
        stripe_.world.deliver_due()
        inbox.work(now=timezone.now())
        refunds.send_intended(now=timezone.now())


def withdraw(page: Page, placed: Order, axe: Callable[[Page], list[str]]) -> None:
    """From the front door, as nobody in particular."""
    page.goto("/")
    page.locator("footer a[href='/ontbinden/']").click()
    assert axe(page) == []
    page.fill("main input[name=name]", "J. Jansen")
    page.fill("main input[name=contract]", placed.number)
    page.fill("main input[name=email]", placed.email)
    page.locator("main form .btn").click()
    expect(page.locator("main form .btn")).to_have_text("Ontbinding bevestigen")
    page.locator("main form .btn").click()
    expect(page.locator("main h1")).to_have_text("We hebben het ontvangen")


def signed_in(page: Page, address: str) -> None:
    carry_session(page, make_reader(), address)


def bought(page: Page, address: str, way: str = "card", *, gift: bool = False) -> None:
    """Signed in, ordered, paid in that way, and back at the order."""
    signed_in(page, address)
    order(page, gift=gift)
    pay(page, way)
    expect(page.locator("main h1")).to_have_text("Dank je wel, het is betaald")


def test_a_newcomer_buys_and_reads_at_once(browser_page: Page, shop: Running, axe: Any) -> None:
    page = browser_page
    page.goto(f"/cursus/{SLUG}/")
    page.locator("main .row .btn").first.click()
    come_in_by_code(page, "koper@example.org")
    page.wait_for_url("**/bestellen/**")
    button = page.locator("main form .btn")
    expect(button).to_have_text(re.compile(r"^Bestelling met betalingsverplichting – €\s149,00$"))
    assert not page.is_checked("main input[name=adult]")
    assert axe(page) == []

    order(page)
    pay(page, "card")
    page.wait_for_url("**/bestellingen/**")
    expect(page.locator("main h1")).to_have_text("Dank je wel, het is betaald")
    assert axe(page) == []
    page.locator("main .btn").click()
    page.locator("main form .btn").click()

    page.wait_for_url("**/mijn/les/**")


@pytest.mark.slow
def test_a_double_click_and_the_back_button_are_one_order(
    browser_page: Page, shop: Running, live_server: LiveServer
) -> None:
    page = browser_page
    signed_in(page, live_server.url)
    page.goto(f"/bestellen/{SLUG}/")
    for name in ("adult", "terms"):
        page.check(f"main input[name={name}]")
    page.locator("main form .btn").dblclick(no_wait_after=True)
    page.wait_for_url("**/c/pay/**")
    page.go_back()
    order(page)

    assert Order.objects.get().attempts.count() == 1
    assert len(shop.world.all("checkout.session")) == 1


@pytest.mark.slow
@pytest.mark.parametrize("way", ["ideal", "bancontact"])
def test_banks_of_here(
    browser_page: Page, shop: Running, live_server: LiveServer, way: str
) -> None:
    page = browser_page

    bought(page, live_server.url, way)


@pytest.mark.slow
@pytest.mark.parametrize("way", ["card_declined", "ideal_cancelled"])
def test_who_does_not_get_through_can_try_again(
    browser_page: Page, shop: Running, live_server: LiveServer, way: str
) -> None:
    page = browser_page
    signed_in(page, live_server.url)
    order(page)
    pay(page, way)
    pay(page, "card")

    expect(page.locator("main h1")).to_have_text("Dank je wel, het is betaald")
    assert Order.objects.get().attempts.count() == 1


@pytest.mark.slow
def test_who_closes_the_tab_finds_the_order_open_and_pays_it_later(
    browser_page: Page, shop: Running, live_server: LiveServer
) -> None:
    page = browser_page
    signed_in(page, live_server.url)
    order(page)
    page.goto("/bestellingen/")
    page.locator("main .course-card a").first.click()
    expect(page.locator("main h1")).to_have_text("Nog niet betaald")
    page.locator("main form .btn").click()
    page.wait_for_url("**/c/pay/**")
    pay(page, "card")

    expect(page.locator("main h1")).to_have_text("Dank je wel, het is betaald")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("way", "end"),
    [
        ("later_succeeds", "Dank je wel, het is betaald"),
        ("later_fails", "De betaling is niet gelukt"),
    ],
)
def test_a_payment_that_takes_days_appears_by_itself(
    browser_page: Page, shop: Running, live_server: LiveServer, way: str, end: str, axe: Any
) -> None:
    page = browser_page
    signed_in(page, live_server.url)
    order(page)
    pay(page, way)
    expect(page.locator("main h1")).to_have_text("Je betaling is onderweg")
    expect(page.locator("main")).to_contain_text("in behandeling")
    assert axe(page) == []

    session = str(Order.objects.get().attempts.get().session_id)
    finish = shop.world.async_succeed if way == "later_succeeds" else shop.world.async_fail
    finish(session)
    worker(shop)

    expect(page.locator("main h1")).to_have_text(end)


def test_what_is_withdrawn_without_signing_in_is_paid_back(
    browser_page: Page, shop: Running, live_server: LiveServer, axe: Callable[[Page], list[str]]
) -> None:
    page = browser_page
    bought(page, live_server.url)
    placed = Order.objects.get()
    state = page.url
    cookies = page.context.cookies()
    page.context.clear_cookies()

    withdraw(page, placed, axe)
    page.context.add_cookies(cookies)  # type: ignore[arg-type]  # As the browser had them.
    Order.objects.update(next_sync_at=timezone.now())
    sync.sweep(now=timezone.now())
    worker(shop)
    page.goto(state)

    expect(page.locator("main h1")).to_have_text("Je hebt deze bestelling ontbonden")
    expect(page.locator("main")).to_contain_text("Wat je betaalde is terugbetaald.")


@pytest.mark.slow
def test_a_refund_by_the_practice_shows_on_the_order(
    browser_page: Page, shop: Running, live_server: LiveServer
) -> None:
    page = browser_page
    bought(page, live_server.url)
    shop.world.refund(Order.objects.get().payments.get().pk)
    worker(shop)
    page.reload()

    expect(page.locator("main h1")).to_have_text("Terugbetaald")


@pytest.mark.slow
def test_a_dispute_closes_the_training_until_it_is_won(
    browser_page: Page, shop: Running, live_server: LiveServer
) -> None:
    page = browser_page
    bought(page, live_server.url)
    dispute = shop.world.dispute_open(Order.objects.get().payments.get().pk)
    worker(shop)
    page.goto(f"/cursus/{SLUG}/")
    expect(page.locator("main .btn").first).to_have_attribute("href", f"/bestellen/{SLUG}/")

    shop.world.dispute_close(dispute["id"], "won")
    worker(shop)
    page.reload()

    expect(page.locator("main .btn").first).to_have_attribute("href", f"/cursus/{SLUG}/begin/")


@pytest.mark.slow
def test_a_gift_is_opened_by_somebody_else(
    browser_page: Page, shop: Running, live_server: LiveServer, axe: Callable[[Page], list[str]]
) -> None:
    page = browser_page
    bought(page, live_server.url, "ideal", gift=True)
    code = page.locator("main .code").inner_text()
    page.context.clear_cookies()
    signed_in(page, live_server.url)

    page.goto("/cadeau/")
    assert axe(page) == []
    page.fill("main input[name=code]", code)
    page.locator("main form .btn").click()
    page.goto(f"/cursus/{SLUG}/begin/")
    page.locator("main form .btn").click()

    page.wait_for_url("**/mijn/les/**")
