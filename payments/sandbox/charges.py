"""Charges: one attempt to move money, and its place in the ledger."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from payments.sandbox import events, ledger, methods

if TYPE_CHECKING:
    from payments.sandbox.methods import Method
    from payments.sandbox.store import Store, Thing

OUTCOMES: dict[str, Thing] = {
    "succeeded": {
        "network_status": "approved_by_network",
        "reason": None,
        "seller_message": "Payment complete.",
        "type": "authorized",
    },
    "pending": {
        "network_status": "approved_by_network",
        "reason": None,
        "seller_message": "Payment complete.",
        "type": "authorized",
    },
    "failed": {
        "network_status": "declined_by_network",
        "reason": "generic_decline",
        "seller_message": "The bank did not return any further details with this decline.",
        "type": "issuer_declined",
    },
}
NAME = "SANDBOX"


def create(store: Store, intent: Thing, method: Method, billing: Thing, *, status: str) -> Thing:
    """Try to take the money of an intent; the charge, whose event has been told."""
    failed = status == "failed"
    country = billing["address"]["country"]
    charge = store.add(
        "charge",
        {
            **_from_intent(intent),
            **_fresh(),
            "amount_captured": 0 if failed else intent["amount"],
            "billing_details": billing,
            "captured": not failed,
            "failure_code": "card_declined" if failed else None,
            "failure_message": "Your card was declined." if failed else None,
            "outcome": _outcome(status),
            "paid": status == "succeeded",
            "payment_method": f"pm_{secrets.token_hex(12)}",
            "payment_method_details": methods.details(method, country=country, declined=failed),
            "status": status,
        },
    )
    store.note(charge["id"], fee=method.fee(intent["amount"]), way=method.type)
    events.emit(store, f"charge.{status}", charge)
    return _book(store, charge) if status == "succeeded" else charge


def succeed(store: Store, ident: str) -> Thing:
    """A pending charge whose money came."""
    charge = store.change(ident, status="succeeded", paid=True, receipt_url=_receipt(store, ident))
    events.emit(store, "charge.succeeded", charge)
    return _book(store, charge)


def fail(store: Store, ident: str, error: Thing) -> Thing:
    """A pending charge whose money did not come."""
    failed = store.change(
        ident,
        status="failed",
        paid=False,
        captured=False,
        amount_captured=0,
        failure_code="insufficient_funds",
        failure_message=error["message"],
        outcome=_outcome("failed"),
    )
    events.emit(store, "charge.failed", failed)
    return failed


def _book(store: Store, charge: Thing) -> Thing:
    """Into the ledger; Stripe does so a moment after the charge, and tells it once more."""
    booked = ledger.book(
        store,
        kind="charge" if store.note(charge["id"])["way"] == "card" else "payment",
        category="charge",
        amount=charge["amount"],
        source=charge,
        fee=store.note(charge["id"])["fee"],
    )
    after = store.change(
        charge["id"],
        balance_transaction=booked["id"],
        receipt_url=_receipt(store, charge["id"]),
    )
    events.emit(store, "charge.updated", after, before=charge)
    return after


def _outcome(status: str) -> Thing:
    return {
        **OUTCOMES[status],
        "advice_code": None,
        "network_advice_code": None,
        "network_decline_code": None,
        "risk_level": "normal",
        "risk_score": 12,
    }


def _receipt(store: Store, ident: str) -> str:
    return f"{store.base}/c/receipt/{ident}"


def _from_intent(intent: Thing) -> Thing:
    copied = (
        *("amount", "currency", "customer", "description", "metadata", "receipt_email"),
        *("statement_descriptor", "statement_descriptor_suffix"),
    )
    suffix = intent["statement_descriptor_suffix"]
    return {
        **{name: intent[name] for name in copied},
        "calculated_statement_descriptor": f"{NAME}* {suffix}" if suffix else NAME,
        "payment_intent": intent["id"],
    }


def _fresh() -> Thing:
    """A charge's fields before anything came of it."""
    empty = (
        *("application", "application_fee", "application_fee_amount", "balance_transaction"),
        *("failure_balance_transaction", "on_behalf_of", "receipt_number", "receipt_url"),
        *("review", "shipping", "source_transfer", "transfer_data", "transfer_group"),
    )
    return {
        **dict.fromkeys(empty),
        "amount_refunded": 0,
        "disputed": False,
        "fraud_details": {},
        "radar_options": {},
        "refunded": False,
    }
