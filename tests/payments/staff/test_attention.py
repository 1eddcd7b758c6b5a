"""What of money stands on *Vandaag*: for owners, while it is so, with where one acts."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.utils import timezone

from lessons.desk import attention as desk
from payments import refunds, withdrawal
from payments.models import Dispute, Order, Refund, StripeEvent
from payments.staff import attention
from tests.factories import make_reader
from tests.lessons.pages.opening import address

if TYPE_CHECKING:
    from datetime import datetime

    from courseapp.accounts.models import User
    from lessons.desk.attention import Row
    from tests.payments.conftest import Shop


def rows(owner: User, now: datetime | None = None) -> list[Row]:
    return list(attention.rows(owner, now or timezone.now()))


def make_event(**fields: object) -> StripeEvent:
    now = timezone.now()
    fields = {
        "event_id": f"evt_{StripeEvent.objects.count()}", "type": "refund.updated",
        "livemode": False, "received_at": now, "next_at": now, **fields,
    }  # fmt: skip
    return StripeEvent.objects.create(**fields)


def test_nothing_is_wrong_in_a_shop_that_works(shop: Shop, owner: User) -> None:
    shop.pay(shop.order())
    shop.order()
    assert rows(owner) == []


def test_staff_who_are_no_owner_see_none_of_it(shop: Shop, owner: User) -> None:
    withdrawal.submit(name="J", contract="x", email="a@example.org", now=timezone.now())
    assert rows(owner)
    assert rows(make_reader(is_staff=True)) == []
    assert rows(owner)[0] in desk.rows(person=owner, now=timezone.now())


@pytest.mark.parametrize("trouble", ["mismatch", "foreign_session", "paid_twice"])
def test_money_that_does_not_fit(shop: Shop, owner: User, trouble: str) -> None:
    order = shop.order()
    Order.objects.filter(pk=order.pk).update(troubles=[trouble, "refund_failed"])
    (row,) = rows(owner)
    assert (row.weight, row.url) == ("broken", address("till:order", order.number))


def test_a_refund_that_failed_in_stripe_s_words_until_it_is_made_up_for(
    shop: Shop, owner: User
) -> None:
    order = shop.order()
    shop.pay(order)
    order.refresh_from_db()
    now = timezone.now()
    first = refunds.ask(order=order, amount=4_950, reason="", by=owner, now=now)
    Refund.objects.filter(pk=first.pk).update(status="failed", error="insufficient_funds")
    (row,) = rows(owner)
    assert (row.weight, row.detail) == ("broken", "insufficient_funds")

    refunds.ask(order=order, amount=4_950, reason="", by=owner, now=now + timedelta(seconds=1))
    assert rows(owner) == []
    (waits,) = rows(owner, now + timedelta(hours=1))
    assert "wacht op Stripe" in waits.title


@pytest.mark.parametrize(
    ("status", "days", "weight"),
    [
        ("needs_response", 10, "waiting"),
        ("needs_response", 2, "broken"),
        ("warning_needs_response", 10, "waiting"),
        ("under_review", 1, "planned"),
        ("won", 1, None),
        ("lost", 1, None),
    ],
)
def test_an_open_dispute_with_its_last_day(
    shop: Shop, owner: User, status: str, days: int, weight: str | None
) -> None:
    order = shop.order()
    shop.pay(order)
    due = timezone.now() + timedelta(days=days)
    Dispute.objects.create(
        stripe_id="dp_1", payment=order.payments.get(), amount=100, status=status, due_by=due
    )
    found = rows(owner)
    assert [row.weight for row in found] == ([weight] if weight else [])
    assert all(row.when == due for row in found)


@pytest.mark.parametrize(("days", "weight"), [(0, "waiting"), (8, "waiting"), (12, "broken")])
def test_a_withdrawal_of_an_unknown_order(shop: Shop, owner: User, days: int, weight: str) -> None:
    then = timezone.now() - timedelta(days=days)
    statement = withdrawal.submit(name="J", contract="x", email="a@example.org", now=then)
    (row,) = rows(owner)
    assert (row.weight, row.when) == (weight, then + timedelta(days=14))
    assert row.url == address("till:statement", statement.pk)


def test_money_of_a_withdrawal_that_is_not_back(shop: Shop, owner: User) -> None:
    order = shop.order()
    shop.pay(order)
    now = timezone.now()
    withdrawal.submit(name="J", contract=order.number, email=order.email, now=now)
    assert rows(owner, now + timedelta(days=6)) == []
    assert [row.weight for row in rows(owner, now + timedelta(days=7))] == ["waiting"]
    assert [row.weight for row in rows(owner, now + timedelta(days=12))] == ["broken"]

    shop.look(order)
    shop.settle()
    assert rows(owner, now + timedelta(days=12)) == []


def test_an_inbox_that_nobody_works_on(owner: User) -> None:
    late = timezone.now() - timedelta(minutes=16)
    make_event(next_at=timezone.now(), received_at=late)
    make_event(state="done", next_at=None, received_at=late)
    assert rows(owner) == []
    make_event(next_at=late, received_at=late)
    (row,) = rows(owner)
    assert (row.weight, row.when) == ("broken", late)


def test_a_hint_that_fails_again_and_again_and_not_one_of_another_shop_s(owner: User) -> None:
    soon = timezone.now() + timedelta(minutes=5)
    make_event(attempts=9, next_at=soon, error="no order of ours")
    make_event(attempts=4, next_at=soon, error="Unreachable: x")
    assert rows(owner) == []
    make_event(attempts=5, next_at=soon, error="Unreachable: de dienst antwoordt niet")
    (row,) = rows(owner)
    assert "Unreachable" in row.detail
