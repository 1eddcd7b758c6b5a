"""What happens without anybody asking, over all apps."""

from __future__ import annotations

from importlib import import_module

from celery import shared_task
from django.conf import settings
from django.utils import timezone

from courseapp import cache, privacy
from courseapp.accounts import handovers
from courseapp.mydata import handing_over, idling, letting_go, scrubbing
from courseapp.vault import ledger, rotation


@shared_task(name="courseapp.hand_over")  # type: ignore[untyped-decorator]
def hand_over() -> None:
    """Every minute, and when the bell rings: make what people asked for of their own data."""
    now = timezone.now()
    handing_over.make_due(now=now)
    handovers.forget_old(now=now)


@shared_task(name="courseapp.let_go")  # type: ignore[untyped-decorator]
def let_go() -> None:
    """Every minute, and when the bell rings: erase whose day has come; who came back has mails."""
    now = timezone.now()
    letting_go.welcome_back(now=now)
    letting_go.finish_due(now=now)


@shared_task(name="courseapp.scrub")  # type: ignore[untyped-decorator]
def scrub() -> None:
    """Once an hour: what ran out goes; in a night after an erasure, what it left in files too."""
    now = timezone.now()
    privacy.replay_erasures(now=now)
    ledger.forget_old(now=now)
    import_module(settings.SESSION_ENGINE).SessionStore.clear_expired()
    cache.sweep()
    scrubbing.scrub_if_due(now=now)


@shared_task(name="courseapp.ask_idle")  # type: ignore[untyped-decorator]
def ask_idle() -> None:
    """Once a day: accounts that nobody uses are asked about, and half a year later let go."""
    now = timezone.now()
    idling.ask(now=now)
    idling.let_go(now=now)


@shared_task(name="courseapp.sweep_keys")  # type: ignore[untyped-decorator]
def sweep_keys() -> None:
    """Once an hour: finish erasures that were cut off before their last step."""
    privacy.sweep_keys()


@shared_task(name="courseapp.renew_keys")  # type: ignore[untyped-decorator]
def renew_keys() -> None:
    """Once an hour: go on with renewals of readers' keys that were begun."""
    rotation.go_on_all(now=timezone.now())
