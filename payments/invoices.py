"""Invoices and credit notes: numbered without gaps, in the transaction they follow from.

A number is drawn by locking its series, so that it exists exactly if what it counts does. The
content is frozen with it; the PDF is made from that, as often as somebody asks.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lessons.content import identity
from payments.models import Invoice, InvoiceSeries, Order

if TYPE_CHECKING:
    from datetime import datetime

    from payments.projection import Facts, Projection

NINES = 10_000


def vat_of(amount: int, rate: int) -> int:
    """The VAT in an amount that includes it; cents, and hundredths of a percent."""
    return round(amount * rate / (NINES + rate))


def issue(order: Order, found: Projection, facts: Facts, *, now: datetime) -> None:
    """The invoice of a paid order, and a credit note for each refund that succeeded."""
    if found.granting is None or not found.paid:
        return
    _one(order, Invoice.Kind.INVOICE, f"{found.granting.id}:invoice", found.paid, now)
    for one in facts.refunds:
        if one.intent == found.granting.intent and one.status == "succeeded":
            _one(order, Invoice.Kind.CREDIT, f"{one.id}:credit", -one.amount, now)


def _one(order: Order, kind: Invoice.Kind, cause: str, amount: int, now: datetime) -> None:
    if Invoice.objects.filter(cause=cause).exists():
        return
    Invoice.objects.create(
        number=_draw("F" if kind == Invoice.Kind.INVOICE else "C", now),
        order=order,
        kind=kind,
        cause=cause,
        content=_content(order, amount),
        issued_at=now,
    )


def _draw(letter: str, now: datetime) -> str:
    """The next number of this year's series, e.g. ``F2026-0001``."""
    name = f"{letter}{now.year}"
    InvoiceSeries.objects.get_or_create(name=name)
    series = InvoiceSeries.objects.select_for_update().get(name=name)
    series.last += 1
    series.save(update_fields=["last"])
    return f"{name}-{series.last:04}"


def _content(order: Order, amount: int) -> dict[str, Any]:
    seller = identity.current()
    vat = vat_of(amount, order.vat_rate)
    return {
        "seller": {name: getattr(seller, name) for name in seller.__dataclass_fields__},
        "order": order.number,
        "description": order.offer.product.statement_name,
        "total": amount,
        "net": amount - vat,
        "vat": vat,
        "vat_rate": order.vat_rate,
        "vat_mode": order.vat_mode,
        "currency": order.currency,
    }
