"""The owner who presses twice, and two owners at once: one act, and a sentence for the others."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.utils import timezone

from courseapp.errors import Refused
from payments import granting, refunds
from payments.models import Refund, StaffGrant
from tests.factories import make_reader
from tests.racing import all_good, at_once

if TYPE_CHECKING:
    from courseapp.accounts.models import User
    from tests.payments.conftest import Shop

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("seen", [14_900, None], ids=["guarded", "control"])
def test_eight_presses_give_money_back_once(shop: Shop, owner: User, seen: int | None) -> None:
    """Control: without what was seen each press is an act of its own."""
    order = shop.order()
    shop.pay(order)

    def press(_number: int) -> bool:
        try:
            refunds.ask(
                order=order, amount=1_000, reason="", by=owner, now=timezone.now(), seen=seen
            )
        except refunds.GivenBackMeanwhile:
            return False
        return True

    done = all_good(at_once(press))

    assert sum(done) == Refund.objects.count() == (1 if seen else 8)


def test_eight_owners_give_one_reader_one_access(shop: Shop, owner: User) -> None:
    reader = make_reader()

    def give(_number: int) -> Any:
        try:
            return granting.grant(
                reader_email=reader.email, product=shop.product, by=owner, reason="x",
                now=timezone.now(),
            )  # fmt: skip
        except Refused as refusal:
            return refusal.code

    found = all_good(at_once(give))

    assert StaffGrant.objects.count() == 1
    assert found.count("already_granted") == len(found) - 1
