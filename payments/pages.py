"""The buyer's pages: ordering, what became of an order, a gift, and withdrawing from an order."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from allauth.core import ratelimit
from django.conf import settings
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from courseapp.errors import Refused
from lessons.content import identity
from lessons.pages.private import for_readers, keep_nowhere, reader_of
from payments import checkout, gateway, gifts, ordering, sync, withdrawal
from payments.forms import GiftForm, WithdrawalForm
from payments.models import Order

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from courseapp.accounts.models import User

log = logging.getLogger(__name__)


def declarations() -> dict[str, str]:
    """The sentences a buyer ticks, as they stand on the page now."""
    return {
        "adult": _("I am 18 or older."),
        "terms": _("I agree with the terms."),
    }


@require_http_methods(["GET", "HEAD", "POST"])
@for_readers
def order(request: HttpRequest, reader: User, slug: str) -> HttpResponse:
    """What is bought, by whom from whom, for how much, and the button that binds."""
    now = timezone.now()
    product = ordering.product_called(slug)
    offer = ordering.offer_of(product, now)
    if request.method == "POST":
        try:
            return _place(request, reader, slug)
        except (ordering.NotDeclared, ordering.PriceChanged, ordering.AlreadyYours) as error:
            refusal: Refused | None = error
    else:
        refusal = None
    context = {
        "product": product,
        "offer": offer,
        "courses": product.courses.all(),
        "declarations": declarations(),
        "practice": identity.current(),
        "refusal": refusal,
        "is_gift": "gift" in (request.POST or request.GET),
        "owns": ordering.owns(reader, product),
        "is_test": settings.SANDBOX,
    }
    return render(
        request, "payments/order.html", context, status=refusal.status if refusal else 200
    )


def _place(request: HttpRequest, reader: User, slug: str) -> HttpResponse:
    ticked = {kind: text for kind, text in declarations().items() if request.POST.get(kind)}
    shown = request.POST.get("amount", "")
    placed = ordering.place(
        buyer=reader,
        product=ordering.product_called(slug),
        shown=int(shown) if shown.isascii() and shown.isdigit() and len(shown) < 10 else -1,  # noqa: PLR2004
        declared=ticked,
        is_gift="gift" in request.POST,
        language=get_language() or settings.LANGUAGE_CODE,
        now=timezone.now(),
    )
    return _to_payment(placed)


def _to_payment(placed: Order) -> HttpResponse:
    """To Stripe's page; when that cannot be had, to the order, where one can try again."""
    page = settings.SITE_URL + reverse("order_state", args=[placed.number])
    try:
        url = checkout.begin(order=placed, back=page, cancel=page, now=timezone.now())
    except (gateway.Unreachable, gateway.Declined, checkout.NothingToPay, sync.Overtaken) as error:
        log.warning("order %s: no payment page (%s)", placed.number, error.code)
        return redirect("order_state", number=placed.number)
    return redirect(url)


@require_POST
@for_readers
def pay(request: HttpRequest, reader: User, number: str) -> HttpResponse:
    """Once more to the payment page."""
    return _to_payment(ordering.order_of(reader, number))


@require_safe
@for_readers
def state(request: HttpRequest, reader: User, number: str) -> HttpResponse:
    """What became of an order. Asks Stripe while it is open: the webhook may be late or lost."""
    found = ordering.order_of(reader, number)
    reached = True
    if found.state in {Order.State.OPEN, Order.State.PROCESSING}:
        try:
            sync.sync_order(order=found.pk, now=timezone.now())
        except Refused:
            reached = False
        found = ordering.order_of(reader, number)
    context = {
        "order": found,
        "reached": reached,
        "course": found.offer.product.courses.first(),
        "can_withdraw": withdrawal.is_possible(found, timezone.now()),
        "gift": getattr(found, "gift", None),
    }
    return render(request, "payments/state.html", context)


@require_safe
@for_readers
def orders(request: HttpRequest, reader: User) -> HttpResponse:
    """All that this person ordered."""
    found = reader.orders.select_related("offer__product").order_by("-placed_at")
    return render(request, "payments/orders.html", {"orders": found})


@require_http_methods(["GET", "HEAD", "POST"])
@for_readers
def gift(request: HttpRequest, reader: User) -> HttpResponse:
    """Where a gift's code is typed."""
    form = GiftForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            gifts.use(code=form.cleaned_data["code"], reader=reader, now=timezone.now())
        except gifts.UnknownCode as error:
            form.add_error("code", str(error))
        else:
            return redirect("my_courses")
    return render(request, "payments/gift.html", {"form": form})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request: HttpRequest) -> HttpResponse:
    """The withdrawal function in its two steps: the statement, and its confirmation."""
    form = WithdrawalForm(
        request.POST if request.method == "POST" else None, initial=_known(request)
    )
    if request.method == "POST" and form.is_valid():
        if "confirm" not in request.POST:
            return keep_nowhere(render(request, "payments/withdraw_confirm.html", {"form": form}))
        # Each statement mails whatever address was typed: not for writing to strangers all day.
        if not ratelimit.consume(request, action="withdraw", key=form.cleaned_data["email"]):
            refused: HttpResponse = ratelimit.respond_429(request)
            return refused
        now = timezone.now()
        statement = withdrawal.submit(**form.cleaned_data, now=now)
        context = {"statement": statement}
        return keep_nowhere(render(request, "payments/withdrawn.html", context))
    return keep_nowhere(render(request, "payments/withdraw.html", {"form": form}))


def _known(request: HttpRequest) -> dict[str, str]:
    """What need not be typed by whoever comes from an order of their own."""
    reader = reader_of(request)
    number = request.GET.get("order", "")[:20]
    return {"email": reader.email if reader else "", "contract": number}
