"""Money in the staff's API: for the owner, and for programs with the scope for it."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

import pytest
from django.utils import timezone

from courseapp.accounts import tokens
from courseapp.accounts.models import AuditEntry
from lessons.reading.models import Access
from payments import once
from payments.api.staff.urls import urlpatterns
from payments.models import Order, Refund, StaffGrant
from tests.counting import counting
from tests.factories import make_reader
from tests.lessons.api.calling import Caller, by_machine, token_of
from tests.payments.api.asking import with_key
from tests.payments.conftest import PRICE
from tests.racing import all_good, at_once

if TYPE_CHECKING:
    from courseapp.accounts.models import User
    from tests.payments.conftest import Shop

pytestmark = pytest.mark.django_db


def make_owner() -> User:
    return make_reader(is_staff=True, is_owner=True)


def paid(shop: Shop, **more: Any) -> Order:
    order = shop.order(**more)
    shop.pay(order)
    order.refresh_from_db()
    return order


def refunded(caller: Caller, order: Order, amount: object = 5_000, *, key: str = "key-1") -> Any:
    body = {"amount": amount, "reason": "Op verzoek"}
    return with_key(caller, key).post(f"staff/orders/{order.number}/refunds/", body)


def every_address() -> list[tuple[str, str]]:
    """Every address of money with the methods it takes."""
    found = []
    for one in urlpatterns:
        path = str(one.pattern).replace("<slug:number>", "AAAAAAAAAA")
        path = path.replace("<uuid:grant>", str(uuid.UUID(int=7)))
        view = one.callback.view_class  # type: ignore[attr-defined]
        found += [(path, name) for name in ("get", "post", "delete") if hasattr(view, name)]
    return found


@pytest.mark.parametrize(("path", "method"), every_address())
def test_only_the_owner_comes_in(path: str, method: str) -> None:
    for person, status, code in (
        (None, 401, "not_signed_in"),
        (make_reader(), 403, "staff_only"),
        (make_reader(is_staff=True), 403, "owner_only"),
    ):
        told = getattr(Caller(person), method)(f"staff/{path}")
        assert (told[0], told[1]["code"]) == (status, code)
    assert not AuditEntry.objects.exists()


@pytest.mark.parametrize(("path", "method"), every_address())
def test_a_program_needs_the_scope_of_money(path: str, method: str) -> None:
    owner = make_owner()
    for scopes, allowed in ((("read", "edit", "publish"), False), (("money",), True)):
        _token, secret = tokens.make(name="P", scopes=scopes, by=owner, now=timezone.now())
        status, told = getattr(by_machine(secret), method)(f"staff/{path}")
        missing = (status, told.get("code"), told.get("scope")) == (403, "scope_missing", "money")
        assert missing is not allowed


def test_a_program_goes_with_its_maker_s_ownership() -> None:
    owner = make_owner()
    _token, secret = tokens.make(name="P", scopes=["money"], by=owner, now=timezone.now())
    owner.is_owner = False
    owner.save()

    assert by_machine(secret).get("staff/orders/")[1]["code"] == "owner_only"


def test_an_order_tells_every_row_that_explains_it(shop: Shop) -> None:
    order = paid(shop)
    caller = Caller(make_owner())
    refunded(caller, order)
    shop.settle()
    told = caller.get(f"staff/orders/{order.number}/")[1]

    assert [(one["was"], one["now"], one["cause"]) for one in told["access"]] == [
        ("none", "active", "paid")
    ]
    assert [one["status"] for one in told["payments"]] == ["succeeded"]
    assert [one["amount"] for one in told["payments"][0]["refunds"]] == [5_000]
    assert sorted(one["kind"] for one in told["letters"]) == ["confirmed", "refunded"]
    assert [one["act"] for one in told["acts"]] == ["order.refunded"]
    assert [one["kind"] for one in told["invoices"]] == ["invoice", "credit"]
    assert (told["left_to_refund"], told["refunded"]) == (PRICE - 5_000, 5_000)
    assert told["attempts"][0]["session"] == shop.session(order)


def test_orders_are_found_by_number_address_invoice_and_state(shop: Shop) -> None:
    order, other = paid(shop), shop.order()
    caller = Caller(make_owner())
    invoice = order.invoices.get().number
    for query, expected in (
        ("", [other.number, order.number]),
        (f"?q={order.number.lower()}", [order.number]),
        (f"?q={order.email.upper()}", [order.number]),
        (f"?q={invoice.lower()}", [order.number]),
        ("?q=niemand", []),
        ("?state=paid", [order.number]),
        ("?state=open&limit=1", [other.number]),
    ):
        page = caller.get(f"staff/orders/{query}")[1]
        assert [one["number"] for one in page["results"]] == expected, query


@pytest.mark.parametrize("query", ["?state=weg", "?state=", f"?q={'a' * 255}", "?cursor=x"])
def test_a_filter_that_is_none_is_refused(query: str) -> None:
    status, problem = Caller(make_owner()).get(f"staff/orders/{query}")

    assert (status, problem["code"]) in {(400, "invalid_input"), (400, "invalid_cursor")}


@pytest.mark.slow
def test_many_orders_take_no_more_statements_than_one(shop: Shop) -> None:
    caller = Caller(make_owner())
    paid(shop)
    caller.get("staff/orders/")
    with counting() as few:
        caller.get("staff/orders/")
    for _ in range(4):
        paid(shop)
    with counting() as many:
        page = caller.get("staff/orders/")[1]

    assert len(page["results"]) == 5
    assert int(many) == int(few) <= 10, str(many)


def test_one_order_takes_few_statements(shop: Shop) -> None:
    order = paid(shop)
    caller = Caller(make_owner())
    caller.get("staff/orders/")
    with counting() as seen:
        caller.get(f"staff/orders/{order.number}/")

    assert int(seen) <= 20, str(seen)


def test_a_refund_is_decided_once_for_its_key(shop: Shop) -> None:
    order = paid(shop)
    caller = Caller(make_owner())
    first = refunded(caller, order)
    shop.settle()
    again = refunded(caller, order)

    assert (first[0], again[0]) == (201, 200)
    assert (first[1]["uuid"], first[1]["status"]) == (again[1]["uuid"], "intended")
    assert again[1]["status"] == "succeeded"
    assert Refund.objects.count() == 1
    assert len(shop.stripe.world.all("refund")) == 1
    assert refunded(caller, order, 4_000)[1]["code"] == "idempotency_key_reused"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("amount", "status", "code"),
    [
        (PRICE + 1, 409, "refund_too_much"),
        (0, 400, "invalid_input"),
        (-1, 400, "invalid_input"),
        ("49,50", 400, "invalid_input"),
        (49.5, 400, "invalid_input"),
        (True, 400, "invalid_input"),
        (None, 400, "invalid_input"),
    ],
)
def test_an_amount_that_cannot_be_given_back_is_refused(
    shop: Shop, amount: object, status: int, code: str
) -> None:
    order = paid(shop)
    told = refunded(Caller(make_owner()), order, amount)

    assert (told[0], told[1]["code"]) == (status, code)
    assert not Refund.objects.exists()


def test_what_nobody_paid_is_not_given_back(shop: Shop) -> None:
    told = refunded(Caller(make_owner()), shop.order())

    assert (told[0], told[1]["code"]) == (409, "nothing_paid")


def test_an_order_that_is_none_is_not_found(shop: Shop) -> None:
    assert shop
    caller = Caller(make_owner())
    body = {"amount": 1, "reason": "x"}

    for told in (
        caller.get("staff/orders/AAAAAAAAAA/"),
        with_key(caller, "k").post("staff/orders/AAAAAAAAAA/refunds/", body),
        caller.delete(f"staff/grants/{uuid.uuid4()}/"),
    ):
        assert told[0] == 404


def test_what_is_given_without_a_sale_can_be_ended(shop: Shop) -> None:
    assert shop
    caller, reader = Caller(make_owner()), make_reader()
    body = {"email": reader.email, "product": "kiezen", "reason": "Proeflezer"}
    status, given = caller.post("staff/grants/", body)
    assert (status, given["email"], given["ended_at"]) == (201, reader.email, None)
    assert caller.post("staff/grants/", body)[1]["code"] == "already_granted"
    assert Caller(reader).get("courses/kiezen/outline/")[1]["granted"] is True

    ended = caller.delete(f"staff/grants/{given['uuid']}/")
    again = caller.delete(f"staff/grants/{given['uuid']}/")

    assert ended == again
    assert ended[1]["ended_at"] is not None
    assert Caller(reader).get("courses/kiezen/outline/")[1]["granted"] is False
    assert caller.get("staff/grants/")[1]["results"] == [ended[1]]


@pytest.mark.parametrize(
    ("wrong", "status", "code"),
    [
        ({"email": "niemand@example.org"}, 404, "no_account"),
        ({"email": "geen adres"}, 400, "invalid_input"),
        ({"product": "nergens"}, 404, "not_found"),
        ({"reason": " "}, 400, "invalid_input"),
    ],
)
def test_what_cannot_be_given_is_refused(
    shop: Shop, wrong: dict[str, str], status: int, code: str
) -> None:
    assert shop
    body = {"email": make_reader().email, "product": "kiezen", "reason": "Proeflezer", **wrong}
    told = Caller(make_owner()).post("staff/grants/", body)

    assert (told[0], told[1]["code"]) == (status, code)
    assert not StaffGrant.objects.exists()
    assert not Access.objects.exists()


def presses(order: Order) -> list[tuple[int, Any]]:
    token = token_of(make_owner())
    callers = [Caller() for _ in range(8)]
    for caller in callers:
        caller.headers = {"X-Session-Token": token}
    return all_good(at_once(lambda number: refunded(callers[number], order, 1_000)))


@pytest.mark.django_db(transaction=True)
def test_eight_presses_give_back_once(shop: Shop) -> None:
    answers = presses(paid(shop))

    assert sorted(status for status, _told in answers) == [200] * 7 + [201]
    assert Refund.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_without_the_key_eight_presses_would_give_back_eight_times(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The positive control: what the test above sees is the key's doing."""
    monkeypatch.setattr(once, "refund", lambda *, act, **_more: once.Done(act(), created=True))
    presses(paid(shop))

    assert Refund.objects.count() == 8
