"""Stripe, as far as it is needed: the only file that imports its SDK (the sandbox aside).

Each function is one question or one act over the network, never inside a transaction. What Stripe
answers becomes the frozen facts of `payments.projection`; what goes wrong becomes ``Unreachable``
(try later) or ``Declined`` (Stripe says no, and will again).
"""

from __future__ import annotations

import json
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import stripe
from django.conf import settings
from django.utils.translation import gettext as _

from courseapp.errors import Refused
from payments import projection

if TYPE_CHECKING:
    from collections.abc import Iterator

API_VERSION = "2026-10-28.endive"
# Seconds to connect and to wait for an answer: a web worker must not hang for the SDK's 80.
TIMEOUT = (3.05, 10.0)
# Seconds between Stripe's signature and ours clock; older is a replay, later a forgery.
TOLERANCE = 300
# What Stripe tells us about; thin events carry the same names after "v1.".
EVENTS = (
    "checkout.session.completed",
    "checkout.session.async_payment_succeeded",
    "checkout.session.async_payment_failed",
    "checkout.session.expired",
    "payment_intent.succeeded",
    "payment_intent.payment_failed",
    "refund.created",
    "refund.updated",
    "refund.failed",
    "charge.dispute.created",
    "charge.dispute.updated",
    "charge.dispute.closed",
)


class Unreachable(Refused):
    """Stripe did not answer, or not sensibly; nothing is known about what it did."""

    code = "payment_service_unreachable"
    status = 503


class Declined(Refused):
    """Stripe understood and refuses; ``reason`` is its code."""

    code = "payment_service_declined"
    status = 409

    def __init__(self, message: str, reason: str) -> None:
        super().__init__(message)
        self.reason = reason


class NotSigned(Exception):
    """A webhook's body that Stripe did not sign, or not now."""


@dataclass(frozen=True)
class Opened:
    """A Checkout Session that can be paid."""

    session_id: str
    url: str


@dataclass(frozen=True)
class Hint:
    """What an event tells: that something about these objects changed. Never what it is now."""

    event_id: str
    type: str
    object_id: str
    livemode: bool
    about: dict[str, str]
    created: datetime


def open_session(request: dict[str, Any], *, key: str) -> Opened:
    """Make the Checkout Session of this request; the same key gives the same session."""
    with _asking():
        made = _client().v1.checkout.sessions.create(request, {"idempotency_key": key})  # type: ignore[arg-type]  # Frozen as JSON.
    if not made.url:
        raise Unreachable(_("The payment page could not be opened. Nothing was charged."))
    return Opened(session_id=made.id, url=made.url)


def expire_session(session_id: str) -> bool:
    """Close a session to payment; False when it is no longer open (then it may be paid)."""
    try:
        with _asking():
            _client().v1.checkout.sessions.expire(session_id)
    except Declined:
        return False
    return True


def session_of(reference: str, since: datetime) -> Opened | None:
    """The session made for this attempt, when its answer was lost."""
    with _asking():
        found = _client().v1.checkout.sessions.list(
            {"created": {"gte": int(since.timestamp()) - 60}, "limit": 100}
        )
        for one in found.auto_paging_iter():
            if _meta(one).get("attempt") == reference:
                return Opened(session_id=one.id, url=one.url or "")
    return None


def facts_of(sessions: list[str]) -> projection.Facts:
    """All that Stripe says now about the sessions of one order."""
    with _asking():
        found = [_session(one) for one in sessions]
        intents = [intent for _fact, intent in found if intent is not None]
        return projection.Facts(
            sessions=tuple(fact for fact, _intent in found),
            payments=tuple(_payment(one) for one in intents),
            refunds=tuple(each for one in intents for each in _refunds(one.id)),
            disputes=tuple(each for one in intents for each in _disputes(one.id)),
        )


def refund(*, intent: str, amount: int, key: str) -> str:
    """Give back ``amount`` cents; returns Stripe's id. The same key gives back once."""
    params: Any = {"payment_intent": intent, "amount": amount, "metadata": {"refund": key}}
    with _asking():
        made = _client().v1.refunds.create(params, {"idempotency_key": f"re-{key}"})
    return made.id


def hint_of(body: bytes, signature: str, *, now: datetime) -> Hint:
    """What a webhook says, once it is certain that Stripe said it now. Raises ``NotSigned``."""
    for secret in settings.STRIPE_WEBHOOK_SECRETS:
        try:
            stripe.WebhookSignature.verify_header(body, signature, secret, tolerance=TOLERANCE)
            stamp = _stamp(signature)
            if abs(now.timestamp() - stamp) > TOLERANCE:
                raise NotSigned
            return _hint(json.loads(body))
        except stripe.SignatureVerificationError:
            continue
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            # A body that is no UTF-8, a header that is no ASCII, JSON that is no event.
            raise NotSigned from error
    raise NotSigned


def events_since(moment: datetime) -> Iterator[Hint]:
    """What happened at Stripe since then, oldest first, whether it was delivered or not."""
    with _asking():
        found = _client().v1.events.list(
            {"types": list(EVENTS), "created": {"gte": int(moment.timestamp())}, "limit": 100}
        )
        every = [_hint(one.to_dict()) for one in found.auto_paging_iter()]
    yield from sorted(every, key=lambda one: one.created)


