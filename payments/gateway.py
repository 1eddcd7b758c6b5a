"""Stripe, as far as it is needed: the only file that imports its SDK (the sandbox aside).

Each function is one question or one act over the network, never inside a transaction. What Stripe
answers becomes the frozen facts of `payments.projection`; what goes wrong becomes ``Unreachable``
(try later) or ``Declined`` (Stripe says no, and will again).
"""

from __future__ import annotations

import json
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import stripe
from django.conf import settings
from django.utils.translation import gettext as _

from courseapp.errors import Refused
from payments import answers, patience, projection

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime
    from typing import TypeVar

    T = TypeVar("T")

API_VERSION = "2026-10-28.endive"
# Seconds to connect and to wait for an answer: a web worker must not hang for the SDK's 80.
TIMEOUT = (3.05, 10.0)
# How often the worker tries a call again; without saying so the client never does.
RETRIES = 2
# The least a call gets, in seconds, when hardly anything is left of its limit: enough to fail well.
LEAST = 0.05
# What the SDK may wait before it tries again, in seconds.
PAUSE = 2.0
# Stripe's status for a key whose first request is still being worked on, say of a double click.
IN_USE = 409
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


class Remembered(Unreachable):
    """Stripe failed once under this key and says so again, for a day; another key may do."""


class Declined(Refused):
    """Stripe understood and refuses; ``reason`` is its code."""

    code = "payment_service_declined"
    status = 409

    def __init__(self, message: str, reason: str) -> None:
        super().__init__(message)
        self.reason = reason


class NotAllowed(Unreachable):
    """The key may not ask this, or is none of Stripe's; the cause is what Stripe said."""

    def __init__(self, message: str, *, is_unknown: bool) -> None:
        super().__init__(message)
        self.is_unknown = is_unknown


class NotSigned(Exception):
    """A webhook's body that Stripe did not sign, or not now."""


@dataclass(frozen=True)
class Opened:
    """A Checkout Session that can be paid."""

    session_id: str
    url: str


def open_session(request: dict[str, Any], *, key: str) -> Opened:
    """Make the Checkout Session of this request; the same key gives the same session."""
    with _asking():
        made = _client().v1.checkout.sessions.create(request, {"idempotency_key": key})  # type: ignore[arg-type]  # Frozen as JSON.
        session_id, url = made.id, made.url
    if not url:
        raise Unreachable(_("The payment page could not be opened. Nothing was charged."))
    return Opened(session_id=session_id, url=url)


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
            if answers.meta(one).get("attempt") == reference:
                return Opened(session_id=one.id, url=one.url or "")
    return None


def facts_of(sessions: list[str]) -> projection.Facts:
    """All that Stripe says now about the sessions of one order."""
    with _asking():
        found = [_session(one) for one in sessions]
        intents = [intent for _fact, intent in found if intent is not None]
        return projection.Facts(
            sessions=tuple(fact for fact, _intent in found),
            payments=tuple(answers.payment(one) for one in intents),
            refunds=tuple(each for one in intents for each in _refunds(one.id)),
            disputes=tuple(each for one in intents for each in _disputes(one.id)),
        )


def refund(*, intent: str, amount: int, key: str) -> str:
    """Give back ``amount`` cents; returns Stripe's id. The same key gives back once."""
    params: Any = {"payment_intent": intent, "amount": amount, "metadata": {"refund": key}}
    try:
        return _refund(params, f"re-{key}")
    except Remembered:
        with _asking():
            made = [one.id for one in _refunds(intent) if one.request == key]
        return made[0] if made else _refund(params, f"re-{key}-again")


def _refund(params: Any, key: str) -> str:
    with _asking():
        return str(_client().v1.refunds.create(params, {"idempotency_key": key}).id)


def hint_of(body: bytes, signature: str, *, now: datetime) -> answers.Hint:
    """What a webhook says, once it is certain that Stripe said it now. Raises ``NotSigned``."""
    for secret in settings.STRIPE_WEBHOOK_SECRETS:
        try:
            stripe.WebhookSignature.verify_header(body, signature, secret, tolerance=TOLERANCE)
            stamp = _stamp(signature)
            if abs(now.timestamp() - stamp) > TOLERANCE:
                raise NotSigned
            return answers.hint(json.loads(body))
        except stripe.SignatureVerificationError:
            continue
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            # A body that is no UTF-8, a header that is no ASCII, JSON that is no event.
            raise NotSigned from error
    raise NotSigned


def events_since(moment: datetime) -> Iterator[answers.Hint]:
    """What happened at Stripe since then, oldest first, whether it was delivered or not."""
    with _asking():
        found = _client().v1.events.list(
            {"types": list(EVENTS), "created": {"gte": int(moment.timestamp())}, "limit": 100}
        )
        every = [answers.hint(one.to_dict()) for one in found.auto_paging_iter()]
    yield from sorted(every, key=lambda one: one.created)


