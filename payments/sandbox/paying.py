"""A buyer pays a session: payment intents, charges, and what comes days later."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING

from payments.sandbox import charges, events, goods, promotions
from payments.sandbox.methods import METHODS, Method
from payments.sandbox.refusals import NotInThisState

if TYPE_CHECKING:
    from payments.sandbox.store import Store, Thing

DECLINED = {
    "code": "card_declined",
    "decline_code": "generic_decline",
    "doc_url": "https://stripe.com/docs/error-codes/card-declined",
    "message": "Your card was declined.",
    "type": "card_error",
}
ABANDONED = {
    "code": "payment_intent_authentication_failure",
    "doc_url": "https://stripe.com/docs/error-codes/payment-intent-authentication-failure",
    "message": "The customer did not authorize this payment.",
    "type": "invalid_request_error",
}
BOUNCED = {
    "code": "payment_intent_payment_attempt_failed",
    "doc_url": "https://stripe.com/docs/error-codes/payment-intent-payment-attempt-failed",
    "message": "The customer's account has insufficient funds to cover this payment.",
    "type": "card_error",
}


@dataclass(frozen=True)
class Buyer:
    """What a buyer fills in on the page."""

    email: str = "koper@example.nl"
    name: str = "J. Jansen"
    country: str = "NL"

    def billing(self) -> Thing:
        return {
            "address": {
                **dict.fromkeys(("city", "line1", "line2", "postal_code", "state")),
                "country": self.country,
            },
            "email": self.email,
            "name": self.name,
            "phone": None,
            "tax_id": None,
        }


def pay(store: Store, ident: str, *, way: str, buyer: Buyer) -> Thing:
    """Choose a way on the page and press the button; the session after that.

    A refusal of the bank is no error here: the session stays open, as on Stripe's page.
    """
    session = store.get("checkout.session", ident)
    if session["status"] != "open":
        raise NotInThisState(f"This Checkout Session is {session['status']}.")
    if session["payment_status"] == "no_payment_required":
        return _complete(store, session, buyer, payment_status="no_payment_required")
    method = METHODS[way]
    if method.type not in session["payment_method_types"]:
        raise NotInThisState(f"This Checkout Session does not offer {method.type}.")
    intent = _intent(store, session, method, buyer)
    if method.outcome in {"declined", "abandoned"}:
        _refuse(store, intent, method, buyer)
        return store.get("checkout.session", ident)
    if method.outcome == "later":
        return _pay_later(store, session, intent, method, buyer)
    charge = charges.create(store, intent, method, buyer.billing(), status="succeeded")
    _succeeded(store, intent["id"], charge)
    return _complete(store, session, buyer, payment_status="paid")


def settle(store: Store, ident: str) -> None:
    """The end that a delayed payment was given on the page."""
    if is_waiting(store, ident):
        end = succeed if store.note(ident).get("ending") == "succeeds" else fail
        end(store, ident)


def is_waiting(store: Store, ident: str) -> bool:
    session = store.get("checkout.session", ident)
    intent = session["payment_intent"]
    return bool(intent) and store.get("payment_intent", intent)["status"] == "processing"


def succeed(store: Store, ident: str) -> Thing:
    """Days later the money is there."""
    intent = _waiting(store, ident)
    charge = charges.succeed(store, intent["latest_charge"])
    _succeeded(store, intent["id"], charge)
    session = store.change(ident, payment_status="paid")
    events.emit(store, "checkout.session.async_payment_succeeded", session)
    return session


def fail(store: Store, ident: str) -> Thing:
    """Days later the money does not come."""
    intent = _waiting(store, ident)
    charge = charges.fail(store, intent["latest_charge"], BOUNCED)
    failed = store.change(
        intent["id"],
        status="requires_payment_method",
        payment_method=None,
        processing=None,
        last_payment_error={**BOUNCED, "charge": charge["id"]},
    )
    events.emit(store, "payment_intent.payment_failed", failed)
    session = store.get("checkout.session", ident)
    events.emit(store, "checkout.session.async_payment_failed", session)
    return session


def _waiting(store: Store, ident: str) -> Thing:
    if not is_waiting(store, ident):
        raise NotInThisState("This Checkout Session has no payment that is still processing.")
    return store.get("payment_intent", store.get("checkout.session", ident)["payment_intent"])


def _pay_later(store: Store, session: Thing, intent: Thing, method: Method, buyer: Buyer) -> Thing:
    charge = charges.create(store, intent, method, buyer.billing(), status="pending")
    processing = store.change(
        intent["id"],
        status="processing",
        latest_charge=charge["id"],
        payment_method=charge["payment_method"],
        last_payment_error=None,
    )
    events.emit(store, "payment_intent.processing", processing)
    store.note(session["id"], ending=method.ending)
    if method.ending != "by hand" and store.knobs.settle_after is not None:
        store.plan(store.clock() + store.knobs.settle_after, "settle", session["id"])
    return _complete(store, session, buyer, payment_status="unpaid")


def _refuse(store: Store, intent: Thing, method: Method, buyer: Buyer) -> None:
    error: Thing = ABANDONED
    latest = intent["latest_charge"]
    if method.outcome == "declined":
        charge = charges.create(store, intent, method, buyer.billing(), status="failed")
        latest, error = charge["id"], {**DECLINED, "charge": charge["id"]}
    refused = store.change(
        intent["id"],
        status="requires_payment_method",
        latest_charge=latest,
        last_payment_error=error,
    )
    events.emit(store, "payment_intent.payment_failed", refused)


def _succeeded(store: Store, ident: str, charge: Thing) -> None:
    paid = store.change(
        ident,
        status="succeeded",
        amount_received=charge["amount"],
        latest_charge=charge["id"],
        payment_method=charge["payment_method"],
        last_payment_error=None,
    )
    events.emit(store, "payment_intent.succeeded", paid)


def _complete(store: Store, session: Thing, buyer: Buyer, *, payment_status: str) -> Thing:
    customer = session["customer"]
    if session["customer_creation"] == "always":
        customer = goods.create_customer(store, {"email": buyer.email, "name": buyer.name})["id"]
    billing = buyer.billing()
    promotions.redeem(store, session["discounts"])
    complete = store.change(
        session["id"],
        status="complete",
        payment_status=payment_status,
        url=None,
        customer=customer,
        consent=_consent(session),
        customer_details={
            "address": billing["address"],
            "business_name": None,
            "email": buyer.email,
            "individual_name": None,
            "name": buyer.name,
            "phone": None,
            "tax_exempt": "none",
            "tax_ids": [],
        },
    )
    if customer and complete["payment_intent"]:
        store.change(complete["payment_intent"], customer=customer)
    events.emit(store, "checkout.session.completed", complete)
    return complete


def _consent(session: Thing) -> Thing | None:
    asked = session["consent_collection"]
    if not asked:
        return None
    return {
        "promotions": "opt_out" if asked.get("promotions") == "auto" else None,
        "terms_of_service": "accepted" if asked.get("terms_of_service") == "required" else None,
    }


def _intent(store: Store, session: Thing, method: Method, buyer: Buyer) -> Thing:
    """The session's PaymentIntent; made at the first attempt to pay, as Stripe does."""
    if ident := session["payment_intent"]:
        return store.get("payment_intent", ident)
    wanted = store.note(session["id"])["payment_intent_data"]
    intent = store.add("payment_intent", _intent_fields(session, wanted))
    store.change(intent["id"], client_secret=f"{intent['id']}_secret_{secrets.token_hex(12)}")
    store.older.pop(intent["id"], None)
    store.note(intent["id"], session=session["id"], buyer=buyer.email, way=method.type)
    store.change(session["id"], payment_intent=intent["id"])
    intent = store.get("payment_intent", intent["id"])
    events.emit(store, "payment_intent.created", intent)
    return intent