def paid_sessions_since(moment: datetime) -> Iterator[tuple[str, str]]:
    """Session and attempt of every completed session of ours since then, for the audit."""
    with _asking():
        found = _client().v1.checkout.sessions.list(
            {"created": {"gte": int(moment.timestamp())}, "status": "complete", "limit": 100}
        )
        for one in found.auto_paging_iter():
            attempt = _meta(one).get("attempt")
            if attempt and _meta(one).get("env") == settings.STRIPE_ENV:
                yield one.id, attempt


def live() -> bool:
    """Whether the key moves real money."""
    return "_live_" in settings.STRIPE_SECRET_KEY


@lru_cache(maxsize=4)
def _made(key: str, base: str) -> stripe.StripeClient:
    return stripe.StripeClient(
        key,
        stripe_version=API_VERSION,
        # Without this the client never tries again.
        max_network_retries=2,
        http_client=stripe.RequestsClient(timeout=TIMEOUT),
        base_addresses={"api": base} if base else {},
    )


def _client() -> stripe.StripeClient:
    return _made(settings.STRIPE_SECRET_KEY, settings.STRIPE_API_BASE)


@contextmanager
def _asking() -> Iterator[None]:
    try:
        yield
    except (stripe.InvalidRequestError, stripe.CardError) as error:
        raise Declined(str(error.user_message or error), error.code or "") from error
    except stripe.IdempotencyError as error:
        raise Declined(str(error), "idempotency_error") from error
    except (stripe.StripeError, ValueError, TypeError, AttributeError) as error:
        raise Unreachable(
            _("The payment service does not answer. Nothing is lost; try again in a moment.")
        ) from error


def _session(session_id: str) -> tuple[projection.Session, Any]:
    one = _client().v1.checkout.sessions.retrieve(
        session_id, {"expand": ["payment_intent.latest_charge"]}
    )
    meta = _meta(one)
    ours = meta.get("env") == settings.STRIPE_ENV and one.livemode == live()
    intent: Any = one.payment_intent
    fact = projection.Session(
        id=one.id,
        status=one.status or "",
        payment_status=one.payment_status,
        subtotal=one.amount_subtotal or 0,
        total=one.amount_total or 0,
        currency=one.currency or "",
        order=(one.client_reference_id or "") if ours else "",
        intent=intent.id if intent else None,
    )
    return fact, intent


def _payment(intent: Any) -> projection.Payment:
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


def _refunds(intent: str) -> Iterator[projection.Refund]:
    found = _client().v1.refunds.list({"payment_intent": intent, "limit": 100})
    for one in found.auto_paging_iter():
        yield projection.Refund(
            id=one.id, intent=intent, amount=one.amount, status=one.status or "",
            request=_meta(one).get("refund", ""),
        )  # fmt: skip


def _disputes(intent: str) -> Iterator[projection.Dispute]:
    found = _client().v1.disputes.list({"payment_intent": intent, "limit": 100})
    for one in found.auto_paging_iter():
        due = one.evidence_details.due_by if one.evidence_details else None
        yield projection.Dispute(
            id=one.id, intent=intent, amount=one.amount, status=one.status, reason=one.reason,
            due_by=_moment(due) if due else None,
        )  # fmt: skip


def _hint(event: dict[str, Any]) -> Hint:
    """From a snapshot or a thin event; whose data, if any, is not looked at beyond names."""
    if event.get("object") == "v2.core.event":
        related = event.get("related_object") or {}
        return Hint(
            event_id=event.get("snapshot_event") or event["id"],
            type=str(event["type"]).removeprefix("v1."),
            object_id=str(related.get("id", "")),
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
        event_id=event["id"],
        type=event["type"],
        object_id=str(thing.get("id", "")),
        livemode=bool(event["livemode"]),
        about={name: value for name, value in names.items() if isinstance(value, str)},
        created=_moment(event["created"]),
    )


def intent_of(object_id: str) -> str:
    """The payment intent of a refund or a dispute that came as a name only; empty: not known."""
    client = _client().v1
    with _asking():
        if object_id.startswith("re_"):
            found: Any = client.refunds.retrieve(object_id).payment_intent
        elif object_id.startswith(("dp_", "du_")):
            found = client.disputes.retrieve(object_id).payment_intent
        else:
            return object_id if object_id.startswith("pi_") else ""
    return str(getattr(found, "id", found) or "")


def session_for_intent(intent: str) -> str:
    """The Checkout Session a payment intent belongs to; empty when there is none."""
    with _asking():
        found = _client().v1.checkout.sessions.list({"payment_intent": intent, "limit": 1})
        return found.data[0].id if found.data else ""


def _meta(thing: Any) -> dict[str, str]:
    """What we wrote on an object, as a dict: Stripe's own has no ``get``."""
    return thing.metadata.to_dict() if thing.metadata else {}


def _stamp(signature: str) -> int:
    return int(dict(part.split("=", 1) for part in signature.split(","))["t"])


def _moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, tz=UTC)
