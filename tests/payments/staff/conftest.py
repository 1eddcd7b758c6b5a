"""The owner's browser, and a shop in which everything happened once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.utils import timezone

from payments import refunds, withdrawal
from tests.factories import make_reader
from tests.lessons.pages.opening import browser_of

if TYPE_CHECKING:
    from django.test import Client

    from courseapp.accounts.models import User
    from payments.models import Order
    from tests.payments.conftest import Shop


@pytest.fixture
def payload() -> str:
    """What an event carries plays no part on these pages."""
    return "thin"


@pytest.fixture
def owner(db: None) -> User:
    return make_reader(email="marieke@example.org", is_staff=True, is_owner=True)


@pytest.fixture
def browser(owner: User) -> Client:
    return browser_of(owner)


@pytest.fixture
def lived(shop: Shop, owner: User) -> dict[str, Order]:
    """An order in each of the states the list knows, by that state."""
    found = {
        name: shop.order(is_gift=name == "gift")
        for name in (
            *("open", "processing", "paid", "refunded", "withdrawn", "disputed", "failed"),
            *("expired", "gift"),
        )
    }
    for name in ("paid", "refunded", "withdrawn", "disputed", "gift"):
        shop.pay(found[name])
    for name in ("processing", "failed"):
        shop.pay(found[name], "later_fails")
    shop.stripe.world.async_fail(shop.session(found["failed"]))
    shop.stripe.world.expire(shop.session(found["expired"]))
    now = timezone.now()
    found["refunded"].refresh_from_db()
    refunds.ask(order=found["refunded"], amount=14_900, reason="Spijt", by=owner, now=now)
    shop.stripe.world.dispute_open(shop.intent(found["disputed"]))
    order = found["withdrawn"]
    withdrawal.submit(name="J. Jansen", contract=order.number, email=order.email, now=now)
    shop.look(order)
    shop.settle()
    for order in found.values():
        order.refresh_from_db()
    return found
