"""Until when money must be back: fourteen days after a withdrawal (art. 6:230r BW).

The refund follows by itself; this is for the day it does not, because a bank refused it or Stripe
was away.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Literal

from django.db.models import F

from payments.models import Withdrawal
from payments.withdrawal import PAY_BACK_WITHIN

if TYPE_CHECKING:
    from datetime import datetime

# After so long somebody should look; after so long nobody may wait any more.
WARN_AFTER = timedelta(days=7)
LATE_AFTER = timedelta(days=12)

Weight = Literal["ahead", "near", "late"]


@dataclass(frozen=True)
class Deadline:
    """What must be done about a statement, until when (UTC), and how near that is."""

    statement: Withdrawal
    until: datetime
    weight: Weight


def of(statement: Withdrawal, now: datetime) -> Deadline:
    """The deadline that a statement sets, whether or not it is known which order it means."""
    age = now - statement.submitted_at
    weight: Weight = "late" if age >= LATE_AFTER else "near" if age >= WARN_AFTER else "ahead"
    return Deadline(statement, statement.submitted_at + PAY_BACK_WITHIN, weight)


def unpaid(now: datetime) -> list[Deadline]:
    """Withdrawals with effect whose money is not back after a week, the oldest first."""
    rows = (
        Withdrawal.objects.filter(
            order__isnull=False,
            refused="",
            submitted_at__lte=now - WARN_AFTER,
            order__refunded_amount__lt=F("order__paid_amount"),
        )
        # What a bank refused and the practice gave back in another way.
        .exclude(order__payments__refunds__settled_at__isnull=False)
        .select_related("order")
        .order_by("submitted_at")
    )
    return [of(row, now) for row in rows]


def unmatched(now: datetime) -> list[Deadline]:
    """Statements nobody knows the order of yet, the oldest first: the same fourteen days run."""
    rows = Withdrawal.objects.filter(order=None, decided_at=None).order_by("submitted_at")
    return [of(row, now) for row in rows]
