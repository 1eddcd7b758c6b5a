"""Checkout Sessions: opened, changed, closed by time or by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from payments.sandbox import events, methods, pricing, promotions
from payments.sandbox.refusals import NotInThisState, NotPlayedHere, Refused

if TYPE_CHECKING:
    from payments.sandbox.store import Store, Thing

SHORTEST = 30 * 60
LONGEST = 24 * 60 * 60
# A request reaches Stripe a moment after its ``expires_at`` was reckoned.
GRACE = 60
# Copied from the request as they are; None where the request leaves them out.
COPIED = (
    *("allow_promotion_codes", "billing_address_collection", "cancel_url", "client_reference_id"),
    *("consent_collection", "customer_email", "locale", "submit_type", "success_url"),
    *("customer_creation", "origin_context", "return_url"),
)


def create(store: Store, params: Thing) -> Thing:
    """Open a session of mode ``payment``; its price is fixed from here on, its page at ``url``."""
    _refuse_contradictions(params)
    customer = params.get("customer")
    if customer is not None:
        store.get("customer", customer, param="customer")
    expires_at = _expiry(store, params)
    discounts = [promotions.resolve(store, one) for one in params.get("discounts") or []]
    line_items = pricing.lines(store, params["line_items"], discounts)
    figures = pricing.totals(line_items)
    pricing.refuse_crumbs(figures["amount_total"], figures["currency"])
    session = store.add("checkout.session", _fields(params, figures, discounts, expires_at))
    session = store.change(session["id"], url=f"{store.base}/c/pay/{session['id']}")
    store.older.pop(session["id"], None)
    store.note(
        session["id"],
        lines=line_items,
        payment_intent_data=params.get("payment_intent_data") or {},
    )
    store.plan(expires_at, "expire", session["id"])
    return session


def update(store: Store, ident: str, params: Thing) -> Thing:
    """Change the metadata of a session."""
    session = store.get("checkout.session", ident)
    if "line_items" in params or "shipping_options" in params:
        raise NotPlayedHere("changing what a session sells")
    return store.change(ident, metadata=merged(session["metadata"], params.get("metadata")))


def expire(store: Store, ident: str) -> Thing:
    """Close an open session for good; whoever is on its page can no longer pay."""
    session = store.get("checkout.session", ident)
    if session["status"] != "open":
        raise NotInThisState(
            'Only Checkout Sessions with a status in ["open"] can be expired. '
            f"This Checkout Session has a status of `{session['status']}`."
        )
    expired = store.change(ident, status="expired", url=None)
    if session["payment_intent"]:
        _cancel(store, session["payment_intent"])
    events.emit(store, "checkout.session.expired", expired)
    return expired


def expire_in_time(store: Store, ident: str) -> None:
    """The end that was planned when the session was opened."""
    if store.get("checkout.session", ident)["status"] == "open":
        expire(store, ident)


def apply_code(store: Store, ident: str, code: str) -> Thing:
    """Type a promotion code on the page; NotInThisState when it does not count here."""
    session = store.get("checkout.session", ident)
    found = promotions.active_code(store, code)
    least = found and found["restrictions"]["minimum_amount"]
    if not session["allow_promotion_codes"] or found is None:
        raise NotInThisState("This code is invalid.", param="code")
    if least and session["amount_subtotal"] < least:
        raise NotInThisState("The order is too small for this code.", param="code")
    discounts = [promotions.resolve(store, {"promotion_code": found["id"]})]
    lines = pricing.share(store, store.note(ident)["lines"], discounts)
    figures = pricing.totals(lines)
    store.note(ident, lines=lines)
    return store.change(ident, discounts=discounts, **figures, **_collecting(figures))


def merged(before: Thing | None, wanted: Thing | str | None) -> Thing:
    """Metadata after an update: given keys replace, an empty value removes, ``""`` removes all."""
    if wanted == "":
        return {}
    both = {**(before or {}), **(wanted if isinstance(wanted, dict) else {})}
    return {key: value for key, value in both.items() if value != ""}


def _refuse_contradictions(params: Thing) -> None:
    if params.get("mode") != "payment":
        raise NotPlayedHere("another mode than `payment`", param="mode")
    if params.get("ui_mode", "hosted_page") != "hosted_page":
        raise NotPlayedHere("another `ui_mode` than `hosted_page`", param="ui_mode")
    if not params.get("line_items"):
        raise Refused(
            "The `line_items` parameter is required in payment mode.",
            code="parameter_missing",
            param="line_items",
        )
    if not params.get("success_url"):
        raise Refused("Missing required param: success_url.", code="parameter_missing")
    for one, other in (
        ("allow_promotion_codes", "discounts"),
        ("customer", "customer_email"),
        ("customer", "customer_creation"),
        ("allowed_payment_method_types", "excluded_payment_method_types"),
    ):
        if params.get(one) and params.get(other):
            raise Refused(f"You may only specify one of these parameters: {one}, {other}.")


def _expiry(store: Store, params: Thing) -> int:
    expires_at: int = params.get("expires_at", store.now() + LONGEST)
    ahead = expires_at - store.now()
    if not SHORTEST - GRACE <= ahead <= LONGEST + GRACE:
        which = "at least 30 minutes" if ahead < SHORTEST else "less than 24 hours"
        raise Refused(
            f"The `expires_at` timestamp must be {which} from Checkout Session creation.",
            param="expires_at",
        )
    return expires_at


def _collecting(figures: Thing) -> Thing:
    """What the amount decides: whether anything has to be paid at all."""
    free = figures["amount_total"] == 0
    return {"payment_status": "no_payment_required" if free else "unpaid"}


def _fields(params: Thing, figures: Thing, discounts: list[Thing], expires_at: int) -> Thing:
    offered = methods.offered(
        allowed=params.get("allowed_payment_method_types"),
        excluded=params.get("excluded_payment_method_types") or [],
    )
    if not offered:
        raise Refused("No valid payment method types for this Checkout Session.")
    tax = params.get("automatic_tax") or {}
    if tax.get("enabled"):
        raise NotPlayedHere("Stripe Tax", param="automatic_tax")
    copied = {name: params.get(name) for name in COPIED}
    del copied["return_url"]
    return {
        **_defaults(),
        **copied,
        **figures,
        **_collecting(figures),
        "adaptive_pricing": params.get("adaptive_pricing") or {"enabled": True},
        "allowed_payment_method_types": params.get("allowed_payment_method_types"),
        "customer": params.get("customer"),
        "customer_creation": _creation(params),
        "customer_details": _known(params),
        "discounts": discounts,
        "excluded_payment_method_types": params.get("excluded_payment_method_types") or [],
        "expires_at": expires_at,
        "metadata": merged({}, params.get("metadata")),
        "payment_method_types": offered,
    }


def _creation(params: Thing) -> str | None:
    return None if params.get("customer") else params.get("customer_creation", "if_required")


def _known(params: Thing) -> Thing | None:
    """What is known of the buyer before the page was seen."""
    if not params.get("customer_email"):
        return None
    return {
        **dict.fromkeys(("address", "business_name", "individual_name", "name", "phone")),
        "email": params["customer_email"],
        "tax_exempt": "none",
        "tax_ids": None,
    }


def _defaults() -> Thing:
    """A session's fields that no request here sets."""
    empty = (
        *("after_expiration", "client_secret", "collected_information", "consent"),
        *("currency_conversion", "customer_account", "integration_identifier", "invoice"),
        *("payment_intent", "payment_link", "permissions", "recovered_from", "setup_intent"),
        *("shipping_address_collection", "shipping_cost", "subscription", "wallet_options"),
        *("optional_items", "saved_payment_method_options"),
    )
    return {
        **dict.fromkeys(empty),
        "automatic_tax": {"enabled": False, "liability": None, "provider": None, "status": None},
        "custom_fields": [],
        "custom_text": dict.fromkeys(
            ("after_submit", "shipping_address", "submit", "terms_of_service_acceptance")
        ),
        "invoice_creation": None,
        "managed_payments": {"enabled": False},
        "mode": "payment",
        "payment_method_collection": "if_required",
        "payment_method_configuration_details": None,
        "payment_method_options": {"card": {"request_three_d_secure": "automatic"}},
        "phone_number_collection": {"enabled": False},
        "shipping_options": [],
        "status": "open",
        "ui_mode": "hosted_page",
        "url": None,
    }


def _cancel(store: Store, intent: str) -> None:
    """A session that ends takes its unfinished PaymentIntent along."""
    before = store.get("payment_intent", intent)
    canceled = store.change(
        intent,
        status="canceled",
        canceled_at=store.now(),
        cancellation_reason="automatic",
    )
    events.emit(store, "payment_intent.canceled", canceled, before=before)
