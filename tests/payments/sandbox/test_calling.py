"""The manners of the API: keys, versions, wrong parameters, idempotency, lists, expanding."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import pytest
import stripe

from payments.sandbox.methods import OFFERED
from tests.payments.sandbox.dealing import client_of, order, paid

if TYPE_CHECKING:
    from payments.sandbox import Running
    from tests.payments.sandbox.dealing import Clock

pytestmark = pytest.mark.once


def _create(client: stripe.StripeClient, params: Any, key: str = "k") -> str:
    return client.v1.checkout.sessions.create(params, {"idempotency_key": key}).id


def test_payment_method_types_are_refused_as_stripe_does_since_endive(
    client: stripe.StripeClient, clock: Clock
) -> None:
    with pytest.raises(stripe.InvalidRequestError, match="payment_method_types") as refusal:
        client.v1.checkout.sessions.create(order(clock, payment_method_types=["card"]))

    assert refusal.value.code == "parameter_unknown"
    assert refusal.value.param == "payment_method_types"


@pytest.mark.parametrize(
    ("wrong", "param"),
    [
        ({"locale": "xx"}, "locale"),
        ({"expires_at": "soon"}, "expires_at"),
        ({"adaptive_pricing": {"on": True}}, "adaptive_pricing[on]"),
        (
            {"line_items": [{"price_data": {"unit_amount": 1}}]},
            "line_items[0][price_data][currency]",
        ),
        ({"expires_at": 1_795_600_000 + 60}, "expires_at"),
        ({"mode": "subscription"}, "mode"),
    ],
)
def test_a_wrong_parameter_is_named(
    client: stripe.StripeClient, clock: Clock, wrong: dict[str, Any], param: str
) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        client.v1.checkout.sessions.create(order(clock, **wrong))

    assert refusal.value.param == param


@pytest.mark.parametrize(
    "clash",
    [
        {"customer": "cus_1", "customer_email": "a@example.org"},
        {"allow_promotion_codes": True, "discounts": [{"coupon": "x"}]},
        {"excluded_payment_method_types": list(OFFERED)},
        {"automatic_tax": {"enabled": True}},
    ],
)
def test_what_cannot_be_together_is_refused(
    client: stripe.StripeClient, clock: Clock, clash: dict[str, Any]
) -> None:
    with pytest.raises(stripe.InvalidRequestError):
        client.v1.checkout.sessions.create(order(clock, **clash))


def test_methods_can_be_left_out(
    stripe_: Running, client: stripe.StripeClient, clock: Clock
) -> None:
    session = client.v1.checkout.sessions.create(
        order(clock, excluded_payment_method_types=["sepa_debit", "multibanco"])
    )

    assert session.payment_method_types == ["card", "bancontact", "ideal"]


def test_nothing_is_found_under_an_id_that_nobody_has(client: stripe.StripeClient) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        client.v1.checkout.sessions.retrieve("cs_test_nobody")

    assert (refusal.value.http_status, refusal.value.code) == (404, "resource_missing")


@pytest.mark.parametrize("key", ["pk_test_x", "nonsense", "sk_live_x"])
def test_only_a_test_key_opens(stripe_: Running, key: str) -> None:
    with pytest.raises(stripe.AuthenticationError):
        client_of(stripe_, key=key).v1.balance.retrieve()


def test_a_live_key_finds_nothing_of_test_mode(
    stripe_: Running, client: stripe.StripeClient, clock: Clock
) -> None:
    session = client.v1.checkout.sessions.create(order(clock))

    with pytest.raises(stripe.InvalidRequestError, match="similar object exists in test mode"):
        client_of(stripe_, key="rk_live_x").v1.checkout.sessions.retrieve(session.id)


def test_another_version_of_the_api_is_not_played(stripe_: Running) -> None:
    client = stripe.StripeClient(
        stripe_.key, base_addresses={"api": stripe_.base}, stripe_version="2024-06-20"
    )

    with pytest.raises(stripe.InvalidRequestError, match="Invalid Stripe API version"):
        client.v1.balance.retrieve()


def test_the_same_key_gives_the_same_answer_and_does_it_once(
    client: stripe.StripeClient, clock: Clock
) -> None:
    wanted = order(clock)

    assert _create(client, wanted) == _create(client, wanted)

    assert len(client.v1.checkout.sessions.list().data) == 1
    again = client.v1.checkout.sessions.create(wanted, {"idempotency_key": "k"})
    assert again.last_response is not None
    assert again.last_response.headers["Idempotent-Replayed"] == "true"


def test_a_key_serves_one_request_only(client: stripe.StripeClient, clock: Clock) -> None:
    _create(client, order(clock))

    with pytest.raises(stripe.IdempotencyError, match="same parameters"):
        _create(client, order(clock, locale="en"))


def test_a_key_is_forgotten_after_a_day(client: stripe.StripeClient, clock: Clock) -> None:
    wanted = order(clock, expires_at=int(clock()) + 24 * 3600)
    first = _create(client, wanted)

    clock.pass_(24 * 3600 + 1)

    assert _create(client, order(clock)) != first


def test_a_wrong_request_leaves_its_key_free(client: stripe.StripeClient, clock: Clock) -> None:
    with pytest.raises(stripe.InvalidRequestError):
        _create(client, order(clock, locale="xx"))

    assert _create(client, order(clock))


def test_a_refusal_that_stripe_thought_about_is_replayed(
    stripe_: Running, client: stripe.StripeClient, clock: Clock
) -> None:
    intent = paid(stripe_, client, clock)
    refund = stripe_.world.refund(intent)
    for _time in range(2):
        with pytest.raises(stripe.InvalidRequestError, match="already been refunded"):
            client.v1.refunds.create({"payment_intent": intent}, {"idempotency_key": "r"})
        if stripe_.world.get(refund["id"])["status"] == "succeeded":
            stripe_.world.refund_fail(refund["id"])


def test_two_requests_with_one_key_at_once_are_one_too_many(
    stripe_: Running, client: stripe.StripeClient, clock: Clock
) -> None:
    stripe_.knobs.fail("/v1/checkout/sessions", "slow", seconds=0.4)
    wanted, made = order(clock), list[str]()
    first = threading.Thread(target=lambda: made.append(_create(client_of(stripe_), wanted)))
    first.start()
    while not stripe_.world.store.answers:
        pass

    with pytest.raises(stripe.APIError) as refusal:
        _create(client, wanted)
    first.join()

    told = refusal.value.json_body
    assert isinstance(told, dict)
    assert (refusal.value.http_status, told["error"]["code"]) == (409, "idempotency_key_in_use")
    assert _create(client, wanted) == made[0]


def test_the_sdk_comes_back_until_the_first_is_done(stripe_: Running, clock: Clock) -> None:
    stripe_.knobs.fail("/v1/checkout/sessions", "slow", seconds=0.3)
    wanted, made = order(clock), list[str]()
    threads = [
        threading.Thread(target=lambda: made.append(_create(client_of(stripe_, retries=3), wanted)))
        for _ in range(2)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(made) == 2
    assert len(set(made)) == 1


def test_lists_go_both_ways_and_say_whether_there_is_more(
    client: stripe.StripeClient, clock: Clock
) -> None:
    ids = [_create(client, order(clock), key=str(number)) for number in range(7)][::-1]
    sessions = client.v1.checkout.sessions

    first = sessions.list({"limit": 3})
    assert ([one.id for one in first.data], first.has_more) == (ids[:3], True)
    second = sessions.list({"limit": 3, "starting_after": ids[2]})
    assert [one.id for one in second.data] == ids[3:6]
    back = sessions.list({"limit": 2, "ending_before": ids[3]})
    assert ([one.id for one in back.data], back.has_more) == (ids[1:3], True)
    assert [one.id for one in sessions.list({"limit": 2}).auto_paging_iter()] == ids


def test_sessions_are_found_by_what_became_of_them(
    stripe_: Running, client: stripe.StripeClient, clock: Clock
) -> None:
    before = client.v1.checkout.sessions.create(order(clock))
    clock.pass_(60)
    session = client.v1.checkout.sessions.create(order(clock))
    intent = stripe_.world.pay(session.id)["payment_intent"]
    found = client.v1.checkout.sessions

    assert [one.id for one in found.list({"status": "complete"}).data] == [session.id]
    assert [one.id for one in found.list({"payment_intent": intent}).data] == [session.id]
    assert [one.id for one in found.list({"created": {"lt": int(clock())}}).data] == [before.id]


def test_only_what_can_be_opened_up_is(client: stripe.StripeClient, clock: Clock) -> None:
    session = client.v1.checkout.sessions.create(order(clock), {})

    lines = client.v1.checkout.sessions.line_items.list(session.id)
    assert lines.data[0].amount_total == session.amount_total
    with pytest.raises(stripe.InvalidRequestError, match="cannot be expanded"):
        client.v1.checkout.sessions.retrieve(session.id, {"expand": ["currency.more"]})


def test_metadata_of_a_session_can_be_changed(client: stripe.StripeClient, clock: Clock) -> None:
    session = client.v1.checkout.sessions.create(order(clock))

    changed = client.v1.checkout.sessions.update(session.id, {"metadata": {"attempt": "2"}})

    assert changed.metadata is not None
    assert changed.metadata.to_dict() == {"order": "1", "attempt": "2"}


def test_the_account_says_who_sells_and_where_taxes_are_registered(
    client: stripe.StripeClient,
) -> None:
    assert client.v1.accounts.retrieve_current().country == "NL"
    configuration = client.v1.payment_method_configurations.list().data[0].to_dict()
    assert configuration["ideal"]["display_preference"]["value"] == "on"
    client.v1.tax.registrations.create(
        {"country": "NL", "country_options": {"nl": {"type": "standard"}}, "active_from": "now"}
    )
    assert len(client.v1.tax.registrations.list({"status": "active"}).data) == 1


def test_the_account_can_be_set_up_wrongly_in_every_way(
    stripe_: Running, client: stripe.StripeClient
) -> None:
    world = stripe_.world
    world.account_change(charges_enabled=False, details_submitted=False)
    world.method_switch("ideal", on=False)
    world.method_switch("klarna", on=True)
    world.tax_register("BE")

    told = client.v1.accounts.retrieve_current()
    assert (told.charges_enabled, told.details_submitted) == (False, False)
    ways = client.v1.payment_method_configurations.list().data[0].to_dict()
    assert (ways["ideal"]["available"], ways["klarna"]["available"]) == (False, True)
    assert [one.country for one in client.v1.tax.registrations.list().data] == ["BE"]


def test_a_key_may_lack_permissions(stripe_: Running, client: stripe.StripeClient) -> None:
    stripe_.knobs.turn(denied=["POST /v1/refunds*"])

    assert client.v1.refunds.list().data == []
    with pytest.raises(stripe.PermissionError, match="required permissions"):
        client.v1.refunds.create({"payment_intent": "pi_any"})
    assert stripe_.knobs.told()["denied"] == ["POST /v1/refunds*"]


def test_what_is_not_played_says_so(client: stripe.StripeClient) -> None:
    with pytest.raises(stripe.InvalidRequestError, match="Unrecognized request URL"):
        client.v1.subscriptions.list()
