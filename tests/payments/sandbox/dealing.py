"""What tests of the local Stripe do over and over: selling, paying, listening."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import stripe

if TYPE_CHECKING:
    from payments.sandbox import Running

SECRET = "whsec_sandbox"
PRICE = 24900


class Clock:
    """A clock that a test moves, in seconds; it starts on a day in November 2026."""

    def __init__(self) -> None:
        self.now = 1_795_600_000.0

    def __call__(self) -> float:
        return self.now

    def pass_(self, seconds: float) -> None:
        self.now += seconds


class Hook:
    """A webhook endpoint: remembers what it heard and answers with the statuses it is given."""

    def __init__(self) -> None:
        self.heard: list[tuple[bytes, dict[str, str]]] = []
        self.answers: list[int] = []

    def __call__(self, body: bytes, headers: dict[str, str]) -> int:
        self.heard.append((body, headers))
        return self.answers.pop(0) if self.answers else 200

    @property
    def types(self) -> list[str]:
        return [json.loads(body)["type"] for body, _headers in self.heard]


def client_of(stripe_: Running, *, key: str = "", retries: int = 0) -> stripe.StripeClient:
    """The real SDK, talking to a local Stripe."""
    return stripe.StripeClient(
        key or stripe_.key,
        base_addresses={"api": stripe_.base},
        max_network_retries=retries,
        http_client=stripe.RequestsClient(timeout=(3.05, 10)),
    )


def order(clock: Clock, **more: Any) -> Any:
    """Parameters of a session as the shop sends them."""
    return {
        "mode": "payment",
        "line_items": [
            {
                "price_data": {
                    "currency": "eur",
                    "unit_amount": PRICE,
                    "tax_behavior": "inclusive",
                    "product_data": {"name": "Kiezen met helderheid"},
                },
                "quantity": 1,
            }
        ],
        "success_url": "http://shop.test/return?sid={CHECKOUT_SESSION_ID}",
        "cancel_url": "http://shop.test/cart",
        "client_reference_id": "order-1",
        "metadata": {"order": "1"},
        "payment_intent_data": {"metadata": {"order": "1"}, "description": "Order 1"},
        "adaptive_pricing": {"enabled": False},
        "locale": "nl",
        "submit_type": "pay",
        "expires_at": int(clock()) + 3600,
        **more,
    }


def paid(stripe_: Running, client: stripe.StripeClient, clock: Clock, method: str = "card") -> str:
    """The PaymentIntent of a session that was just paid."""
    session = client.v1.checkout.sessions.create(order(clock))
    intent = stripe_.world.pay(session.id, method)["payment_intent"]
    assert isinstance(intent, str)
    return intent
