"""From an order to Stripe's payment page: at most one session that can be paid at a time.

The request is frozen before Stripe is called, with a key of its own, so that a second try after a
crash or a lost answer asks for the very same session.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from courseapp.errors import Refused
from payments import gateway, patience, sync
from payments.models import Attempt, Order

if TYPE_CHECKING:
    from datetime import datetime

# How long a session can be paid. Stripe allows 30 minutes to 24 hours.
OPEN_FOR = timedelta(hours=1)
# Delayed debits can be taken back for thirteen months, and pay-later is credit.
EXCLUDED = ("sepa_debit", "klarna", "afterpay_clearpay")
# Seconds Stripe has for opening a page while the buyer waits; a lost answer is asked for again.
BUDGET = 10.0
OVER = (Order.State.FAILED, Order.State.EXPIRED)
# Too little is left of it to send somebody there.
TOO_LATE = timedelta(minutes=2)


def payment_pages() -> list[str]:
    """Where Stripe's page may be, as a browser's policy names it."""
    test_shop = settings.STRIPE_API_BASE
    return [test_shop] if test_shop else list(settings.STRIPE_PAYMENT_PAGES)


class NothingToPay(Refused):
    """The order is paid, under way, or withdrawn."""

    code = "nothing_to_pay"
    status = 409


# Why there may be no payment page now, though there is something to pay.
NOT_OPENED = (gateway.Unreachable, gateway.Declined, sync.Overtaken)


def begin(*, order: Order, back: str, cancel: str, now: datetime) -> str:
    """The address where this order is paid: of the session that is open, or of a new one.

    ``back`` and ``cancel`` are addresses of ours; what costs nothing leads to ``back`` at once.
    Raises ``NothingToPay``, ``NOT_OPENED``.
    """
    with patience.within(BUDGET, retries=2):
        return _begin(order, back, cancel, now)


def _begin(order: Order, back: str, cancel: str, now: datetime) -> str:
    if not order.total:
        sync.sync_order(order=order.pk, now=now)
        return back
    current = order.attempts.filter(state__in=["new", "open"]).first()
    if current is not None and current.state == Attempt.State.OPEN:
        order = sync.sync_order(order=order.pk, now=now)
        current.refresh_from_db()
    _require_payable(order)
    if current is not None and current.state in {Attempt.State.NEW, Attempt.State.OPEN}:
        if current.expires_at - now > TOO_LATE:
            return _open(current, now)
        order = _close(current, order, now)
        _require_payable(order)
    return _open(_frozen(order, back, cancel, now), now)


def nothing_to_pay() -> NothingToPay:
    return NothingToPay(_("This order is paid already, or its payment is under way."))


def _require_payable(order: Order) -> None:
    if order.state in {Order.State.PAID, Order.State.PROCESSING}:
        raise nothing_to_pay()
    if order.contract == Order.Contract.WITHDRAWN:
        raise NothingToPay(_("This order has been withdrawn."))
    if order.buyer_id is None:
        raise NothingToPay(_("This order is closed: the account it belonged to was erased."))


def _close(attempt: Attempt, order: Order, now: datetime) -> Order:
    """End an attempt whose session is about to run out; it may have been paid meanwhile."""
    if attempt.session_id and not gateway.expire_session(attempt.session_id):
        return sync.sync_order(order=order.pk, now=now)
    Attempt.objects.filter(pk=attempt.pk).update(state=Attempt.State.EXPIRED)
    return order


def _frozen(order: Order, back: str, cancel: str, now: datetime) -> Attempt:
    """A new attempt with the request it will send; of two at once the second gets the first's."""
    attempt = Attempt(order=order, created_at=now, expires_at=now + OPEN_FOR)
    attempt.request = _request(order, attempt, back, cancel)
    with transaction.atomic():
        # Its buyer may have been erased since it was looked at: then nothing of them is kept.
        _require_payable(Order.objects.select_for_update().get(pk=order.pk))
        other = order.attempts.filter(state__in=["new", "open"]).first()
        if other is not None:
            return other
        attempt.save(force_insert=True)
    return attempt


def _open(attempt: Attempt, now: datetime) -> str:
    if attempt.url:
        _await_return(attempt)
        return attempt.url
    try:
        made = gateway.open_session(attempt.request, key=f"cs-{attempt.pk}")
    except (gateway.Declined, gateway.Remembered):
        # A request that is wrong, or an answer that was stored as a failure: this one is over.
        found = gateway.session_of(str(attempt.pk), attempt.created_at)
        if found is None:
            Attempt.objects.filter(pk=attempt.pk).update(state=Attempt.State.FAILED)
            raise
        made = found
    with transaction.atomic():
        Attempt.objects.filter(pk=attempt.pk).update(
            session_id=made.session_id, url=made.url, state=Attempt.State.OPEN
        )
        # Facts fetched before this session existed are older than it.
        Order.objects.filter(pk=attempt.order_id).update(
            sync_no=F("sync_no") + 1, next_sync_at=now + timedelta(minutes=2)
        )
        # What failed or ended before can be paid now, as Stripe will say as well.
        over = Order.objects.filter(pk=attempt.order_id, state__in=OVER)
        over.update(state=Order.State.OPEN)
        _await_return(attempt)
    return made.url


def _await_return(attempt: Attempt) -> None:
    """Whoever comes back from the payment page has news: the next look at the order asks."""
    Order.objects.filter(pk=attempt.order_id).update(looked_at=None)


def _request(order: Order, attempt: Attempt, back: str, cancel: str) -> dict[str, Any]:
    """All of it neutral: it shows on Stripe's page, in banks and in Stripe's mails."""
    product = order.offer.product
    about = {"order": str(order.pk), "attempt": str(attempt.pk), "env": settings.STRIPE_ENV}
    return {
        "mode": "payment",
        "line_items": [
            {
                "quantity": 1,
                "price_data": {
                    "currency": order.currency,
                    "unit_amount": order.total,
                    "tax_behavior": "inclusive",
                    "product_data": {"name": product.statement_name},
                },
            }
        ],
        "client_reference_id": str(order.pk),
        "metadata": about,
        "payment_intent_data": {"metadata": about, "description": f"{order.number}"},
        "customer_email": order.email,
        "locale": "nl" if order.language == "nl" else "en",
        "submit_type": "pay",
        "adaptive_pricing": {"enabled": False},
        "allow_promotion_codes": True,
        "billing_address_collection": "auto",
        "excluded_payment_method_types": list(EXCLUDED),
        "success_url": back,
        "cancel_url": cancel,
        "expires_at": int(attempt.expires_at.timestamp()),
    }
