"""*Bestellingen*: every order is found, by what one knows of it, in few queries."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

import pytest
from django.utils import timezone

from payments.models import Invoice, Order
from payments.staff import orders
from tests.counting import counting
from tests.factories import make_reader
from tests.lessons.pages.opening import address, browser_of, links, tree

if TYPE_CHECKING:
    from django.test import Client

    from tests.payments.conftest import Shop

HERE = "/beheer/bestellingen/"


def shown(browser: Client, **asked: str) -> list[str]:
    answer = browser.get(HERE, asked)
    assert answer.status_code == HTTPStatus.OK
    return [node.text() for node in tree(answer).css("main .things .what > a")]


@pytest.mark.slow
def test_each_filter_shows_its_orders_and_only_those(
    browser: Client, lived: dict[str, Order]
) -> None:
    for state, order in lived.items():
        wanted = {order.number}
        if state == "paid":
            wanted.add(lived["gift"].number)
        assert set(shown(browser, state=state)) == wanted, state
    everything = shown(browser)
    assert len(everything) == len(lived)
    assert shown(browser, state="anders") == everything


@pytest.mark.slow
def test_every_state_has_a_filter_and_words_of_its_own(
    browser: Client, lived: dict[str, Order]
) -> None:
    assert set(orders.FILTERS) == set(lived)
    tags = {node.text() for node in tree(browser.get(HERE)).css("main .things .tag-s")}
    assert {str(words) for words in orders.FILTERS.values()} <= tags


@pytest.mark.slow
def test_it_is_found_by_number_address_and_invoice(
    browser: Client, lived: dict[str, Order]
) -> None:
    order = lived["paid"]
    invoice = Invoice.objects.get(order=order).number
    for asked in (
        order.number, order.number.lower(), f" {order.number[:5]} {order.number[5:]} ",
        order.email.upper(), invoice, invoice.lower(),
    ):  # fmt: skip
        assert shown(browser, q=asked) == [order.number], asked
    assert shown(browser, q=order.number, state="gift") == []


@pytest.mark.parametrize("asked", ["%", "x\0y", "' OR 1=1", "é" * 300, "@@", "<script>"])
def test_nonsense_finds_nothing(browser: Client, shop: Shop, asked: str) -> None:
    shop.order()
    answer = browser.get(HERE, {"q": asked})
    assert answer.status_code == HTTPStatus.OK
    assert shown(browser, q=asked) == []
    assert "<script>" not in tree(answer).css_first("main").html  # type: ignore[operator,union-attr]


def test_the_list_has_pages_and_the_newest_stands_first(browser: Client, shop: Shop) -> None:
    first = shop.order()
    for number in range(orders.PAGE + 1):
        first.pk, first.number = None, f"AAAAAAAA{number:02}"
        Order.objects.create(
            number=first.number, buyer=first.buyer, email="a@example.org", language="nl",
            offer=first.offer, total=100, currency="eur", vat_mode="nl21", vat_rate=2100,
            terms_version="x", placed_at=timezone.now(),
        )  # fmt: skip
    page = shown(browser)
    assert page == sorted(page, reverse=True)
    assert len(page) == orders.PAGE
    assert len(shown(browser, blad="2")) == 2
    assert shown(browser, blad="99999999") == page
    assert shown(browser, blad="-1") == shown(browser, blad="nee") == page
    assert shown(browser, blad="150") == []
    assert "?q=a%40example.org&blad=2" in links(browser.get(HERE, {"q": "a@example.org"}))


def test_the_list_asks_the_same_however_many_there_are(browser: Client, shop: Shop) -> None:
    counts = []
    for _ in range(2):
        shop.pay(shop.order())
        with counting() as asked:
            browser.get(HERE)
        counts.append(int(asked))
    assert counts[0] == counts[1] <= 3


def test_only_owners_find_the_way(browser: Client) -> None:
    assert HERE in links(browser.get("/beheer/"))
    staff = browser_of(make_reader(is_staff=True))
    assert HERE not in links(staff.get("/beheer/"))
    assert staff.get(HERE).status_code == HTTPStatus.FORBIDDEN


def test_an_empty_shop_leads_to_its_price(browser: Client) -> None:
    assert address("till:prices") in links(browser.get(HERE))
