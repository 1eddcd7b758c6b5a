"""What happens to accounts once a day."""

from __future__ import annotations

from importlib import import_module

from celery import shared_task
from django.conf import settings
from django.utils import timezone

from courseapp.accounts import pruning


@shared_task(name="accounts.prune")  # type: ignore[untyped-decorator]
def prune() -> None:
    """Accounts nobody confirmed, and sessions that have ended."""
    pruning.prune_unconfirmed(now=timezone.now())
    import_module(settings.SESSION_ENGINE).SessionStore.clear_expired()
