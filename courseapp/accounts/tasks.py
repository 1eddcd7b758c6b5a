"""What happens to accounts once a day."""

from __future__ import annotations

from importlib import import_module

from celery import shared_task
from django.conf import settings

from courseapp import clock
from courseapp.accounts import pruning


@shared_task(name="accounts.prune")  # type: ignore[untyped-decorator]
def prune() -> None:
    """By the machine's own clock: accounts nobody confirmed, what is over, what is proved."""
    now = clock.real()
    pruning.prune_unconfirmed(now=now)
    import_module(settings.SESSION_ENGINE).SessionStore.clear_expired()
    pruning.prune_devices(now=now)
    pruning.prune_consents(now=now)
