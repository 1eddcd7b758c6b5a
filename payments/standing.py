"""Where an order stands for its buyer, in one word; pages and API say the same.

Pure. "failed" is said only where Stripe gave the payment up; what is not known yet is under way.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from payments.models import Order
from payments.withdrawal import PERIOD

if TYPE_CHECKING:
    from datetime import datetime

    from payments.models import AccessChange, Gift

Word = Literal[
    "open",  # nobody paid yet
    "processing",  # the bank has not told yet
    "failed",  # Stripe says that the payment did not succeed; it can be tried again
    "expired",  # the payment page was closed unpaid; it can be tried again
    "paid",  # it can be read
    "gift_ready",  # the code can be given away
    "gift_opened",  # somebody used it
    "held",  # paid, and not open now: a bank asks the money back, or did
    "refunded",  # all of it was given back
    "withdrawn",  # the buyer withdrew from the contract
]
PAYABLE: frozenset[Word] = frozenset({"open", "failed", "expired"})


def of(order: Order, gift: Gift | None, change: AccessChange | None) -> Word:
    """The word for an order, with its gift and the last change of the right it gives."""
    if order.contract == Order.Contract.WITHDRAWN:
        return "withdrawn"
    if order.state != Order.State.PAID:
        return _unpaid(order)
    if order.paid_amount and order.refunded_amount >= order.paid_amount:
        return "refunded"
    if change is not None and change.now != "active":
        return "held"
    if not order.is_gift:
        return "paid"
    return "gift_opened" if gift is not None and gift.used_at else "gift_ready"


def withdrawable_until(order: Order) -> datetime | None:
    """The moment before which the buyer may withdraw; None for a contract that has ended."""
    return order.placed_at + PERIOD if order.contract == Order.Contract.PLACED else None


def _unpaid(order: Order) -> Word:
    words: dict[str, Word] = {
        Order.State.PROCESSING: "processing",
        Order.State.FAILED: "failed",
        Order.State.EXPIRED: "expired",
    }
    return words.get(order.state, "open")
