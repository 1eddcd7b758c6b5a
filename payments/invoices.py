"""Invoices and credit notes: numbered without gaps, in the transaction they follow from.

A number is drawn by locking its series, so that it exists exactly if what it counts does. The
content is frozen with it and the database lets nobody change or delete the row; the PDF is made
from it (`payments.papers.bills`), as often as somebody asks. The buyer's address is not in it: that
has to go when an account is erased, and the invoice has to stay.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils import timezone
from django.utils.translation import gettext as _

from courseapp.errors import NotFound
from lessons.content import identity
from payments import gateway
from payments.models import Invoice, InvoiceSeries, Order
from payments.projection import RETURNED

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from payments.projection import Facts, Projection

NINES = 10_000
# How the causes of invoices end: a session was paid, a refund came back from the bank.
SALE, UNDONE = ":invoice", ":returned"


def vat_of(amount: int, rate: int) -> int:
    """The VAT in an amount that includes it; cents, and hundredths of a percent. Half a cent up."""
    whole = NINES + rate
    return (2 * amount * rate + whole) // (2 * whole)


def vat_of_next(amount: int, before: int, rate: int) -> int:
    """The VAT in ``amount``, given back after ``before`` was; all in cents.

    Counted over the sum, so that the parts of a whole hold the VAT of the whole, to the cent.
    """
    return vat_of(before + amount, rate) - vat_of(before, rate)


def session_of(order: Order) -> str:
    """The session whose payment the order's invoice is for; empty while there is none."""
    bill = of_sale(order)
    return bill.cause.removesuffix(SALE) if bill else ""


def of_sale(order: Order) -> Invoice | None:
    """The invoice of the sale itself, once there is one."""
    return order.invoices.filter(cause__endswith=SALE).first()


def issue(order: Order, found: Projection, facts: Facts, *, now: datetime) -> None:
    """The invoice of a paid order, and a credit note for each refund that succeeded.

    A bank can send back days later what it took: then an invoice undoes the credit note, since
    neither is ever changed.
    """
    if found.granting is None or not found.paid:
        return
    intent = found.granting.intent
    method = next((one.method for one in facts.payments if one.id == intent), "")
    issued = {one.cause: one for one in order.invoices.order_by("issued_at", "number")}
    cause = f"{found.granting.id}{SALE}"
    if cause not in issued:
        vat = vat_of(found.paid, order.vat_rate)
        content = _content(order, found.paid, vat) | _sale(order, found.paid, method)
        issued[cause] = _write(order, Invoice.Kind.INVOICE, cause, content, now)
    for one in facts.refunds:
        credit = f"{one.id}:credit"
        if one.intent == intent and one.status == "succeeded" and credit not in issued:
            content = _credit(order, issued[cause], one.amount, issued.values(), now)
            issued[credit] = _write(order, Invoice.Kind.CREDIT, credit, content, now)
        undone = f"{one.id}{UNDONE}"
        if one.status in RETURNED and credit in issued and undone not in issued:
            content = _undoing(order, issued[credit])
            issued[undone] = _write(order, Invoice.Kind.INVOICE, undone, content, now)


def called(number: str, *, order: Order) -> Invoice:
    """The invoice or credit note of this number, if it is this order's; raises ``NotFound``."""
    found = order.invoices.filter(number=number).first()
    if found is None:
        raise NotFound(_("There is no such invoice."))
    found.order = order
    return found


def _write(
    order: Order, kind: Invoice.Kind, cause: str, content: dict[str, Any], now: datetime
) -> Invoice:
    return Invoice.objects.create(
        number=_draw("F" if kind == Invoice.Kind.INVOICE else "C", now),
        order=order,
        kind=kind,
        cause=cause,
        content=content,
        issued_at=now,
    )


def _draw(letter: str, now: datetime) -> str:
    """The next number of this year's series, e.g. ``F2026-0001``; the year is the practice's."""
    year = timezone.localtime(now, timezone.get_default_timezone()).year
    name = f"{letter}{year}"
    InvoiceSeries.objects.get_or_create(name=name)
    series = InvoiceSeries.objects.select_for_update().get(name=name)
    series.last += 1
    series.save(update_fields=["last"])
    return f"{name}-{series.last:04}"


def _content(order: Order, amount: int, vat: int) -> dict[str, Any]:
    """What both hold; amounts in cents, those of a credit note below zero."""
    seller = identity.current()
    return {
        "seller": {name: getattr(seller, name) for name in seller.__dataclass_fields__},
        "order": order.number,
        "language": order.language,
        "description": order.offer.product.statement_name,
        "total": amount,
        "net": amount - vat,
        "vat": vat,
        "vat_rate": order.vat_rate,
        "vat_mode": order.vat_mode,
        "currency": order.currency,
        "is_test": not gateway.live(),
    }


def _sale(order: Order, paid: int, method: str) -> dict[str, Any]:
    """When it was delivered (access opens with the payment) and paid, and what a code took off."""
    paid_at = order.paid_at.isoformat() if order.paid_at else ""
    return {
        "price": order.total,
        "discount": order.total - paid,
        "supplied_at": paid_at,
        "paid_at": paid_at,
        "method": method,
    }


def _credit(
    order: Order, invoice: Invoice, amount: int, issued: Iterable[Invoice], now: datetime
) -> dict[str, Any]:
    before = -sum(one.content["total"] for one in issued if one.pk != invoice.pk)
    vat = vat_of_next(amount, before, order.vat_rate)
    return _content(order, -amount, -vat) | {
        "given_back_at": now.isoformat(),
        "corrects": {"number": invoice.number, "issued_at": invoice.issued_at.isoformat()},
    }


def _undoing(order: Order, note: Invoice) -> dict[str, Any]:
    """The amounts of a credit note, back again to the cent."""
    total, vat = -note.content["total"], -note.content["vat"]
    return _content(order, total, vat) | {
        "undoes": {"number": note.number, "issued_at": note.issued_at.isoformat()},
    }
