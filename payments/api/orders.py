"""Ordering, paying, and what became of it."""

from __future__ import annotations

import hashlib
import json
import logging
from typing import TYPE_CHECKING

from django.conf import settings
from django.urls import reverse
from django.utils import timezone, translation
from rest_framework.exceptions import ValidationError

from courseapp.api import conditions, paging
from courseapp.api.fields import Agreed, Body, StrictChoice, StrictFlag, StrictNumber, StrictText
from courseapp.api.schema import describe
from courseapp.api.view import Endpoint, answer, signed_in
from courseapp.errors import NotFound
from lessons.content.identity import IdentityIncomplete
from payments import checkout, finding, looking, ordering
from payments.api import idempotency, shapes, telling

if TYPE_CHECKING:
    from datetime import datetime

    from django.http import HttpResponse
    from rest_framework.request import Request

    from payments.models import Order as OrderRow

log = logging.getLogger(__name__)
AMOUNT_MAX = 10_000_000
LETTER: conditions.Letter = "s"
PLACING = (
    NotFound,
    ordering.NotForSale,
    ordering.AlreadyYours,
    ordering.NotDeclared,
    ordering.PriceChanged,
    ordering.TooManyOrders,
    IdentityIncomplete,
    *idempotency.REFUSALS,
)


class NewOrder(Body):
    """What is ordered, at the price that was shown, with two declarations that both are true.

    `language` is the one in which the declarations (see the product) were shown; the buyer's mails
    are in it too. A `gift` gives a code instead of access.
    """

    product = StrictText(max_length=80)
    amount = StrictNumber(min_value=0, max_value=AMOUNT_MAX)
    gift = StrictFlag(default=False)
    adult = Agreed()
    terms = Agreed()
    language = StrictChoice(choices=["nl", "en"], default="nl")


class Orders(Endpoint):
    @describe(
        "list_orders",
        tag="shop",
        who="readers",
        answers={200: shapes.OrderPage},
        refusals=[paging.InvalidCursor, ValidationError],
        parameters=paging.PARAMETERS,
    )
    def get(self, request: Request) -> HttpResponse:
        """One's own orders, the last placed first."""
        mine = finding.of_buyer(signed_in(request))
        page = paging.page(request, mine, lambda one: one.order.number)
        told: shapes.OrderPage = {
            "next": page.next,
            "previous": page.previous,
            "results": [telling.order_line(one) for one in page.rows],
        }
        return answer(told)

    @describe(
        "place_order",
        tag="shop",
        who="readers",
        answers={201: shapes.Order, 200: shapes.Order},
        refusals=PLACING,
        body=NewOrder,
        writes=True,
        parameters=[idempotency.parameter()],
    )
    def post(self, request: Request) -> HttpResponse:
        """Order something, with the obligation to pay. 201 the first time; 200 with the same order
        for the same key ever after, whatever became of it since.

        The button that leads here has to say that ordering obliges to pay, and the price. Send the
        buyer to `payment_url`; nothing is charged before they pay there.
        """
        sent = NewOrder(data=request.data)
        sent.is_valid(raise_exception=True)
        said = sent.validated_data
        buyer, now = signed_in(request), timezone.now()
        with translation.override(said["language"]):
            sentences = ordering.declarations()
        placed = ordering.place_once(
            key=idempotency.key_of(request),
            buyer=buyer,
            product=ordering.product_called(said["product"]),
            shown=said["amount"],
            declared={kind: text for kind, text in sentences.items() if said[kind]},
            is_gift=said["gift"],
            language=said["language"],
            now=now,
        )
        _try_to_open(placed.what, now)
        told = telling.order(finding.one(buyer, placed.what.number))
        return answer(told, status=201 if placed.created else 200)


class Order(Endpoint):
    @describe(
        "read_order",
        tag="shop",
        who="readers",
        answers={200: shapes.Order},
        refusals=[NotFound],
    )
    def get(self, request: Request, number: str) -> HttpResponse:
        """An order of one's own, with its invoices, and its gift's code."""
        return answer(telling.order(finding.one(signed_in(request), number)))


class Pay(Endpoint):
    @describe(
        "pay_order",
        tag="shop",
        who="readers",
        answers={200: shapes.PaymentPage},
        refusals=[NotFound, checkout.NothingToPay, *checkout.NOT_OPENED],
        writes=True,
    )
    def post(self, request: Request, number: str) -> HttpResponse:
        """The payment page of an order: the one that is open, or a new one. There is one at most.

        After 503 nothing is lost and nothing was charged: ask again in a moment.
        """
        buyer, now = signed_in(request), timezone.now()
        _open(ordering.order_of(buyer, number), now)
        seen = finding.one(buyer, number)
        if seen.attempt is None:  # Paid within this very moment.
            raise checkout.nothing_to_pay()
        return answer(telling.payment_page(seen.attempt, number))


class State(Endpoint):
    @describe(
        "read_order_state",
        tag="shop",
        who="readers",
        answers={200: shapes.OrderState, 304: None},
        refusals=[NotFound],
        parameters=[conditions.if_none_match(), conditions.etag_header(LETTER, 200, 304)],
    )
    def get(self, request: Request, number: str) -> HttpResponse:
        """Where an order stands. Made for asking every few seconds after a payment.

        At most once in ten seconds it asks the payment service, for three seconds at most.
        """
        buyer, now = signed_in(request), timezone.now()
        looked = looking.look(buyer=buyer, number=number, now=now)
        told = telling.state(looked)
        etag = _tag(told)
        return conditions.not_modified(request, etag) or answer(told, etag=etag)


def _try_to_open(order: OrderRow, now: datetime) -> None:
    """Open its payment page. Where that fails the order stands all the same, without one."""
    try:
        _open(order, now)
    except checkout.NothingToPay:
        return
    except checkout.NOT_OPENED as error:
        log.warning("order %s: no payment page (%s)", order.number, error.code)


def _open(order: OrderRow, now: datetime) -> None:
    page = settings.SITE_URL + reverse("order_state", args=[order.number])
    checkout.begin(order=order, back=page, cancel=page, now=now)


def _tag(told: shapes.OrderState) -> str:
    """The tag of an answer: of nine digits, made of what it says."""
    digest = hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()
    return conditions.tag(LETTER, int(digest, 16) % 10**9)
