"""What follows from what Stripe says: the state of an order, the right it gives, and the money.

Pure: the same facts give the same answer, whatever events told about them, in whatever order and
however often. This is the only place that decides.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

OrderState = Literal["open", "processing", "paid", "failed", "expired"]
Right = Literal["none", "active", "suspended", "revoked"]

PAID = frozenset({"paid", "no_payment_required"})
GIVEN_BACK = frozenset({"succeeded", "pending", "requires_action"})
RETURNED = frozenset({"failed", "canceled"})
GIVEN_UP = frozenset({"requires_payment_method", "canceled"})
HELD = frozenset({"needs_response", "under_review"})
# Stripe's word for a refund that this site decided on and Stripe does not know yet.
INTENDED = "intended"


@dataclass(frozen=True)
class Session:
    """A Checkout Session; ``subtotal`` and ``total`` in cents, ``total`` after a promotion code.

    ``country`` is where the buyer said to be, as ISO 3166 writes it; empty: not asked.
    """

    id: str
    status: str
    payment_status: str
    subtotal: int
    total: int
    currency: str
    order: str
    intent: str | None = None
    country: str = ""


@dataclass(frozen=True)
class Payment:
    """A payment intent; ``amount`` is what was received, in cents."""

    id: str
    status: str
    amount: int
    currency: str
    paid_at: datetime | None = None
    method: str = ""
    country: str = ""


@dataclass(frozen=True)
class Refund:
    """``request`` is the row of ours that asked for it; empty when Stripe's dashboard did."""

    id: str
    intent: str
    amount: int
    status: str
    request: str = ""


@dataclass(frozen=True)
class Dispute:
    id: str
    intent: str
    amount: int
    status: str
    reason: str = ""
    due_by: datetime | None = None


@dataclass(frozen=True)
class Agreed:
    """What the order says: Stripe must have taken this, and not something else.

    ``withdrawn`` and ``barred``: its buyer ended the contract, staff closed what it opens.
    ``granted`` is the session that has paid it already as far as our papers go; empty: none yet.
    """

    order: str
    total: int
    currency: str
    withdrawn: bool = False
    barred: bool = False
    granted: str = ""


@dataclass(frozen=True)
class Facts:
    """All that Stripe says about one order, at one moment."""

    sessions: tuple[Session, ...] = ()
    payments: tuple[Payment, ...] = ()
    refunds: tuple[Refund, ...] = ()
    disputes: tuple[Dispute, ...] = ()


@dataclass(frozen=True)
class Booking:
    """Two sides of one amount, in cents: from one account to another, because of ``cause``."""

    cause: str
    of: str
    to: str
    amount: int


@dataclass(frozen=True)
class Projection:
    """``cause`` says why the right is what it is; ``troubles`` what a person has to look at.

    ``granting`` is the session that paid the order; ``surplus`` are payments beyond it, to be given
    back.
    """

    state: OrderState
    right: Right
    cause: str
    paid: int = 0
    refunded: int = 0
    granting: Session | None = None
    surplus: tuple[Payment, ...] = ()
    troubles: tuple[str, ...] = ()
    bookings: tuple[Booking, ...] = field(default=())


def project(agreed: Agreed, facts: Facts) -> Projection:
    """The one decision about an order. What costs nothing is paid as it stands."""
    if not agreed.total:
        right, cause = _ended(agreed) or _barred(agreed) or ("active", "free")
        return Projection(state="paid", right=right, cause=cause)
    own, foreign = _own(agreed, facts.sessions)
    fitting = [one for one in own if one.payment_status in PAID and _fits(agreed, one)]
    granting = min(fitting, key=lambda one: _rank(agreed, one, facts), default=None)
    surplus = tuple(_surplus(own, granting, facts))
    troubles = {
        *(["foreign_session"] if foreign else []),
        *("mismatch" for one in own if one.payment_status in PAID and not _fits(agreed, one)),
        *("paid_twice" for _ in surplus),
        *("refund_failed" for one in facts.refunds if one.status == "failed"),
    }
    bookings = tuple(_bookings(facts))
    if granting is None:
        return Projection(
            state=_waiting(own, facts), right="none", cause="not_paid", surplus=surplus,
            troubles=tuple(sorted(troubles)), bookings=bookings,
        )  # fmt: skip
    refunded = _refunded(granting, facts)
    right, cause = _right(agreed, granting, refunded, facts)
    troubles |= {f"dispute_{one.status}" for one in _of(granting, facts) if _is_open(one)}
    return Projection(
        state="paid", right=right, cause=cause, paid=granting.total, refunded=refunded,
        granting=granting, surplus=surplus, troubles=tuple(sorted(troubles)), bookings=bookings,
    )  # fmt: skip


