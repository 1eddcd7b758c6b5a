"""Money that is under way when its buyer leaves goes on, and ends as it must."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.utils import timezone

from courseapp.accounts import leaving
from courseapp.mydata import letting_go
from courseapp.post.models import Letter
from lessons.reading.models import Access
from payments import checkout, refunds
from payments.models import Order, Refund
from tests.databases import with_keys
from tests.payments.conftest import BACK, PRICE
from tests.payments.test_buying import balance

if TYPE_CHECKING:
    from courseapp.accounts.models import User
    from tests.payments.conftest import Shop

pytestmark = with_keys


def buyer_of(order: Order) -> User:
    assert order.buyer is not None
    return order.buyer


def erased(order: Order) -> str:
    """Erase the buyer now; the address that was theirs."""
    person = buyer_of(order)
    letting_go.ask(person=person, days=0, now=timezone.now())
    assert letting_go.finish_due(now=timezone.now() + timedelta(minutes=11)) == 1
    order.refresh_from_db()
    return person.email


def test_paid_while_the_account_is_locked_it_is_there_for_who_comes_back(shop: Shop) -> None:
    order = shop.order()
    reader = buyer_of(order)
    letting_go.ask(person=reader, days=7, now=timezone.now())

    shop.pay(order)

    order.refresh_from_db()
    assert (order.state, order.refunded_amount) == ("paid", 0)
    assert Access.objects.filter(reader=reader, revoked_at=None).exists()
    leaving.come_back(person=reader, now=timezone.now())
    reader.refresh_from_db()
    assert reader.is_active


def test_paid_after_the_erasure_the_money_goes_back_and_nobody_is_written_to(shop: Shop) -> None:
    order = shop.order()
    address = erased(order)

    shop.pay(order)

    order.refresh_from_db()
    assert (order.buyer, order.email) == (None, "")
    assert (order.paid_amount, order.refunded_amount) == (PRICE, PRICE)
    assert balance(order) == 0
    assert not Letter.objects.filter(to=address).exists()


def test_a_refund_under_way_is_given_after_the_erasure_and_booked(shop: Shop) -> None:
    order = shop.order()
    shop.pay(order)
    refunds.ask(order=order, amount=5_000, reason="", by=None, now=timezone.now())
    address = erased(order)

    shop.settle()

    refund, seen = Refund.objects.get(), shop.look(order)
    assert (refund.status, seen.refunded_amount) == ("succeeded", 5_000)
    assert balance(order) == 0
    assert not Letter.objects.filter(to=address).exists()
    assert order.invoices.count() == 2


def test_nobody_pays_for_an_account_that_is_gone_and_no_request_with_them_is_kept(
    shop: Shop,
) -> None:
    order = shop.order()
    as_it_was = Order.objects.get(pk=order.pk)
    erased(order)
    # Its page ran out, and its buyer comes back at the very moment: with the order as it was, too.
    order.attempts.update(state="expired")
    for seen in (order, as_it_was):
        with pytest.raises(checkout.NothingToPay, match="opgeheven"):
            checkout.begin(order=seen, back=BACK, cancel=BACK, now=timezone.now())
    assert not order.attempts.exclude(request={}).exists()
