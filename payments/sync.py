"""Bringing an order to what Stripe says: fetch, decide, write, in that order.

The fetch happens with no transaction open. What it found is written only if nobody wrote since it
began (``Order.sync_no``); otherwise it may be older than what stands there, and is fetched again.
The return page, the worker and the sweeper all come through here.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from courseapp import meters
from courseapp.errors import Refused
from payments import applying, gateway
from payments.models import Attempt, Order

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from payments.projection import Facts

TRIES = 5


class Overtaken(Refused):
    """Others kept writing to the order; what they wrote is at least as new."""

    code = "order_busy"
    status = 409


def sync_order(*, order: UUID, now: datetime) -> Order:
    """The order as Stripe says it is now. Raises ``gateway.Unreachable`` and ``Overtaken``."""
    for _try in range(TRIES):
        seen = Order.objects.values_list("sync_no", flat=True).get(pk=order)
        made = Attempt.objects.filter(order=order, session_id__isnull=False)
        sessions = [str(one) for one in made.values_list("session_id", flat=True)]
        facts = gateway.facts_of(sessions)
        row = _apply(order, seen, facts, now)
        if row is not None:
            meters.projection(outcome=row.state)
            return row
        meters.projection(outcome="overtaken")
    raise Overtaken(_("This order is being worked on. Look again in a moment."))


def sweep(*, now: datetime, limit: int = 100) -> int:
    """Ask about every order whose time has come, without any hint; returns how many."""
    due = Order.objects.filter(next_sync_at__lte=now).order_by("next_sync_at")
    orders = list(due.values_list("pk", flat=True)[:limit])
    for order in orders:
        # Before the attempt, so that one that fails each time does not keep the others waiting.
        Order.objects.filter(pk=order).update(next_sync_at=now + timedelta(minutes=2))
        try:
            sync_order(order=order, now=now)
        except Refused:
            continue
    return len(orders)


def _apply(order: UUID, seen: int, facts: Facts, now: datetime) -> Order | None:
    with transaction.atomic():
        row = Order.objects.select_for_update().get(pk=order)
        if row.sync_no != seen:
            return None
        applying.write(row, facts, now)
        return row
