"""The buyer's pages: ordering, what became of an order, a gift, and withdrawing from an order."""

from __future__ import annotations

import logging
from http import HTTPStatus
from typing import TYPE_CHECKING

from allauth.core import ratelimit
from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from courseapp import browser
from courseapp.errors import Refused
from lessons.content import identity
from lessons.pages.private import for_readers, keep_nowhere, reader_of
from payments import (
    checkout,
    gifts,
    looking,
    once,
    ordering,
    withdrawal,
)
from payments.forms import GiftForm, WithdrawalForm
from payments.ordering import declarations
from payments.papers import shelf

if TYPE_CHECKING:
    from django.http import HttpRequest

    from courseapp.accounts.models import User
    from payments.models import Order

log = logging.getLogger(__name__)
# What the buyer mends where they are, by looking once more and pressing again.
SHOWN_ON_THE_FORM = (
    ordering.NotDeclared,
    ordering.PriceChanged,
    ordering.AlreadyYours,
    ordering.TooManyOrders,
)
KEYS = (once.KeyNeeded, once.InvalidKey, once.KeyReused)


class FormNotWhole(Refused):
    """An order form without the key it came with, or with another one's."""

    code = "form_not_whole"


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
        except SHOWN_ON_THE_FORM as error:
            refusal: Refused | None = error
        except KEYS:
            refusal = FormNotWhole(_("Something was missing. Look once more, and press again."))
    else:
        refusal = None
    context = {
        "product": product,
        "offer": offer,
        "courses": product.courses.all(),
        "key": ordering.form_key(reader, offer, now),
        "declarations": declarations(),
        "practice": identity.current(),
        "refusal": refusal,
        "is_gift": "gift" in (request.POST or request.GET),
        "owns": ordering.owns(reader, product),
        "is_test": settings.SANDBOX,
    }
    status = refusal.status if refusal else 200
    return _leading_to_stripe(render(request, "payments/order.html", context, status=status))


def _place(request: HttpRequest, reader: User, slug: str) -> HttpResponse:
    ticked = {kind: text for kind, text in declarations().items() if request.POST.get(kind)}
    shown, is_gift = request.POST.get("amount", ""), "gift" in request.POST
    language = get_language() or settings.LANGUAGE_CODE
    sent = request.POST.get("key", "")
    placed = ordering.place_once(
        # A gift and one's own, and the words that were agreed to, are orders of their own.
        key=f"{sent}-{'gift' if is_gift else 'own'}-{language}" if sent else "",
        buyer=reader,
        product=ordering.product_called(slug),
        shown=int(shown) if shown.isascii() and shown.isdigit() and len(shown) < 10 else -1,  # noqa: PLR2004
        declared=ticked,
        is_gift=is_gift,
        language=language,
        now=timezone.now(),
    )
    return _to_payment(request, placed.what)


def _to_payment(request: HttpRequest, placed: Order) -> HttpResponse:
    """To Stripe's page; when that cannot be had, to the order, where one can try again."""
    page = settings.SITE_URL + reverse("order_state", args=[placed.number])
    try:
        url = checkout.begin(order=placed, back=page, cancel=page, now=timezone.now())
    except checkout.NothingToPay:
        return redirect("order_state", number=placed.number)
    except checkout.NOT_OPENED as error:
        log.warning("order %s: no payment page (%s)", placed.number, error.code)
        messages.warning(
            request,
            _(
                "The payment page does not open at the moment. Your order is kept, and nothing was"
                " charged. Try again in a moment."
            ),
        )
        return redirect("order_state", number=placed.number)
    if not url.startswith((*checkout.payment_pages(), settings.SITE_URL)):
        log.error("the payment page is at %s: name it in STRIPE_PAYMENT_PAGES", url[:60])
    return redirect(url)


def _leading_to_stripe(page: HttpResponse) -> HttpResponse:
    """A page whose form ends at Stripe's: browsers hold the policy against the redirect too."""
    browser.allow(page, browser.PAGE, form_action=checkout.payment_pages())
    return page


@require_POST
@for_readers
def pay(request: HttpRequest, reader: User, number: str) -> HttpResponse:
    """Once more to the payment page."""
    return _to_payment(request, ordering.order_of(reader, number))


@require_safe
@for_readers
def state(request: HttpRequest, reader: User, number: str) -> HttpResponse:
    """What became of an order. Asks Stripe while it is open: the webhook may be late or lost.

    With the page's own ``seen`` it answers 204 as long as it says the same.
    """
    now = timezone.now()
    looked = looking.look(buyer=reader, number=number, now=now)
    seen = looked.seen
    said = f"{seen.word}-{'known' if looked.reached else 'unknown'}"
    if request.GET.get("seen") == said and looked.watch:
        # The page asks again by itself, and nothing is new: it stays as it is, and says nothing.
        return HttpResponse(status=HTTPStatus.NO_CONTENT)
    context = {
        "order": seen.order,
        "word": seen.word,
        "change": seen.change,
        "reached": looked.reached,
        "watch": looked.watch,
        "every": looking.EVERY,
        "said": said,
        "course": seen.courses[0] if seen.courses else None,
        "can_withdraw": withdrawal.is_possible(seen.order, now),
        "gift": seen.gift,
        "papers": shelf.listed(seen.order),
    }
    return _leading_to_stripe(render(request, "payments/state.html", context))


@require_safe
@for_readers
def orders(request: HttpRequest, reader: User) -> HttpResponse:
    """All that this person ordered."""
    found = reader.orders.prefetch_related(shelf.bills_first()).order_by("-placed_at")
    return render(request, "payments/orders.html", {"orders": found})


@require_safe
@for_readers
def paper(request: HttpRequest, reader: User, number: str, paper: str) -> HttpResponse:
    """A document of an order: an invoice or credit note by its number, the terms, the form."""
    return _shown(shelf.paper_of(ordering.order_of(reader, number), paper))


@never_cache
@require_safe
def form(request: HttpRequest) -> HttpResponse:
    """The model form for withdrawal, for everybody."""
    return _shown(shelf.blank_form(language=get_language() or settings.LANGUAGE_CODE))


def _shown(found: shelf.Paper) -> HttpResponse:
    """In the browser, with a good name for whoever keeps it."""
    response = HttpResponse(found.content, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{found.name}"'
    return response


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
