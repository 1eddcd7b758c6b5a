"""*Prijs*: a new one holds at once, and a slip of the comma does not."""

from __future__ import annotations

from datetime import timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING

import pytest
from django.utils import timezone

from courseapp.accounts.models import AuditEntry
from payments import ordering
from payments.models import Offer
from tests.counting import counting
from tests.lessons.pages.opening import address, the, tree

if TYPE_CHECKING:
    from django.test import Client

    from courseapp.accounts.models import User
    from tests.payments.conftest import Shop

HERE = "/beheer/bestellingen/prijs/"


def change(browser: Client, amount: str, **more: str) -> tuple[int, str]:
    url = address("till:price", "kiezen")
    answer = browser.post(url, {"amount": amount, **more}, follow=True)
    return answer.status_code, the(tree(answer), "main").text()


def price(shop: Shop) -> int:
    return ordering.offer_of(shop.product, timezone.now()).amount


def test_it_is_said_first_then_holds_at_once_and_stands_in_the_history(
    browser: Client, owner: User, shop: Shop
) -> None:
    _status, text = change(browser, "129,00")
    assert "In plaats van € 149,00: € 129,00" in text.replace("\N{NO-BREAK SPACE}", " ")
    assert price(shop) == 14_900

    change(browser, "129,00", sure="1")
    assert price(shop) == 12_900
    entry = AuditEntry.objects.get(act="price.set", by=owner)
    assert (entry.before, entry.after) == ({"amount": 14_900}, {"amount": 12_900})
    assert owner.email in the(tree(browser.get(HERE)), "details").text()


@pytest.mark.parametrize("amount", ["14,90", "1490", "74,00", "224"])
def test_a_leap_of_more_than_half_asks_once_more(browser: Client, shop: Shop, amount: str) -> None:
    assert "comma" not in change(browser, "140")[1]
    for more in ({}, {"sure": "1"}):
        status, text = change(browser, amount, **more)
        assert status == HTTPStatus.OK
        assert "Staat de komma goed?" in text
    assert price(shop) == 14_900

    change(browser, amount, sure="1", leap="1")
    assert price(shop) != 14_900


@pytest.mark.parametrize("amount", ["", "abc", "0", "-5", "0,50", "99999", "149", "149,00"])
def test_what_is_no_other_price_is_refused(browser: Client, shop: Shop, amount: str) -> None:
    assert change(browser, amount, sure="1", leap="1")[0] == HTTPStatus.BAD_REQUEST
    assert Offer.objects.count() == 1


def test_a_second_click_sets_no_second_price(browser: Client, shop: Shop) -> None:
    change(browser, "129", sure="1")
    assert change(browser, "129", sure="1")[0] == HTTPStatus.BAD_REQUEST
    assert Offer.objects.count() == 2


def test_the_lowest_of_thirty_days_is_what_a_lowered_price_is_held_against(
    browser: Client, shop: Shop
) -> None:
    now = timezone.now()
    for days, amount in ((40, 5_000), (31, 9_900), (20, 14_900), (5, 12_900)):
        ordering.set_price(
            product=shop.product, amount=amount, by=None, now=now - timedelta(days=days)
        )
    assert ordering.lowest(shop.product.offers.all(), now) == 9_900
    assert ordering.lowest(shop.product.offers.all(), now + timedelta(days=11)) == 12_900
    assert ordering.lowest([], now) is None
    text = the(tree(browser.get(HERE)), "main").text().replace("\N{NO-BREAK SPACE}", " ")
    assert "De laagste prijs van de laatste 30 dagen was € 99,00" in text


def test_a_product_without_a_price_gets_its_first(browser: Client, shop: Shop) -> None:
    Offer.objects.all().delete()
    assert "niet te koop" in the(tree(browser.get(HERE)), "main").text()
    change(browser, "9999,00", sure="1")
    assert price(shop) == 999_900


def test_the_page_asks_the_same_however_many_prices_there_were(
    browser: Client, owner: User, shop: Shop
) -> None:
    counts = []
    for number in range(2):
        ordering.set_price(
            product=shop.product, amount=10_000 + number, by=owner, now=timezone.now()
        )
        with counting() as asked:
            browser.get(HERE)
        counts.append(int(asked))
    assert counts[0] == counts[1] <= 5


@pytest.mark.django_db
def test_what_is_no_product_is_not_found_and_a_shop_without_one_says_so(browser: Client) -> None:
    assert browser.get(address("till:price", "iets")).status_code == HTTPStatus.NOT_FOUND
    assert "nog geen training" in the(tree(browser.get(HERE)), "main").text()
