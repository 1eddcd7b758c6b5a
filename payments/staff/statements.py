"""*Ontbindingen*: statements nobody knows the order of yet, and what was decided on the others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.contrib import messages
from django.shortcuts import redirect, render
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from courseapp.errors import NotFound, Refused
from lessons.desk.door import for_owners
from payments import deadlines, reasons, withdrawal
from payments.models import Order, Withdrawal
from payments.staff import evidence, suggestions, typed

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from django.http import HttpRequest, HttpResponse
    from django.urls import URLPattern

    from courseapp.accounts.models import User
    from payments.deadlines import Deadline

READ_OR_SEND = ["GET", "HEAD", "POST"]
PAGE = 25


@dataclass(frozen=True)
class Decided:
    """A statement that was decided on, and whether its money is back."""

    statement: Withdrawal
    state: str
    deadline: Deadline


@require_safe
@for_owners
def statements(request: HttpRequest, person: User) -> HttpResponse:
    """First what waits, with its fourteen days; below it what was decided, the newest first."""
    now, page = timezone.now(), typed.page(request.GET.get("blad", ""))
    rows = Withdrawal.objects.filter(decided_at__isnull=False).select_related("order")
    found = list(rows.order_by("-submitted_at", "-pk")[(page - 1) * PAGE : page * PAGE + 1])
    context = {
        "waiting": deadlines.unmatched(now) if page == 1 else [],
        "decided": [_decided(row, now) for row in found[:PAGE]],
        "newer": page - 1,
        "older": page + 1 if len(found) > PAGE else 0,
    }
    return render(request, "payments/staff/statements.html", context)


@require_http_methods(READ_OR_SEND)
@for_owners
def decide(request: HttpRequest, person: User, statement: UUID) -> HttpResponse:
    """What was written and which orders it may mean; sent, first what it comes to, then the act."""
    found = _called(statement)
    if request.method != "POST" or found.decided_at is not None:
        return _shown(request, found)
    try:
        return _decide(request, person, found)
    except Refused as refusal:
        return _shown(request, found, refusal)


def _decide(request: HttpRequest, person: User, found: Withdrawal) -> HttpResponse:
    act, sure, now = request.POST.get("act", ""), "sure" in request.POST, timezone.now()
    context = {"statement": found, "act": act}
    if act == "match":
        number = "".join((request.POST.get("number") or request.POST.get("order", "")).split())
        order = evidence.order_called(number.upper().replace("-", ""))
        withdrawal.require_older(order, found)
        if sure:
            matched = withdrawal.match(statement=found, order=order, by=person, now=now)
            return _matched(request, matched, order)
        in_time = found.submitted_at < order.placed_at + withdrawal.PERIOD
        context |= {"order": order, "in_time": in_time}
        return render(request, "payments/staff/statement_sure.html", context)
    if act == "refuse":
        reason = reasons.given(request.POST.get("reason", ""))
        if not sure:
            context |= {"reason": reason, "is_buyer": withdrawal.is_buyer(found)}
            return render(request, "payments/staff/statement_sure.html", context)
        withdrawal.refuse(statement=found, reason=reason, by=person, now=now)
        messages.success(request, _("The statement is refused, and its sender is told."))
    elif act == "set_aside":
        if not sure:
            return render(request, "payments/staff/statement_sure.html", context)
        withdrawal.set_aside(statement=found, by=person, now=now)
        messages.success(request, _("The message is set aside. Nobody is told."))
    else:
        return _shown(request, found)
    return redirect("till:statements")


def _matched(request: HttpRequest, matched: Withdrawal, order: Order) -> HttpResponse:
    if matched.refused:
        messages.success(request, _("Matched, without effect: %(why)s") % {"why": matched.refused})
    else:
        messages.success(request, _("The order has ended; what was paid goes back by itself."))
    return redirect("till:order", order.number)


def _shown(request: HttpRequest, found: Withdrawal, refusal: Refused | None = None) -> HttpResponse:
    now = timezone.now()
    context = {
        "statement": found,
        "deadline": deadlines.of(found, now),
        "decided": _decided(found, now) if found.decided_at else None,
        "suggested": [] if found.decided_at else suggestions.of(found),
        "refusal": refusal,
        "sent": request.POST,
    }
    status = refusal.status if refusal else 200
    return render(request, "payments/staff/statement.html", context, status=status)


def _called(statement: UUID) -> Withdrawal:
    found = Withdrawal.objects.select_related("order").filter(pk=statement).first()
    if found is None:
        raise NotFound(_("There is no such statement."))
    return found


def _decided(row: Withdrawal, now: datetime) -> Decided:
    order = row.order
    if order is None:
        state = "refused" if row.refused else "set_aside"
    elif row.refused:
        state = "refused"
    elif not order.paid_amount:
        state = "unpaid"
    else:
        state = "back" if order.refunded_amount >= order.paid_amount else "owed"
    return Decided(row, state, deadlines.of(row, now))


paths: list[URLPattern] = [
    path("ontbindingen/", statements, name="statements"),
    path("ontbindingen/<uuid:statement>/", decide, name="statement"),
]
