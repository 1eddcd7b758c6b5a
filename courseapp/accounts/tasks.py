"""What happens to accounts once a day."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from courseapp.accounts import pruning


@shared_task(name="accounts.prune")  # type: ignore[untyped-decorator]
def prune() -> None:
    pruning.prune_unconfirmed(now=timezone.now())
