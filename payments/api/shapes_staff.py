"""What the owner's API of money answers, as types; read while running, like `payments.api.shapes`.

What Stripe says is told in Stripe's words: ``status``, ``method``, ``reason``.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypedDict

from courseapp.api.schema import Also
from lessons.api.shapes import Id, Link, Moment
from lessons.api.shapes_publishing import Act
from lessons.api.shapes_staff import Person
from payments.api.shapes import Cents, Currency, InvoiceLine, Number, ProductName, Rate, Standing

State = Literal["open", "processing", "paid", "failed", "expired"]


class StaffOrderLine(TypedDict):
    """An order as the practice sees it; ``troubles`` are codes of what a person has to look at."""

    number: Number
    product: ProductName
    standing: Standing
    state: State
    gift: bool
    email: str
    total: Cents
    paid: Cents
    refunded: Cents
    currency: Currency
    placed_at: Moment
    paid_at: Moment | None
    troubles: list[str]


class StaffOrderPage(TypedDict):
    """Orders, the last placed first."""

    next: Link | None
    previous: Link | None
    results: list[StaffOrderLine]


class OrderDeclaration(TypedDict):
    """What the buyer declared, in the words that stood there."""

    kind: str
    text: str
    at: Moment


class OrderAttempt(TypedDict):
    """A payment page that was opened, or was to be."""

    session: str | None
    state: Literal["new", "open", "complete", "expired", "failed"]
    created_at: Moment
    expires_at: Moment


class AccessStep(TypedDict):
    """A step of the right this order gives, with its cause; append-only."""

    was: str
    now: str
    cause: str
    at: Moment


class StaffRefund(TypedDict):
    """Money given back. ``status`` "intended": decided here, and not known at Stripe yet.

    ``error`` is what Stripe last said against it.
    """

    uuid: Id
    stripe_id: str | None
    amount: Cents
    status: str
    origin: Literal["staff", "withdrawal", "duplicate", "stripe"]
    reason: str
    asked_by: Person | None
    asked_at: Moment
    error: str


class StaffDispute(TypedDict):
    """A buyer's bank asks the money back; answer before ``due_by``."""

    stripe_id: str
    amount: Cents
    status: str
    reason: str
    due_by: Moment | None


class StaffPayment(TypedDict):
    """What Stripe says of one payment, with what came of it."""

    intent: str
    amount: Cents
    currency: Currency
    status: str
    method: str
    paid_at: Moment | None
    refunds: list[StaffRefund]
    disputes: list[StaffDispute]


class StaffWithdrawal(TypedDict):
    """A statement of withdrawal; ``refused`` says why it has no effect, if it has none."""

    uuid: Id
    name: str
    email: str
    submitted_at: Moment
    decided_at: Moment | None
    refused: str


class StaffLetter(TypedDict):
    """A mail about the order: what kind, and whether it went out. Never its words."""

    kind: Annotated[str, Also(examples=["confirmed"])]
    created_at: Moment
    sent_at: Moment | None


class Barred(TypedDict):
    """Since when and why staff closed what the order opens."""

    at: Moment
    by: Person | None
    reason: str


class StaffOrder(StaffOrderLine):
    """An order with every row that explains it, the oldest first."""

    buyer: Id | None
    contract: Literal["placed", "withdrawn"]
    barred: Barred | None
    vat_rate: Rate
    country_evidence: Any
    left_to_refund: Cents
    declarations: list[OrderDeclaration]
    attempts: list[OrderAttempt]
    payments: list[StaffPayment]
    access: list[AccessStep]
    withdrawals: list[StaffWithdrawal]
    letters: list[StaffLetter]
    invoices: list[InvoiceLine]
    acts: list[Act]


class StaffGrantRow(TypedDict):
    """A right that staff gave without a sale, until it was ended."""

    uuid: Id
    email: str
    product: ProductName
    reason: str
    by: Person | None
    at: Moment
    ended_at: Moment | None
    ended_by: Person | None


class StaffGrantPage(TypedDict):
    """Grants, the last given first, ended or not."""

    next: Link | None
    previous: Link | None
    results: list[StaffGrantRow]
