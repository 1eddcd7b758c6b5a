"""Each knob does what it says, as the SDK and an endpoint see it."""

from __future__ import annotations

import json
import time
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

import pytest
import stripe

from tests.payments.sandbox.dealing import client_of, order, paid

if TYPE_CHECKING:
    from payments.sandbox import Running
    from tests.payments.sandbox.dealing import Clock, Hook

pytestmark = pytest.mark.once
SESSIONS = "/v1/checkout/sessions"


def test_webhooks_come_several_times(
    stripe_: Running, client: stripe.StripeClient, clock: Clock, hook: Hook
) -> None:
    stripe_.knobs.duplicate = 2

    paid(stripe_, client, clock)
    stripe_.world.wait()

    ids = [json.loads(body)["id"] for body, _headers in hook.heard]
    assert len(ids) == 3 * len(set(ids))


def test_webhooks_come_in_another_order_and_the_same_for_the_same_seed(
    stripe_: Running, client: stripe.StripeClient, clock: Clock, hook: Hook
) -> None:
    orders = []
    for seed in (None, 1, 1, 2):
        stripe_.knobs.shuffle = seed
        hook.heard.clear()
        paid(stripe_, client, clock)
        stripe_.world.wait()
        orders.append(hook.types)

    assert orders[1] == orders[2]
    assert orders[0] != orders[1]
    assert orders[1] != orders[3]
    assert all(sorted(one) == sorted(orders[0]) for one in orders)


def test_webhooks_come_late(
    stripe_: Running, client: stripe.StripeClient, clock: Clock, hook: Hook
) -> None:
    stripe_.knobs.delay = 30

    paid(stripe_, client, clock)
    stripe_.world.wait()
    assert hook.heard == []
    clock.pass_(30)
    stripe_.world.wait()

    assert "checkout.session.completed" in hook.types


@pytest.mark.parametrize(("dropped", "left"), [({"checkout.session.completed"}, 4), ({"*"}, 0)])
def test_webhooks_get_lost(
    stripe_: Running,
    client: stripe.StripeClient,
    clock: Clock,
    hook: Hook,
    dropped: set[str],
    left: int,
) -> None:
    stripe_.knobs.drop = dropped

    paid(stripe_, client, clock)
    stripe_.world.wait()

    assert len(hook.heard) == left
    assert len(client.v1.events.list({"delivery_success": False}).data) == 5 - left


def test_webhooks_are_held_and_go_out_in_the_order_they_are_given(
    stripe_: Running, client: stripe.StripeClient, clock: Clock, hook: Hook
) -> None:
    stripe_.knobs.hold = True
    paid(stripe_, client, clock)
    stripe_.world.wait()
    assert hook.heard == []
    held = [one["id"] for one in stripe_.world.held()]

    stripe_.world.deliver(held[4], held[0], held[4])

    assert hook.types == [
        "checkout.session.completed",
        "payment_intent.created",
        "checkout.session.completed",
    ]


def test_a_500_without_memory_is_got_over_by_the_sdk(stripe_: Running, clock: Clock) -> None:
    stripe_.knobs.fail(SESSIONS, "500")

    session = client_of(stripe_, retries=1).v1.checkout.sessions.create(order(clock))

    assert session.status == "open"


@pytest.mark.parametrize(("how", "made"), [("500_stored", 0), ("500_after_effect", 1)])
def test_a_500_that_was_stored_is_replayed_for_ever(
    stripe_: Running, client: stripe.StripeClient, clock: Clock, how: str, made: int
) -> None:
    stripe_.knobs.turn(faults=[{"path": SESSIONS, "how": how}])
    wanted = order(clock)

    for _time in range(2):
        with pytest.raises(stripe.APIError) as trouble:
            client.v1.checkout.sessions.create(wanted, {"idempotency_key": "k"})
        assert trouble.value.http_status == 500

    found = client.v1.checkout.sessions.list().data
    assert [one.client_reference_id for one in found] == ["order-1"] * made
    assert client.v1.checkout.sessions.create(wanted, {"idempotency_key": "k2"}).id


def test_too_many_calls_are_told_off(
    stripe_: Running, client: stripe.StripeClient, clock: Clock
) -> None:
    stripe_.knobs.fail("/v1/*", "429")

    with pytest.raises(stripe.RateLimitError):
        client.v1.checkout.sessions.create(order(clock))
    assert client.v1.checkout.sessions.list().data == []


@pytest.mark.parametrize(("how", "made"), [("cut_before", 0), ("cut_after_effect", 1)])
def test_a_line_that_breaks_says_nothing_of_what_was_done(
    stripe_: Running, client: stripe.StripeClient, clock: Clock, how: str, made: int
) -> None:
    stripe_.knobs.turn(faults=[{"path": SESSIONS, "how": how, "method": "POST"}])
    wanted = order(clock)

    with pytest.raises(stripe.APIConnectionError):
        client.v1.checkout.sessions.create(wanted, {"idempotency_key": "k"})
    assert len(client.v1.checkout.sessions.list().data) == made
    client.v1.checkout.sessions.create(wanted, {"idempotency_key": "k"})

    assert len(client.v1.checkout.sessions.list().data) == 1


def test_an_answer_may_be_garbage(
    stripe_: Running, client: stripe.StripeClient, clock: Clock
) -> None:
    stripe_.knobs.fail(SESSIONS, "garbage")

    with pytest.raises(stripe.APIError, match="Invalid response body"):
        client.v1.checkout.sessions.create(order(clock))
    assert len(client.v1.checkout.sessions.list().data) == 1


@pytest.mark.parametrize("how", ["slow", "slow_after_effect"])
def test_a_call_may_take_its_time(stripe_: Running, client: stripe.StripeClient, how: str) -> None:
    stripe_.knobs.turn(faults=[{"path": "/v1/balance", "how": how, "seconds": 0.15}])
    started = time.monotonic()

    client.v1.balance.retrieve()

    assert time.monotonic() - started > 0.15


def test_a_get_may_answer_with_an_older_copy(
    stripe_: Running, client: stripe.StripeClient, clock: Clock
) -> None:
    session = client.v1.checkout.sessions.create(order(clock))
    stripe_.world.pay(session.id)
    stripe_.knobs.stale(f"{SESSIONS}/*", back=1)

    assert client.v1.checkout.sessions.retrieve(session.id).status == "open"
    assert client.v1.checkout.sessions.retrieve(session.id).status == "complete"


def test_stripes_clock_may_be_off(
    stripe_: Running, client: stripe.StripeClient, clock: Clock
) -> None:
    stripe_.knobs.clock_skew = -90

    balance = client.v1.balance.retrieve()

    assert balance.last_response is not None
    told = parsedate_to_datetime(balance.last_response.headers["Date"])
    assert told.timestamp() == int(clock()) - 90


def test_all_knobs_go_back_at_once(stripe_: Running) -> None:
    knobs = stripe_.knobs
    knobs.turn(duplicate=3, drop=["*"], hold=True, faults=[{"path": "*", "how": "429"}])

    knobs.reset()

    assert knobs.told() == type(knobs)().told()


@pytest.mark.parametrize(
    "wrong", [{"colour": 1}, {"faults": [{"path": "*", "how": "boom"}]}, {"duplicate": "many"}]
)
def test_a_knob_that_is_not_there_cannot_be_turned(
    stripe_: Running, wrong: dict[str, object]
) -> None:
    with pytest.raises(ValueError, match=r"."):
        stripe_.knobs.turn(**wrong)
