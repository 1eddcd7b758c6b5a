"""*Prijs*: what each product costs and cost, and a new price from now on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django import forms
from django.contrib import messages
from django.shortcuts import redirect, render
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from courseapp.errors import NotFound
from lessons.desk.door import for_owners
from payments import ordering
from payments.models import Offer, Product
from payments.staff import typed, words

if TYPE_CHECKING:
    from datetime import datetime

    from django.http import HttpRequest, HttpResponse
    from django.urls import URLPattern

    from courseapp.accounts.models import User

SHOWN = 12
# Cents: Stripe takes no less than half a euro, and nobody means more than this.
LEAST, MOST = 100, 999_999


@dataclass(frozen=True)
class Priced:
    """A product with the price that holds, the lowest of the last thirty days, and those before."""

    product: Product
    current: Offer | None
    lowest: int | None
    offers: list[Offer]


class PriceForm(forms.Form):
    amount = typed.AmountField(
        label=gettext_lazy("New price in euros, VAT included"),
        help_text=gettext_lazy("Such as 149 or 149,00. It holds from the moment you confirm it."),
    )

    def clean_amount(self) -> int:
        amount: int = self.cleaned_data["amount"]
        if not LEAST <= amount <= MOST:
            raise forms.ValidationError(
                _("A price lies between %(least)s and %(most)s.")
                % {"least": words.amount(LEAST), "most": words.amount(MOST)}
            )
        return amount


@require_safe
@for_owners
def prices(request: HttpRequest, person: User) -> HttpResponse:
    """Every product with its prices."""
    now = timezone.now()
    products = Product.objects.order_by("title").prefetch_related("offers__set_by")
    context = {"products": [(_priced(product, now), PriceForm()) for product in products]}
    return render(request, "payments/staff/prices.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@for_owners
def change(request: HttpRequest, person: User, product: str) -> HttpResponse:
    """The price typed, then what it comes to, then (``sure``) the act; a leap asks once more."""
    now = timezone.now()
    found = _priced(_called(product), now)
    form = PriceForm(request.POST if request.method == "POST" else None)
    context = {"priced": found, "form": form}
    if request.method != "POST" or not form.is_valid():
        status = 400 if form.is_bound else 200
        return render(request, "payments/staff/price.html", context, status=status)
    amount = form.cleaned_data["amount"]
    before = found.current.amount if found.current else None
    if amount == before:
        form.add_error("amount", _("This is the price already."))
        return render(request, "payments/staff/price.html", context, status=400)
    is_leap = before is not None and abs(amount - before) * 2 > before
    if "sure" not in request.POST or (is_leap and "leap" not in request.POST):
        context |= {"amount": amount, "is_leap": is_leap, "unsure": "sure" in request.POST}
        return render(request, "payments/staff/price_sure.html", context)
    ordering.set_price(product=found.product, amount=amount, by=person, now=now)
    messages.success(
        request,
        _("“%(what)s” costs %(amount)s from now on.")
        % {"what": found.product.title, "amount": words.amount(amount)},
    )
    return redirect("till:prices")


def _called(slug: str) -> Product:
    rows = Product.objects.prefetch_related("offers__set_by")
    found = rows.filter(slug=slug).first()
    if found is None:
        raise NotFound(_("There is no such product."))
    return found


def _priced(product: Product, now: datetime) -> Priced:
    offers = sorted(product.offers.all(), key=lambda offer: offer.valid_from, reverse=True)
    current = next((offer for offer in offers if offer.valid_from <= now), None)
    return Priced(product, current, ordering.lowest(offers, now), offers[:SHOWN])


paths: list[URLPattern] = [
    path("prijs/", prices, name="prices"),
    path("prijs/<slug:product>/", change, name="price"),
]
