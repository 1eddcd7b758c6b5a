"""Stripe down, slow, or talking nonsense: what the buyer sees at each call, and how it heals.

Nothing here answers 500, nothing that was paid or decided is lost, and nothing happens twice.
"""

from __future__ import annotations

import time
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import pytest
from django.test import Client
from django.utils import timezone

from payments import (
    checkout,
    gateway,
    inbox,
    looking,
    ordering,
    patience,
    refunds,
    sync,
    tasks,
    withdrawal,
)
from payments.models import Attempt, Cursor, Order, Refund, StripeEvent
from tests.factories import make_reader
from tests.lessons.api.calling import Caller
from tests.payments.api.asking import place
from tests.payments.conftest import PRICE
from tests.signing import BACKEND

if TYPE_CHECKING:
    from collections.abc import Iterator

    from courseapp.accounts.models import User
    from tests.payments.conftest import Shop

pytestmark = pytest.mark.django_db
SESSIONS, REFUNDS, EVENTS = "/v1/checkout/sessions*", "/v1/refunds*", "/v1/events*"
# Each way in which a call goes wrong; ``slow`` is longer than anybody waits here.
NOTHING_DONE = ["500", "429", "cut_before", "slow"]
DONE_UNHEARD = ["500_after_effect", "cut_after_effect", "garbage", "slow_after_effect"]
SLOW = 1.2
LONG = 50


@pytest.fixture
def payload() -> str:
    return "thin"


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Three seconds are long in a test."""
    monkeypatch.setattr(looking, "BUDGET", 0.5)
    monkeypatch.setattr(checkout, "BUDGET", 0.8)
    monkeypatch.setattr(gateway, "TIMEOUT", (0.5, 0.5))
    monkeypatch.setattr(gateway, "RETRIES", 0)
    gateway._made.cache_clear()
    yield
    gateway._made.cache_clear()


def away(shop: Shop, path: str, how: Any, *, times: int = LONG) -> None:
    shop.stripe.knobs.fail(path, how, times=times, seconds=SLOW)


def back(shop: Shop) -> None:
    """Stripe is itself again; whatever it still worked on comes to its end."""
    slow = any(one.how.startswith("slow") for one in shop.stripe.knobs.faults)
    shop.stripe.knobs.reset()
    if slow:
        time.sleep(SLOW)


def browser(reader: User) -> Client:
    client = Client()
    client.force_login(reader, backend=BACKEND)
    return client


def press(client: Client, reader: User) -> Any:
    """The button on the order page."""
    offer = ordering.offer_of(ordering.product_called("kiezen"), timezone.now())
    sent = {"key": ordering.form_key(reader, offer, timezone.now()), "amount": str(PRICE)}
    return client.post("/bestellen/kiezen/", {**sent, "adult": "on", "terms": "on"})


def sweep() -> None:
    """The worker's round when everything is due."""
    Order.objects.update(next_sync_at=timezone.now())
    tasks.sweep()
    tasks.sweep()


@pytest.mark.slow
@pytest.mark.parametrize("how", [*NOTHING_DONE, *DONE_UNHEARD])
def test_an_order_stands_without_a_payment_page_and_gets_the_one_it_asked_for(
    shop: Shop, how: str
) -> None:
    reader = make_reader()
    client = browser(reader)
    away(shop, SESSIONS, how)
    answer = press(client, reader)
    order = Order.objects.get()

    assert answer["Location"] == f"/bestellingen/{order.number}/"
    page = client.get(answer["Location"])
    assert page.status_code == HTTPStatus.OK
    assert "De betaalpagina gaat nu niet open" in page.content.decode()
    back(shop)
    again = client.post(f"/bestellingen/{order.number}/betalen/")

    assert again["Location"].startswith(shop.stripe.base)
    payable = [one for one in shop.stripe.world.all("checkout.session") if one["status"] == "open"]
    assert [one["id"] for one in payable] == [shop.session(order)]


def test_an_answer_that_is_stored_as_a_failure_is_given_up_for_another_attempt(shop: Shop) -> None:
    """With the key of the first request Stripe would say 500 for a day."""
    reader = make_reader()
    client = browser(reader)
    away(shop, SESSIONS, "500_stored", times=1)
    press(client, reader)
    order = Order.objects.get()
    for _ in range(3):
        answer = client.post(f"/bestellingen/{order.number}/betalen/")

    assert answer["Location"].startswith(shop.stripe.base)
    assert order.attempts.filter(state="open").count() == 1


@pytest.mark.slow
@pytest.mark.parametrize("how", [*NOTHING_DONE, *DONE_UNHEARD])
def test_an_app_gets_its_order_without_a_page_and_a_problem_when_it_asks_for_one(
    shop: Shop, how: str
) -> None:
    caller = Caller(make_reader())
    away(shop, SESSIONS, how)
    status, order = place(caller, "key-1")
    assert (status, order["payment_url"]) == (201, None)

    status, problem = caller.post(f"orders/{order['number']}/pay/")
    assert (status, problem["code"]) == (503, "payment_service_unreachable")
    assert "Nothing is lost" in problem["detail"]

    back(shop)
    again = place(caller, "key-1")
    assert (again[0], again[1]["number"]) == (200, order["number"])
    assert again[1]["payment_url"] == Attempt.objects.get(state="open").url


