"""Invoice and credit note: what art. 35a Wet OB asks of one, from the row's frozen content."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.utils import formats, translation
from django.utils.translation import gettext as _

from payments.models import Invoice
from payments.papers import dates, press
from payments.papers.practice import BRAND, lines_of
from payments.templatetags.money import money

if TYPE_CHECKING:
    from collections.abc import Iterator

# What Stripe calls a way of paying, and what people do.
METHODS = {"card": "card", "ideal": "iDEAL", "bancontact": "Bancontact", "paypal": "PayPal"}


def name_of(bill: Invoice) -> str:
    """What the file is called, in the buyer's language."""
    with translation.override(_language(bill)):
        stem = _("invoice") if bill.kind == Invoice.Kind.INVOICE else _("credit-note")
    return f"{stem}-{bill.number}.pdf"


def made(bill: Invoice) -> bytes:
    """The PDF; the same row gives the same bytes, until its buyer's address is erased."""
    return press.pdf("invoice", sheet(bill))


def sheet(bill: Invoice) -> dict[str, Any]:
    """What stands on it, for the template, in the buyer's language."""
    with translation.override(_language(bill)):
        return _sheet(bill, bill.content)


def _language(bill: Invoice) -> str:
    language: str = bill.content.get("language", bill.order.language)
    return language


def _sheet(bill: Invoice, content: dict[str, Any]) -> dict[str, Any]:
    is_credit = bill.kind == Invoice.Kind.CREDIT
    heading = _("Credit note") if is_credit else _("Invoice")
    return {
        "language": translation.get_language(),
        "brand": BRAND,
        "date": dates.parts(bill.issued_at),
        "title": f"{heading} {bill.number}",
        "heading": heading,
        "foot": f"{heading} {bill.number}",
        "warning": _test_words() if content.get("is_test") else "",
        "from": _("Seller"),
        "seller": lines_of(content["seller"]),
        "facts": list(_facts(bill, content)),
        "columns": [_("Description"), _("Amount")],
        "lines": list(_lines(content, is_credit=is_credit)),
        "sums": list(_sums(content)),
        "total": [_total(content, is_credit=is_credit), money(content["total"])],
        "notes": list(_notes(content, is_credit=is_credit)),
    }


def _facts(bill: Invoice, content: dict[str, Any]) -> Iterator[tuple[str, str]]:
    yield _("Document number"), bill.number
    yield _("Date"), dates.day(bill.issued_at)
    corrects = content.get("corrects")
    if corrects:
        yield (
            _("Corrects invoice"),
            _("%(number)s of %(day)s")
            % {"number": corrects["number"], "day": dates.day(corrects["issued_at"])},
        )
    undoes = content.get("undoes")
    if undoes:
        yield (
            _("Undoes credit note"),
            _("%(number)s of %(day)s")
            % {"number": undoes["number"], "day": dates.day(undoes["issued_at"])},
        )
    yield _("Order number"), content["order"]
    # The one thing on it that is the buyer's; gone from the order when the account is erased.
    if bill.order.email:
        yield _("Buyer"), bill.order.email
    if content.get("supplied_at"):
        yield _("Delivered"), dates.day(content["supplied_at"])
    if content.get("paid_at"):
        yield _("Paid"), _paid(content)
    if content.get("given_back_at"):
        yield _("Given back"), dates.day(content["given_back_at"])


def _paid(content: dict[str, Any]) -> str:
    method = content.get("method", "")
    if not method:
        return dates.day(content["paid_at"])
    known = _("bank card") if method == "card" else METHODS.get(method, method.replace("_", " "))
    return _("%(day)s, by %(method)s") % {"day": dates.day(content["paid_at"]), "method": known}


def _total(content: dict[str, Any], *, is_credit: bool) -> str:
    if is_credit:
        return _("Total given back")
    return _("Total") if content["vat_mode"] == "kor" else _("Total, VAT included")


def _lines(content: dict[str, Any], *, is_credit: bool) -> Iterator[tuple[str, str]]:
    description = f"1 × {content['description']}"
    if is_credit:
        yield description, money(content["total"])
        return
    yield description, money(content.get("price", content["total"]))
    if content.get("discount"):
        yield _("Discount"), money(-content["discount"])


def _sums(content: dict[str, Any]) -> Iterator[tuple[str, str]]:
    if content["vat_mode"] == "kor":
        return
    rate = formats.number_format(Decimal(content["vat_rate"]) / 100)
    yield _("Without VAT"), money(content["net"])
    yield _("VAT %(rate)s%%") % {"rate": rate}, money(content["vat"])


def _notes(content: dict[str, Any], *, is_credit: bool) -> Iterator[str]:
    if content["vat_mode"] == "kor":
        yield _(
            "No VAT is charged: exempt under the scheme for small businesses (article 25 of the"
            " Dutch VAT Act 1968)."
        )
    if content.get("undoes"):
        yield _("The bank sent back what the credit note gave back. We will be in touch about it.")
    elif is_credit:
        yield _("The amount goes back to where it was paid from.")
    else:
        yield _("This invoice is paid. There is nothing you have to do.")


def _test_words() -> str:
    return _("From a test shop: nothing was sold, and no money moved.")
