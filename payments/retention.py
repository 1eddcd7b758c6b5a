"""What buying leaves behind does not stay for ever, not even without its buyer's name."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from payments.models import Attempt, Declaration, Gift, Order, Withdrawal

if TYPE_CHECKING:
    from django.db.models import QuerySet

# From the end of the year (art. 52 AWR; art. 3:310 BW for what was declared and withdrawn).
BOOKS_YEARS, PROOF_YEARS = 7, 5


def forget_old(*, now: datetime) -> int:
    """Take what says anything of a person out of old orders and statements; how many changed.

    Orders of a living account belong to a contract that goes on. Of the others the figures stay,
    and the invoices, which never change: nobody is in them.
    """
    with transaction.atomic():
        old = _of_nobody(now)
        number = Declaration.objects.filter(order__in=old).delete()[0]
        number += Attempt.objects.filter(order__in=old).delete()[0]
        number += Gift.objects.filter(order__in=old, used_by=None).delete()[0]
        return number + _statements(now)


def _statements(now: datetime) -> int:
    """What was said to withdraw from a contract, and by whom."""
    there = timezone.localtime(now)
    before = there.replace(year=there.year - PROOF_YEARS, day=min(there.day, 28))
    old = Withdrawal.objects.filter(submitted_at__lt=before)
    number = old.filter(order=None).delete()[0]
    return number + old.exclude(name="", email="").update(name="", email="")


def _of_nobody(now: datetime) -> QuerySet[Order]:
    """Orders whose year is long over, and whose buyer is erased."""
    year = timezone.localtime(now).year - BOOKS_YEARS
    begins = datetime(year, 1, 1, tzinfo=timezone.get_default_timezone())
    return Order.objects.filter(buyer=None, email="", placed_at__lt=begins)
