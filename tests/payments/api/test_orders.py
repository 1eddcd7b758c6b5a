"""Ordering and paying by the API."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.utils import timezone

from courseapp.post.models import Letter
from payments import looking, ordering, privacy, refunds
from payments.models import AskedOnce, Attempt, Order
from tests.counting import counting
from tests.factories import make_reader
from tests.lessons.api.calling import Caller
from tests.payments.api.asking import place, wanted, with_key
from tests.payments.conftest import PRICE

if TYPE_CHECKING:
    from tests.payments.conftest import Shop

pytestmark = pytest.mark.django_db


def test_ordering_is_201_and_leads_to_the_payment_page(shop: Shop) -> None:
    caller = Caller(make_reader())
    status, order = place(caller)

    assert (status, order["standing"], order["total"]) == (201, "open", PRICE)
    assert order["payment_url"] == Attempt.objects.get().url

    row = Order.objects.get(number=order["number"])
    shop.pay(row)
    _status, order = caller.get(f"orders/{row.number}/")

    assert (order["standing"], order["paid"], order["payment_url"]) == ("paid", PRICE, None)
    assert [one["kind"] for one in order["invoices"]] == ["invoice"]
    assert order["can_withdraw_until"] is not None
    assert caller.get("courses/kiezen/outline/")[1]["granted"] is True


def test_the_same_key_and_body_is_the_same_order_also_when_it_is_paid(shop: Shop) -> None:
    caller = Caller(make_reader())
    first = place(caller, "key-1")
    again = place(caller, "key-1")
    shop.pay(Order.objects.get())
    later = place(caller, "key-1")

    assert [first[0], again[0], later[0]] == [201, 200, 200]
    assert first[1] == again[1]
    assert (later[1]["number"], later[1]["standing"]) == (first[1]["number"], "paid")
    assert Attempt.objects.count() == 1


def test_the_same_key_gives_the_order_also_after_the_price_changed(shop: Shop) -> None:
    caller = Caller(make_reader())
    first = place(caller, "key-1")
    ordering.set_price(product=shop.product, amount=9_900, by=None, now=timezone.now())

    assert place(caller, "key-1")[1]["number"] == first[1]["number"]
    assert place(caller, "key-2")[1]["code"] == "price_changed"


@pytest.mark.parametrize(
    "other", [{"gift": True}, {"amount": 1}, {"language": "en"}, {"terms": False}]
)
def test_the_same_key_for_something_else_is_refused(shop: Shop, other: dict[str, Any]) -> None:
    assert shop
    caller = Caller(make_reader())
    place(caller, "key-1")

    status, problem = place(caller, "key-1", **other)

    assert (status, problem["code"]) == (422, "idempotency_key_reused")
    assert Order.objects.count() == 1


def test_a_key_belongs_to_its_buyer(shop: Shop) -> None:
    assert shop
    numbers = {place(Caller(make_reader()), "key-1")[1]["number"] for _ in range(2)}

    assert len(numbers) == 2


@pytest.mark.parametrize("key", ["a" * 256, "é", "a b", "\x7f"])
def test_what_is_no_key_is_refused(shop: Shop, key: str) -> None:
    assert shop
    status, problem = place(Caller(make_reader()), key)

    assert (status, problem["code"]) == (400, "invalid_idempotency_key")


def test_without_a_key_nothing_is_ordered(shop: Shop) -> None:
    assert shop
    status, problem = Caller(make_reader()).post("orders/", wanted())

    assert (status, problem["code"]) == (400, "idempotency_key_required")
    assert not Order.objects.exists()


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"product": "nergens"}, 404, "not_found"),
        ({"amount": PRICE - 1}, 409, "price_changed"),
        ({"adult": False}, 400, "not_declared"),
        ({"terms": False}, 400, "not_declared"),
        ({"amount": "149"}, 400, "invalid_input"),
        ({"amount": -1}, 400, "invalid_input"),
        ({"gift": 1}, 400, "invalid_input"),
        ({"coupon": "x"}, 400, "invalid_input"),
    ],
)
def test_what_cannot_be_ordered_leaves_no_order_and_its_key_free(
    shop: Shop, body: dict[str, Any], status: int, code: str
) -> None:
    assert shop
    caller = Caller(make_reader())
    refused = place(caller, "key-1", **body)

    assert (refused[0], refused[1]["code"]) == (status, code)
    assert not Order.objects.exists()
    assert place(caller, "key-1")[0] == 201


def test_who_has_it_cannot_order_it_again_but_can_give_it(shop: Shop) -> None:
    reader = make_reader()
    shop.pay(shop.order(reader))

    status, problem = place(Caller(reader))

    assert (status, problem["code"]) == (409, "already_yours")
    assert place(Caller(reader), gift=True)[0] == 201


def test_the_declarations_are_kept_in_the_language_they_were_shown_in(shop: Shop) -> None:
    assert shop
    place(Caller(make_reader()), language="en")
    order = Order.objects.get()

    assert order.language == "en"
    assert order.declarations.get(kind="adult").text == "I am 18 or older."


def test_nobody_orders_all_day(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    assert shop
    monkeypatch.setattr(ordering, "MOST", 3)
    caller = Caller(make_reader())
    answers = [place(caller, f"key-{number}") for number in range(4)]

    assert [status for status, _told in answers] == [201, 201, 201, 429]
    assert answers[3][1]["code"] == "too_many_orders"
    assert place(caller, "key-1")[0] == 200
    assert place(Caller(make_reader()))[0] == 201


def test_an_order_of_somebody_else_is_not_there(shop: Shop) -> None:
    number = shop.order().number
    caller = Caller(make_reader())

    for answer in (
        caller.get(f"orders/{number}/"),
        caller.get(f"orders/{number}/state/"),
        caller.post(f"orders/{number}/pay/"),
    ):
        assert (answer[0], answer[1]["code"]) == (404, "not_found")
    assert caller.get("orders/")[1]["results"] == []


def test_the_list_holds_the_last_first_and_takes_no_more_statements_for_many(shop: Shop) -> None:
    reader = make_reader()
    caller = Caller(reader)
    first = shop.order(reader)
    caller.get("orders/")
    with counting() as few:
        caller.get("orders/")
    shop.pay(first)
    gift = shop.order(reader, is_gift=True)
    shop.pay(gift)
    with counting() as many:
        page = caller.get("orders/")[1]

    assert [(one["number"], one["standing"]) for one in page["results"]] == [
        (gift.number, "gift_ready"),
        (first.number, "paid"),
    ]
    assert int(many) == int(few) <= 9, str(many)


def test_paying_asks_for_one_page_and_gets_the_same(shop: Shop) -> None:
    reader = make_reader()
    order = shop.order(reader)
    caller = Caller(reader)
    pages = [caller.post(f"orders/{order.number}/pay/") for _ in range(2)]

    assert [status for status, _told in pages] == [200, 200]
    assert pages[0][1] == pages[1][1]
    assert pages[0][1]["payment_url"] == order.attempts.get().url


def test_what_is_paid_is_not_paid_again(shop: Shop) -> None:
    reader = make_reader()
    order = shop.order(reader)
    shop.pay(order)

    status, problem = Caller(reader).post(f"orders/{order.number}/pay/")

    assert (status, problem["code"]) == (409, "nothing_to_pay")


def test_a_delayed_payment_is_under_way_and_never_failed_before_stripe_says_so(shop: Shop) -> None:
    reader = make_reader()
    order = shop.order(reader)
    path = f"orders/{order.number}/state/"
    shop.pay(order, "later_fails")
    caller = Caller(reader)
    assert caller.get(path)[1]["standing"] == "processing"

    shop.stripe.world.async_fail(shop.session(order))
    shop.settle()

    assert caller.get(path)[1]["standing"] == "failed"
    assert caller.get(path)[1]["look_again"] is None


def test_asking_all_the_time_calls_stripe_once_in_ten_seconds(shop: Shop) -> None:
    reader = make_reader()
    order = shop.order(reader)
    caller, path = Caller(reader), f"orders/{order.number}/state/"
    shop.stripe.knobs.drop = {"*"}
    first = caller.get(path)[1]
    shop.stripe.world.pay(shop.session(order))
    within = [caller.get(path)[1]["standing"] for _ in range(5)]
    with counting() as seen:
        caller.get(path)
    long_ago = timezone.now() - looking.FRESH
    Order.objects.update(looked_at=long_ago, synced_at=long_ago)

    assert (first["standing"], first["look_again"]) == ("open", looking.EVERY)
    assert within == ["open"] * 5
    assert int(seen) <= 12, str(seen)
    assert caller.get(path)[1]["standing"] == "paid"


def test_who_comes_back_from_the_payment_page_is_told_at_once(shop: Shop) -> None:
    reader = make_reader()
    order = shop.order(reader)
    caller = Caller(reader)
    shop.stripe.knobs.drop = {"*"}
    caller.get(f"orders/{order.number}/state/")
    caller.post(f"orders/{order.number}/pay/")
    shop.stripe.world.pay(shop.session(order))

    assert caller.get(f"orders/{order.number}/state/")[1]["standing"] == "paid"


def test_a_state_that_says_the_same_is_304(shop: Shop) -> None:
    reader = make_reader()
    order = shop.order(reader)
    caller, path = Caller(reader), f"/api/v1/orders/{order.number}/state/"
    etag = caller.client.get(path, headers=caller.headers)["ETag"]
    again = {**caller.headers, "If-None-Match": etag}
    assert caller.client.get(path, headers=again).status_code == 304

    shop.pay(order)

    assert caller.client.get(path, headers=again).status_code == 200


def test_a_gift_s_code_is_its_buyer_s_until_it_is_used(shop: Shop) -> None:
    buyer, friend = make_reader(), make_reader()
    order = shop.order(buyer, is_gift=True)
    shop.pay(order)
    code = Caller(buyer).get(f"orders/{order.number}/")[1]["gift_code"]

    status, opened = Caller(friend).post("gifts/", {"code": code})

    assert (status, opened["courses"][0]["slug"]) == (200, "kiezen")
    assert Caller(friend).post("gifts/", {"code": code}) == (200, opened)
    assert Caller(friend).get("courses/kiezen/outline/")[1]["granted"] is True
    told = Caller(buyer).get(f"orders/{order.number}/")[1]
    assert (told["standing"], told["gift_code"]) == ("gift_opened", None)


@pytest.mark.parametrize("code", ["ABCD-EFGH-JKMN", "x", "--"])
def test_a_code_that_is_none_is_refused(shop: Shop, code: str) -> None:
    assert shop
    status, problem = Caller(make_reader()).post("gifts/", {"code": code})

    assert (status, problem["code"]) == (404, "unknown_gift_code")


def test_what_a_bank_asks_back_is_held_until_it_is_decided(shop: Shop) -> None:
    reader = make_reader()
    order = shop.order(reader)
    shop.pay(order)
    caller, path = Caller(reader), f"orders/{order.number}/"
    dispute = shop.stripe.world.dispute_open(shop.intent(order))
    shop.settle()
    assert caller.get(path)[1]["standing"] == "held"

    shop.stripe.world.dispute_close(dispute["id"], "won")
    shop.settle()
    assert caller.get(path)[1]["standing"] == "paid"


def test_what_was_given_back_is_told_with_its_credit_note(shop: Shop) -> None:
    reader = make_reader()
    order = shop.order(reader)
    shop.pay(order)

    refunds.ask(order=order, amount=PRICE, reason="", by=None, now=timezone.now())
    shop.settle()
    told = Caller(reader).get(f"orders/{order.number}/")[1]
    assert (told["standing"], told["refunded"]) == ("refunded", PRICE)
    assert [one["total"] for one in told["invoices"]] == [PRICE, -PRICE]


def test_withdrawing_takes_no_account_and_tells_nothing(shop: Shop) -> None:
    reader = make_reader()
    order = shop.order(reader)
    shop.pay(order)
    said = {"name": "J. Jansen", "contract": order.number, "email": reader.email}
    before = Letter.objects.count()

    known = Caller().post("withdrawals/", said)
    unknown = Caller().post("withdrawals/", {**said, "contract": "AAAAAAAAAA"})

    assert (known[0], unknown[0]) == (201, 201)
    assert {**known[1], "contract": "", "submitted_at": ""} == {
        **unknown[1],
        "contract": "",
        "submitted_at": "",
    }
    assert Letter.objects.count() == before + 2
    told = Caller(reader).get(f"orders/{order.number}/")[1]
    assert (told["standing"], told["can_withdraw_until"]) == ("withdrawn", None)


def test_strangers_are_not_mailed_all_day_by_the_api_either(db: None) -> None:
    said = {"name": "J", "contract": "A", "email": "a@example.org"}
    answers = [Caller().post("withdrawals/", said) for _ in range(6)]

    assert [status for status, _told in answers] == [201] * 5 + [429]
    assert answers[5][1]["code"] == "too_many_requests"


@pytest.mark.parametrize(
    "body", [{"name": " "}, {"contract": ""}, {"email": "geen adres"}, {"email": 7}, {"why": "x"}]
)
def test_a_statement_says_the_three_things_and_nothing_else(
    db: None, body: dict[str, object]
) -> None:
    said = {"name": "J", "contract": "A", "email": "a@example.org", **body}
    status, problem = Caller().post("withdrawals/", said)

    assert (status, problem["code"]) == (400, "invalid_input")


def test_a_visitor_is_asked_to_sign_in() -> None:
    for status, problem in (
        Caller().get("orders/"),
        with_key(Caller(), "key-1").post("orders/", wanted()),
        Caller().post("gifts/", {"code": "x"}),
    ):
        assert (status, problem["code"]) == (401, "not_signed_in")


def test_what_costs_nothing_is_open_at_once(shop: Shop) -> None:
    shop.product.offers.update(amount=0)
    caller = Caller(make_reader())
    status, order = place(caller, amount=0)

    assert (status, order["standing"], order["payment_url"]) == (201, "paid", None)
    assert caller.post(f"orders/{order['number']}/pay/")[1]["code"] == "nothing_to_pay"
    assert caller.get("courses/kiezen/outline/")[1]["granted"] is True


def test_keys_go_with_their_account_and_orders_stay(shop: Shop) -> None:
    assert shop
    reader = make_reader()
    place(Caller(reader))

    privacy.erase(reader)

    assert not AskedOnce.objects.exists()
    assert Order.objects.get().buyer is None
