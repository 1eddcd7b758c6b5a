"""What Stripe says about our account: whether it may take money, and what our key may ask.

Questions only; what follows from the answers is `payments.doctor`'s. A question that is refused
answers with a ``Trouble`` instead of stopping the others.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any, TypeVar

from payments import gateway, listening

if TYPE_CHECKING:
    from collections.abc import Callable

    import stripe

    from payments.listening import Destination

T = TypeVar("T")

# So young an event may still be on its way; the list is read every quarter of an hour.
UNDER_WAY = timedelta(minutes=5)
PULLED = timedelta(minutes=20)
# How far back undelivered events matter: so long Stripe goes on trying.
TRIED_FOR = timedelta(days=3)
# Nothing has this id: the question is only whether the key may ask.
NOBODY = "doctor_asks_whether_this_is_allowed"


@dataclass(frozen=True)
class Trouble:
    """What Stripe said instead of an answer."""

    said: str
    # Stripe answered, and the key may not ask this.
    is_denied: bool = False


@dataclass(frozen=True)
class Account:
    """Who Stripe thinks we are. ``version`` and ``clock`` are those of its answer."""

    id: str
    country: str
    takes_money: bool
    is_complete: bool
    version: str
    clock: datetime


@dataclass(frozen=True)
class Seen:
    """All answers of one examination."""

    account: Account | Trouble
    sdk_version: str
    destinations: list[Destination] | Trouble
    # The countries of active registrations for taxes.
    registrations: list[str] | Trouble
    # The ways of paying that are switched on.
    methods: frozenset[str] | Trouble
    # By the permission's name in the dashboard; None: the key has it.
    permissions: dict[str, Trouble | None]
    # The newest event of ours that a pull should have seen by now; empty: none.
    newest: str | Trouble
    # How many events of the last days no endpoint took.
    undelivered: int | Trouble


def look(*, url: str, now: datetime) -> Seen | Trouble:
    """Ask everything, one question after the other; where the first gets no answer, only that."""
    found = _asked(_account)
    if isinstance(found, Trouble) and not found.is_denied:
        return found
    return Seen(
        account=found,
        sdk_version=gateway.sdk_version(),
        destinations=_told(lambda: listening.destinations(url)),
        registrations=_asked(_registrations),
        methods=_asked(_methods),
        permissions={name: _is_allowed(question) for name, question in PERMISSIONS},
        newest=_asked(lambda client: _newest(client, now)),
        undelivered=_asked(lambda client: _undelivered(client, now)),
    )


def _asked(question: Callable[[stripe.StripeClient], T]) -> T | Trouble:
    return _told(lambda: gateway.ask(question))


def _told(question: Callable[[], T]) -> T | Trouble:
    try:
        return question()
    except (gateway.Declined, gateway.Unreachable) as error:
        return Trouble(
            said=str(error.__cause__ or error),
            is_denied=isinstance(error, gateway.NotAllowed) and not error.is_unknown,
        )


def _is_allowed(question: Callable[[stripe.StripeClient], object]) -> Trouble | None:
    """None when the key may ask; that there is nothing of this id is an answer too."""
    told = _asked(question)
    return told if isinstance(told, Trouble) and told.is_denied else None


def _account(client: stripe.StripeClient) -> Account:
    found = client.v1.accounts.retrieve_current()
    assert found.last_response is not None  # noqa: S101 -- it was just answered.
    headers = found.last_response.headers
    return Account(
        id=found.id,
        country=found.country or "",
        takes_money=bool(found.charges_enabled),
        is_complete=bool(found.details_submitted),
        version=headers.get("Stripe-Version", ""),
        clock=parsedate_to_datetime(headers["Date"]).astimezone(UTC),
    )


def _registrations(client: stripe.StripeClient) -> list[str]:
    found = client.v1.tax.registrations.list({"status": "active", "limit": 100})
    return sorted({one.country for one in found.auto_paging_iter()})


def _methods(client: stripe.StripeClient) -> frozenset[str]:
    """Of the configuration that a Checkout Session takes when it names none."""
    found = client.v1.payment_method_configurations.list({"limit": 100})
    for one in found.auto_paging_iter():
        told = one.to_dict()
        if told["is_default"] and told["active"] and not told.get("application"):
            return frozenset(name for name, value in told.items() if _is_on(value))
    return frozenset()


def _is_on(value: Any) -> bool:
    if not isinstance(value, dict) or "display_preference" not in value:
        return False
    return bool(value.get("available")) and value["display_preference"].get("value") == "on"


def _newest(client: stripe.StripeClient, now: datetime) -> str:
    before = int((now - PULLED).timestamp())
    found = client.v1.events.list(
        {"types": list(gateway.EVENTS), "created": {"lte": before}, "limit": 1}
    )
    return found.data[0].id if found.data else ""


def _undelivered(client: stripe.StripeClient, now: datetime) -> int:
    created: Any = {
        "gte": int((now - TRIED_FOR).timestamp()),
        "lte": int((now - UNDER_WAY).timestamp()),
    }
    types = list(gateway.EVENTS)
    found = client.v1.events.list(
        {"types": types, "created": created, "delivery_success": False, "limit": 100}
    )
    return len(found.data)


def _may_refund(client: stripe.StripeClient) -> object:
    """Permissions are looked at before the payment is: this one does not exist."""
    return client.v1.refunds.create({"payment_intent": f"pi_{NOBODY}"})


# What the shop does, each asked in a way that changes nothing; names as in Stripe's dashboard.
PERMISSIONS: tuple[tuple[str, Callable[[stripe.StripeClient], object]], ...] = (
    ("Checkout Sessions: read", lambda client: client.v1.checkout.sessions.list({"limit": 1})),
    ("Checkout Sessions: write", lambda client: client.v1.checkout.sessions.expire(f"cs_{NOBODY}")),
    ("PaymentIntents: read", lambda client: client.v1.payment_intents.list({"limit": 1})),
    ("Charges and Refunds: read", lambda client: client.v1.refunds.list({"limit": 1})),
    ("Charges and Refunds: write", _may_refund),
    ("Disputes: read", lambda client: client.v1.disputes.list({"limit": 1})),
    ("Events: read", lambda client: client.v1.events.list({"limit": 1})),
)
