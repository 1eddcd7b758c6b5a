"""Withdrawing from a contract: by anybody, without an account (art. 6:230oa BW)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from allauth.core import ratelimit
from django.utils import timezone
from rest_framework import exceptions, serializers
from rest_framework.permissions import AllowAny

from courseapp.api.fields import Body, StrictText
from courseapp.api.schema import describe
from courseapp.api.view import Endpoint, answer
from payments import withdrawal
from payments.api import shapes, telling

if TYPE_CHECKING:
    from django.http import HttpResponse
    from rest_framework.request import Request

# Seconds after which the limit (`withdraw` in the settings) lets one more through at the latest.
WAIT = 3600


class StrictEmail(serializers.EmailField):
    """An address; never a number made into one."""

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return str(super().to_internal_value(data))


class NewStatement(Body):
    """The three things a statement of withdrawal asks, and nothing else.

    `contract` is the order's number, or any words that describe it.
    """

    name = StrictText(max_length=200)
    contract = StrictText(max_length=200)
    email = StrictEmail(max_length=254)


class Withdrawals(Endpoint):
    """It does not ask who calls, and is limited by network and by address, as on the page."""

    authentication_classes = []
    permission_classes = [AllowAny]

    @describe(
        "withdraw",
        tag="shop",
        who="everybody",
        answers={201: shapes.Statement},
        refusals=[withdrawal.IncompleteStatement],
        body=NewStatement,
        writes=True,
    )
    def post(self, request: Request) -> HttpResponse:
        """State that one withdraws from a contract. The answer is the same whether there is such an
        order or not; a receipt goes to the address.

        Show the statement and ask once more before sending it, by a button that says “Ontbinding
        bevestigen” (“Confirm withdrawal”) and nothing else.
        """
        sent = NewStatement(data=request.data)
        sent.is_valid(raise_exception=True)
        said = sent.validated_data
        # Each statement mails whatever address was typed: not for writing to strangers all day.
        if not ratelimit.consume(request._request, action="withdraw", key=said["email"]):
            raise exceptions.Throttled(wait=WAIT)
        row = withdrawal.submit(**said, now=timezone.now())
        return answer(telling.statement(row), status=201)
