"""What became of an order, for somebody who waits for the page: asked of Stripe in little time.

A page that asks again every few seconds reads the row; Stripe is asked once in so many seconds per
order, by whoever comes first. What Stripe does not answer in time the worker and its events find
out; what stands in the row until then is the last that is known.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db.models import Q

from courseapp.errors import Refused
from payments import finding, patience, sync
from payments.models import Order

if TYPE_CHECKING:
    from datetime import datetime

    from courseapp.accounts.models import User
    from payments.finding import Seen

log = logging.getLogger(__name__)
# Seconds that Stripe has in all for answering while somebody waits.
BUDGET = 3.0
# How long what was asked last counts as new.
FRESH = timedelta(seconds=10)
# A page looks again this often, in seconds, and as long as a payment page may be open.
EVERY = 3
WATCHED = timedelta(hours=1)
UNSETTLED = (Order.State.OPEN, Order.State.PROCESSING)


@dataclass(frozen=True)
class Looked:
    """An order; whether Stripe's word on it is new; whether to look again soon by itself."""

    seen: Seen
    reached: bool
    watch: bool


def look(*, buyer: User, number: str, now: datetime) -> Looked:
    """This buyer's order as it is now, as far as that can be known at once. Raises ``NotFound``."""
    seen = finding.one(buyer, number)
    reached = True
    if seen.order.state in UNSETTLED:
        if _claim(seen.order, now):
            reached = _ask(seen.order, now)
            seen = finding.one(buyer, number)
        else:
            reached = _was_answered(seen.order, now)
    return Looked(seen, reached, watch=_is_watched(seen.order, now))


def _claim(order: Order, now: datetime) -> bool:
    """Whether it is time to ask, and nobody else just did: of two at once one gets it."""
    due = Q(looked_at=None) | Q(looked_at__lte=now - FRESH)
    if order.looked_at is not None and order.synced_at and order.synced_at > now - FRESH:
        return False
    return bool(Order.objects.filter(due, pk=order.pk).update(looked_at=now))


def _ask(order: Order, now: datetime) -> bool:
    try:
        with patience.within(BUDGET):
            sync.sync_order(order=order.pk, now=now)
    except Refused as error:
        log.warning("order %s: not known yet (%s)", order.number, error.code)
        return False
    return True


def _was_answered(order: Order, now: datetime) -> bool:
    """Whether the last look got an answer; one that may be under way is not held against it."""
    asked, known = order.looked_at, order.synced_at
    if asked is None or (known is not None and known >= asked):
        return True
    return now - asked < timedelta(seconds=BUDGET)


def _is_watched(order: Order, now: datetime) -> bool:
    """Whether news is to be expected within minutes: a payment page was opened not long ago."""
    if order.state not in UNSETTLED:
        return False
    return any(one.created_at > now - WATCHED for one in order.attempts.all())
