"""What Stripe answered about money, and what follows from it: rights, books, papers."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q

from payments.models.agreed import Order


class Payment(models.Model):
    """What Stripe says about one payment intent. Personal data: by its order."""

    intent_id = models.CharField(max_length=255, primary_key=True)
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="payments")
    amount = models.PositiveIntegerField()
    currency = models.CharField(max_length=3)
    status = models.CharField(max_length=30)
    method = models.CharField(max_length=40, blank=True)
    paid_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.intent_id


class Refund(models.Model):
    """Money given back: asked for here (``intended``), or seen at Stripe.

    Personal data: by its order; which member of staff asked for it.
    """

    class Origin(models.TextChoices):
        STAFF = "staff"
        WITHDRAWAL = "withdrawal"
        DUPLICATE = "duplicate"
        # Its buyer erased the account before paying.
        NOBODY = "nobody"
        STRIPE = "stripe"

    uuid = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    stripe_id = models.CharField(max_length=255, unique=True, null=True, blank=True)
    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="refunds")
    amount = models.PositiveIntegerField()
    status = models.CharField(max_length=20, default="intended")
    origin = models.CharField(max_length=12, choices=Origin.choices)
    reason = models.CharField(max_length=300, blank=True)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    asked_at = models.DateTimeField()
    error = models.TextField(blank=True)
    # One that failed and was made up for outside Stripe, say by a transfer: when, and how.
    settled_at = models.DateTimeField(null=True, blank=True)
    settled_note = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="refund_of_something"),
        ]

    def __str__(self) -> str:
        return f"refund {self.uuid}"


class Dispute(models.Model):
    """A buyer's bank asks the money back. Personal data: by its order."""

    stripe_id = models.CharField(max_length=255, primary_key=True)
    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="disputes")
    amount = models.PositiveIntegerField()
    status = models.CharField(max_length=30)
    reason = models.CharField(max_length=60, blank=True)
    due_by = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.stripe_id


class AccessChange(models.Model):
    """Why somebody has or has not access: each step of an order's right, with its cause.

    Append-only. Personal data: by its order.
    """

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="access_changes")
    was = models.CharField(max_length=10)
    now = models.CharField(max_length=10)
    cause = models.CharField(max_length=40)
    sync_no = models.PositiveIntegerField()
    at = models.DateTimeField()

    class Meta:
        constraints = [
            # One application of facts changes a right once.
            models.UniqueConstraint(fields=["order", "sync_no"], name="access_change_once"),
        ]

    def __str__(self) -> str:
        return f"{self.was} → {self.now}"


class LedgerEntry(models.Model):
    """One side of a booking; the sides of a cause sum to zero. Personal data: by its order."""

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="ledger")
    account = models.CharField(max_length=20)
    amount = models.IntegerField()
    currency = models.CharField(max_length=3)
    # The Stripe object it follows from and what of it: "pi_…:paid", "re_…:refunded".
    cause = models.CharField(max_length=300)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            # The same event twice books once.
            models.UniqueConstraint(fields=["cause", "account"], name="ledger_cause_once"),
        ]

    def __str__(self) -> str:
        return f"{self.account} {self.amount}"


class InvoiceSeries(models.Model):
    """The last number given in a series; locked while one is drawn. No personal data."""

    name = models.CharField(max_length=20, primary_key=True)
    last = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.name} {self.last}"


class Invoice(models.Model):
    """An invoice or a credit note, immutable; numbered in the transaction it follows from.

    Personal data: by its order; kept as long as the tax law wants.
    """

    class Kind(models.TextChoices):
        INVOICE = "invoice"
        CREDIT = "credit"

    number = models.CharField(max_length=30, primary_key=True)
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="invoices")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    cause = models.CharField(max_length=300, unique=True)
    content = models.JSONField()
    issued_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.number
