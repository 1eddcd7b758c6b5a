"""Which documents an order has, and each of them by the name in its address."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Prefetch

from payments import invoices, terms
from payments.models import Invoice, TermsText
from payments.papers import agreed_terms, bills, withdrawal_form

if TYPE_CHECKING:
    from collections.abc import Sequence

    from payments.models import Order

TERMS = "voorwaarden"
FORM = "modelformulier"


@dataclass(frozen=True)
class Paper:
    """A document as a file."""

    name: str
    content: bytes


@dataclass(frozen=True)
class Listed:
    """What there is of an order: its invoice and credit notes, and whether its terms are kept."""

    bills: Sequence[Invoice]
    has_terms: bool


def bills_first() -> Prefetch[str]:
    """Invoices before the credit notes that correct them, for lists of orders."""
    return Prefetch("invoices", Invoice.objects.order_by("issued_at", "number"))


def listed(order: Order) -> Listed:
    """The documents of an order, as links are made of them."""
    return Listed(
        bills=sorted(order.invoices.all(), key=lambda one: (one.issued_at, one.number)),
        has_terms=TermsText.objects.filter(digest=order.terms_version).exists(),
    )


def paper_of(order: Order, name: str) -> Paper:
    """The document of this name; raises ``NotFound`` and ``press.PaperUnmade``."""
    if name == FORM:
        content = withdrawal_form.made(language=order.language, order=order)
        return Paper(withdrawal_form.name_in(order.language), content)
    if name == TERMS:
        text = terms.required_of(order)
        return Paper(agreed_terms.name_of(order), agreed_terms.made(order, text))
    bill = invoices.called(name, order=order)
    return Paper(bills.name_of(bill), bills.made(bill))


def blank_form(*, language: str) -> Paper:
    """The model form with no order filled in."""
    return Paper(withdrawal_form.name_in(language), withdrawal_form.made(language=language))
