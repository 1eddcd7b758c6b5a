"""Closing what an order opens, by staff and without a refund, and opening it again.

That an order is barred is a fact of the order, which the projection takes into account like a
withdrawal: whatever Stripe tells afterwards, it stays closed until somebody lifts it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from courseapp.accounts import audit
from courseapp.errors import Refused
from payments import applying, doorbell, reasons
from payments.models import Order

if TYPE_CHECKING:
    from datetime import datetime

    from courseapp.accounts.models import User


class NothingToBar(Refused):
    """The order opens nothing now."""

    code = "nothing_to_bar"
    status = 409


class NotBarred(Refused):
    code = "not_barred"
    status = 409


def bar(*, order: Order, by: User, reason: str, now: datetime) -> Order:
    """Close what the order opens, at once. Raises ``NothingToBar`` and ``reasons.NoReason``."""
    reason = reasons.given(reason)
    with transaction.atomic():
        row = Order.objects.select_for_update().get(pk=order.pk)
        last = row.access_changes.order_by("-sync_no").first()
        if row.barred_at or last is None or last.now not in {"active", "suspended"}:
            raise NothingToBar(_("This order gives no access now."))
        row.barred_at, row.barred_by, row.barred_reason = now, by, reason
        _touch(row, now)
        applying.set_right(row, "revoked", "barred", now)
        audit.record(
            by=by, act="order.barred", on=row, now=now, name=row.number, after={"reason": reason}
        )
    return row


def lift(*, order: Order, by: User, now: datetime) -> Order:
    """Bar the order no longer. What it opens then, the next look at Stripe says: soon, or at once
    for whoever synchronises it. Raises ``NotBarred``.
    """
    with transaction.atomic():
        row = Order.objects.select_for_update().get(pk=order.pk)
        if row.barred_at is None:
            raise NotBarred(_("This order's access is not closed by us."))
        before = {"reason": row.barred_reason}
        row.barred_at, row.barred_by, row.barred_reason = None, None, ""
        _touch(row, now)
        audit.record(by=by, act="order.lifted", on=row, now=now, name=row.number, before=before)
        transaction.on_commit(doorbell.ring, robust=True)
    return row


def _touch(row: Order, now: datetime) -> None:
    """What somebody fetched before this is older than it, and Stripe is asked again."""
    row.sync_no += 1
    row.next_sync_at = now
    row.save(update_fields=["barred_at", "barred_by", "barred_reason", "sync_no", "next_sync_at"])
