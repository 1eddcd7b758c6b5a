"""Giving money back: decided here under a lock, asked of Stripe afterwards, once."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from courseapp.accounts import audit
from courseapp.errors import Refused
from payments import doorbell, gateway, projection, sync
from payments.models import Order, Payment, Refund

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime
    from uuid import UUID

    from courseapp.accounts.models import User


# Stripe forgets the key of a request after a day at the earliest; until then a second try is safe.
SURE = timedelta(hours=12)


class TooMuch(Refused):
    """More would be given back than was paid."""

    code = "refund_too_much"
    status = 409


class NothingPaid(Refused):
    code = "nothing_paid"
    status = 409


class GivenBackMeanwhile(Refused):
    """Less is left than whoever decided on it saw: perhaps it was sent twice."""

    code = "given_back_meanwhile"
    status = 409


class NotFailed(Refused):
    """Only what the bank did not take can be settled in another way, and once."""

    code = "refund_not_failed"
    status = 409


def left(order: Order) -> int:
    """Cents that were paid and are neither given back nor on their way back."""
    payment = _payment_of(order)
    return _left(payment) if payment else 0


def ask(
    *,
    order: Order,
    amount: int,
    reason: str,
    by: User | None,
    now: datetime,
    seen: int | None = None,
) -> Refund:
    """Decide to give back ``amount`` cents of this order; ``seen`` are the cents that were left
    when it was decided, if somebody looked.

    Raises ``TooMuch``, ``NothingPaid`` and ``GivenBackMeanwhile``.
    """
    with transaction.atomic():
        row = Order.objects.select_for_update().get(pk=order.pk)
        payment = _payment_of(row)
        if payment is None:
            raise NothingPaid(_("Nothing was paid for this order."))
        rest = _left(payment)
        if seen is not None and seen != rest:
            raise GivenBackMeanwhile(
                _("Meanwhile something was given back already. Look once more before you do it.")
            )
        if not 0 < amount <= rest:
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

    After a try whose answer was lost, or a long time, Stripe is asked first whether it is there
    already. A refund Stripe declines is marked failed, with its words, for a person to look at.
    """
    intended = Refund.objects.filter(status=projection.INTENDED, asked_at__lte=now)
    rows = list(intended.select_related("payment").order_by("asked_at")[:limit])
    for row in rows:
        if (row.error or now - row.asked_at > SURE) and not _is_still_to_send(row, now):
            continue
        try:
            made = gateway.refund(intent=row.payment_id, amount=row.amount, key=str(row.pk))
        except gateway.Declined as error:
            Refund.objects.filter(pk=row.pk).update(status="failed", error=str(error)[:500])
        except gateway.Unreachable as error:
            Refund.objects.filter(pk=row.pk).update(error=str(error)[:500])
            # It may have been given back all the same.
            soon = now + timedelta(minutes=1)
            Order.objects.filter(payments=row.payment_id).update(next_sync_at=soon)
            continue
        else:
            Refund.objects.filter(pk=row.pk).update(stripe_id=made, status="pending", error="")
        _look_again(row.payment.order_id, now)
    return len(rows)


def unsettled(order: Order) -> list[Refund]:
    """The refunds of an order that failed and that nothing made up for yet."""
    rows = list(Refund.objects.filter(payment__order=order).order_by("asked_at"))
    return [one for one in rows if one.status == "failed" and not is_made_up(one, rows)]


def settle(*, refund: Refund, note: str, by: User, now: datetime) -> None:
    """Write down that a refund which failed was made up for outside Stripe, and how.

    Raises ``NotFailed``.
    """
    with transaction.atomic():
        failed = Refund.objects.filter(pk=refund.pk, status="failed", settled_at=None)
        if not failed.update(settled_at=now, settled_note=note[:300]):
            raise NotFailed(_("This refund did not fail, or was settled already."))
        order = refund.payment.order
        audit.record(
            by=by, act="refund.settled", on=order, now=now, name=order.number,
            after={"amount": refund.amount, "note": note[:300]},
        )  # fmt: skip


def is_made_up(failed: Refund, rows: Iterable[Refund]) -> bool:
    """Whether it was settled by hand, or refunds asked for later gave back at least as much."""
    if failed.settled_at is not None:
        return True
    later = [
        one.amount
        for one in rows
        if one.payment_id == failed.payment_id
        and one.asked_at > failed.asked_at
        and one.status not in projection.RETURNED
    ]
    return sum(later) >= failed.amount


def _is_still_to_send(row: Refund, now: datetime) -> bool:
    """Whether Stripe has no such refund yet; False as well when it cannot be asked."""
    try:
        sync.sync_order(order=row.payment.order_id, now=now)
    except Refused:
        return False
    row.refresh_from_db(fields=["status"])
    return row.status == projection.INTENDED


def _payment_of(order: Order) -> Payment | None:
    """What paid the order, and is given back from."""
    if order.state != Order.State.PAID:
        return None
    # Of two payments the second bought nothing, and goes back by itself.
    bought = order.payments.filter(status="succeeded").exclude(
        refunds__origin=Refund.Origin.DUPLICATE
    )
    return bought.order_by("paid_at", "pk").first()


def _left(payment: Payment) -> int:
    held = {*projection.GIVEN_BACK, projection.INTENDED}
    return payment.amount - sum(
        payment.refunds.filter(status__in=held).values_list("amount", flat=True)
    )


def _look_again(order: UUID, now: datetime) -> None:
    try:
        sync.sync_order(order=order, now=now)
    except Refused:
        Order.objects.filter(pk=order).update(next_sync_at=now + timedelta(minutes=1))
