"""What buying leaves behind about a person: handed over, and taken away where the law allows.

Orders, invoices and bookings stay seven years (art. 52 AWR), without their buyer: nobody's name,
address or account stands in them afterwards.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction

from payments.helping import finding
from payments.models import AskedOnce, Attempt, Gift, Order, Payment, StaffGrant, Withdrawal

if TYPE_CHECKING:
    from courseapp.accounts.models import User


def export(user: User) -> dict[str, Any]:
    """Orders with what was declared, paid, given back and withdrawn, and when staff looked this
    person up; JSON-ready, times in UTC."""
    orders = Order.objects.filter(buyer=user).select_related("offer__product").order_by("placed_at")
    return {
        "orders": [_order(order) for order in orders],
        "gifts": [
            _gift(gift)
            for gift in Gift.objects.filter(used_by=user).select_related("order").order_by("pk")
        ],
        "grants": [
            {
                "product": one.product.title,
                "reason": one.reason,
                "given_at": one.at.isoformat(),
                "ended_at": one.ended_at and one.ended_at.isoformat(),
            }
            for one in StaffGrant.objects.filter(reader=user)
            .select_related("product")
            .order_by("at", "pk")
        ],
        # Who of the staff it was is not this person's to know.
        "helped": [
            {"act": entry.act, "at": entry.at.isoformat()}
            for entry in finding.acts_on(user, most=500)
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
        AskedOnce.objects.filter(by=user).delete()
        statements = Withdrawal.objects.filter(order__in=orders)
        (statements | Withdrawal.objects.filter(email__iexact=user.email)).update(name="", email="")
        Gift.objects.filter(used_by=user).update(used_by=None)
        StaffGrant.objects.filter(reader=user).delete()
        orders.update(buyer=None, email="", country_evidence={})


def _gift(gift: Gift) -> dict[str, Any]:
    """A code that opened a course for this person; who paid for it is not theirs to know."""
    return {"order": gift.order.number, "used_at": gift.used_at and gift.used_at.isoformat()}


def _order(order: Order) -> dict[str, Any]:
    given = Gift.objects.filter(order=order).first()
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
        "is_gift": order.is_gift,
        "gift_code": given and given.code,
        "gift_used_at": given and given.used_at and given.used_at.isoformat(),
        "vat_mode": order.vat_mode,
        "vat_rate": order.vat_rate,
        "terms": order.terms_version,
        "declared": [
            {"kind": one.kind, "text": one.text, "at": one.at.isoformat()}
            for one in order.declarations.order_by("pk")
        ],
        "payments": [_payment(one) for one in order.payments.order_by("paid_at", "pk")],
        "invoices": [
            {
                "number": one.number,
                "kind": one.kind,
                "issued_at": one.issued_at.isoformat(),
                "content": one.content,
            }
            for one in order.invoices.order_by("issued_at", "pk")
        ],
    }


def _payment(payment: Payment) -> dict[str, Any]:
    return {
        "amount": payment.amount,
        "currency": payment.currency,
        "state": payment.status,
        "way": payment.method,
        "paid_at": payment.paid_at and payment.paid_at.isoformat(),
        "refunds": [
            {
                "amount": one.amount,
                "state": one.status,
                "origin": one.origin,
                "reason": one.reason,
                "asked_at": one.asked_at.isoformat(),
            }
            for one in payment.refunds.order_by("asked_at", "pk")
        ],
        "disputes": [
            {
                "amount": one.amount,
                "state": one.status,
                "reason": one.reason,
                "due_by": one.due_by and one.due_by.isoformat(),
            }
            for one in payment.disputes.order_by("pk")
        ],
    }