def paid_sessions_since(moment: datetime) -> Iterator[tuple[str, str]]:
    """Session and attempt of every completed session of ours since then, for the audit."""
    with _asking():
        found = _client().v1.checkout.sessions.list(
            {"created": {"gte": int(moment.timestamp())}, "status": "complete", "limit": 100}
        )
        for one in found.auto_paging_iter():
            attempt = answers.meta(one).get("attempt")
            if attempt and answers.meta(one).get("env") == settings.STRIPE_ENV:
                yield one.id, attempt


def ask(question: Callable[[stripe.StripeClient], T]) -> T:
    """What Stripe answers to a question about the account itself, which has a file of its own.

    Raises ``Declined``, ``NotAllowed``, ``Unreachable``.
    """
    with _asking():
        return question(_client())


def sdk_version() -> str:
    """The version of Stripe's API that the installed SDK is made for."""
    return stripe.api_version


def reversed_since(moment: datetime) -> Iterator[str]:
    """The payment intents of every refund and dispute that was begun since then."""
    since: Any = {"created": {"gte": int(moment.timestamp())}, "limit": 100}
    with _asking():
        client = _client().v1
        for found in (client.refunds.list(since), client.disputes.list(since)):
            for one in found.auto_paging_iter():
                if one.payment_intent:
                    yield str(one.payment_intent)


def live() -> bool:
    """Whether the key moves real money."""
    return "_live_" in settings.STRIPE_SECRET_KEY


class _Hurried(stripe.RequestsClient):
    """Waits no longer than what is left of the limit around the call."""

    @property
    def _timeout(self) -> tuple[float, float]:
        left = max(LEAST, patience.left())
        return (min(left, TIMEOUT[0]), min(left, TIMEOUT[1]))

    @_timeout.setter
    def _timeout(self, _given: object) -> None:
        """What the SDK would wait is not asked for."""

    def _should_retry(self, *asked: Any, **more: Any) -> bool:
        """Only while there is time left for the SDK's pause and for another answer."""
        return patience.left() > PAUSE and super()._should_retry(*asked, **more)


@lru_cache(maxsize=8)
def _made(key: str, base: str, retries: int, *, hurried: bool) -> stripe.StripeClient:
    return stripe.StripeClient(
        key,
        stripe_version=API_VERSION,
        max_network_retries=retries,
        http_client=_Hurried() if hurried else stripe.RequestsClient(timeout=TIMEOUT),
        base_addresses={"api": base} if base else {},
    )


def _client() -> stripe.StripeClient:
    """The client for a call now. ``Unreachable`` when the limit around it has passed already."""
    key, base, limit = settings.STRIPE_SECRET_KEY, settings.STRIPE_API_BASE, patience.limit()
    if limit is None:
        return _made(key, base, RETRIES, hurried=False)
    if patience.left() <= 0:
        raise Unreachable(_away())
    return _made(key, base, limit.retries, hurried=True)


def _away() -> str:
    return _("The payment service does not answer. Nothing is lost; try again in a moment.")


@contextmanager
def _asking() -> Iterator[None]:
    try:
        yield
    except (stripe.InvalidRequestError, stripe.CardError) as error:
        raise Declined(str(error.user_message or error), error.code or "") from error
    except stripe.IdempotencyError as error:
        if error.http_status == IN_USE:
            raise Unreachable(_away()) from error
        raise Declined(str(error), "idempotency_error") from error
    except (stripe.AuthenticationError, stripe.PermissionError) as error:
        is_unknown = isinstance(error, stripe.AuthenticationError)
        raise NotAllowed(_away(), is_unknown=is_unknown) from error
    except stripe.APIError as error:
        again = (error.headers or {}).get("Idempotent-Replayed", "") == "true"
        raise (Remembered if again else Unreachable)(_away()) from error
    except (stripe.StripeError, ValueError, TypeError, AttributeError, LookupError) as error:
        raise Unreachable(_away()) from error


def _session(session_id: str) -> tuple[projection.Session, Any]:
    one = _client().v1.checkout.sessions.retrieve(
        session_id, {"expand": ["payment_intent.latest_charge"]}
    )
    return answers.session(one, is_live=live()), one.payment_intent


def _refunds(intent: str) -> Iterator[projection.Refund]:
    found = _client().v1.refunds.list({"payment_intent": intent, "limit": 100})
    return (answers.refund(one, intent) for one in found.auto_paging_iter())


def _disputes(intent: str) -> Iterator[projection.Dispute]:
    found = _client().v1.disputes.list({"payment_intent": intent, "limit": 100})
    return (answers.dispute(one, intent) for one in found.auto_paging_iter())


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


def _stamp(signature: str) -> int:
    return int(dict(part.split("=", 1) for part in signature.split(","))["t"])
