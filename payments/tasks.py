"""What happens to orders without anybody asking."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from payments import inbox, reconciliation, refunds, sync


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
    inbox.pull(now=timezone.now())


@shared_task(name="payments.audit")  # type: ignore[untyped-decorator]
def audit() -> None:
    """Every day: each paid session of the last week has an order that says so."""
    reconciliation.audit(now=timezone.now())
