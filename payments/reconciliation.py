"""Holding our orders against Stripe's list of paid sessions: what events, and we, missed."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import TYPE_CHECKING

from courseapp.errors import Refused
from payments import gateway, sync
from payments.models import Attempt, Order

if TYPE_CHECKING:
    from datetime import datetime

log = logging.getLogger(__name__)
BACK = timedelta(days=7)


def audit(*, now: datetime) -> list[str]:
    """Synchronise every order of a session completed last week; returns sessions without one.

    An attempt that lost Stripe's answer takes its session first.
    """
    orphans = []
    for session, attempt in gateway.paid_sessions_since(now - BACK):
        Attempt.objects.filter(pk=attempt, session_id=None).update(session_id=session)
        found = Attempt.objects.filter(session_id=session).values_list("order", flat=True).first()
        if found is None:
            log.error("a paid session belongs to no attempt: %s", session)
            orphans.append(session)
            continue
        try:
            sync.sync_order(order=found, now=now)
        except (Refused, Order.DoesNotExist):
            log.warning("order %s could not be audited", found)
    return orphans
