"""What Stripe tells of by itself: hints, each once, and how far its list has been read."""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class StripeEvent(models.Model):
    """A row of the inbox: a hint that something changed at Stripe, and what was done about it.

    Personal data: a snapshot's payload may hold names and addresses, so none is kept; only which
    object it is about.
    """

    class State(models.TextChoices):
        RECEIVED = "received"
        DONE = "done"
        IGNORED = "ignored"

    # Of a thin event the id of its snapshot when it names one: both tell the same thing.
    event_id = models.CharField(max_length=255, primary_key=True)
    type = models.CharField(max_length=120)
    object_id = models.CharField(max_length=255, blank=True)
    # What else of ours it names: session, payment intent, order.
    about = models.JSONField(default=dict)
    livemode = models.BooleanField()
    received_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.RECEIVED)
    attempts = models.PositiveIntegerField(default=0)
    # When it is worked on next; the lease of who works on it now.
    next_at = models.DateTimeField(null=True, blank=True)
    error = models.TextField(blank=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["next_at"], name="stripe_event_due", condition=Q(next_at__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return self.event_id


class Cursor(models.Model):
    """Up to where Stripe's list of events has been read. No personal data."""

    name = models.CharField(max_length=20, primary_key=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.name} {self.at}"
