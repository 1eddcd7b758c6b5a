"""Access that the practice gives without a sale, and ends."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils import timezone
from rest_framework.exceptions import ValidationError

from courseapp.api import paging
from courseapp.api.fields import Body, StrictText
from courseapp.api.schema import describe
from courseapp.api.view import OwnerEndpoint, answer, signed_in
from courseapp.errors import NotFound
from payments import granting, ordering, whole
from payments.api import shapes_staff, telling_staff
from payments.api.staff.orders import TAG
from payments.api.withdrawals import StrictEmail
from payments.reasons import LONGEST, NoReason

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpResponse
    from rest_framework.request import Request


class NewGrant(Body):
    """Who may read what without paying, and why."""

    email = StrictEmail(max_length=254)
    product = StrictText(max_length=80)
    reason = StrictText(max_length=LONGEST)


class Grants(OwnerEndpoint):
    @describe(
        "staff_list_grants",
        tag=TAG,
        who="owners",
        answers={200: shapes_staff.StaffGrantPage},
        refusals=[paging.InvalidCursor, ValidationError],
        parameters=paging.PARAMETERS,
        scope="money",
    )
    def get(self, request: Request) -> HttpResponse:
        """All that was given without a sale, the last given first, ended or not."""
        page = paging.page(request, whole.grants(), lambda one: str(one.uuid))
        told: shapes_staff.StaffGrantPage = {
            "next": page.next,
            "previous": page.previous,
            "results": [telling_staff.grant(one) for one in page.rows],
        }
        return answer(told)

    @describe(
        "staff_give_access",
        tag=TAG,
        who="owners",
        answers={201: shapes_staff.StaffGrantRow},
        refusals=[NotFound, granting.NoAccount, granting.AlreadyGranted, NoReason],
        body=NewGrant,
        writes=True,
        scope="money",
    )
    def post(self, request: Request) -> HttpResponse:
        """Give somebody access without a sale. They must have signed in once.

        Sent twice it is 409 the second time, and given once.
        """
        sent = NewGrant(data=request.data)
        sent.is_valid(raise_exception=True)
        said = sent.validated_data
        made = granting.grant(
            reader_email=said["email"],
            product=ordering.product_called(said["product"]),
            by=signed_in(request),
            reason=said["reason"],
            now=timezone.now(),
        )
        return answer(telling_staff.grant(made), status=201)


class Grant(OwnerEndpoint):
    http_method_names = ["delete"]

    @describe(
        "staff_end_access",
        tag=TAG,
        who="owners",
        answers={200: shapes_staff.StaffGrantRow},
        refusals=[granting.GrantNotFound],
        writes=True,
        scope="money",
    )
    def delete(self, request: Request, grant: UUID) -> HttpResponse:
        """End what was given, at once; the row stays. Sent twice, the first time counts."""
        found = granting.get(grant=grant)
        granting.end(grant=found, by=signed_in(request), now=timezone.now())
        return answer(telling_staff.grant(granting.get(grant=grant)))
