"""Statements of withdrawal that staff decide on: who is told what, and until when."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.utils import timezone

from courseapp.post.models import Letter
from payments import deadlines, letters, reasons, refunds, withdrawal
from payments.models import Order, Refund, Withdrawal
from tests.factories import make_reader
from tests.payments.test_buying import may_read

if TYPE_CHECKING:
    from courseapp.accounts.models import User
    from tests.payments.conftest import Shop


@pytest.fixture
def payload() -> str:
    """What an event carries plays no part here."""
    return "thin"


@pytest.fixture
def owner(db: None) -> User:
    return make_reader(is_staff=True, is_owner=True)


def written(email: str = "else@example.org", *, days_ago: int = 0) -> Withdrawal:
    """A statement that names no order we know."""
    return withdrawal.submit(
        name="J. Jansen", contract="die van laatst", email=email,
        now=timezone.now() - timedelta(days=days_ago),
    )  # fmt: skip


def told(email: str) -> list[str]:
    """The texts of the mails to an address about its statements."""
    found = Letter.objects.filter(to=email, key__startswith="withdrawal:").order_by("created_at")
    return [one.text for one in found]


def test_a_statement_that_is_matched_ends_the_order_and_tells_only_its_own_address(
    shop: Shop, owner: User
) -> None:
    order = shop.order()
    shop.pay(order)
    statement = written()

    withdrawal.match(statement=statement, order=order, by=owner, now=timezone.now())
    shop.look(order)
    shop.settle()

    order.refresh_from_db()
    assert (order.contract, order.refunded_amount) == ("withdrawn", order.paid_amount)
    assert not may_read(order.buyer)
    assert len(told("else@example.org")) == len(told(order.email)) == 1
    with pytest.raises(withdrawal.AlreadyDecided):
        withdrawal.match(statement=statement, order=order, by=owner, now=timezone.now())


def test_what_came_too_late_is_told_to_the_order_s_own_address_alone(
    shop: Shop, owner: User
) -> None:
    order = shop.order()
    shop.pay(order)
    Order.objects.filter(pk=order.pk).update(placed_at=timezone.now() - timedelta(days=20))

    withdrawal.match(statement=written(), order=order, by=owner, now=timezone.now())

    assert may_read(order.buyer)
    assert "veertien dagen" in " ".join(told(order.email))
    assert len(told("else@example.org")) == 1


def test_a_stranger_does_not_learn_why_a_statement_is_refused(owner: User) -> None:
    statement = written("else@example.org")
    withdrawal.refuse(
        statement=statement, reason="Je bestelling was al ontbonden.", by=owner, now=timezone.now()
    )

    assert "al ontbonden" not in " ".join(told("else@example.org"))
    assert len(told("else@example.org")) == 2
    statement.refresh_from_db()
    assert statement.refused == "Je bestelling was al ontbonden."


def test_who_bought_here_does(shop: Shop, owner: User) -> None:
    order = shop.order()
    withdrawal.refuse(
        statement=written(order.email), reason="Welke bedoel je?", by=owner, now=timezone.now()
    )

    assert "Welke bedoel je?" in " ".join(told(order.email))


def test_a_refusal_wants_a_reason(owner: User) -> None:
    with pytest.raises(reasons.NoReason):
        withdrawal.refuse(statement=written(), reason=" ", by=owner, now=timezone.now())


def test_what_is_no_withdrawal_is_set_aside_in_silence(owner: User) -> None:
    statement = written()
    withdrawal.set_aside(statement=statement, by=owner, now=timezone.now())

    assert len(told("else@example.org")) == 1
    assert deadlines.unmatched(timezone.now()) == []
    with pytest.raises(withdrawal.AlreadyDecided):
        withdrawal.refuse(statement=statement, reason="x", by=owner, now=timezone.now())


@pytest.mark.parametrize(
    ("days", "weight"), [(0, "ahead"), (6, "ahead"), (7, "near"), (11, "near"), (12, "late")]
)
def test_fourteen_days_run_for_what_is_not_matched(db: None, days: int, weight: str) -> None:
    statement = written(days_ago=days)
    (found,) = deadlines.unmatched(timezone.now())

    assert found.weight == weight
    assert found.until == statement.submitted_at + timedelta(days=14)


def test_money_that_is_not_back_after_a_week_is_told_until_it_is(shop: Shop) -> None:
    order = shop.order()
    shop.pay(order)
    withdrawal.submit(
        name="J", contract=order.number, email=order.email,
        now=timezone.now() - timedelta(days=12),
    )  # fmt: skip
    assert [one.weight for one in deadlines.unpaid(timezone.now())] == ["late"]

    shop.look(order)
    shop.settle()

    assert deadlines.unpaid(timezone.now()) == []


def test_the_confirmation_goes_again_once_a_minute_and_under_another_name(
    shop: Shop, owner: User
) -> None:
    order, now = shop.order(), timezone.now()
    with pytest.raises(letters.NothingToConfirm):
        letters.resend(order=order, by=owner, now=now)
    shop.pay(order)
    with pytest.raises(letters.SentJustNow):
        letters.resend(order=order, by=owner, now=now)

    for minutes in (2, 4):
        letters.resend(order=order, by=owner, now=now + timedelta(minutes=minutes))
    with pytest.raises(letters.SentJustNow):
        letters.resend(order=order, by=owner, now=now + timedelta(minutes=4, seconds=59))

    sent = Letter.objects.filter(key__startswith=f"confirmed:{order.pk}")
    assert sent.count() == len(set(sent.values_list("message_id", flat=True))) == 3
    assert len({one.text for one in sent}) == 1


def test_a_refund_that_is_sent_twice_is_asked_once(shop: Shop, owner: User) -> None:
    order = shop.order()
    shop.pay(order)
    order.refresh_from_db()
    left = refunds.left(order)
    words = {"amount": 4_950, "reason": "", "by": owner, "now": timezone.now(), "seen": left}
    refunds.ask(order=order, **words)  # type: ignore[arg-type]
    with pytest.raises(refunds.GivenBackMeanwhile):
        refunds.ask(order=order, **words)  # type: ignore[arg-type]

    assert [one.amount for one in Refund.objects.all()] == [4_950]
    assert refunds.left(order) == left - 4_950
