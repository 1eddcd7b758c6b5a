"""What is so at Stripe, read from the sandbox's own memory and not through our gateway."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from django.conf import settings

from payments.projection import PAID, Dispute, Facts, Payment, Refund, Session

if TYPE_CHECKING:
    from collections.abc import Iterable

    from payments.models import Order
    from payments.sandbox.world import World

Thing = dict[str, Any]


def sessions(world: World, order: Order) -> list[Thing]:
    """Sessions that were opened for this order and that anybody could have seen or paid."""
    known = set(order.attempts.values_list("session_id", flat=True))
    return [
        one
        for one in reversed(world.all("checkout.session"))
        if one["client_reference_id"] == str(order.pk)
        and (one["id"] in known or one["payment_status"] in PAID)
    ]


def is_ours(session: Thing) -> bool:
    return not session["livemode"] and session["metadata"].get("env") == settings.STRIPE_ENV


def intents(world: World, order: Order) -> list[Thing]:
    return [
        world.get(one["payment_intent"])
        for one in sessions(world, order)
        if one["payment_intent"] is not None
    ]


def of_intents(world: World, kind: str, among: Iterable[Thing]) -> list[Thing]:
    """The refunds or disputes of these payment intents."""
    names = {one["id"] for one in among}
    return [one for one in world.all(kind) if one["payment_intent"] in names]


def facts(world: World, order: Order) -> Facts:
    """What `payments.gateway.facts_of` should find."""
    found = intents(world, order)
    return Facts(
        sessions=tuple(_session(one) for one in sessions(world, order)),
        payments=tuple(_payment(world, one) for one in found),
        refunds=tuple(
            Refund(one["id"], one["payment_intent"], one["amount"], one["status"])
            for one in of_intents(world, "refund", found)
        ),
        disputes=tuple(
            Dispute(one["id"], one["payment_intent"], one["amount"], one["status"])
            for one in of_intents(world, "dispute", found)
        ),
    )


def balance(world: World, order: Order) -> int:
    """Cents of this order that are with Stripe, its fees not counted."""
    found = intents(world, order)
    moved = {
        one["id"]
        for kind in ("charge", "refund", "dispute")
        for one in of_intents(world, kind, found)
    }
    booked = world.all("balance_transaction")
    return sum(one["amount"] for one in booked if one["source"] in moved)


def _session(one: Thing) -> Session:
    return Session(
        id=one["id"],
        status=one["status"],
        payment_status=one["payment_status"],
        subtotal=one["amount_subtotal"],
        total=one["amount_total"],
        currency=one["currency"],
        order=one["client_reference_id"] if is_ours(one) else "",
        intent=one["payment_intent"],
    )


def _payment(world: World, one: Thing) -> Payment:
    charge = world.get(one["latest_charge"]) if one["latest_charge"] else None
    paid = charge is not None and one["status"] == "succeeded"
    return Payment(
        id=one["id"],
        status=one["status"],
        amount=one["amount_received"],
        currency=one["currency"],
        paid_at=datetime.fromtimestamp(charge["created"], tz=UTC) if charge and paid else None,
    )
