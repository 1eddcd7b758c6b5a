"""Using a gift's code."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils import timezone

from courseapp.api.fields import Body, StrictText
from courseapp.api.schema import describe
from courseapp.api.view import Endpoint, answer, signed_in
from payments import gifts
from payments.api import shapes, telling

if TYPE_CHECKING:
    from django.http import HttpResponse
    from rest_framework.request import Request


class Code(Body):
    """The code somebody was given, as it is written or without its dashes."""

    code = StrictText(max_length=30)


class Gifts(Endpoint):
    @describe(
        "open_gift",
        tag="shop",
        who="readers",
        answers={200: shapes.GiftOpened},
        refusals=[gifts.UnknownCode],
        body=Code,
        writes=True,
    )
    def post(self, request: Request) -> HttpResponse:
        """Open what somebody else bought. A code works for one person; again for the same one."""
        sent = Code(data=request.data)
        sent.is_valid(raise_exception=True)
        used = gifts.use(
            code=sent.validated_data["code"], reader=signed_in(request), now=timezone.now()
        )
        return answer(telling.gift(used, used.order.offer.product.courses.order_by("title")))
