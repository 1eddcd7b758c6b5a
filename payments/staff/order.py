"""*Eén bestelling*: why its reader has access or has not, and what can be done about it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from courseapp.errors import Refused
from lessons.desk.door import for_owners
from payments import barring, gateway, letters, refunds, sync
from payments.models import Order
from payments.papers import shelf
from payments.projection import HELD
from payments.staff import evidence, timeline, typed, words

if TYPE_CHECKING:
    from django.http import HttpRequest
    from django.urls import URLPattern

    from courseapp.accounts.models import User
    from payments.staff.timeline import Rows

READ_OR_SEND = ["GET", "HEAD", "POST"]
DASHBOARD = "https://dashboard.stripe.com/"


class RefundForm(forms.Form):
    """How much goes back, and why."""

    amount = typed.AmountField(label=gettext_lazy("How much, in euros"))
    reason = typed.ReasonField(
        label=gettext_lazy("Why"),
        required=False,
        help_text=gettext_lazy("For yourselves. The buyer does not read it."),
    )


class BarForm(forms.Form):
    reason = typed.ReasonField(
        label=gettext_lazy("Why"),
        help_text=gettext_lazy(
            "For yourselves, and for whoever asks later. The buyer does not read it."
        ),
    )


@require_safe
@for_owners
def order(request: HttpRequest, person: User, order: str) -> HttpResponse:
    """The answer on top, what can be done, and everything that led there."""
    found = evidence.order_called(order)
    rows = evidence.of(found)
    disputed = any(one.status in HELD for one in rows.disputes)
    right = rows.changes[-1].now if rows.changes else "none"
    state = words.standing(found, is_disputed=disputed)
    failed = refunds.unsettled(found)
    context = {
        "order": found,
        "state": words.said(words.STATES, state),
        "answer": timeline.answer(rows),
        "lines": timeline.lines(rows),
        "rows": rows,
        "rights": _rights(rows),
        "troubles": [
            words.said(words.TROUBLES, code)
            for code in found.troubles
            if code != "refund_failed" or failed
        ],
        "failed": failed,
        "payments": [(one, _at_stripe(one.pk), words.method(one.method)) for one in rows.payments],
        "left": refunds.left(found),
        "can_bar": not found.barred_at and right in {"active", "suspended"},
        "can_resend": found.state == Order.State.PAID and found.email,
    }
    return render(request, "payments/staff/order.html", context)


@require_safe
@for_owners
def paper(request: HttpRequest, person: User, order: str, paper: str) -> HttpResponse:
    """An invoice or a credit note as the buyer has it."""
    found = shelf.paper_of(evidence.order_called(order), paper)
    answer = HttpResponse(found.content, content_type="application/pdf")
    answer["Content-Disposition"] = f'inline; filename="{found.name}"'
    return answer


@require_http_methods(READ_OR_SEND)
@for_owners
def give_back(request: HttpRequest, person: User, order: str) -> HttpResponse:
    """An amount typed, then what it comes to, then (``sure``) the act itself."""
    found = evidence.order_called(order)
    left = refunds.left(found)
    first = {"amount": words.amount(left)}
    form = RefundForm(request.POST if request.method == "POST" else None, initial=first)
    context = {"order": found, "left": left, "form": form}
    if request.method != "POST" or not form.is_valid():
        return render(request, "payments/staff/refund.html", context, status=_status(form))
    amount, reason = form.cleaned_data["amount"], form.cleaned_data["reason"]
    if amount > left:
        form.add_error(
            "amount",
            _("At most %(left)s is left to give back.") % {"left": words.amount(left)},
        )
        return render(request, "payments/staff/refund.html", context, status=400)
    if "sure" not in request.POST:
        is_all = found.refunded_amount + amount >= found.paid_amount
        is_disputed = any(code.startswith("dispute_") for code in found.troubles)
        context |= {"amount": amount, "reason": reason, "is_all": is_all}
        context["is_disputed"] = is_disputed
        return render(request, "payments/staff/refund_sure.html", context)
    try:
        refunds.ask(
            order=found, amount=amount, reason=reason, by=person, now=timezone.now(),
            seen=_seen(request.POST.get("seen", "")),
        )  # fmt: skip
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(
            request,
            _("%(amount)s goes back. Stripe is asked for it within a minute.")
            % {"amount": words.amount(amount)},
        )
    return redirect("till:order", found.number)


@require_http_methods(READ_OR_SEND)
@for_owners
def settle(request: HttpRequest, person: User, order: str) -> HttpResponse:
    """That the money of a failed refund went back in another way; a POST writes it down."""
    found = evidence.order_called(order)
    failed = refunds.unsettled(found)
    form = BarForm(request.POST if request.method == "POST" else None)
    if request.method != "POST" or not form.is_valid() or not failed:
        context = {"order": found, "failed": failed, "form": form}
        return render(request, "payments/staff/settle.html", context, status=_status(form))
    for one in failed:
        try:
            refunds.settle(
                refund=one, note=form.cleaned_data["reason"], by=person, now=timezone.now()
            )
        except refunds.NotFailed as refusal:
            messages.error(request, str(refusal))
    messages.success(request, _("Written down. Nothing of it waits for you any more."))
    return redirect("till:order", found.number)


@require_http_methods(READ_OR_SEND)
@for_owners
def bar(request: HttpRequest, person: User, order: str) -> HttpResponse:
    """What closing it comes to, with the reason; a POST does it."""
    found = evidence.order_called(order)
    form = BarForm(request.POST if request.method == "POST" else None)
    if request.method != "POST" or not form.is_valid():
        context = {"order": found, "form": form}
        return render(request, "payments/staff/bar.html", context, status=_status(form))
    try:
        barring.bar(order=found, by=person, now=timezone.now(), **form.cleaned_data)
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("The access of this order is closed."))
    return redirect("till:order", found.number)


@require_http_methods(READ_OR_SEND)
@for_owners
def lift(request: HttpRequest, person: User, order: str) -> HttpResponse:
    found = evidence.order_called(order)
    if request.method != "POST":
        return render(request, "payments/staff/lift.html", {"order": found})
    try:
        barring.lift(order=found, by=person, now=timezone.now())
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("till:order", found.number)
    if _looked(found):
        messages.success(request, _("The access is as the payment says again."))
    else:
        messages.success(
            request, _("Done. Stripe does not answer now; the access follows once it does.")
        )
    return redirect("till:order", found.number)


@require_http_methods(READ_OR_SEND)
@for_owners
def resend(request: HttpRequest, person: User, order: str) -> HttpResponse:
    found = evidence.order_called(order)
    if request.method != "POST":
        return render(request, "payments/staff/resend.html", {"order": found})
    try:
        letters.resend(order=found, by=person, now=timezone.now())
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(
            request, _("The confirmation goes to %(email)s again.") % {"email": found.email}
        )
    return redirect("till:order", found.number)


@require_POST
@for_owners
def look(request: HttpRequest, person: User, order: str) -> HttpResponse:
    """Ask Stripe now; changes nothing that Stripe does not say."""
    found = evidence.order_called(order)
    if _looked(found):
        messages.success(request, _("This is what Stripe says now."))
    else:
        messages.error(request, _("Stripe does not answer now. It is asked again by itself."))
    return redirect("till:order", found.number)


def _looked(found: Order) -> bool:
    try:
        sync.sync_order(order=found.pk, now=timezone.now())
    except Refused:
        return False
    return True


def _rights(rows: Rows) -> list[tuple[str, str, str]]:
    """Course, what gave the right, and how it stands, of every right of the reader's."""
    states = {True: _("closed"), False: _("on hold")}
    here = _("this order")
    return [
        (
            one.course.title,
            rows.sources.get(one.source, here),
            states[bool(one.revoked_at)] if one.revoked_at or one.suspended_at else _("open"),
        )
        for one in rows.rights
    ]


def _at_stripe(intent: str) -> str:
    """Where the payment is seen at Stripe: in its dashboard, or in the test shop."""
    if settings.SANDBOX:
        return f"http://localhost:{settings.SANDBOX_PORT}/_sim/"
    return f"{DASHBOARD}{'' if gateway.live() else 'test/'}payments/{intent}"


def _status(form: forms.Form) -> int:
    return 400 if form.is_bound and not form.is_valid() else 200


def _seen(said: str) -> int:
    """The cents that were left when the page was shown; what never is for anything else."""
    return int(said) if said.isascii() and said.isdigit() and len(said) < 10 else -1  # noqa: PLR2004


paths: list[URLPattern] = [
    path("<slug:order>/", order, name="order"),
    path("<slug:order>/<slug:paper>.pdf", paper, name="paper"),
    path("<slug:order>/terugbetalen/", give_back, name="refund"),
    path("<slug:order>/anders-terugbetaald/", settle, name="settle"),
    path("<slug:order>/toegang-sluiten/", bar, name="bar"),
    path("<slug:order>/toegang-teruggeven/", lift, name="lift"),
    path("<slug:order>/bevestiging/", resend, name="resend"),
    path("<slug:order>/bij-stripe-kijken/", look, name="look"),
]
