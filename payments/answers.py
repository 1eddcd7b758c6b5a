"""What Stripe answers, as the facts and the hints of this site. Pure: nothing is asked here.

Stripe's objects come as they are, and are read as far as they are needed; one that is not as its
description says raises what Python raises, which `gateway` tells as "no sensible answer".
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.conf import settings

from payments import projection


@dataclass(frozen=True)
class Hint:
    """What an event tells: that something about these objects changed. Never what it is now."""

    event_id: str
    type: str
    object_id: str
    livemode: bool
    about: dict[str, str]
    created: datetime


def session(one: Any, *, is_live: bool) -> projection.Session:
    """A Checkout Session; of another site or another mode it names no order."""
    ours = meta(one).get("env") == settings.STRIPE_ENV and one.livemode == is_live
    intent: Any = one.payment_intent
    address = one.customer_details.address if one.customer_details else None
    return projection.Session(
        id=one.id,
        status=one.status or "",
        payment_status=one.payment_status,
        subtotal=one.amount_subtotal or 0,
        total=one.amount_total or 0,
        currency=one.currency or "",
        order=(one.client_reference_id or "") if ours else "",
        intent=intent.id if intent else None,
        country=(address.country or "") if address else "",
    )


def payment(intent: Any) -> projection.Payment:
    """A payment intent with its charge."""
    charge = intent.latest_charge
    details = charge.payment_method_details if charge else None
    card = getattr(details, "card", None)
    return projection.Payment(
        id=intent.id,
        status=intent.status,
        amount=intent.amount_received or 0,
        currency=intent.currency,
        paid_at=_moment(charge.created) if charge and intent.status == "succeeded" else None,
        method=details.type if details else "",
        country=(getattr(card, "country", None) or "") if card else "",
    )


def refund(one: Any, intent: str) -> projection.Refund:
    """A refund; ``request`` is what we wrote on it."""
    return projection.Refund(
        id=one.id, intent=intent, amount=one.amount, status=one.status or "",
        request=meta(one).get("refund", ""),
    )  # fmt: skip


def dispute(one: Any, intent: str) -> projection.Dispute:
    """A dispute, and until when the bank wants to hear from us."""
    due = one.evidence_details.due_by if one.evidence_details else None
    return projection.Dispute(
        id=one.id, intent=intent, amount=one.amount, status=one.status, reason=one.reason,
        due_by=_moment(due) if due else None,
    )  # fmt: skip


def hint(event: dict[str, Any]) -> Hint:
    """From a snapshot or a thin event; whose data, if any, is not looked at beyond names."""
    if event.get("object") == "v2.core.event":
        related = event.get("related_object") or {}
        return Hint(
            event_id=_name(event.get("snapshot_event") or event["id"]),
            type=_name(event["type"]).removeprefix("v1."),
            object_id=_name(related.get("id", "")),
            livemode=bool(event["livemode"]),
            about={},
            created=datetime.fromisoformat(event["created"].replace("Z", "+00:00")),
        )
    thing = event["data"]["object"]
    names = {
        "intent": thing.get("payment_intent"),
        "order": (thing.get("metadata") or {}).get("order"),
    }
    return Hint(
        event_id=_name(event["id"]),
        type=_name(event["type"]),
        object_id=_name(thing.get("id", "")),
        livemode=bool(event["livemode"]),
        about={name: _name(value) for name, value in names.items() if isinstance(value, str)},
        created=_moment(event["created"]),
    )


def _name(said: object) -> str:
    """An id or a type: a text that any database can keep. Raises ValueError."""
    if not isinstance(said, str) or "\0" in said:
        raise ValueError("an event names something that is no text")
    said.encode()  # Half a surrogate pair is no text either.
    return said


def meta(thing: Any) -> dict[str, str]:
    """What we wrote on an object, as a dict: Stripe's own has no ``get``."""
    return thing.metadata.to_dict() if thing.metadata else {}


def _moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, tz=UTC)
