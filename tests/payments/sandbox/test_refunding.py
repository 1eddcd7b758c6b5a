"""Money on its way back, and money that others take back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import stripe

from payments import sandbox
from tests.payments.sandbox.dealing import PRICE, paid

if TYPE_CHECKING:
    from payments.sandbox import Running
    from tests.payments.sandbox.dealing import Clock, Hook

pytestmark = pytest.mark.once


def test_a_part_and_then_the_rest_of_a_card_payment_go_back_at_once(
    stripe_: Running, client: stripe.StripeClient, clock: Clock
) -> None:
    intent = paid(stripe_, client, clock)

    part = client.v1.refunds.create({"payment_intent": intent, "amount": 1000})
    charge = client.v1.charges.retrieve(str(part.charge))
    assert (part.status, charge.amount_refunded, charge.refunded) == ("succeeded", 1000, False)

    rest = client.v1.refunds.create({"charge": charge.id, "reason": "requested_by_customer"})
    charge = client.v1.charges.retrieve(charge.id, {"expand": ["refunds"]})
    assert (rest.amount, charge.refunded) == (PRICE - 1000, True)
    assert charge.refunds is not None
    assert [one.id for one in charge.refunds.data] == [rest.id, part.id]
    assert len(client.v1.refunds.list({"payment_intent": intent}).data) == 2


def test_more_than_is_left_does_not_go_back(
    stripe_: Running, client: stripe.StripeClient, clock: Clock
) -> None:
    intent = paid(stripe_, client, clock)
    client.v1.refunds.create({"payment_intent": intent, "amount": 20000})

    with pytest.raises(stripe.InvalidRequestError, match="greater than unrefunded"):
        client.v1.refunds.create({"payment_intent": intent, "amount": 5000})
    client.v1.refunds.create({"payment_intent": intent})
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        client.v1.refunds.create({"payment_intent": intent})

    assert refusal.value.code == "charge_already_refunded"


def test_what_was_not_paid_does_not_go_back(
    stripe_: Running, client: stripe.StripeClient, clock: Clock
) -> None:
    waiting = paid(stripe_, client, clock, "sepa_debit")

    with pytest.raises(stripe.InvalidRequestError) as refusal:
        client.v1.refunds.create({"payment_intent": waiting})
    assert refusal.value.code == "payment_intent_unexpected_state"
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        client.v1.refunds.create({"payment_intent": "pi_nobody"})
    assert refusal.value.code == "resource_missing"


def test_a_refund_to_a_bank_is_pending_first_and_ends_by_itself(
    stripe_: Running, client: stripe.StripeClient, clock: Clock, hook: Hook
) -> None:
    stripe_.knobs.refund_after = 5
    refund = client.v1.refunds.create({"payment_intent": paid(stripe_, client, clock, "ideal")})
    assert refund.status == "pending"

    clock.pass_(6)
    stripe_.world.wait()

    assert client.v1.refunds.retrieve(refund.id).status == "succeeded"
    assert [one for one in hook.types if "refund" in one] == [
        "refund.created",
        "charge.refunded",
        "refund.updated",
        "charge.refund.updated",
    ]


@pytest.mark.parametrize("method", ["card", "ideal"])
def test_a_refund_that_fails_opens_the_charge_again(
    stripe_: Running, client: stripe.StripeClient, clock: Clock, hook: Hook, method: str
) -> None:
    refund = client.v1.refunds.create({"payment_intent": paid(stripe_, client, clock, method)})

    stripe_.world.refund_fail(refund.id)

    failed = client.v1.refunds.retrieve(refund.id, {"expand": ["charge"]}).to_dict()
    assert (failed["status"], failed["failure_reason"]) == ("failed", "lost_or_stolen_card")
    assert (failed["charge"]["amount_refunded"], failed["charge"]["refunded"]) == (0, False)
    stripe_.world.wait()
    assert hook.types[-1] == "refund.failed"


def test_refunds_end_badly_when_the_knob_says_so(
    stripe_: Running, client: stripe.StripeClient, clock: Clock
) -> None:
    stripe_.knobs.turn(refund_after=5, refunds_fail=True)
    refund = client.v1.refunds.create({"payment_intent": paid(stripe_, client, clock)})

    clock.pass_(6)

    assert client.v1.refunds.retrieve(refund.id).status == "failed"


def test_a_refund_keeps_its_metadata_and_is_not_cancelled_on_its_way(
    stripe_: Running, client: stripe.StripeClient, clock: Clock
) -> None:
    intent = paid(stripe_, client, clock, "ideal")
    refund = client.v1.refunds.create({"payment_intent": intent, "metadata": {"a": "1", "b": "2"}})

    changed = client.v1.refunds.update(refund.id, {"metadata": {"a": "", "c": "3"}})

    assert changed.to_dict()["metadata"] == {"b": "2", "c": "3"}
    with pytest.raises(stripe.InvalidRequestError, match="cannot be canceled"):
        client.v1.refunds.cancel(refund.id)


def test_a_lost_dispute_keeps_the_money_and_stops_refunds(
    stripe_: Running, client: stripe.StripeClient, clock: Clock, hook: Hook
) -> None:
    intent = paid(stripe_, client, clock)
    dispute = stripe_.world.dispute_open(intent)
    assert (dispute["status"], dispute["is_charge_refundable"]) == ("needs_response", False)

    with pytest.raises(stripe.InvalidRequestError) as refusal:
        client.v1.refunds.create({"payment_intent": intent})
    assert refusal.value.code == "charge_disputed"
    assert client.v1.disputes.close(dispute["id"]).status == "lost"

    found = client.v1.disputes.list({"payment_intent": intent}).data[0]
    assert [one.net for one in found.balance_transactions] == [-PRICE - 2000]
    stripe_.world.wait()
    assert [one for one in hook.types if "dispute" in one] == [
        "charge.dispute.created",
        "charge.dispute.funds_withdrawn",
        "charge.dispute.closed",
    ]


def test_a_dispute_that_is_answered_goes_under_review_and_may_be_won(
    stripe_: Running, client: stripe.StripeClient, clock: Clock, hook: Hook
) -> None:
    dispute = stripe_.world.dispute_open(paid(stripe_, client, clock))

    answered = client.v1.disputes.update(
        dispute["id"], {"evidence": {"access_activity_log": "Lesson 1 opened."}}
    )
    assert (answered.status, answered.evidence_details.submission_count) == ("under_review", 1)
    won = stripe_.world.dispute_close(dispute["id"], "won")

    assert sum(one["amount"] for one in won["balance_transactions"]) == 0
    stripe_.world.wait()
    assert hook.types[-2:] == ["charge.dispute.funds_reinstated", "charge.dispute.closed"]


def test_what_a_won_dispute_brought_back_can_be_refunded(
    stripe_: Running, client: stripe.StripeClient, clock: Clock
) -> None:
    intent = paid(stripe_, client, clock)
    stripe_.world.dispute_close(stripe_.world.dispute_open(intent)["id"], "won")

    assert client.v1.refunds.create({"payment_intent": intent}).amount == PRICE


def test_an_inquiry_moves_no_money_until_it_becomes_a_dispute(
    stripe_: Running, client: stripe.StripeClient, clock: Clock
) -> None:
    asked = stripe_.world.dispute_open(paid(stripe_, client, clock), warning=True)
    assert (asked["status"], asked["balance_transactions"]) == ("warning_needs_response", [])
    assert stripe_.world.dispute_submit(asked["id"])["status"] == "warning_under_review"

    closed = stripe_.world.dispute_close(asked["id"], "warning_closed")
    assert closed["status"] == "warning_closed"

    other = stripe_.world.dispute_open(paid(stripe_, client, clock), warning=True)
    serious = stripe_.world.dispute_escalate(other["id"])
    assert (serious["status"], len(serious["balance_transactions"])) == ("needs_response", 1)


def test_ideal_knows_no_disputes(
    stripe_: Running, client: stripe.StripeClient, clock: Clock
) -> None:
    with pytest.raises(sandbox.Refused, match="cannot be disputed"):
        stripe_.world.dispute_open(paid(stripe_, client, clock, "ideal"))
