"""What goes along with the mails of a sale: made by name when a mail is sent (settings.ENCLOSURES).

A letter names its papers when it is written, in the transaction of what it tells; they are set by
the worker that sends it, from what was frozen then.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from courseapp.post.enclosures import Enclosure
from payments import invoices, terms
from payments.models import Invoice, Order
from payments.papers import agreed_terms, bills, withdrawal_form

if TYPE_CHECKING:
    from collections.abc import Iterator


def of_confirmation(order: Order) -> Iterator[Enclosure]:
    """What confirms a sale on a durable medium (art. 6:230v, paragraph 7, BW)."""
    bill = invoices.of_sale(order)
    if bill is not None:
        yield Enclosure("invoice", bill.number, bills.name_of(bill))
    if terms.of(order) is not None:
        yield Enclosure("terms", order.number, agreed_terms.name_of(order))
    form = withdrawal_form.name_in(order.language)
    yield Enclosure("withdrawal_form", order.number, form)


def of_refund(order: Order, cause: str) -> Iterator[Enclosure]:
    """The credit note that was issued for this cause, if one was."""
    bill = order.invoices.filter(cause=cause).first()
    if bill is not None:
        yield Enclosure("invoice", bill.number, bills.name_of(bill))


def invoice(number: str) -> bytes:
    """The invoice or credit note of this number."""
    return bills.made(Invoice.objects.select_related("order").get(number=number))


def terms_of(number: str) -> bytes:
    """The terms that the order of this number was made under."""
    order = Order.objects.get(number=number)
    return agreed_terms.made(order, terms.required_of(order))


def form_for(number: str) -> bytes:
    """The model form, with the order of this number filled in."""
    order = Order.objects.get(number=number)
    return withdrawal_form.made(language=order.language, order=order)
