"""The page of an order: what it says at each standing, and how it keeps itself up to date."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.test import Client
from django.utils import timezone

from payments import checkout, looking, ordering, withdrawal
from payments.models import Order
from tests.counting import counting
from tests.factories import make_reader
from tests.payments.conftest import BACK, PRICE
from tests.signing import BACKEND

if TYPE_CHECKING:
    from courseapp.accounts.models import User
    from tests.payments.conftest import Shop

pytestmark = pytest.mark.django_db
LOOK_AGAIN = "Kijk opnieuw"


@pytest.fixture
def payload() -> str:
    return "thin"


def browser(reader: User) -> Client:
    client = Client()
    client.force_login(reader, backend=BACKEND)
    return client


def page_of(order: Order) -> str:
    assert order.buyer is not None
    return browser(order.buyer).get(f"/bestellingen/{order.number}/").content.decode()


def polls(page: str) -> bool:
    return 'hx-trigger="every 3s"' in page


def test_an_open_order_can_be_paid_and_keeps_looking(shop: Shop) -> None:
    order = shop.order()
    page = page_of(order)

    assert "<h1>Nog niet betaald</h1>" in page
    assert f"/bestellingen/{order.number}/betalen/" in page
    assert LOOK_AGAIN in page
    assert polls(page)


def test_a_delayed_payment_says_so_and_offers_no_second_payment(shop: Shop) -> None:
    order = shop.order()
    shop.pay(order, "later_succeeds")
    page = page_of(order)

    assert "in behandeling" in page
    assert "niet gelukt" not in page
    assert "/betalen/" not in page
    assert polls(page)
    assert LOOK_AGAIN in page


def test_only_what_stripe_gave_up_is_called_failed(shop: Shop) -> None:
    order = shop.order()
    shop.pay(order, "later_fails")
    assert "niet gelukt" not in page_of(order)

    shop.stripe.world.async_fail(shop.session(order))
    shop.settle()
    page = page_of(order)

    assert "<h1>De betaling is niet gelukt</h1>" in page
    assert "/betalen/" in page
    assert not polls(page)


def test_who_pays_after_a_failure_comes_back_to_what_is_paid(shop: Shop) -> None:
    order = shop.order()
    shop.pay(order, "later_fails")
    shop.stripe.world.async_fail(shop.session(order))
    shop.settle()
    shop.stripe.knobs.drop = {"*"}
    order.refresh_from_db()
    checkout.begin(order=order, back=BACK, cancel=BACK, now=timezone.now())
    assert "niet gelukt" not in page_of(order)

    checkout.begin(order=order, back=BACK, cancel=BACK, now=timezone.now())
    shop.stripe.world.pay(shop.session(order))

    assert "Dank je wel" in page_of(order)


def test_a_payment_page_that_closed_unpaid_is_not_called_failed(shop: Shop) -> None:
    order = shop.order()
    shop.stripe.world.expire(shop.session(order))
    shop.settle()
    page = page_of(order)

    assert "<h1>Nog niet betaald</h1>" in page
    assert "De betaalpagina ging dicht" in page
    assert not polls(page)


def test_what_is_paid_leads_to_the_training_and_stops_looking(shop: Shop) -> None:
    order = shop.order()
    shop.pay(order)
    page = page_of(order)

    assert "<h1>Dank je wel, het is betaald</h1>" in page
    assert "/cursus/kiezen/begin/" in page
    assert f"/ontbinden/?order={order.number}" in page
    assert not polls(page)


def test_a_gift_shows_its_code_until_it_is_opened(shop: Shop) -> None:
    order = shop.order(is_gift=True)
    shop.pay(order)

    assert order.gift.code in page_of(order)


def test_a_training_that_a_bank_holds_does_not_say_begin(shop: Shop) -> None:
    order = shop.order()
    shop.pay(order)
    shop.stripe.world.dispute_open(shop.intent(order))
    shop.settle()
    page = page_of(order)

    assert "Je bank heeft het geld bij ons teruggevraagd" in page
    assert "Je kunt meteen beginnen" not in page


def test_a_withdrawn_order_says_what_comes_back(shop: Shop) -> None:
    order = shop.order()
    shop.pay(order)
    withdrawal.submit(name="J", contract=order.number, email=order.email, now=timezone.now())

    assert "komt binnen 14 dagen terug" in page_of(order)


def test_the_page_that_asks_again_gets_nothing_until_something_is_new(shop: Shop) -> None:
    order = shop.order()
    assert order.buyer is not None
    client, address = browser(order.buyer), f"/bestellingen/{order.number}/?seen=open-known"
    same = client.get(address, headers={"HX-Request": "true"})
    shop.pay(order)
    new = client.get(address, headers={"HX-Request": "true"})

    assert (same.status_code, same.content) == (204, b"")
    assert new.status_code == 200
    assert 'id="now"' in new.content.decode()


def test_a_page_left_open_stops_asking_after_an_hour(shop: Shop) -> None:
    order = shop.order()
    shop.pay(order, "later_succeeds")
    order.attempts.update(created_at=timezone.now() - looking.WATCHED)
    assert order.buyer is not None
    answer = browser(order.buyer).get(f"/bestellingen/{order.number}/?seen=processing-known")

    assert answer.status_code == 200
    assert not polls(answer.content.decode())


def test_asking_again_takes_few_statements_and_no_call(shop: Shop, settings: Any) -> None:
    order = shop.order()
    page_of(order)
    assert order.buyer is not None
    client = browser(order.buyer)
    settings.STRIPE_API_BASE = "http://127.0.0.1:1"  # Whoever calls it now gets no answer.
    address = f"/bestellingen/{order.number}/?seen=open-known"
    client.get(address)
    with counting() as seen:
        answer = client.get(address)

    assert answer.status_code == 204
    assert int(seen) <= 12, str(seen)


def form_of(shop: Shop, reader: User) -> dict[str, str]:
    now = timezone.now()
    key = ordering.form_key(reader, ordering.offer_of(shop.product, now), now)
    return {"key": key, "amount": str(PRICE), "adult": "on", "terms": "on"}


def order_by_form(shop: Shop, reader: User, **more: str) -> Any:
    return browser(reader).post("/bestellen/kiezen/", {**form_of(shop, reader), **more})


def test_the_back_button_and_a_second_tab_lead_to_the_same_order(shop: Shop) -> None:
    reader = make_reader()
    first = order_by_form(shop, reader)
    again = order_by_form(shop, reader)

    assert first["Location"] == again["Location"]
    assert Order.objects.count() == 1


def test_a_gift_beside_ones_own_is_another_order(shop: Shop) -> None:
    reader = make_reader()
    order_by_form(shop, reader)
    order_by_form(shop, reader, gift="on")

    assert sorted(Order.objects.values_list("is_gift", flat=True)) == [False, True]


@pytest.mark.parametrize("ended", ["paid", "withdrawn", "a day old"])
def test_once_something_came_of_it_the_next_form_is_another_order(shop: Shop, ended: str) -> None:
    reader = make_reader()
    order_by_form(shop, reader, gift="on")
    order = Order.objects.get()
    if ended == "paid":
        shop.pay(order)
    elif ended == "withdrawn":
        withdrawal.submit(name="J", contract=order.number, email=order.email, now=timezone.now())
    else:
        Order.objects.update(placed_at=timezone.now() - ordering.SAME_FOR)

    order_by_form(shop, reader, gift="on")

    assert Order.objects.count() == 2


def test_a_form_that_was_sent_before_it_was_paid_leads_to_what_was_paid(shop: Shop) -> None:
    reader = make_reader()
    old = form_of(shop, reader)
    browser(reader).post("/bestellen/kiezen/", old)
    order = Order.objects.get()
    shop.pay(order)

    answer = browser(reader).post("/bestellen/kiezen/", old)

    assert answer["Location"] == f"/bestellingen/{order.number}/"
    assert Order.objects.count() == 1


@pytest.mark.parametrize(
    ("sent", "status", "sentence"),
    [
        ({"key": ""}, 400, "Kijk nog één keer"),
        ({"key": "é"}, 400, "Kijk nog één keer"),
        ({"amount": "1"}, 409, "De prijs is veranderd"),
        ({"amount": "abc"}, 409, "De prijs is veranderd"),
        ({"adult": ""}, 400, "Vink beide"),
    ],
)
def test_a_form_that_does_not_hold_is_shown_again_with_why(
    shop: Shop, sent: dict[str, str], status: int, sentence: str
) -> None:
    answer = order_by_form(shop, make_reader(), **sent)

    assert answer.status_code == status
    assert sentence in answer.content.decode()
    assert not Order.objects.exists()


def test_nobody_orders_all_day(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ordering, "MOST", 1)
    reader = make_reader()
    order_by_form(shop, reader)
    answer = order_by_form(shop, reader, gift="on")

    assert answer.status_code == 429
    assert "heel vaak besteld" in answer.content.decode()


def test_a_look_after_the_payment_page_is_not_put_off(shop: Shop) -> None:
    order = shop.order()
    page_of(order)
    checkout.begin(order=order, back=BACK, cancel=BACK, now=timezone.now())
    shop.stripe.knobs.drop = {"*"}
    shop.stripe.world.pay(shop.session(order))

    assert "Dank je wel" in page_of(order)
