"""Holding our orders against Stripe's own lists: what events, and we, missed."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import TYPE_CHECKING

from courseapp.errors import Refused
from payments import gateway, sync
from payments.models import Attempt, Order

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

log = logging.getLogger(__name__)
# How far back sessions are looked at, and what was given back or disputed since: a refund may fail
# weeks after it was made, and an order that was settled is not asked about again by the sweeper.
BACK = timedelta(days=7)
BACK_OF_REVERSALS = timedelta(days=35)


def audit(*, now: datetime) -> list[str]:
    """Synchronise every order paid last week, given back or disputed lately.

    Returns the sessions that belong to no order. An attempt that lost Stripe's answer takes its
    session first.
    """
    orders: set[UUID] = set()
    orphans = []
    for session, attempt in gateway.paid_sessions_since(now - BACK):
        Attempt.objects.filter(pk=attempt, session_id=None).update(session_id=session)
        found = Attempt.objects.filter(session_id=session).values_list("order", flat=True).first()
        if found is None:
            log.error("a paid session belongs to no attempt: %s", session)
            orphans.append(session)
        else:
            orders.add(found)
    orders |= _reversed(now)
    for order in sorted(orders):
        _look_again(order, now)
    return orphans


def _reversed(now: datetime) -> set[UUID]:
    """Orders whose money went back or is asked back; other shops' payments have none."""
    intents = set(gateway.reversed_since(now - BACK_OF_REVERSALS))
    return set(Order.objects.filter(payments__in=intents).values_list("pk", flat=True))


def _look_again(order: UUID, now: datetime) -> None:
    try:
        sync.sync_order(order=order, now=now)
    except (Refused, Order.DoesNotExist):
        log.warning("order %s could not be audited", order)
