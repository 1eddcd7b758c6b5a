"""*Ontbindingen*: which order may be meant, what each decision comes to, and what it does."""

from __future__ import annotations

import uuid
from datetime import timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING

import pytest
from django.utils import timezone

from courseapp.post.models import Letter
from payments import withdrawal
from payments.models import Invoice, Order, Withdrawal
from payments.staff import suggestions
from tests.counting import counting
from tests.lessons.pages.opening import address, links, the, tree

if TYPE_CHECKING:
    from django.test import Client

    from tests.payments.conftest import Shop

HERE = "/beheer/bestellingen/ontbindingen/"


def written(
    contract: str = "iets", email: str = "else@example.org", *, days: int = 0
) -> Withdrawal:
    return withdrawal.submit(
        name="J. Jansen", contract=contract, email=email,
        now=timezone.now() - timedelta(days=days),
    )  # fmt: skip


def post(browser: Client, statement: Withdrawal, **fields: str) -> tuple[int, str]:
    answer = browser.post(address("till:statement", statement.pk), fields, follow=True)
    return answer.status_code, the(tree(answer), "main").text()


@pytest.mark.django_db
def test_what_waits_stands_first_with_its_age_and_its_last_day(browser: Client) -> None:
    statement = written("die van maandag", days=12)
    page = browser.get(HERE)
    text = the(tree(page), "main").text()
    assert "die van maandag" in text
    assert "geleden" in text
    assert address("till:statement", statement.pk) in links(page)
    assert tree(page).css(".tag-s.clay")


def test_orders_of_the_same_address_or_nearly_the_same_number_are_suggested(shop: Shop) -> None:
    order, other = shop.order(), shop.order()
    shop.pay(order)
    number = order.number
    wrong = f"{number[:4]}{'A' if number[4] != 'A' else 'B'}{number[5:]}"
    swapped = f"{number[:7]}{number[8]}{number[7]}{number[9]}"
    invoice = Invoice.objects.get(order=order).number

    for contract in (wrong, f"bestelling {swapped.lower()} van gisteren", invoice):
        assert suggestions.of(written(contract)) == [order], contract
    assert suggestions.of(written("weet ik niet", other.email)) == [other]
    assert suggestions.of(written("weet ik niet")) == []
    assert suggestions.of(written(f"{order.number[:5]} {order.number[5:]}")) == [order]


@pytest.mark.parametrize("asked", ["order", "number"])
def test_matching_names_the_order_first_and_then_ends_it(
    browser: Client, shop: Shop, asked: str
) -> None:
    order = shop.order()
    shop.pay(order)
    statement = written()
    number = f" {order.number.lower()} "
    status, text = post(browser, statement, act="match", **{asked: number})
    assert status == HTTPStatus.OK
    assert order.email in text
    assert "binnen veertien dagen" in text
    statement.refresh_from_db()
    assert statement.decided_at is None

    post(browser, statement, act="match", order=order.number, sure="1")
    shop.look(order)
    shop.settle()
    order.refresh_from_db()
    assert (order.contract, order.refunded_amount) == ("withdrawn", order.paid_amount)
    assert "geld is terug" in the(tree(browser.get(HERE)), "main").text()


def test_what_is_too_late_is_said_before_and_after(browser: Client, shop: Shop) -> None:
    order = shop.order()
    shop.pay(order)
    Order.objects.update(placed_at=timezone.now() - timedelta(days=16))
    statement = written()
    _status, text = post(browser, statement, act="match", order=order.number)
    assert "geen gevolg" in text
    _status, text = post(browser, statement, act="match", order=order.number, sure="1")
    assert "zonder gevolg" in text
    order.refresh_from_db()
    assert order.contract == "placed"


def test_an_order_that_was_placed_later_cannot_be_meant(browser: Client, shop: Shop) -> None:
    order = shop.order()
    statement = written(order.number, days=1)
    assert suggestions.of(statement) == []
    for more in ({}, {"sure": "1"}):
        status, text = post(browser, statement, act="match", order=order.number, **more)
        assert status == HTTPStatus.CONFLICT
        assert "later" in text


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"act": "match"}, 404),
        ({"act": "match", "order": "NERGENS", "sure": "1"}, 404),
        ({"act": "match", "number": "x\0y"}, 404),
        ({"act": "refuse", "reason": "  "}, 400),
        ({"act": "refuse", "sure": "1"}, 400),
        ({"act": "refuse", "reason": "\0", "sure": "1"}, 400),
        ({"act": "anders", "sure": "1"}, 200),
        ({}, 200),
    ],
)
def test_what_says_nothing_decides_nothing(
    browser: Client, fields: dict[str, str], status: int
) -> None:
    statement = written()
    assert post(browser, statement, **fields)[0] == status
    statement.refresh_from_db()
    assert statement.decided_at is None


@pytest.mark.django_db
def test_refusing_and_setting_aside_say_first_who_is_told(browser: Client) -> None:
    refused, aside = written(), written()
    text = post(browser, refused, act="refuse", reason="Niet van ons.")[1]
    assert "heeft hier niets besteld" in text
    assert "Niemand krijgt bericht" in post(browser, aside, act="set_aside")[1]
    assert not Withdrawal.objects.filter(decided_at__isnull=False).exists()
    before = Letter.objects.count()

    post(browser, refused, act="refuse", reason="Niet van ons.", sure="1")
    post(browser, aside, act="set_aside", sure="1")

    assert Letter.objects.count() == before + 1
    text = the(tree(browser.get(HERE)), "main").text()
    assert "zonder gevolg" in text
    assert "niet van ons" in text
    assert "Er wacht niets op je." in text


@pytest.mark.django_db
def test_what_is_decided_is_not_decided_again(browser: Client) -> None:
    statement = written()
    post(browser, statement, act="set_aside", sure="1")
    text = post(browser, statement, act="refuse", reason="Toch niet", sure="1")[1]
    assert "niet van ons" in text
    statement.refresh_from_db()
    assert statement.refused == ""


@pytest.mark.django_db
def test_the_list_asks_the_same_however_many_there_are(browser: Client) -> None:
    counts = []
    for _ in range(2):
        post(browser, written(), act="set_aside", sure="1")
        written()
        with counting() as asked:
            browser.get(HERE)
        counts.append(int(asked))
    assert counts[0] == counts[1] <= 4


@pytest.mark.django_db
def test_what_nobody_wrote_is_not_found(browser: Client) -> None:
    assert browser.get(address("till:statement", uuid.uuid4())).status_code == HTTPStatus.NOT_FOUND