def _intent_fields(session: Thing, wanted: Thing) -> Thing:
    empty = (
        *("application", "application_fee_amount", "canceled_at", "cancellation_reason"),
        *("customer_account", "last_payment_error", "latest_charge", "next_action"),
        *("on_behalf_of", "payment_method", "processing", "review", "setup_future_usage"),
        *("shipping", "transfer_data", "transfer_group", "payment_method_configuration_details"),
        *("client_secret", "automatic_payment_methods"),
    )
    return {
        **dict.fromkeys(empty),
        "amount": session["amount_total"],
        "amount_capturable": 0,
        "amount_details": {"tip": {}},
        "amount_received": 0,
        "capture_method": "automatic_async",
        "confirmation_method": "automatic",
        "currency": session["currency"],
        "customer": session["customer"],
        "description": wanted.get("description"),
        "excluded_payment_method_types": session["excluded_payment_method_types"] or None,
        "metadata": wanted.get("metadata") or {},
        "payment_method_options": {"card": {"request_three_d_secure": "automatic"}},
        "payment_method_types": session["payment_method_types"],
        "receipt_email": wanted.get("receipt_email"),
        "statement_descriptor": wanted.get("statement_descriptor"),
        "statement_descriptor_suffix": wanted.get("statement_descriptor_suffix"),
        "status": "requires_payment_method",
    }
