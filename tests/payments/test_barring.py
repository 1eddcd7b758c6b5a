"""Staff close what an order opens: it stays closed whatever Stripe tells, until it is lifted."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.utils import timezone

from payments import barring, gifts, reasons
from payments.models import AccessChange
from tests.factories import make_reader
from tests.payments.test_buying import may_read

if TYPE_CHECKING:
    from payments.models import Order
    from tests.payments.conftest import Shop


@pytest.fixture
def payload() -> str:
    """What an event carries plays no part here."""
    return "thin"


def bar(order: Order) -> None:
    owner = make_reader(is_staff=True, is_owner=True)
    barring.bar(order=order, by=owner, reason="Doorverkocht", now=timezone.now())


def lift(shop: Shop, order: Order) -> None:
    owner = make_reader(is_staff=True, is_owner=True)
    barring.lift(order=order, by=owner, now=timezone.now())
    shop.look(order)


def test_it_is_closed_at_once_stays_closed_and_opens_again(shop: Shop) -> None:
    order = shop.order()
    shop.pay(order)

    bar(order)
    assert not may_read(order.buyer)
    assert shop.look(order).barred_reason == "Doorverkocht"
    assert not may_read(order.buyer)

    lift(shop, order)
    assert may_read(order.buyer)
    causes = AccessChange.objects.filter(order=order).order_by("sync_no")
    assert [one.cause for one in causes] == ["paid", "barred", "paid"]


def test_lifting_it_gives_back_no_more_than_the_money_does(shop: Shop) -> None:
    order = shop.order()
    shop.pay(order)
    bar(order)
    shop.stripe.world.refund(shop.intent(order))
    shop.settle()

    lift(shop, order)

    assert not may_read(order.buyer)


def test_a_dispute_that_is_won_does_not_open_what_staff_closed(shop: Shop) -> None:
    order = shop.order()
    shop.pay(order)
    dispute = shop.stripe.world.dispute_open(shop.intent(order))
    shop.settle()
    bar(order)

    shop.stripe.world.dispute_close(dispute["id"], "won")
    shop.settle()

    assert not may_read(order.buyer)


def test_a_gift_that_is_barred_opens_for_nobody(shop: Shop) -> None:
    order = shop.order(is_gift=True)
    shop.pay(order)
    bar(order)

    with pytest.raises(gifts.UnknownCode):
        gifts.use(code=order.gift.code, reader=make_reader(), now=timezone.now())


def test_what_cost_nothing_can_be_closed_too(shop: Shop) -> None:
    shop.product.offers.update(amount=0)
    order = shop.order()
    bar(order)
    assert not may_read(shop.look(order).buyer)

    lift(shop, order)
    assert may_read(order.buyer)


def test_what_opens_nothing_is_not_barred_and_what_is_not_barred_not_lifted(shop: Shop) -> None:
    order = shop.order()
    with pytest.raises(barring.NothingToBar):
        bar(order)
    with pytest.raises(barring.NotBarred):
        lift(shop, order)

    shop.pay(order)
    with pytest.raises(reasons.NoReason):
        barring.bar(order=order, by=make_reader(), reason="  ", now=timezone.now())
    bar(order)
    with pytest.raises(barring.NothingToBar):
        bar(order)
