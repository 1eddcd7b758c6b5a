"""What buying leaves behind about a person: handed over, and taken away where the law allows.

Orders, invoices and bookings stay seven years (art. 52 AWR), without their buyer: nobody's name,
address or account stands in them afterwards.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction

from payments.models import Attempt, Gift, Order, Withdrawal

if TYPE_CHECKING:
    from courseapp.accounts.models import User


def export(user: User) -> dict[str, Any]:
    """Orders with what was declared, paid, given back and withdrawn; JSON-ready, times in UTC."""
    orders = Order.objects.filter(buyer=user).select_related("offer__product").order_by("placed_at")
    return {
        "orders": [_order(order) for order in orders],
        "gifts": [
            {"order": gift.order.number, "used_at": gift.used_at and gift.used_at.isoformat()}
            for gift in Gift.objects.filter(used_by=user).select_related("order").order_by("pk")
        ],
        "withdrawals": [
            {
                "contract": one.contract,
                "name": one.name,
                "email": one.email,
                "submitted_at": one.submitted_at.isoformat(),
                "refused": one.refused,
            }
            for one in Withdrawal.objects.filter(email__iexact=user.email).order_by("submitted_at")
        ],
    }


def erase(user: User) -> None:
    """Take the person out of what has to stay."""
    with transaction.atomic():
        orders = Order.objects.filter(buyer=user)
        Attempt.objects.filter(order__in=orders).update(request={})
        statements = Withdrawal.objects.filter(order__in=orders)
        (statements | Withdrawal.objects.filter(email__iexact=user.email)).update(name="", email="")
        Gift.objects.filter(used_by=user).update(used_by=None)
        orders.update(buyer=None, email="", country_evidence={})


def _order(order: Order) -> dict[str, Any]:
    return {
        "number": order.number,
        "email": order.email,
        "language": order.language,
        "product": order.offer.product.title,
        "total": order.total,
        "currency": order.currency,
        "placed_at": order.placed_at.isoformat(),
        "contract": order.contract,
        "state": order.state,
        "paid": order.paid_amount,
        "paid_at": order.paid_at and order.paid_at.isoformat(),
        "given_back": order.refunded_amount,
        "country": order.country_evidence,
        "declared": [
            {"text": one.text, "at": one.at.isoformat()}
            for one in order.declarations.order_by("pk")
        ],
        "invoices": list(order.invoices.order_by("issued_at").values_list("number", flat=True)),
    }
