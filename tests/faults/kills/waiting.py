"""Waiting until the site has done what it had to do, and how long letters had to wait."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from django.db.models import F
from django.utils import timezone

from courseapp.post.models import Letter
from payments.models import Order, StripeEvent

if TYPE_CHECKING:
    from payments.sandbox.world import World


def until_nothing_is_left(world: World, *, seconds: float) -> float:
    """How many seconds it took; after ``seconds`` what is left is left."""
    began = time.monotonic()
    while time.monotonic() - began < seconds and _left(world):
        time.sleep(0.5)
    return time.monotonic() - began


def _left(world: World) -> bool:
    """Letters that somebody holds or that are due, hints not worked on, payments not known here."""
    now = timezone.now()
    letters = Letter.objects.filter(next_at__isnull=False, created_at__lte=now)
    held = letters.filter(first_tried_at__isnull=False) | letters.due(now=now)
    hints = StripeEvent.objects.filter(state=StripeEvent.State.RECEIVED)
    paid = {
        one["client_reference_id"]
        for one in world.all("checkout.session")
        if one["payment_status"] == "paid"
    }
    unknown = Order.objects.filter(pk__in=paid).exclude(state=Order.State.PAID)
    return held.exists() or hints.exists() or unknown.exists()


def longest() -> float:
    """Seconds from a letter's making to its sending, of those that were to go at once."""
    waits = Letter.objects.filter(stream__in=["code", "receipt"], sent_at__isnull=False)
    found = [
        one.total_seconds() for one in waits.values_list(F("sent_at") - F("created_at"), flat=True)
    ]
    return round(max(found, default=0.0), 1)