def _own(agreed: Agreed, sessions: Sequence[Session]) -> tuple[list[Session], list[Session]]:
    own = [one for one in sessions if one.order == agreed.order]
    return own, [one for one in sessions if one.order != agreed.order]


def _fits(agreed: Agreed, session: Session) -> bool:
    """A promotion code may lower the total; nothing may change the price or the currency."""
    return (
        session.subtotal == agreed.total
        and session.currency == agreed.currency
        and 0 <= session.total <= agreed.total
    )


def _rank(agreed: Agreed, session: Session, facts: Facts) -> tuple[bool, float, str]:
    """Which of several paid sessions grants: the one an invoice says, else the first paid.

    Two may be paid in one second, and one that takes days is dated when it was begun: without the
    invoice's word a later look could find another one first, and draw a second invoice.
    """
    paid = next((one.paid_at for one in facts.payments if one.id == session.intent), None)
    since = paid.timestamp() if paid else 0.0
    return (session.id != agreed.granted, since, session.id)


def _surplus(own: Sequence[Session], granting: Session | None, facts: Facts) -> Iterator[Payment]:
    """Payments that bought nothing, as far as they are not given back yet.

    A payment can be there a moment before its session says so: that one is about to buy something.
    """
    taken = _taken_by(facts)
    for session in sorted(own, key=lambda one: one.id):
        payment = taken.get(session.intent or "")
        is_final = session.payment_status in PAID or session.status == "expired"
        if payment is None or session is granting or not is_final:
            continue
        back = sum(
            one.amount
            for one in facts.refunds
            if one.intent == payment.id and one.status in {*GIVEN_BACK, INTENDED}
        )
        if back < payment.amount:
            yield payment


def _taken_by(facts: Facts) -> dict[str, Payment]:
    """The payments that took money, by their id."""
    return {one.id: one for one in facts.payments if one.status == "succeeded" and one.amount}


def _waiting(own: Sequence[Session], facts: Facts) -> OrderState:
    """The state of an order nothing has paid. Only what Stripe gave up has failed."""
    given_up = {one.id for one in facts.payments if one.status in GIVEN_UP}
    complete = [one for one in own if one.status == "complete"]
    if any(one.intent not in given_up for one in complete):
        return "processing"
    taken = _taken_by(facts)
    if any(one.status == "open" and one.intent in taken for one in own):
        return "processing"
    if not own or any(one.status == "open" for one in own):
        return "open"
    return "failed" if complete else "expired"


def _refunded(granting: Session, facts: Facts) -> int:
    return sum(
        one.amount
        for one in facts.refunds
        if one.intent == granting.intent and one.status in GIVEN_BACK
    )


def _of(granting: Session, facts: Facts) -> list[Dispute]:
    return [one for one in facts.disputes if one.intent == granting.intent]


def _is_open(dispute: Dispute) -> bool:
    return dispute.status in HELD or dispute.status in {
        "warning_needs_response",
        "warning_under_review",
    }


def _barred(agreed: Agreed) -> tuple[Right, str] | None:
    """What staff closed; after what ends a right for good, so that the reason told is the last."""
    return ("revoked", "barred") if agreed.barred else None


def _ended(agreed: Agreed) -> tuple[Right, str] | None:
    """What ends the right whatever became of the money; None: nothing does."""
    return ("revoked", "withdrawn") if agreed.withdrawn else None


def _right(agreed: Agreed, granting: Session, refunded: int, facts: Facts) -> tuple[Right, str]:
    if ended := _ended(agreed):
        return ended
    statuses = {one.status for one in _of(granting, facts)}
    if "lost" in statuses:
        return "revoked", "dispute_lost"
    if granting.total and refunded >= granting.total:
        return "revoked", "refunded"
    if barred := _barred(agreed):
        return barred
    if statuses & HELD:
        return "suspended", "disputed"
    return "active", "paid" if granting.total else "free"


def _bookings(facts: Facts) -> Iterator[Booking]:
    """Money that moved, each once: what came in, what went back, what a bank took."""
    for payment in facts.payments:
        if payment.status == "succeeded" and payment.amount:
            yield Booking(f"{payment.id}:paid", "customer", "stripe", payment.amount)
    for refund in facts.refunds:
        if refund.status != INTENDED:
            yield Booking(f"{refund.id}:refunded", "stripe", "customer", refund.amount)
        if refund.status in RETURNED:
            yield Booking(f"{refund.id}:returned", "customer", "stripe", refund.amount)
    yield from _taken(facts.disputes)


def _taken(disputes: Sequence[Dispute]) -> Iterator[Booking]:
    for dispute in disputes:
        if dispute.status in {*HELD, "lost", "won"}:
            yield Booking(f"{dispute.id}:taken", "stripe", "customer", dispute.amount)
        if dispute.status == "won":
            yield Booking(f"{dispute.id}:won", "customer", "stripe", dispute.amount)
