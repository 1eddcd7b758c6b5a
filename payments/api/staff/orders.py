"""Orders as the practice sees them, and giving money back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter
from rest_framework.exceptions import ValidationError

from courseapp.api import paging
from courseapp.api.fields import Body, StrictNumber, StrictText
from courseapp.api.schema import describe
from courseapp.api.view import OwnerEndpoint, answer, signed_in
from courseapp.errors import NotFound
from payments import finding, once, refunds, whole
from payments.api import idempotency, shapes_staff, telling_staff
from payments.models import Order as OrderRow
from payments.reasons import LONGEST

if TYPE_CHECKING:
    from django.http import HttpResponse
    from rest_framework.request import Request

    from payments.models import Refund

TAG = "staff: money"
AMOUNT_MAX = 10_000_000
WORDS_MAX = 254
STATES = list(OrderRow.State.values)
FILTERS = (
    OpenApiParameter(
        "state", {"type": "string", "enum": STATES}, description="Of this state only."
    ),
    OpenApiParameter(
        "q",
        {"type": "string", "maxLength": WORDS_MAX},
        description="An order's number, an invoice's number, or an address: exactly.",
    ),
)


class NewRefund(Body):
    """How much of an order is given back, in cents, and why. The buyer does not see the reason."""

    amount = StrictNumber(min_value=1, max_value=AMOUNT_MAX)
    reason = StrictText(max_length=LONGEST)


class Orders(OwnerEndpoint):
    @describe(
        "staff_list_orders",
        tag=TAG,
        who="owners",
        answers={200: shapes_staff.StaffOrderPage},
        refusals=[paging.InvalidCursor, ValidationError],
        parameters=[*paging.PARAMETERS, *FILTERS],
        scope="money",
    )
    def get(self, request: Request) -> HttpResponse:
        """Every order, the last placed first."""
        numbers = whole.numbers(state=_state(request), words=_words(request))
        page = paging.page(request, numbers, str)
        told: shapes_staff.StaffOrderPage = {
            "next": page.next,
            "previous": page.previous,
            "results": [telling_staff.line(one) for one in finding.several(page.rows)],
        }
        return answer(told)


class Order(OwnerEndpoint):
    @describe(
        "staff_read_order",
        tag=TAG,
        who="owners",
        answers={200: shapes_staff.StaffOrder},
        refusals=[NotFound],
        scope="money",
    )
    def get(self, request: Request, number: str) -> HttpResponse:
        """An order with every row that explains why its reader has access, or has not."""
        return answer(telling_staff.order(whole.order(number)))


class Refunds(OwnerEndpoint):
    @describe(
        "staff_refund_order",
        tag=TAG,
        who="owners",
        answers={201: shapes_staff.StaffRefund, 200: shapes_staff.StaffRefund},
        refusals=[NotFound, refunds.NothingPaid, refunds.TooMuch, *idempotency.REFUSALS],
        body=NewRefund,
        writes=True,
        parameters=[idempotency.parameter()],
        scope="money",
    )
    def post(self, request: Request, number: str) -> HttpResponse:
        """Decide to give money back; Stripe is asked for it within half a minute, once.

        201 the first time; 200 with the same refund, as it is by then, for the same key ever after.
        Giving everything back ends the access.
        """
        sent = NewRefund(data=request.data)
        sent.is_valid(raise_exception=True)
        said, person, now = sent.validated_data, signed_in(request), timezone.now()
        row = whole.order(number).seen.order

        def act() -> Refund:
            return refunds.ask(order=row, **said, by=person, now=now)

        asked = {"order": number, **said}
        done = once.refund(
            by=person, key=idempotency.key_of(request), asked=asked, act=act, now=now
        )
        return answer(telling_staff.refund(done.what), status=201 if done.created else 200)


def _state(request: Request) -> str:
    state = request.query_params.get("state", "")
    if "state" in request.query_params and state not in STATES:
        raise ValidationError({"state": [f"One of {', '.join(STATES)}."]})
    return state


def _words(request: Request) -> str:
    words = request.query_params.get("q", "")
    if len(words) > WORDS_MAX or "\x00" in words:
        raise ValidationError({"q": [f"At most {WORDS_MAX} characters."]})
    return words
