"""Asked once: the key under which somebody asked for something, and what came of it."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from payments.models.agreed import Order
from payments.models.money import Refund


class AskedOnce(models.Model):
    """A request that must not be done twice, by the key its sender gave it.

    Written in the transaction that does what was asked: it is there exactly if that happened.
    Personal data: who asked, and when; it goes with the account.
    """

    class Purpose(models.TextChoices):
        ORDER = "order"
        REFUND = "refund"

    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    purpose = models.CharField(max_length=10, choices=Purpose.choices)
    key = models.CharField(max_length=255)
    # SHA-256 (hex) of what was asked: the same key for something else is a mistake.
    digest = models.CharField(max_length=64)
    order = models.ForeignKey(Order, on_delete=models.CASCADE, null=True, related_name="+")
    refund = models.ForeignKey(Refund, on_delete=models.CASCADE, null=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            # Of two at one moment, one waits for the other and finds what it made.
            models.UniqueConstraint(fields=["by", "purpose", "key"], name="asked_once"),
        ]

    def __str__(self) -> str:
        return f"{self.purpose} {self.key}"
