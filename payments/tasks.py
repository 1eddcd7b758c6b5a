"""What happens to orders without anybody asking."""

from __future__ import annotations

import logging

from celery import shared_task
from django.utils import timezone

from payments import gateway, inbox, reconciliation, refunds, retention, sync

log = logging.getLogger(__name__)


@shared_task(name="payments.sweep")  # type: ignore[untyped-decorator]
def sweep() -> None:
    """Every half minute, and when the bell rings: hints, orders that are due, refunds."""
    now = timezone.now()
    inbox.work(now=now)
    sync.sweep(now=now)
    refunds.send_intended(now=now)


@shared_task(name="payments.pull")  # type: ignore[untyped-decorator]
def pull() -> None:
    """Every quarter of an hour: what Stripe's list of events says, for webhooks that never came."""
    try:
        inbox.pull(now=timezone.now())
    except gateway.Unreachable:
        log.warning("Stripe's list of events could not be read; the next round reads it")


@shared_task(name="payments.audit")  # type: ignore[untyped-decorator]
def audit() -> None:
    """Every day: each paid session of the last week has an order that says so."""
    try:
        reconciliation.audit(now=timezone.now())
    except gateway.Unreachable:
        log.warning("Stripe's list of sessions could not be read; the next round reads it")


@shared_task(name="payments.forget_old")  # type: ignore[untyped-decorator]
def forget_old() -> None:
    """Once a day: what of old sales says anything of a person."""
    retention.forget_old(now=timezone.now())
