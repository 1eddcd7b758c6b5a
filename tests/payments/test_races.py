"""The same news at the same moment, from everywhere: one right, one letter, one invoice."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from courseapp.post.models import Letter
from lessons.reading.models import Access
from payments import applying, checkout, gateway, inbox, once, sync
from payments.models import Invoice, Order, StripeEvent
from tests.factories import make_reader
from tests.lessons.api.calling import Caller, token_of
from tests.payments.api.asking import place
from tests.payments.conftest import BACK, PRICE
from tests.racing import all_good, at_once
from tests.signing import BACKEND

if TYPE_CHECKING:
    from courseapp.accounts.models import User
    from tests.payments.conftest import Shop

pytestmark = pytest.mark.django_db(transaction=True)
HINTS, RETURNS = 50, 20


@pytest.fixture
def payload() -> str:
    """Once is enough here: what an event carries is not looked at."""
    return "thin"


def paid_unheard(shop: Shop) -> Order:
    """An order that was paid while no webhook arrived."""
    order = shop.order()
    shop.stripe.knobs.hold = True
    shop.stripe.world.pay(shop.session(order))
    return order


def what_came_of(order: Order) -> tuple[int, int, int]:
    return (
        Access.objects.filter(source=order.source).count(),
        Letter.objects.filter(key__startswith="confirmed:").count(),
        Invoice.objects.filter(order=order).count(),
    )


def test_fifty_doubles_of_one_event_and_twenty_returns_sell_once(shop: Shop) -> None:
    order = paid_unheard(shop)
    held = [one["id"] for one in shop.stripe.world.held()]

    def act(number: int) -> None:
        if number < RETURNS:
            # Overtaken by the others: what they wrote is at least as new.
            for _ in range(20):
                try:
                    sync.sync_order(order=order.pk, now=timezone.now())
                except sync.Overtaken:
                    continue
                return
        else:
            shop.stripe.world.deliver(*held)
            inbox.work(now=timezone.now())

    all_good(at_once(act, times=RETURNS + HINTS))
    inbox.work(now=timezone.now())
    order.refresh_from_db()

    assert order.state == "paid"
    assert what_came_of(order) == (1, 1, 1)
    assert StripeEvent.objects.count() == len(set(held))


def test_eight_presses_of_the_button_open_one_payment_page(shop: Shop) -> None:
    order = shop.order()
    order.attempts.all().delete()
    order.refresh_from_db()

    def press(_number: int) -> str:
        return checkout.begin(order=order, back=BACK, cancel=BACK, now=timezone.now())

    urls = all_good(at_once(press))

    assert len(set(urls)) == 1
    assert order.attempts.count() == 1


def form(shop: Shop, buyer: User) -> dict[str, str]:
    """What the order page sends, with the key it carries."""
    client = Client()
    client.force_login(buyer, backend=BACKEND)
    page = client.get(f"/bestellen/{shop.product.slug}/").content.decode()
    found = re.search(r'name="key" value="([^"]+)"', page)
    assert found
    return {"key": found[1], "amount": str(PRICE), "adult": "on", "terms": "on"}


def pressed(shop: Shop, buyer: User, sent: dict[str, str]) -> list[str]:
    """Where eight presses of the button at one moment lead."""
    clients = [Client() for _ in range(8)]
    for client in clients:
        client.force_login(buyer, backend=BACKEND)
    address = f"/bestellen/{shop.product.slug}/"
    answers = all_good(at_once(lambda number: clients[number].post(address, sent)))
    assert {one.status_code for one in answers} == {302}
    return [one["Location"] for one in answers]


def test_eight_presses_of_order_place_one_order_with_one_payment_page(shop: Shop) -> None:
    buyer = make_reader()
    places = pressed(shop, buyer, form(shop, buyer))

    order = Order.objects.get()
    assert order.attempts.count() == 1
    assert len(shop.stripe.world.all("checkout.session")) == 1
    # Whoever met the others at work is at the order, and can go on from there.
    assert {*places} <= {order.attempts.get().url, f"/bestellingen/{order.number}/"}


def test_without_the_key_eight_presses_would_be_eight_orders(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The positive control: what the test above sees is the key's doing."""
    buyer = make_reader()
    sent = form(shop, buyer)
    monkeypatch.setattr(once, "order", lambda *, act, **_more: once.Done(act(), created=True))
    pressed(shop, buyer, sent)

    assert Order.objects.count() == 8


def test_eight_requests_with_one_key_are_one_order_with_one_201(shop: Shop) -> None:
    buyer = make_reader()
    token = token_of(buyer)
    callers = [Caller() for _ in range(8)]
    for caller in callers:
        caller.headers = {"X-Session-Token": token}
    answers = all_good(at_once(lambda number: place(callers[number], "key-1")))

    assert sorted(status for status, _told in answers) == [200] * 7 + [201]
    assert {told["number"] for _status, told in answers} == {Order.objects.get().number}
    assert len(shop.stripe.world.all("checkout.session")) == 1


@pytest.mark.slow
def test_invoices_of_many_orders_at_once_have_no_gap(shop: Shop) -> None:
    orders = [paid_unheard(shop) for _ in range(12)]

    all_good(
        at_once(
            lambda number: sync.sync_order(order=orders[number].pk, now=timezone.now()),
            times=len(orders),
        )
    )

    numbers = sorted(Invoice.objects.values_list("number", flat=True))
    assert [int(number.rpartition("-")[2]) for number in numbers] == list(range(1, 13))


def test_an_older_answer_never_overwrites_a_newer_one(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Control: with the number left out of the comparison, the older answer does overwrite."""
    order = shop.order()
    older = gateway.facts_of([shop.session(order)])
    shop.pay(order)
    order.refresh_from_db()
    newer = gateway.facts_of([shop.session(order)])
    answers = iter([older, newer])
    seen = order.sync_no

    def late(_sessions: list[str]) -> Any:
        # While the first fetch is under way, somebody else writes what is newer.
        if Order.objects.get(pk=order.pk).sync_no == seen:
            Order.objects.filter(pk=order.pk).update(sync_no=seen + 1)
        return next(answers)

    monkeypatch.setattr(gateway, "facts_of", late)
    assert sync.sync_order(order=order.pk, now=timezone.now()).state == "paid"

    applying.write(order, older, timezone.now())
    assert order.state == "open"
    assert connection.in_atomic_block is False
