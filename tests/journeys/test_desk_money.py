"""The owner's acts of money in a real browser: each says first what it comes to, on a page that axe
finds nothing on; and the whole of it works by keyboard.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from payments.models import Offer, Order, Refund, StaffGrant, Withdrawal
from tests.factories import make_course, make_reader
from tests.journeys.walking import carry_session
from tests.payments.staff.selling import make_sold

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page
    from pytest_django.live_server_helper import LiveServer

pytestmark = pytest.mark.django_db(transaction=True)
HERE = "/beheer/bestellingen/"


@pytest.fixture
def known(live_server: LiveServer) -> dict[str, Any]:
    owner = make_reader(email="marieke@example.org", is_staff=True, is_owner=True)
    return {"owner": owner, **make_sold(make_course(access="granted"), owner)}


@pytest.fixture(params=[("light", 1280), ("dark", 360)], ids=["desk", "phone"])
def page(
    request: pytest.FixtureRequest,
    known: dict[str, Any],
    open_page: Callable[..., Page],
    live_server: LiveServer,
) -> Page:
    scheme, width = request.param
    opened = open_page(color_scheme=scheme, viewport={"width": width, "height": 800})
    carry_session(opened, known["owner"], live_server.url)
    return opened


def confirm(page: Page, axe: Callable[[Page], list[str]]) -> None:
    """Look at what the act comes to, and press its button from the keyboard."""
    assert axe(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    expect(page.locator("main h1 + ul li").first).to_be_visible()
    page.locator("main form .btn").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".messages")).to_be_visible()


def test_money_goes_back_and_access_is_closed(
    page: Page, known: dict[str, Any], axe: Callable[[Page], list[str]]
) -> None:
    page.goto(HERE)
    page.fill("main input[name=q]", known["order"])
    page.keyboard.press("Enter")
    page.locator("main .things a").click()
    page.locator("main a[href$='/terugbetalen/']").click()
    page.fill("main input[name=amount]", "een beetje")
    page.locator("main form .btn").click()
    expect(page.locator("main .errorlist")).to_be_visible()
    assert axe(page) == []
    page.fill("main input[name=amount]", "25,50")
    page.locator("main form .btn").click()
    expect(page.locator("main h1")).to_contain_text("25,50")
    confirm(page, axe)
    assert Refund.objects.filter(amount=2_550, status="intended").count() == 1

    page.locator("main a[href$='/toegang-sluiten/']").click()
    page.fill("main input[name=reason]", "Account gedeeld")
    confirm(page, axe)
    expect(page.locator(".answer")).to_contain_text("Account gedeeld")
    assert Order.objects.get(number=known["order"]).barred_at


@pytest.mark.slow
def test_somebody_is_given_access(
    page: Page, known: dict[str, Any], axe: Callable[[Page], list[str]]
) -> None:
    make_reader(email="noor@example.org")
    page.goto(f"{HERE}toegang/")
    page.fill("main input[name=email]", "noor@example.org")
    page.fill("main input[name=reason]", "Proeflezer")
    page.locator("main form .btn").click()
    confirm(page, axe)

    assert StaffGrant.objects.filter(reader__email="noor@example.org", ended_at=None).exists()


@pytest.mark.slow
def test_a_statement_finds_its_order(
    page: Page, known: dict[str, Any], axe: Callable[[Page], list[str]]
) -> None:
    page.goto(f"{HERE}ontbindingen/{known['statement']}/")
    page.locator("main input[type=radio]").first.check()
    page.locator("main button[value=match]").click()
    confirm(page, axe)

    assert Withdrawal.objects.get(pk=known["statement"]).order is not None


@pytest.mark.slow
def test_a_price_with_a_slip_of_the_comma_is_asked_about(
    page: Page, known: dict[str, Any], axe: Callable[[Page], list[str]]
) -> None:
    page.goto(f"{HERE}prijs/kiezen/")
    page.fill("main input[name=amount]", "14,90")
    page.locator("main form .btn").click()
    page.check("main input[name=leap]")
    confirm(page, axe)

    assert Offer.objects.latest("valid_from").amount == 1_490