@pytest.mark.slow
@pytest.mark.parametrize("how", ["500", "429", "cut_before", "slow", "garbage"])
def test_the_return_page_says_what_is_known_and_the_worker_finds_out(shop: Shop, how: str) -> None:
    reader = make_reader()
    client = browser(reader)
    order = shop.order(reader)
    shop.stripe.knobs.drop = {"*"}
    shop.stripe.world.pay(shop.session(order))
    away(shop, "/v1/*", how)
    began = time.monotonic()
    page = client.get(f"/bestellingen/{order.number}/")

    assert page.status_code == HTTPStatus.OK
    assert time.monotonic() - began < SLOW
    words = page.content.decode()
    assert "niet gelukt" not in words
    assert "er is niets kwijt" in words
    back(shop)
    sweep()

    assert "Dank je wel, het is betaald" in client.get(page.request["PATH_INFO"]).content.decode()


def test_a_payment_that_its_session_does_not_say_yet_is_under_way_and_not_given_back(
    shop: Shop,
) -> None:
    """Stripe's objects change one after the other; between two of them it may be asked."""
    reader = make_reader()
    order = shop.order(reader)
    shop.stripe.knobs.drop = {"*"}
    shop.stripe.world.pay(shop.session(order))
    shop.stripe.knobs.stale("/v1/checkout/sessions/*", times=1, back=1)

    page = browser(reader).get(f"/bestellingen/{order.number}/").content.decode()
    assert "Je betaling is onderweg" in page
    sweep()
    order.refresh_from_db()

    assert (order.state, order.refunded_amount) == ("paid", 0)
    assert not Refund.objects.exists()


def test_a_page_that_keeps_asking_does_not_keep_calling_who_does_not_answer(shop: Shop) -> None:
    reader = make_reader()
    order = shop.order(reader)
    caller, path = Caller(reader), f"orders/{order.number}/state/"
    away(shop, "/v1/*", "500")
    told = [caller.get(path)[1] for _ in range(6)]

    # The first asked and got no answer; the others did not ask, and know that much.
    assert sum(LONG - one.times for one in shop.stripe.knobs.faults) == 1
    assert told[0] == {
        "number": order.number,
        "standing": "open",
        "known": False,
        "look_again": looking.EVERY,
    }
    back(shop)
    Order.objects.update(looked_at=timezone.now() - looking.FRESH)
    Order.objects.update(synced_at=timezone.now() - looking.FRESH)

    assert caller.get(path)[1]["known"] is True


@pytest.mark.slow
@pytest.mark.parametrize("how", [*NOTHING_DONE, *DONE_UNHEARD])
def test_a_refund_that_was_decided_on_is_given_once(shop: Shop, how: str) -> None:
    order = shop.order()
    shop.pay(order)
    shop.stripe.knobs.drop = {"*"}
    refunds.ask(order=order, amount=5_000, reason="", by=None, now=timezone.now())
    away(shop, REFUNDS, how)
    sweep()
    assert Refund.objects.get().status in {"intended", "pending", "succeeded"}

    back(shop)
    sweep()
    sweep()
    order.refresh_from_db()

    assert len(shop.stripe.world.all("refund")) == 1
    assert (Refund.objects.get().status, order.refunded_amount) == ("succeeded", 5_000)


@pytest.mark.slow
@pytest.mark.parametrize("how", ["500", "cut_before", "slow", "garbage"])
def test_who_withdraws_while_stripe_is_away_is_out_at_once_and_gets_the_money_later(
    shop: Shop, how: str
) -> None:
    order = shop.order()
    shop.pay(order)
    away(shop, "/v1/*", how)
    withdrawal.submit(name="J", contract=order.number, email=order.email, now=timezone.now())
    sweep()
    order.refresh_from_db()
    assert (order.contract, order.refunded_amount) == ("withdrawn", 0)

    back(shop)
    sweep()
    sweep()
    order.refresh_from_db()

    assert order.refunded_amount == PRICE


@pytest.mark.slow
@pytest.mark.parametrize("how", ["500", "429", "cut_before", "slow", "garbage"])
def test_what_could_not_be_pulled_is_pulled_the_next_time(shop: Shop, how: str) -> None:
    order = shop.order()
    shop.stripe.knobs.drop = {"*"}
    shop.stripe.world.pay(shop.session(order))
    away(shop, EVENTS, how)
    tasks.pull()
    assert not StripeEvent.objects.exists()
    assert not Cursor.objects.exclude(at__lt=timezone.now() - inbox.OVERLAP / 2).exists()

    back(shop)
    tasks.pull()
    inbox.work(now=timezone.now())
    order.refresh_from_db()

    assert order.state == "paid"


@pytest.mark.slow
@pytest.mark.parametrize("how", ["500", "cut_before", "slow", "garbage"])
def test_the_audit_of_a_day_without_stripe_is_made_up_for_the_next(shop: Shop, how: str) -> None:
    order = shop.order()
    shop.stripe.knobs.drop = {"*"}
    shop.stripe.world.pay(shop.session(order))
    away(shop, SESSIONS, how)
    tasks.audit()

    back(shop)
    tasks.audit()
    order.refresh_from_db()

    assert order.state == "paid"


@pytest.mark.parametrize("body", [b"{}", b"[]", b"null", b'"x"', b"7", b'{"object": "list"}'])
def test_json_that_says_nothing_is_no_answer(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, body: bytes
) -> None:
    order = shop.order()
    shop.pay(order)
    other = shop.order()
    monkeypatch.setattr(
        gateway._Hurried, "request", lambda *_a, **_k: (body, 200, {}), raising=True
    )
    other.attempts.update(state="expired")

    with pytest.raises(gateway.Unreachable):
        checkout.begin(order=other, back="https://a", cancel="https://a", now=timezone.now())
    with pytest.raises(gateway.Unreachable), patience.within(1):
        sync.sync_order(order=order.pk, now=timezone.now())
