"""Disputes: a buyer's bank asks for the money back, or only asks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from payments.sandbox import events, ledger, sessions
from payments.sandbox.methods import DISPUTABLE
from payments.sandbox.refusals import NoSuchReference, NotInThisState

if TYPE_CHECKING:
    from payments.sandbox.store import Store, Thing

Outcome = Literal["won", "lost", "warning_closed"]
# Stripe's fee for a dispute in the euro area, in cents.
FEE = 2000
# How long one may answer, in seconds.
TO_ANSWER = 14 * 24 * 60 * 60
ENDED = {"won", "lost", "warning_closed", "prevented"}
EVIDENCE = (
    *("access_activity_log", "billing_address", "cancellation_policy", "customer_signature"),
    *("cancellation_policy_disclosure", "cancellation_rebuttal", "customer_communication"),
    *("customer_email_address", "customer_name", "customer_purchase_ip", "product_description"),
    *("duplicate_charge_documentation", "duplicate_charge_explanation", "duplicate_charge_id"),
    *("receipt", "refund_policy", "refund_policy_disclosure", "refund_refusal_explanation"),
    *("service_date", "service_documentation", "shipping_address", "shipping_carrier"),
    *("shipping_date", "shipping_documentation", "shipping_tracking_number"),
    *("uncategorized_file", "uncategorized_text"),
)


def begin(store: Store, intent: str, *, amount: int | None, reason: str, warning: bool) -> Thing:
    """A bank disputes a payment. With ``warning`` it only inquires, and no money moves."""
    found = store.find(intent)
    if found is None or found["object"] != "payment_intent":
        raise NoSuchReference("payment_intent", intent, param="payment_intent")
    charge = _disputable(store, found)
    dispute = store.add(
        "dispute",
        {
            "amount": amount or charge["amount"] - charge["amount_refunded"],
            "balance_transactions": [],
            "charge": charge["id"],
            "currency": charge["currency"],
            "enhanced_eligibility_types": [],
            "evidence": {**dict.fromkeys(EVIDENCE), "enhanced_evidence": {}},
            "evidence_details": _details(store),
            "is_charge_refundable": warning,
            "metadata": {},
            "payment_intent": found["id"],
            **_method(charge),
            "reason": reason,
            "status": "warning_needs_response" if warning else "needs_response",
        },
    )
    store.change(charge["id"], disputed=True)
    events.emit(store, "charge.dispute.created", dispute)
    return dispute if warning else _withdraw(store, dispute)


def update(store: Store, ident: str, params: Thing) -> Thing:
    """Add evidence or metadata; unless ``submit`` is false it goes to the bank."""
    before = store.get("dispute", ident)
    wanted: Thing = {}
    if "metadata" in params:
        wanted["metadata"] = sessions.merged(before["metadata"], params["metadata"])
    if "evidence" in params:
        wanted["evidence"] = {**before["evidence"], **params["evidence"]}
        wanted["evidence_details"] = {**before["evidence_details"], "has_evidence": True}
    after = store.change(ident, **wanted)
    events.emit(store, "charge.dispute.updated", after, before=before)
    sends = "evidence" in params and params.get("submit", True)
    return submit(store, ident) if sends else after


def submit(store: Store, ident: str) -> Thing:
    """Send what there is to the bank, which then decides."""
    before = _open(store, ident)
    under_review = before["status"].replace("needs_response", "under_review")
    sent = before["evidence_details"]["submission_count"] + 1
    after = store.change(
        ident,
        status=under_review,
        evidence_details={**before["evidence_details"], "submission_count": sent},
    )
    events.emit(store, "charge.dispute.updated", after, before=before)
    return after


def escalate(store: Store, ident: str) -> Thing:
    """An inquiry becomes a dispute: the money goes."""
    before = _open(store, ident)
    if not before["status"].startswith("warning_"):
        raise NotInThisState("Only an inquiry can be escalated.")
    after = store.change(ident, status="needs_response", is_charge_refundable=False)
    events.emit(store, "charge.dispute.updated", after, before=before)
    return _withdraw(store, after)


def close(store: Store, ident: str, outcome: Outcome) -> Thing:
    """The bank decides, or an inquiry peters out; a won dispute brings the money back."""
    before = _open(store, ident)
    if before["status"].startswith("warning_") != (outcome == "warning_closed"):
        raise NotInThisState(f"A dispute that is {before['status']} cannot become {outcome}.")
    closed = store.change(ident, status=outcome)
    if outcome == "won":
        closed = _reinstate(store, closed)
    events.emit(store, "charge.dispute.closed", closed, before=before)
    return closed


def accept(store: Store, ident: str) -> Thing:
    """Give in, as the API's ``close`` does."""
    before = _open(store, ident)
    return close(store, ident, "warning_closed" if "warning" in before["status"] else "lost")


def _open(store: Store, ident: str) -> Thing:
    dispute = store.get("dispute", ident)
    if dispute["status"] in ENDED:
        raise NotInThisState("This dispute is already closed.")
    return dispute


def _disputable(store: Store, intent: Thing) -> Thing:
    """The charge of a payment that can be disputed at all; iDEAL knows no disputes."""
    if intent["status"] != "succeeded":
        raise NotInThisState(f"This PaymentIntent is {intent['status']}.")
    charge = store.get("charge", intent["latest_charge"])
    if store.note(charge["id"])["way"] not in DISPUTABLE:
        raise NotInThisState("A payment of this method cannot be disputed.")
    if charge["refunded"]:
        raise NotInThisState("This payment has been refunded.")
    if any(one["status"] not in ENDED for one in store.all("dispute", charge=charge["id"])):
        raise NotInThisState("This payment is being disputed already.")
    return charge


def _withdraw(store: Store, dispute: Thing) -> Thing:
    after = _move(store, dispute, amount=-dispute["amount"], fee=FEE)
    events.emit(store, "charge.dispute.funds_withdrawn", after, before=dispute)
    return after


def _reinstate(store: Store, dispute: Thing) -> Thing:
    after = _move(store, dispute, amount=dispute["amount"], fee=0)
    events.emit(store, "charge.dispute.funds_reinstated", after, before=dispute)
    return after


def _move(store: Store, dispute: Thing, *, amount: int, fee: int) -> Thing:
    booked = ledger.book(
        store,
        kind="adjustment",
        category="dispute" if amount < 0 else "dispute_reversal",
        amount=amount,
        source=dispute,
        fee=fee,
        at_once=True,
    )
    moved = [*dispute["balance_transactions"], ledger.shown(store, booked)]
    return store.change(dispute["id"], balance_transactions=moved)


def _details(store: Store) -> Thing:
    return {
        "due_by": store.now() + TO_ANSWER,
        "enhanced_eligibility": {},
        "has_evidence": False,
        "past_due": False,
        "submission_count": 0,
    }


def _method(charge: Thing) -> Thing:
    """``payment_method_details`` of a dispute; Stripe fills it in for cards."""
    card = charge["payment_method_details"].get("card")
    if card is None:
        return {}
    kept = {"brand": card["brand"], "case_type": "chargeback", "network_reason_code": "10.4"}
    return {"payment_method_details": {"type": "card", "card": kept}}
