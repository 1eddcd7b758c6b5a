"""Writing down what follows from Stripe's facts, inside the transaction of `payments.sync`.

Rows of money, the order's copies, rights, bookings, documents and letters: all or nothing. Called
with the order locked.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import transaction

from lessons.reading import access
from payments import doorbell, invoices, letters, projection
from payments.models import (
    AccessChange,
    Attempt,
    Dispute,
    Gift,
    LedgerEntry,
    Order,
    Payment,
    Refund,
)

if TYPE_CHECKING:
    from datetime import datetime

    from courseapp.accounts.models import User
    from payments.projection import Facts, Projection, Right

# How soon the sweeper looks again at an order nobody paid yet, by its age.
PACE = (
    (timedelta(hours=1), timedelta(minutes=2)),
    (timedelta(hours=26), timedelta(minutes=10)),
    (timedelta(days=15), timedelta(hours=1)),
)
# Money that is under way, or asked back, is looked at this often.
UNSETTLED = timedelta(hours=12)


def write(order: Order, facts: Facts, now: datetime) -> Projection:
    """Make the rows what these facts say; raises ``sync_no``."""
    _write_payments(order, facts)
    _write_refunds(order, facts, now)
    _write_disputes(facts)
    _write_attempts(facts)
    found = projection.project(agreed(order), _with_intended(order, facts))
    order.sync_no += 1
    _write_right(order, found, now)
    stuck = _give_back(order, found, now)
    _write_order(order, found, facts, stuck, now)
    _write_ledger(order, found, now)
    invoices.issue(order, found, facts, now=now)
    letters.tell(order, found, facts, now=now)
    return found


def agreed(order: Order) -> projection.Agreed:
    """What Stripe must have taken for this order."""
    return projection.Agreed(
        order=str(order.pk),
        total=order.total,
        currency=order.currency,
        withdrawn=order.contract == Order.Contract.WITHDRAWN,
        barred=order.barred_at is not None,
        granted=invoices.session_of(order),
    )


def set_right(order: Order, right: Right, cause: str, now: datetime) -> None:
    """Give, hold or end what the order opens, and write down why; nothing when nothing changes."""
    last = order.access_changes.order_by("-sync_no").first()
    was = last.now if last else "none"
    reader = _reader(order)
    if reader is not None and right != "none":
        for course in order.offer.product.courses.all():
            access.follow(reader=reader, course=course, source=order.source, right=right, now=now)
    if was != right:
        AccessChange.objects.create(
            order=order, was=was, now=right, cause=cause, sync_no=order.sync_no, at=now
        )


def _reader(order: Order) -> User | None:
    """Who reads what was bought: the buyer, or whoever used the gift."""
    if not order.is_gift:
        return order.buyer
    gift = Gift.objects.filter(order=order).select_related("used_by").first()
    return gift.used_by if gift else None


def _write_payments(order: Order, facts: Facts) -> None:
    for one in facts.payments:
        Payment.objects.update_or_create(
            intent_id=one.id,
            defaults={
                "order": order, "amount": one.amount, "currency": one.currency,
                "status": one.status, "method": one.method, "paid_at": one.paid_at,
            },
        )  # fmt: skip


def _write_refunds(order: Order, facts: Facts, now: datetime) -> None:
    """Refunds as Stripe has them; the row that asked for one takes its id."""
    asked = {str(one.pk): one for one in Refund.objects.filter(payment__order=order)}
    known = {one.stripe_id: one for one in asked.values() if one.stripe_id}
    for one in facts.refunds:
        row = known.get(one.id) or asked.get(one.request)
        if row is None:
            row = Refund(
                payment_id=one.intent, amount=one.amount, origin=Refund.Origin.STRIPE, asked_at=now
            )
        row.stripe_id, row.status, row.error = one.id, one.status, ""
        row.save()


def _write_disputes(facts: Facts) -> None:
    for one in facts.disputes:
        Dispute.objects.update_or_create(
            stripe_id=one.id,
            defaults={
                "payment_id": one.intent, "amount": one.amount, "status": one.status,
                "reason": one.reason, "due_by": one.due_by,
            },
        )  # fmt: skip


def _write_attempts(facts: Facts) -> None:
    """How attempts ended. One that was over here is not opened again: another may be open now."""
    for one in facts.sessions:
        state = Attempt.State.EXPIRED if one.status == "expired" else Attempt.State.COMPLETE
        if one.status != "open":
            Attempt.objects.filter(session_id=one.id).exclude(state=state).update(state=state)


def _with_intended(order: Order, facts: Facts) -> Facts:
    """The facts with the refunds decided on here that Stripe does not know yet."""
    intended = Refund.objects.filter(payment__order=order, status=projection.INTENDED)
    more = tuple(
        projection.Refund(
            id=str(one.pk), intent=one.payment_id, amount=one.amount, status=projection.INTENDED
        )
        for one in intended
    )
    return projection.Facts(facts.sessions, facts.payments, (*facts.refunds, *more), facts.disputes)


def _write_right(order: Order, found: Projection, now: datetime) -> None:
    if found.right == "active" and order.is_gift:
        Gift.objects.get_or_create(order=order, defaults={"code": letters.gift_code()})
    set_right(order, found.right, found.cause, now)


def _write_order(
    order: Order, found: Projection, facts: Facts, stuck: set[str], now: datetime
) -> None:
    order.state = found.state
    order.paid_amount, order.refunded_amount = found.paid, found.refunded
    order.troubles = sorted(stuck.union(found.troubles))
    if found.granting is not None:
        paid = next((one for one in facts.payments if one.id == found.granting.intent), None)
        order.paid_at = order.paid_at or (paid.paid_at if paid else None) or now
        told = {"billing": found.granting.country, "payment": paid.country if paid else ""}
        order.country_evidence |= {kind: country for kind, country in told.items() if country}
    elif found.state == "paid":
        order.paid_at = order.paid_at or now
    order.synced_at = now
    order.next_sync_at = _next(order, facts, now)
    order.save()


def _next(order: Order, facts: Facts, now: datetime) -> datetime | None:
    if order.state in {Order.State.OPEN, Order.State.PROCESSING}:
        age = now - order.placed_at
        return next((now + wait for until, wait in PACE if age < until), None)
    moving = any(one.status in {"pending", "requires_action"} for one in facts.refunds)
    disputed = any(one.status not in {"won", "lost", "warning_closed"} for one in facts.disputes)
    return now + UNSETTLED if moving or disputed else None


def _write_ledger(order: Order, found: Projection, now: datetime) -> None:
    LedgerEntry.objects.bulk_create(
        [
            LedgerEntry(
                order=order, account=account, amount=amount, currency=order.currency,
                cause=one.cause, at=now,
            )
            for one in found.bookings
            for account, amount in ((one.of, -one.amount), (one.to, one.amount))
        ],
        ignore_conflicts=True,
    )  # fmt: skip


def _give_back(order: Order, found: Projection, now: datetime) -> set[str]:
    """Decide on the refunds that follow by themselves; the worker asks Stripe for them.

    Returns the trouble of money that is owed and that Stripe or the bank did not take back.
    """
    wanted = [(one.id, one.amount, Refund.Origin.DUPLICATE) for one in found.surplus]
    if found.granting and found.granting.intent:
        if order.contract == Order.Contract.WITHDRAWN:
            wanted.append((found.granting.intent, found.paid, Refund.Origin.WITHDRAWAL))
        elif order.buyer_id is None and order.paid_at is None:
            # Paid on a page left open by somebody whose account is gone: there is no one to read.
            wanted.append((found.granting.intent, found.paid, Refund.Origin.NOBODY))
    troubles = set()
    for intent, amount, origin in wanted:
        rest = amount - _given_back(intent)
        if rest <= 0:
            continue
        # One that failed at the bank would fail again: a person has to look.
        if Refund.objects.filter(payment=intent, status="failed").exists():
            troubles.add("refund_failed")
            continue
        Refund.objects.create(payment_id=intent, amount=rest, origin=origin, asked_at=now)
        transaction.on_commit(doorbell.ring, robust=True)
    return troubles


def _given_back(intent: str) -> int:
    """Cents of a payment that are given back, are under way, or are decided on."""
    held = {*projection.GIVEN_BACK, projection.INTENDED}
    amounts = Refund.objects.filter(payment=intent, status__in=held).values_list(
        "amount", flat=True
    )
    return sum(amounts)
