"""What happens to accounts once a day."""

from __future__ import annotations

from celery import shared_task
from django.contrib.sessions.backends.db import SessionStore
from django.utils import timezone

from courseapp.accounts import pruning


@shared_task(name="accounts.prune")  # type: ignore[untyped-decorator]
def prune() -> None:
    """Accounts nobody confirmed, and sessions that have ended."""
    pruning.prune_unconfirmed(now=timezone.now())
    SessionStore.clear_expired()
