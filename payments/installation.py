"""What this installation says about itself, as far as selling needs it: settings and own tables."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.conf import settings
from django.urls import reverse

from courseapp.post import heartbeat
from lessons.content import identity
from payments.models import Cursor, StripeEvent

if TYPE_CHECKING:
    from datetime import datetime


@dataclass(frozen=True)
class Here:
    """All of it at one moment; times are UTC."""

    production: bool
    key: str
    secrets: tuple[str, ...]
    site: str
    url: str
    vat_mode: str
    # What the practice did not say about itself.
    lacking: tuple[str, ...]
    beat_at: datetime | None
    # When the oldest hint that waits to be worked on was due, and how far the list was read.
    inbox_since: datetime | None
    cursor_at: datetime | None
    # When the last hint came, and whether the one asked about is there.
    last_at: datetime | None
    knows_newest: bool


def address() -> str:
    """Where Stripe has to send its events."""
    return f"{settings.SITE_URL}{reverse('stripe_webhook')}"


def look(*, newest: str) -> Here:
    """``newest`` is the id of an event that should be in the inbox; empty: none."""
    waiting = StripeEvent.objects.filter(next_at__isnull=False).order_by("next_at")
    cursor = Cursor.objects.filter(name="events").values_list("at", flat=True)
    last = StripeEvent.objects.order_by("-received_at").values_list("received_at", flat=True)
    return Here(
        production=settings.PRODUCTION,
        key=settings.STRIPE_SECRET_KEY,
        secrets=tuple(settings.STRIPE_WEBHOOK_SECRETS),
        site=settings.SITE_URL,
        url=address(),
        vat_mode=settings.VAT_MODE,
        lacking=identity.missing(),
        beat_at=heartbeat.last(),
        inbox_since=waiting.values_list("next_at", flat=True).first(),
        cursor_at=cursor.first(),
        last_at=last.first(),
        knows_newest=not newest or StripeEvent.objects.filter(pk=newest).exists(),
    )
