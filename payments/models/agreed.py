"""What is sold and what was agreed: products, prices, orders, gifts, withdrawals."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q

from lessons.content.models import Course


class Product(models.Model):
    """What can be bought: a right to one or more courses. No personal data.

    ``statement_name`` is what banks, Stripe and mail subjects call it: nothing of the topic.
    """

    uuid = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    slug = models.SlugField(max_length=80, unique=True)
    title = models.CharField(max_length=200)
    statement_name = models.CharField(max_length=22, default="Online training")
    courses = models.ManyToManyField(Course, related_name="products")
    active = models.BooleanField(default=True)

    def __str__(self) -> str:
        return self.title


class Offer(models.Model):
    """The price of a product from a moment on: append-only, so that an old price can be shown.

    Personal data: which member of staff set it.
    """

    uuid = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="offers")
    amount = models.PositiveIntegerField()  # Cents, VAT included.
    currency = models.CharField(max_length=3, default="eur")
    valid_from = models.DateTimeField()
    set_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )

    class Meta:
        constraints = [
            # Two prices from one moment would leave open which one holds.
            models.UniqueConstraint(fields=["product", "valid_from"], name="offer_moment_once"),
        ]

    def __str__(self) -> str:
        return f"{self.product_id} {self.amount} {self.currency}"


class Order(models.Model):
    """One purchase: what was agreed, and, as copies of the projection, what came of it.

    Personal data: who bought what, when, from which country; kept seven years for the tax law
    (art. 52 AWR), without its buyer once the account is erased.
    """

    class Contract(models.TextChoices):
        PLACED = "placed"
        WITHDRAWN = "withdrawn"

    class State(models.TextChoices):
        OPEN = "open"
        PROCESSING = "processing"
        PAID = "paid"
        FAILED = "failed"
        EXPIRED = "expired"

    uuid = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    # What a person reads and types; no counter, so that nobody can guess another's.
    number = models.CharField(max_length=20, unique=True)
    buyer = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="orders"
    )
    # Where the receipts go, whatever becomes of the account.
    email = models.EmailField(max_length=254)
    language = models.CharField(max_length=5)
    offer = models.ForeignKey(Offer, on_delete=models.PROTECT, related_name="orders")
    is_gift = models.BooleanField(default=False)
    total = models.PositiveIntegerField()  # Cents, VAT included, before a promotion code.
    currency = models.CharField(max_length=3)
    vat_mode = models.CharField(max_length=10)
    # Hundredths of a percent: 2100 is 21 %.
    vat_rate = models.PositiveIntegerField()
    # Names the TermsText that was agreed to.
    terms_version = models.CharField(max_length=64)
    placed_at = models.DateTimeField()
    contract = models.CharField(max_length=10, choices=Contract.choices, default=Contract.PLACED)
    # Staff closed what it opens, for a reason (`payments.barring`); null: they did not.
    barred_at = models.DateTimeField(null=True, blank=True)
    barred_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    barred_reason = models.CharField(max_length=300, blank=True)

    # --- Copies of the projection -------------------------------------------------------------
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    paid_amount = models.PositiveIntegerField(default=0)
    refunded_amount = models.PositiveIntegerField(default=0)
    paid_at = models.DateTimeField(null=True, blank=True)
    # Where the buyer said to be, where the card is from: evidence for VAT (art. 24b Reg. 282/2011).
    country_evidence = models.JSONField(default=dict)
    # What a person has to look at, as codes; empty: nothing.
    troubles = models.JSONField(default=list)

    # --- Keeping it true ----------------------------------------------------------------------
    # Raised by every application of facts; whoever fetched under an older number fetches again.
    sync_no = models.PositiveIntegerField(default=0)
    synced_at = models.DateTimeField(null=True, blank=True)
    # When Stripe was last asked for somebody who waits for a page, whether or not it answered.
    looked_at = models.DateTimeField(null=True, blank=True)
    # When the sweeper asks Stripe again without any hint; null: settled.
    next_sync_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["next_sync_at"],
                name="order_due",
                condition=Q(next_sync_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def source(self) -> str:
        """How the rights this order gives name it."""
        return f"{'gift' if self.is_gift else 'order'}:{self.uuid}"


class TermsText(models.Model):
    """A wording of the terms that somebody agreed to, kept for ever: immutable. No personal data.

    ``content`` is what `payments.terms` makes of it, ``digest`` its SHA-256.
    """

    digest = models.CharField(max_length=64, primary_key=True)
    content = models.JSONField()
    kept_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.digest[:12]


class Declaration(models.Model):
    """What a buyer declared with an order, in the words that stood there (art. 6:230v BW).

    Personal data: that this order's buyer declared it, and when.
    """

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="declarations")
    kind = models.CharField(max_length=20)
    text = models.TextField()
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["order", "kind"], name="declaration_once"),
        ]

    def __str__(self) -> str:
        return f"{self.order_id} {self.kind}"


class Attempt(models.Model):
    """One Checkout Session, or the intent to make one.

    ``request`` is written down before Stripe is called and sent again byte for byte: an idempotency
    key holds for one set of parameters only. Personal data: the buyer's address in the request.
    """

    class State(models.TextChoices):
        NEW = "new"
        OPEN = "open"
        COMPLETE = "complete"
        EXPIRED = "expired"
        FAILED = "failed"

    uuid = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="attempts")
    request = models.JSONField()
    session_id = models.CharField(max_length=255, unique=True, null=True, blank=True)
    url = models.TextField(blank=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.NEW)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()

    class Meta:
        constraints = [
            # Two sessions that can be paid are two payments for one order.
            models.UniqueConstraint(
                fields=["order"],
                condition=Q(state__in=["new", "open"]),
                name="attempt_payable_once",
            ),
        ]

    def __str__(self) -> str:
        return f"attempt {self.uuid}"


class Gift(models.Model):
    """A code that opens what a paid order bought, for somebody else, once.

    Personal data: who used it.
    """

    order = models.OneToOneField(Order, on_delete=models.PROTECT, related_name="gift")
    code = models.CharField(max_length=20, unique=True)
    used_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="gifts"
    )
    used_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"gift of {self.order_id}"


class StaffGrant(models.Model):
    """A right that staff gave without a sale, until it is ended.

    Personal data: who was given what, and why; which member of staff gave and ended it.
    """

    uuid = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    reader = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="staff_grants"
    )
    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="staff_grants")
    reason = models.CharField(max_length=300)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )

    class Meta:
        constraints = [
            # Ending one of two for the same thing would end nothing, and nobody would see why.
            models.UniqueConstraint(
                fields=["reader", "product"],
                condition=Q(ended_at__isnull=True),
                name="staff_grant_open_once",
            ),
        ]

    def __str__(self) -> str:
        return f"staff grant {self.uuid}"

    @property
    def source(self) -> str:
        """How the rights it gives name it."""
        return f"staff:{self.uuid}"


class Withdrawal(models.Model):
    """A statement that somebody withdraws from a contract, as it came in (art. 6:230oa BW).

    ``order`` is null until it is known which contract is meant; what counts is ``submitted_at``.
    Decided without an order and without a refusal, it was no withdrawal of ours at all.
    Personal data: name, address and what they wrote; kept five years.
    """

    uuid = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    order = models.ForeignKey(
        Order, on_delete=models.PROTECT, null=True, blank=True, related_name="withdrawals"
    )
    name = models.CharField(max_length=200)
    contract = models.CharField(max_length=200)
    email = models.EmailField(max_length=254)
    submitted_at = models.DateTimeField()
    # Why it has no effect, in words for the buyer; blank while it has, or nobody decided.
    refused = models.CharField(max_length=300, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            # A contract ends once.
            models.UniqueConstraint(
                fields=["order"],
                condition=Q(order__isnull=False, refused=""),
                name="withdrawn_once",
            ),
        ]

    def __str__(self) -> str:
        return f"withdrawal {self.uuid}"
