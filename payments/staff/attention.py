"""What of money asks for attention on *Vandaag*, for owners, each with where one acts."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from lessons.desk.attention import Row
from payments import deadlines, refunds
from payments.models import Dispute, Order, Refund, StripeEvent
from payments.projection import INTENDED
from payments.staff import words

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from courseapp.accounts.models import User
    from lessons.desk.attention import Weight
    from payments.deadlines import Deadline

MOST = 20
# How long a hint of Stripe's, or a refund, may wait for the worker.
LAG = timedelta(minutes=15)
# Tried so often, it will not mend itself.
TRIES = 5
SOON = timedelta(days=3)
OPEN_DISPUTES = {
    "needs_response", "under_review", "warning_needs_response", "warning_under_review",
}  # fmt: skip
UNMATCHED = {"mismatch", "foreign_session", "paid_twice"}
WEIGHTS: dict[str, Weight] = {"ahead": "waiting", "near": "waiting", "late": "broken"}


def rows(person: User, now: datetime) -> Iterator[Row]:
    """Everything; nothing for who is no owner."""
    if not person.is_owner:
        return
    yield from _inbox(now)
    yield from _refunds(now)
    yield from _unmatched_money()
    yield from _disputes(now)
    yield from _statements(now)
    yield from _owed(now)


def _at(order: Order) -> str:
    return reverse("till:order", args=[order.number])


def _inbox(now: datetime) -> Iterator[Row]:
    """News of Stripe's that nobody worked on, or that fails again and again."""
    late = Q(next_at__lt=now - LAG)
    stuck = Q(next_at__isnull=False, attempts__gte=TRIES) & ~Q(error__in=["", "no order of ours"])
    found = StripeEvent.objects.filter(late | stuck).order_by("received_at")
    count, first = found.count(), found.first()
    if first is None:
        return
    yield Row(
        title=ngettext(
            "%(n)s message of Stripe's waits to be followed.",
            "%(n)s messages of Stripe's wait to be followed.",
            count,
        )
        % {"n": count},
        detail=_("Whoever looks after the server has to look at the worker. %(error)s")
        % {"error": first.error},
        url=reverse("health"),
        weight="broken",
        when=first.received_at,
    )


def _refunds(now: datetime) -> Iterator[Row]:
    """Refunds that failed and nothing made up for, and those Stripe could not be asked for."""
    waiting = Q(status=INTENDED, asked_at__lt=now - LAG)
    failed = Q(status="failed", settled_at=None)
    found = Refund.objects.filter(failed | waiting).select_related("payment__order")
    found = found.prefetch_related("payment__refunds").order_by("-asked_at")[:MOST]
    for one in found:
        order = one.payment.order
        if one.status == "failed" and refunds.is_made_up(one, one.payment.refunds.all()):
            continue
        title = (
            _("A refund of %(amount)s failed (order %(number)s).")
            if one.status == "failed"
            else _("A refund of %(amount)s waits for Stripe (order %(number)s).")
        )
        yield Row(
            title=title % {"amount": words.amount(one.amount), "number": order.number},
            detail=one.error or _("The bank gave no reason. Ask the buyer for another account."),
            url=_at(order),
            weight="broken",
            when=one.asked_at,
        )


def _unmatched_money() -> Iterator[Row]:
    """Money that does not fit what was agreed."""
    for order in Order.objects.exclude(troubles=[]).order_by("-placed_at")[: MOST * 5]:
        codes = [code for code in order.troubles if code in UNMATCHED]
        if codes:
            yield Row(
                title=_("The money of order %(number)s does not fit.") % {"number": order.number},
                detail=" ".join(words.said(words.TROUBLES, code) for code in codes),
                url=_at(order),
                weight="broken",
                when=order.paid_at or order.placed_at,
            )


def _disputes(now: datetime) -> Iterator[Row]:
    found = Dispute.objects.filter(status__in=OPEN_DISPUTES).select_related("payment__order")
    for one in found.order_by("due_by")[:MOST]:
        asks = "needs_response" in one.status
        near = one.due_by is not None and one.due_by - now < SOON
        yield Row(
            title=_("A bank asks %(amount)s back (order %(number)s).")
            % {"amount": words.amount(one.amount), "number": one.payment.order.number},
            detail=words.said(words.TROUBLES, f"dispute_{one.status}"),
            url=_at(one.payment.order),
            weight=("broken" if near else "waiting") if asks else "planned",
            when=one.due_by,
        )


def _statements(now: datetime) -> Iterator[Row]:
    """Withdrawals nobody knows the order of; their fourteen days run all the same."""
    for one in deadlines.unmatched(now)[:MOST]:
        yield _due(
            one,
            _("A withdrawal came in, and it is not clear of which order."),
            _("What was paid must be back in time."),
            reverse("till:statement", args=[one.statement.pk]),
        )


def _owed(now: datetime) -> Iterator[Row]:
    """Withdrawals with effect whose money is not back."""
    for one in deadlines.unpaid(now)[:MOST]:
        order = one.statement.order
        if order is not None:
            yield _due(
                one,
                _("The money of order %(number)s, which was withdrawn from, is not back yet.")
                % {"number": order.number},
                _("The law gives fourteen days."),
                _at(order),
            )


def _due(one: Deadline, title: str, detail: str, url: str) -> Row:
    return Row(title=title, detail=detail, url=url, weight=WEIGHTS[one.weight], when=one.until)
