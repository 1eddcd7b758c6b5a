"""Giving money back: decided here under a lock, asked of Stripe afterwards, once."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from courseapp.accounts import audit
from courseapp.errors import Refused
from payments import doorbell, gateway, projection, sync
from payments.models import Order, Refund

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from courseapp.accounts.models import User


class TooMuch(Refused):
    """More would be given back than was paid."""

    code = "refund_too_much"
    status = 409


class NothingPaid(Refused):
    code = "nothing_paid"
    status = 409


def ask(*, order: Order, amount: int, reason: str, by: User | None, now: datetime) -> Refund:
    """Decide to give back ``amount`` cents of this order. Raises ``TooMuch``, ``NothingPaid``."""
    with transaction.atomic():
        row = Order.objects.select_for_update().get(pk=order.pk)
        payment = row.payments.filter(status="succeeded").order_by("paid_at", "pk").first()
        if row.state != Order.State.PAID or payment is None:
            raise NothingPaid(_("Nothing was paid for this order."))
        held = {*projection.GIVEN_BACK, projection.INTENDED}
        back = sum(payment.refunds.filter(status__in=held).values_list("amount", flat=True))
        if not 0 < amount <= payment.amount - back:
            raise TooMuch(_("At most what was paid and not given back yet can be given back."))
        refund = Refund.objects.create(
            payment=payment, amount=amount, origin=Refund.Origin.STAFF, reason=reason[:300],
            asked_by=by, asked_at=now,
        )  # fmt: skip
        audit.record(
            by=by, act="order.refunded", on=row, now=now, name=row.number, after={"amount": amount}
        )
        transaction.on_commit(doorbell.ring, robust=True)
    return refund


def send_intended(*, now: datetime, limit: int = 50) -> int:
    """Ask Stripe for every refund that was decided on; the key makes a second try harmless.

    A refund Stripe declines is marked failed, with its words, for a person to look at.
    """
    intended = Refund.objects.filter(status=projection.INTENDED, asked_at__lte=now)
    rows = list(intended.select_related("payment").order_by("asked_at")[:limit])
    for row in rows:
        try:
            made = gateway.refund(intent=row.payment_id, amount=row.amount, key=str(row.pk))
        except gateway.Declined as error:
            Refund.objects.filter(pk=row.pk).update(status="failed", error=str(error)[:500])
        except gateway.Unreachable as error:
            Refund.objects.filter(pk=row.pk).update(error=str(error)[:500])
            continue
        else:
            Refund.objects.filter(pk=row.pk).update(stripe_id=made, status="pending", error="")
        _look_again(row.payment.order_id, now)
    return len(rows)


def _look_again(order: UUID, now: datetime) -> None:
    try:
        sync.sync_order(order=order, now=now)
    except Refused:
        Order.objects.filter(pk=order).update(next_sync_at=now + timedelta(minutes=1))
