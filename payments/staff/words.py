"""Codes of money in words: states, causes, troubles, ways a refund or a dispute stands."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from lessons.desk.door import CLOCK
from payments.templatetags.money import money

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from django.utils.functional import _StrPromise

    from payments.models import Order

STATES: Mapping[str, _StrPromise] = {
    "open": pgettext_lazy("order", "not paid yet"),
    "processing": gettext_lazy("payment under way"),
    "paid": pgettext_lazy("order", "paid"),
    "refunded": pgettext_lazy("order", "given back"),
    "withdrawn": gettext_lazy("withdrawn"),
    "disputed": pgettext_lazy("order", "disputed"),
    "failed": gettext_lazy("payment did not succeed"),
    "expired": pgettext_lazy("order", "expired"),
}
# Why a right is what it is; %(day)s since when, %(reason)s what staff wrote.
CAUSES: Mapping[str, _StrPromise] = {
    "paid": gettext_lazy("it was paid on %(day)s"),
    "free": gettext_lazy("it cost nothing, on %(day)s"),
    "withdrawn": gettext_lazy("the buyer withdrew from it on %(day)s"),
    "refunded": gettext_lazy("everything was given back on %(day)s"),
    "dispute_lost": gettext_lazy("the bank took the money back for good on %(day)s"),
    "disputed": gettext_lazy("the bank asks the money back since %(day)s, and that is not decided"),
    "barred": gettext_lazy("we closed it on %(day)s (“%(reason)s”)"),
}
UNPAID: Mapping[str, _StrPromise] = {
    "open": gettext_lazy("it is not paid yet"),
    "processing": gettext_lazy("the payment is under way"),
    "failed": gettext_lazy("the payment did not succeed"),
    "expired": gettext_lazy("it was never paid, and the payment page has expired"),
    "paid": gettext_lazy("it was paid, but nothing was opened yet"),
}
# What a person has to look at, and what to do about it.
TROUBLES: Mapping[str, _StrPromise] = {
    "mismatch": gettext_lazy(
        "Stripe took another amount than was agreed. Look at the payment at Stripe, and give it"
        " back there if it is wrong."
    ),
    "foreign_session": gettext_lazy(
        "A payment page of another order hangs on this one. Look at the payment at Stripe."
    ),
    "paid_twice": gettext_lazy(
        "It was paid twice, and what is too much could not be given back by itself. Give it back at"
        " Stripe."
    ),
    "refund_failed": gettext_lazy(
        "A refund failed. Ask the buyer for another account, or try once more."
    ),
    "dispute_needs_response": gettext_lazy(
        "The buyer's bank asks the money back. Answer at Stripe before the day it names; what"
        " happened, below, is your evidence."
    ),
    "dispute_under_review": gettext_lazy(
        "The bank is looking at your answer about the money it asks back. Nothing to do now."
    ),
    "dispute_warning_needs_response": gettext_lazy(
        "The buyer's bank asks what this payment was. Answer at Stripe; nothing is taken yet."
    ),
    "dispute_warning_under_review": gettext_lazy(
        "The bank is looking at your answer about this payment. Nothing to do now."
    ),
}
REFUNDS: Mapping[str, _StrPromise] = {
    "intended": gettext_lazy("decided on; Stripe is asked within a minute"),
    "pending": gettext_lazy("on its way"),
    "requires_action": gettext_lazy("waits for the buyer at Stripe"),
    "succeeded": gettext_lazy("has arrived at the bank"),
    "failed": gettext_lazy("failed"),
    "canceled": gettext_lazy("called off"),
}
ORIGINS: Mapping[str, _StrPromise] = {
    "staff": gettext_lazy("asked for by us"),
    "withdrawal": gettext_lazy("because of the withdrawal"),
    "duplicate": gettext_lazy("because it was paid twice"),
    "nobody": gettext_lazy("paid after the account was erased"),
    "stripe": gettext_lazy("made in Stripe's dashboard"),
}
ATTEMPTS: Mapping[str, _StrPromise] = {
    "new": gettext_lazy("the page was not opened"),
    "open": gettext_lazy("the page can still be paid"),
    "complete": gettext_lazy("gone through to the end"),
    "expired": gettext_lazy("the page has expired"),
    "failed": gettext_lazy("Stripe refused to open it"),
}
# Why a bank asks money back, as Stripe sorts it.
REASONS: Mapping[str, _StrPromise] = {
    "general": gettext_lazy("without a reason"),
    "fraudulent": gettext_lazy("“this was not me”"),
    "unrecognized": gettext_lazy("“I do not know this payment”"),
    "duplicate": gettext_lazy("“paid twice”"),
    "product_not_received": gettext_lazy("“not received”"),
    "product_unacceptable": gettext_lazy("“not as agreed”"),
    "subscription_canceled": gettext_lazy("“I had ended this”"),
    "credit_not_processed": gettext_lazy("“I would get it back”"),
}
DISPUTES: Mapping[str, _StrPromise] = {
    "needs_response": gettext_lazy("waits for your answer"),
    "under_review": gettext_lazy("the bank decides"),
    "won": gettext_lazy("decided for you"),
    "lost": gettext_lazy("decided for the buyer"),
    "warning_needs_response": gettext_lazy("a question, waits for your answer"),
    "warning_under_review": gettext_lazy("a question, the bank looks at it"),
    "warning_closed": gettext_lazy("a question, closed"),
    "prevented": gettext_lazy("prevented"),
}


def said(words: Mapping[str, _StrPromise], code: str) -> str:
    """The words of a code; a code nobody wrote words for as it is."""
    return str(words.get(code, code))


def standing(order: Order, *, is_disputed: bool) -> str:
    """The one code of ``STATES`` that says most about an order."""
    if order.contract == order.Contract.WITHDRAWN:
        return "withdrawn"
    if is_disputed:
        return "disputed"
    if order.paid_amount and order.refunded_amount >= order.paid_amount:
        return "refunded"
    return order.state


def cause(code: str, at: datetime, reason: str = "") -> str:
    """Why a right is what it is, with its day."""
    words = CAUSES.get(code)
    return str(words) % {"day": on_day(at), "reason": reason} if words else code


def on_day(at: datetime) -> str:
    return date_format(localtime(at, CLOCK), "j F Y")


def amount(number: int) -> str:
    return money(number)


def method(name: str) -> str:
    """A way of paying as people call it; Stripe's own name for what is not known here."""
    known = {
        "card": _("card"),
        "ideal": "iDEAL | Wero",
        "bancontact": "Bancontact",
        "klarna": "Klarna",
        "sepa_debit": _("direct debit"),
        "paypal": "PayPal",
    }
    return known.get(name, name)
