"""From an open session to money, by every way there is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import stripe

from payments import sandbox
from tests.payments.sandbox.dealing import PRICE, order, paid

if TYPE_CHECKING:
    from payments.sandbox import Running
    from tests.payments.sandbox.dealing import Clock, Hook

pytestmark = pytest.mark.once
WHOLE = {"expand": ["line_items", "payment_intent.latest_charge.balance_transaction"]}


def test_a_session_opens_with_a_page_and_costs_what_was_asked(
    client: stripe.StripeClient, clock: Clock
) -> None:
    session = client.v1.checkout.sessions.create(order(clock))

    assert (session.status, session.payment_status, session.amount_total) == (
        "open",
        "unpaid",
        PRICE,
    )
    assert session.url is not None
    assert session.url.endswith(f"/c/pay/{session.id}")
    assert session.payment_intent is None


@pytest.mark.parametrize("method", ["card", "ideal", "bancontact"])
def test_a_payment_that_succeeds_is_found_all_the_way_down_to_the_ledger(
    stripe_: Running, client: stripe.StripeClient, clock: Clock, method: str
) -> None:
    session = client.v1.checkout.sessions.create(order(clock))
    stripe_.world.pay(session.id, method)

    found = client.v1.checkout.sessions.retrieve(session.id, WHOLE).to_dict()  # type: ignore[arg-type]

    charge = found["payment_intent"]["latest_charge"]
    assert (found["status"], found["payment_status"]) == ("complete", "paid")
    assert found["line_items"]["data"][0]["description"] == "Kiezen met helderheid"
    assert found["payment_intent"]["amount_received"] == PRICE
    assert charge["payment_method_details"]["type"] == method
    assert charge["balance_transaction"]["net"] == PRICE - charge["balance_transaction"]["fee"]
    assert charge["metadata"] == {"order": "1"}


def test_a_payment_is_told_from_the_first_attempt_to_the_end(
    stripe_: Running, client: stripe.StripeClient, clock: Clock, hook: Hook
) -> None:
    paid(stripe_, client, clock)
    stripe_.world.wait()

    assert hook.types == [
        "payment_intent.created",
        "charge.succeeded",
        "charge.updated",
        "payment_intent.succeeded",
        "checkout.session.completed",
    ]


def test_a_card_that_is_declined_leaves_the_session_open_for_another(
    stripe_: Running, client: stripe.StripeClient, clock: Clock
) -> None:
    session = client.v1.checkout.sessions.create(order(clock))

    refused = stripe_.world.pay(session.id, "card_declined")
    intent = client.v1.payment_intents.retrieve(refused["payment_intent"])
    assert (refused["status"], intent.status) == ("open", "requires_payment_method")
    assert intent.last_payment_error is not None
    assert intent.last_payment_error.code == "card_declined"

    again = stripe_.world.pay(session.id, "ideal")
    assert (again["status"], again["payment_status"]) == ("complete", "paid")
    assert again["payment_intent"] == intent.id


def test_ideal_that_is_broken_off_is_no_charge(
    stripe_: Running, client: stripe.StripeClient, clock: Clock
) -> None:
    session = client.v1.checkout.sessions.create(order(clock))

    left = stripe_.world.pay(session.id, "ideal_cancelled")

    assert left["status"] == "open"
    assert client.v1.charges.list().data == []


@pytest.mark.parametrize(("succeeds", "status"), [(True, "paid"), (False, "unpaid")])
def test_a_payment_that_takes_days_is_complete_at_once_and_paid_only_if_the_money_comes(
    stripe_: Running,
    client: stripe.StripeClient,
    clock: Clock,
    hook: Hook,
    succeeds: bool,
    status: str,
) -> None:
    session = client.v1.checkout.sessions.create(order(clock))
    first = stripe_.world.pay(session.id, "sepa_debit")
    assert (first["status"], first["payment_status"]) == ("complete", "unpaid")

    end = stripe_.world.async_succeed if succeeds else stripe_.world.async_fail
    assert end(session.id)["payment_status"] == status

    stripe_.world.wait()
    word = "succeeded" if succeeds else "failed"
    assert hook.types[-1] == f"checkout.session.async_payment_{word}"


@pytest.mark.parametrize(
    ("method", "ends"), [("later_succeeds", "paid"), ("later_fails", "unpaid")]
)
def test_a_delayed_payment_of_the_page_ends_by_itself(
    stripe_: Running, client: stripe.StripeClient, clock: Clock, method: str, ends: str
) -> None:
    stripe_.knobs.settle_after = 15
    session = client.v1.checkout.sessions.create(order(clock))
    intent = stripe_.world.pay(session.id, method)["payment_intent"]
    assert client.v1.payment_intents.retrieve(intent).status == "processing"

    clock.pass_(16)

    assert client.v1.checkout.sessions.retrieve(session.id).payment_status == ends
    assert client.v1.payment_intents.retrieve(intent).status != "processing"


def test_nobody_pays_a_session_twice_nor_after_its_time(
    stripe_: Running, client: stripe.StripeClient, clock: Clock
) -> None:
    paid_for = client.v1.checkout.sessions.create(order(clock))
    too_late = client.v1.checkout.sessions.create(order(clock))
    stripe_.world.pay(paid_for.id)

    with pytest.raises(sandbox.Refused):
        stripe_.world.pay(paid_for.id)
    clock.pass_(3601)
    with pytest.raises(sandbox.Refused):
        stripe_.world.pay(too_late.id)

    assert client.v1.checkout.sessions.retrieve(too_late.id).status == "expired"


def test_an_expired_session_takes_its_unfinished_payment_along(
    stripe_: Running, client: stripe.StripeClient, clock: Clock, hook: Hook
) -> None:
    session = client.v1.checkout.sessions.create(order(clock))
    intent = stripe_.world.pay(session.id, "card_declined")["payment_intent"]

    expired = client.v1.checkout.sessions.expire(session.id)

    assert (expired.status, expired.url) == ("expired", None)
    assert client.v1.payment_intents.retrieve(intent).status == "canceled"
    stripe_.world.wait()
    assert hook.types[-1] == "checkout.session.expired"


def test_a_complete_session_does_not_expire(
    stripe_: Running, client: stripe.StripeClient, clock: Clock
) -> None:
    session = client.v1.checkout.sessions.create(order(clock))
    stripe_.world.pay(session.id)

    with pytest.raises(stripe.InvalidRequestError, match="status of `complete`"):
        client.v1.checkout.sessions.expire(session.id)


def test_a_code_takes_its_part_off_and_is_counted_when_paid(
    stripe_: Running, client: stripe.StripeClient, clock: Clock
) -> None:
    coupon = client.v1.coupons.create({"percent_off": 20})
    code = client.v1.promotion_codes.create(
        {
            "promotion": {"type": "coupon", "coupon": coupon.id},
            "code": "LENTE",
            "max_redemptions": 1,
        }
    )
    session = client.v1.checkout.sessions.create(order(clock, allow_promotion_codes=True))

    done = stripe_.world.pay(session.id, code="lente")

    assert done["amount_subtotal"] == PRICE
    assert done["total_details"]["amount_discount"] == PRICE // 5
    assert done["amount_total"] == PRICE - PRICE // 5
    assert done["discounts"] == [{"coupon": coupon.id, "promotion_code": code.id}]
    assert client.v1.promotion_codes.retrieve(code.id).active is False


def test_a_code_that_takes_everything_off_makes_no_payment(
    stripe_: Running, client: stripe.StripeClient, clock: Clock
) -> None:
    coupon = client.v1.coupons.create({"percent_off": 100})
    session = client.v1.checkout.sessions.create(order(clock, discounts=[{"coupon": coupon.id}]))

    done = stripe_.world.pay(session.id)

    assert (done["status"], done["payment_status"]) == ("complete", "no_payment_required")
    assert done["payment_intent"] is None
    assert done["amount_total"] == 0


def test_every_cent_of_the_balance_is_accounted_for(
    stripe_: Running, client: stripe.StripeClient, clock: Clock
) -> None:
    intent = paid(stripe_, client, clock)
    stripe_.world.refund(intent, 1000)
    stripe_.world.dispute_open(intent)
    clock.pass_(4 * 24 * 3600)

    balance = client.v1.balance.retrieve()
    booked = client.v1.balance_transactions.list({"limit": 100}).data

    assert balance.available[0].amount == sum(one.net for one in booked)
    assert balance.pending[0].amount == 0
    assert balance.available[0].amount < 0  # Fees: 25 cents and 1.5 %, and 20 euros.
