"""*Bestellingen*: every order, the newest first, found by number, address or invoice."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.db.models import Exists, F, OuterRef, Q
from django.shortcuts import render
from django.urls import path
from django.utils.translation import pgettext_lazy
from django.views.decorators.http import require_safe

from lessons.desk.door import for_owners
from payments.models import Dispute, Invoice, Order
from payments.projection import HELD
from payments.staff import typed, words

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest, HttpResponse
    from django.urls import URLPattern

    from courseapp.accounts.models import User

PAGE = 25
GIFT = pgettext_lazy("order", "gift")
# What the list can be narrowed to; a gift is beside the states, not one of them.
FILTERS = {**words.STATES, "gift": GIFT}


@dataclass(frozen=True)
class Row:
    """An order in the list, with the state that says most about it."""

    order: Order
    standing: str
    state: str
    troubles: int


@require_safe
@for_owners
def orders(request: HttpRequest, person: User) -> HttpResponse:
    """The list; what is not one of the filters narrows nothing."""
    asked = request.GET.get("q", "").strip()[:200]
    state = request.GET.get("state", "")
    state = state if state in FILTERS else ""
    page = typed.page(request.GET.get("blad", ""))
    found = list(found_by(asked, state)[(page - 1) * PAGE : page * PAGE + 1])
    kept = {name: value for name, value in (("q", asked), ("state", state)) if value}
    context = {
        "rows": [_row(order) for order in found[:PAGE]],
        "asked": asked,
        "state": state,
        "filters": FILTERS,
        "newer": page > 1 and urlencode({**kept, "blad": page - 1}),
        "older": len(found) > PAGE and urlencode({**kept, "blad": page + 1}),
    }
    return render(request, "payments/staff/orders.html", context)


def found_by(asked: str, state: str) -> QuerySet[Order]:
    """The orders that fit, the newest first; each knows ``is_disputed``."""
    held = Dispute.objects.filter(payment__order=OuterRef("pk"), status__in=HELD)
    rows = Order.objects.select_related("offer__product").annotate(is_disputed=Exists(held))
    return rows.filter(_fits(asked) & _is(state)).order_by("-placed_at", "-pk")


def _fits(asked: str) -> Q:
    if not asked or "\0" in asked:
        return Q() if not asked else Q(pk=None)
    if "@" in asked:
        return Q(email__icontains=asked)
    number = "".join(asked.upper().split())
    paper = Invoice.objects.filter(number__iexact=number).values("order")
    return (
        Q(number__startswith=number.replace("-", "")) | Q(email__icontains=asked) | Q(pk__in=paper)
    )


def _is(state: str) -> Q:
    """What the list is narrowed to; a state as `words.standing` tells it."""
    back = Q(paid_amount__gt=0, refunded_amount__gte=F("paid_amount"))
    withdrawn = Q(contract=Order.Contract.WITHDRAWN)
    found = {
        "": Q(),
        "gift": Q(is_gift=True),
        "withdrawn": withdrawn,
        "disputed": Q(is_disputed=True) & ~withdrawn,
        "refunded": back & ~withdrawn & Q(is_disputed=False),
    }
    return found.get(state, Q(state=state) & ~withdrawn & ~back & Q(is_disputed=False))


def _row(order: Order) -> Row:
    code = words.standing(order, is_disputed=order.is_disputed)  # type: ignore[attr-defined]
    return Row(order, code, words.said(words.STATES, code), len(order.troubles))


paths: list[URLPattern] = [
    path("", orders, name="orders"),
]
