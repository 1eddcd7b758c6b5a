"""The shop's API answers what its description says, and says how it refuses."""

from __future__ import annotations

import importlib
import json
import pkgutil
from types import ModuleType
from typing import TYPE_CHECKING

import pytest
from django.utils import timezone

from courseapp.api.schema import document
from courseapp.errors import Refused
from payments import api, gateway, withdrawal
from payments.models import StaffGrant
from tests.courseapp.api.test_schema import hold
from tests.factories import make_reader
from tests.lessons.api.calling import Caller
from tests.payments.api.asking import place, with_key
from tests.payments.conftest import PRICE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from payments.models import Order
    from tests.payments.conftest import Shop

pytestmark = pytest.mark.django_db
# What of the rooms below no address of the API leads to: it is done on the staff's pages alone.
FEW = 12
ONLY_ELSEWHERE = {
    *(
        "withdrawal_too_late",
        "already_decided",
        "given_back_meanwhile",
        "order_too_young",
        "refund_not_failed",
    ),
}


def modules(within: ModuleType) -> list[ModuleType]:
    """Every module of a package."""
    found = pkgutil.walk_packages(within.__path__, f"{within.__name__}.")
    return [importlib.import_module(one.name) for one in found]


def refusals() -> Iterator[type[Refused]]:
    """Every refusal of the rooms of payments that the API calls."""
    used = {
        one
        for module in modules(api)
        for one in vars(module).values()
        if isinstance(one, ModuleType) and one.__name__.startswith("payments.")
    }
    for module in used:
        for one in vars(module).values():
            own = isinstance(one, type) and one.__module__ == module.__name__
            if own and issubclass(one, Refused):
                yield one


def test_every_refusal_of_the_shop_stands_in_the_description() -> None:
    told = document().decode()
    codes = {one.code for one in refusals()}

    assert len(codes) > FEW
    assert {code for code in codes if f"`{code}`" not in told} <= ONLY_ELSEWHERE


def test_the_key_is_described_where_it_is_needed() -> None:
    paths = json.loads(document())["paths"]
    needing = {
        path
        for path, methods in paths.items()
        for operation in methods.values()
        for one in operation.get("parameters", [])
        if one["name"] == "Idempotency-Key" and one["required"]
    }

    assert needing == {"/api/v1/orders/", "/api/v1/staff/orders/{number}/refunds/"}


def test_what_everybody_is_answered_is_what_is_described(shop: Shop) -> None:
    assert shop
    visitor = Caller()
    hold(visitor.get("products/"), "get", "products/")
    hold(visitor.get("products/kiezen/"), "get", "products/{slug}/")
    said = {"name": "J", "contract": "A", "email": "a@example.org"}
    hold(visitor.post("withdrawals/", said), "post", "withdrawals/")
    hold(visitor.post("withdrawals/", {}), "post", "withdrawals/")


@pytest.mark.slow
def test_what_buyers_are_answered_is_what_is_described(shop: Shop) -> None:
    reader = make_reader()
    caller = Caller(reader)
    for _status in (201, 200):
        number = hold(place(caller, "key-1", gift=True), "post", "orders/")["number"]
    hold(caller.get(f"orders/{number}/"), "get", "orders/{number}/")
    hold(caller.get(f"orders/{number}/state/"), "get", "orders/{number}/state/")
    hold(caller.post(f"orders/{number}/pay/"), "post", "orders/{number}/pay/")
    order = reader.orders.get()
    shop.pay(order)
    hold(caller.get(f"orders/{number}/"), "get", "orders/{number}/")
    hold(caller.post(f"orders/{number}/pay/"), "post", "orders/{number}/pay/")
    hold(caller.get("orders/"), "get", "orders/")
    hold(caller.post("gifts/", {"code": order.gift.code}), "post", "gifts/")
    hold(caller.get("products/kiezen/"), "get", "products/{slug}/")


def test_a_payment_service_that_does_not_answer_is_described(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    reader = make_reader()
    order = shop.order(reader)
    shop.stripe.knobs.fail("/v1/checkout/*", "500", times=50)
    monkeypatch.setattr(gateway, "PAUSE", 60)  # No time for trying again.
    status, problem = hold_pay(Caller(reader), order.number)

    assert (status, problem["code"]) == (503, "payment_service_unreachable")


def hold_pay(caller: Caller, number: str) -> tuple[int, dict[str, str]]:
    answer = caller.post(f"orders/{number}/pay/")
    hold(answer, "post", "orders/{number}/pay/")
    return answer


def test_what_owners_are_answered_is_what_is_described(shop: Shop) -> None:
    owner = make_reader(is_staff=True, is_owner=True)
    caller, reader = Caller(owner), make_reader()
    order = shop.order(reader)
    shop.pay(order)
    shop.stripe.world.dispute_open(shop.intent(shop_paid := another(shop)))
    withdrawal.submit(name="J", contract=order.number, email=order.email, now=timezone.now())
    shop.look(order)
    shop.settle()
    hold(caller.get("staff/orders/"), "get", "staff/orders/")
    for number in (order.number, shop_paid.number):
        hold(caller.get(f"staff/orders/{number}/"), "get", "staff/orders/{number}/")
    third = another(shop)
    path = f"staff/orders/{third.number}/refunds/"
    body = {"amount": PRICE, "reason": "Op verzoek"}
    for _status in (201, 200):
        hold(with_key(caller, "key-1").post(path, body), "post", "staff/orders/{number}/refunds/")
    hold(with_key(caller, "key-2").post(path, body), "post", "staff/orders/{number}/refunds/")
    given = {"email": make_reader().email, "product": "kiezen", "reason": "Proeflezer"}
    for _status in (201, 409):
        hold(caller.post("staff/grants/", given), "post", "staff/grants/")
    hold(caller.get("staff/grants/"), "get", "staff/grants/")
    made = StaffGrant.objects.get()
    hold(caller.delete(f"staff/grants/{made.pk}/"), "delete", "staff/grants/{grant}/")


def another(shop: Shop) -> Order:
    order = shop.order()
    shop.pay(order)
    return order
