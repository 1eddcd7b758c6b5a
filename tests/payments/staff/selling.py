"""Rows of a shop in which something was bought, for who looks at pages and needs no Stripe."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.utils import timezone

from payments import granting, ordering, withdrawal
from payments.models import (
    AccessChange,
    Dispute,
    Invoice,
    Order,
    Payment,
    Product,
    Refund,
    StripeEvent,
)
from tests.factories import make_reader

if TYPE_CHECKING:
    from courseapp.accounts.models import User
    from lessons.content.models import Course

PRICE = 14_900
LONG = "een.heel.lang.adres.van.iemand.met.een.lange.naam@voorbeeldbedrijf.example.org"


def make_sold(course: Course, owner: User) -> dict[str, object]:
    """An order that was paid, partly given back and disputed; a grant; two statements.

    Returns what the addresses of the pages name, by the name of their parts.
    """
    now = timezone.now()
    product = Product.objects.create(slug="kiezen", title="Kiezen met helderheid")
    product.courses.add(course)
    for days, amount in ((40, 19_900), (20, 9_900), (10, PRICE)):
        ordering.set_price(product=product, amount=amount, by=owner, now=now - timedelta(days=days))
    order = make_order(product, make_reader(email=LONG))
    payment = Payment.objects.create(
        intent_id="pi_0123456789abcdef0123456789", order=order, amount=PRICE, currency="eur",
        status="succeeded", method="ideal", paid_at=now,
    )  # fmt: skip
    Refund.objects.create(
        payment=payment, amount=4_950, status="failed", origin="staff", reason="Coulance",
        asked_by=owner, asked_at=now, error="insufficient_funds", stripe_id="re_1",
    )  # fmt: skip
    Dispute.objects.create(
        stripe_id="dp_1", payment=payment, amount=PRICE, status="needs_response",
        reason="fraudulent", due_by=now + timedelta(days=2),
    )  # fmt: skip
    AccessChange.objects.create(
        order=order, was="none", now="active", cause="paid", sync_no=1, at=now
    )
    StripeEvent.objects.create(
        event_id="evt_1", type="payment_intent.succeeded", object_id=payment.pk, livemode=False,
        received_at=now, state="done",
    )  # fmt: skip
    for number, kind, total in (("F2026-0001", "invoice", PRICE), ("C2026-0001", "credit", -4_950)):
        Invoice.objects.create(
            number=number, order=order, kind=kind, cause=f"{number}:x", issued_at=now,
            content={"total": total, "vat": total // 6, "net": total - total // 6},
        )  # fmt: skip
    grant = granting.grant(
        reader_email=LONG, product=product, by=owner, reason="Proeflezer", now=now
    )
    make_order(product, make_reader(), state="open", paid_amount=0)
    statements = [
        withdrawal.submit(
            name="J. Jansen", contract=f"nummer {order.number[:9]}", email=LONG,
            now=now + timedelta(hours=1) - timedelta(days=days),
        )
        for days in (13, 0)
    ]  # fmt: skip
    withdrawal.set_aside(statement=statements[0], by=owner, now=now)
    return {
        "order": order.number,
        "grant": grant.pk,
        "statement": statements[1].pk,
        "product": product.slug,
    }


def make_order(product: Product, buyer: User, **fields: object) -> Order:
    now = timezone.now()
    fields = {"state": "paid", "paid_amount": PRICE, "paid_at": now, "sync_no": 1, **fields}
    return Order.objects.create(
        number=f"AAAAAAAA{Order.objects.count():02}", buyer=buyer, email=buyer.email, language="nl",
        offer=product.offers.latest("valid_from"), total=PRICE, currency="eur", vat_mode="nl21",
        vat_rate=2100, terms_version="x", placed_at=now, **fields,
    )  # fmt: skip
