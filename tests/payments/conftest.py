"""A shop as it stands: our pages and tables on one side, a local Stripe on the other."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING, Any, Literal

import pytest
import stripe
from django.test import Client
from django.utils import timezone

from payments import checkout, inbox, ordering, refunds, sandbox, sync
from payments.models import Order, Product
from payments.ordering import declarations
from tests.factories import make_course, make_reader

if TYPE_CHECKING:
    from collections.abc import Iterator

    from courseapp.accounts.models import User
    from lessons.content.models import Course
    from payments.sandbox import Running

Payload = Literal["snapshot", "thin"]
PRICE = 14_900
SECRET = "whsec_for_tests"
BACK = "http://localhost:8000/bestellingen/"


@dataclass
class Shop:
    """What a test does in it; each verb is what a person, the worker or Stripe does."""

    stripe: Running
    product: Product
    course: Course

    def order(self, buyer: User | None = None, *, is_gift: bool = False) -> Order:
        """An order with its payment page open."""
        buyer = buyer or make_reader()
        now = timezone.now()
        placed = ordering.place(
            buyer=buyer, product=self.product, shown=ordering.offer_of(self.product, now).amount,
            declared=declarations(), is_gift=is_gift, language="nl", now=now,
        )  # fmt: skip
        checkout.begin(order=placed, back=BACK, cancel=BACK, now=now)
        return placed

    def session(self, order: Order) -> str:
        return str(order.attempts.order_by("created_at").last().session_id)  # type: ignore[union-attr]

    def pay(self, order: Order, method: str = "card", **more: Any) -> None:
        """On Stripe's page; the webhooks arrive and the worker does its round."""
        if order.attempts.exists():  # What costs nothing has no payment page.
            self.stripe.world.pay(self.session(order), method=method, **more)
        self.settle()

    def intent(self, order: Order) -> str:
        return str(self.stripe.world.get(self.session(order))["payment_intent"])

    def settle(self) -> None:
        """Let the webhooks arrive and the worker work until nothing is left to do."""
        for _ in range(4):
            self.stripe.world.deliver_due()
            inbox.work(now=timezone.now())
            refunds.send_intended(now=timezone.now())

    def look(self, order: Order) -> Order:
        """The order as the return page finds it."""
        return sync.sync_order(order=order.pk, now=timezone.now())


@cache
def _door() -> Client:
    """Made once: each new one reads all static files."""
    return Client()


def receive(body: bytes, headers: dict[str, str]) -> int:
    """A webhook that arrives at our address."""
    answer = _door().post(
        "/hooks/stripe/",
        data=body,
        content_type="application/json",
        headers={"Stripe-Signature": headers["Stripe-Signature"]},
    )
    return answer.status_code


@pytest.fixture(params=["snapshot", "thin"])
def payload(request: pytest.FixtureRequest) -> Payload:
    """Both kinds of events Stripe can be told to send."""
    kind: Payload = request.param
    return kind


@pytest.fixture
def without_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """The SDK waits half a second before it tries again; nobody is helped by that here."""
    monkeypatch.setattr(stripe.HTTPClient, "INITIAL_DELAY", 0.0)
    monkeypatch.setattr(stripe.HTTPClient, "MAX_DELAY", 0.0)


@pytest.fixture
def shop(db: None, settings: Any, payload: Payload) -> Iterator[Shop]:
    """One product at € 149 that opens one course."""
    with sandbox.running(
        webhook=receive, secret=SECRET, payload=payload, background=False
    ) as stripe_:
        settings.STRIPE_SECRET_KEY = stripe_.key
        settings.STRIPE_API_BASE = stripe_.base
        settings.STRIPE_WEBHOOK_SECRETS = [SECRET]
        course = make_course(access="granted", slug="kiezen")
        product = Product.objects.create(slug="kiezen", title="Kiezen met helderheid")
        product.courses.add(course)
        ordering.set_price(
            product=product, amount=PRICE, by=None, now=datetime(2026, 1, 1, tzinfo=UTC)
        )
        yield Shop(stripe_, product, course)
