"""Refunds: asked for, under way, arrived or come back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from payments.sandbox import events, ledger, sessions
from payments.sandbox.methods import REFUNDS_AT_ONCE
from payments.sandbox.refusals import NoSuchReference, NotInThisState, Refused

if TYPE_CHECKING:
    from payments.sandbox.store import Store, Thing

# While the bank has the money it cannot be given back once more. A dispute that was won brought it
# back, and an inquiry never took it: both leave the payment refundable.
CHARGED_BACK = {"needs_response", "under_review", "lost"}


def create(store: Store, params: Thing) -> Thing:
    """Refund a charge, wholly or in part (cents); at once for cards, after a while for banks."""
    charge = _charge(store, params)
    amount = params.get("amount", charge["amount"] - charge["amount_refunded"])
    _refuse_impossible(store, charge, amount)
    at_once = store.note(charge["id"])["way"] in REFUNDS_AT_ONCE
    refund = store.add(
        "refund",
        {
            "amount": amount,
            "balance_transaction": None,
            "charge": charge["id"],
            "currency": charge["currency"],
            "destination_details": _destination(at_once=at_once),
            "metadata": params.get("metadata") or {},
            "payment_intent": charge["payment_intent"],
            "reason": params.get("reason"),
            "receipt_number": None,
            "source_transfer_reversal": None,
            "status": "pending",
            "transfer_reversal": None,
        },
    )
    booked = ledger.book(
        store,
        kind="refund" if at_once else "payment_refund",
        category="refund",
        amount=-amount,
        source=refund,
        at_once=True,
    )
    status = "succeeded" if at_once and not store.knobs.refunds_fail else "pending"
    refund = store.change(refund["id"], balance_transaction=booked["id"], status=status)
    store.older.pop(refund["id"], None)
    events.emit(store, "refund.created", refund)
    _count(store, charge["id"])
    if status == "pending" and store.knobs.refund_after is not None:
        store.plan(store.clock() + store.knobs.refund_after, "refund", refund["id"])
    return refund


def update(store: Store, ident: str, params: Thing) -> Thing:
    """Change a refund's metadata."""
    before = store.get("refund", ident)
    after = store.change(
        ident, metadata=sessions.merged(before["metadata"], params.get("metadata"))
    )
    _tell(store, before, after)
    return after


def cancel(store: Store, ident: str) -> Thing:
    """Take back a refund; Stripe allows it only while the buyer still has to act on it."""
    refund = store.get("refund", ident)
    if refund["status"] != "requires_action":
        raise NotInThisState(
            f"Refund {ident} cannot be canceled because it has a status of {refund['status']}."
        )
    return _come_back(store, refund, status="canceled")


def end(store: Store, ident: str) -> None:
    """The end that time brings to a pending refund."""
    if store.get("refund", ident)["status"] == "pending":
        if store.knobs.refunds_fail:
            fail(store, ident)
        else:
            succeed(store, ident)


def succeed(store: Store, ident: str) -> Thing:
    """The money arrived."""
    before = store.get("refund", ident)
    if before["status"] != "pending":
        raise NotInThisState(f"This refund is {before['status']}.")
    after = store.change(ident, status="succeeded")
    _tell(store, before, after)
    return after


def fail(store: Store, ident: str, *, reason: str = "lost_or_stolen_card") -> Thing:
    """The money came back, also from a refund that had succeeded; the charge is open again."""
    before = store.get("refund", ident)
    if before["status"] in {"failed", "canceled"}:
        raise NotInThisState(f"This refund is {before['status']}.")
    return _come_back(store, before, status="failed", failure_reason=reason)


def of_charge(store: Store, charge: str) -> list[Thing]:
    return store.all("refund", charge=charge)


def _come_back(store: Store, before: Thing, *, status: str, **more: str) -> Thing:
    booked = ledger.book(
        store,
        kind="refund_failure" if status == "failed" else "payment_failure_refund",
        category="refund_failure",
        amount=before["amount"],
        source=before,
        at_once=True,
    )
    after = store.change(
        before["id"], status=status, failure_balance_transaction=booked["id"], **more
    )
    _count(store, before["charge"], quietly=True)
    _tell(store, before, after)
    if status == "failed":
        events.emit(store, "refund.failed", after)
    return after


def _tell(store: Store, before: Thing, after: Thing) -> None:
    """A change of a refund is told under its new and its old name."""
    events.emit(store, "refund.updated", after, before=before)
    events.emit(store, "charge.refund.updated", after, before=before)


def _count(store: Store, charge: str, *, quietly: bool = False) -> None:
    """Keep ``amount_refunded`` at the sum of what is or will be paid back."""
    before = store.get("charge", charge)
    amount = sum(
        one["amount"]
        for one in of_charge(store, charge)
        if one["status"] not in {"failed", "canceled"}
    )
    after = store.change(
        charge, amount_refunded=amount, refunded=amount == before["amount_captured"]
    )
    if not quietly:
        events.emit(store, "charge.refunded", after, before=before)


def _charge(store: Store, params: Thing) -> Thing:
    """The charge a request means, by its own id or by its intent's."""
    if ("charge" in params) == ("payment_intent" in params):
        raise Refused(
            "One of the following params should be provided for this request: "
            "payment_intent or charge.",
            code="parameter_missing",
        )
    ident = params.get("charge")
    if ident is None:
        intent = _referred(store, "payment_intent", params["payment_intent"])
        if intent["status"] != "succeeded":
            raise NotInThisState(
                f"This PaymentIntent ({intent['id']}) does not have a successful charge to refund.",
                code="payment_intent_unexpected_state",
                param="payment_intent",
            )
        ident = intent["latest_charge"]
    return _referred(store, "charge", ident)


def _referred(store: Store, kind: str, ident: str) -> Thing:
    found = store.find(ident)
    if found is None or found["object"] != kind:
        raise NoSuchReference(kind, ident, param=kind)
    return found


def _refuse_impossible(store: Store, charge: Thing, amount: int) -> None:
    ident = charge["id"]
    if charge["status"] != "succeeded":
        raise NotInThisState(
            f"Charge {ident} cannot be refunded: it is {charge['status']}.",
            code="charge_not_refundable",
        )
    if any(one["status"] in CHARGED_BACK for one in store.all("dispute", charge=ident)):
        raise NotInThisState(
            f"Charge {ident} has been charged back; cannot issue a refund.", code="charge_disputed"
        )
    left = charge["amount"] - charge["amount_refunded"]
    if left == 0:
        raise NotInThisState(
            f"Charge {ident} has already been refunded.", code="charge_already_refunded"
        )
    if amount <= 0:
        raise Refused("Invalid positive integer", code="parameter_invalid_integer", param="amount")
    if amount > left:
        raise Refused(
            f"Refund amount (€{amount / 100:.2f}) is greater than unrefunded amount "
            f"on charge (€{left / 100:.2f})",
            param="amount",
        )


def _destination(*, at_once: bool) -> Thing:
    if not at_once:
        return {
            "type": "eu_bank_transfer",
            "eu_bank_transfer": {"reference": None, "reference_status": None},
        }
    return {
        "type": "card",
        "card": {
            "reference_status": "pending",
            "reference_type": "acquirer_reference_number",
            "type": "refund",
        },
    }
