"""The same news at the same moment, from everywhere: one right, one letter, one invoice."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection
from django.utils import timezone

from courseapp.post.models import Letter
from lessons.reading.models import Access
from payments import applying, checkout, gateway, inbox, sync
from payments.models import Invoice, Order, StripeEvent
from tests.payments.conftest import BACK
from tests.racing import all_good, at_once

if TYPE_CHECKING:
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
