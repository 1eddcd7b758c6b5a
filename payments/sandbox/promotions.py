"""Coupons and the codes people type to get them."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from payments.sandbox import events
from payments.sandbox.refusals import NotInThisState, Refused

if TYPE_CHECKING:
    from payments.sandbox.store import Store, Thing

ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
WHOLE = 100


def create_coupon(store: Store, params: Thing) -> Thing:
    """A coupon of a percentage or of an amount in cents."""
    percent, amount = params.get("percent_off"), params.get("amount_off")
    if (percent is None) == (amount is None):
        raise Refused("You must pass either percent_off or amount_off.", param="percent_off")
    if percent is not None and not 0 < percent <= WHOLE:
        raise Refused("Invalid percent_off: must be above 0 and at most 100.", param="percent_off")
    if amount is not None and "currency" not in params:
        raise Refused("You must pass currency when passing amount_off.", param="currency")
    fields = {
        "amount_off": amount,
        "currency": params.get("currency"),
        "duration": params.get("duration", "once"),
        "duration_in_months": params.get("duration_in_months"),
        "max_redemptions": params.get("max_redemptions"),
        "metadata": params.get("metadata") or {},
        "name": params.get("name"),
        "percent_off": percent,
        "redeem_by": params.get("redeem_by"),
        "times_redeemed": 0,
        "valid": True,
    }
    ident = params.get("id") or secrets.token_hex(4)
    if store.find(ident):
        raise Refused("Coupon already exists.", code="resource_already_exists", param="id")
    coupon = store.add("coupon", fields, ident=ident)
    events.emit(store, "coupon.created", coupon)
    return coupon


def create_code(store: Store, params: Thing) -> Thing:
    """A code for a coupon; made up unless one is given, unique among the active ones."""
    coupon = store.get("coupon", params["promotion"].get("coupon", ""), param="promotion[coupon]")
    code = params.get("code") or "".join(secrets.choice(ALPHABET) for _ in range(8))
    if active_code(store, code) is not None:
        raise Refused(
            "An active promotion code with `code: " + code + "` already exists.", param="code"
        )
    wanted = params.get("restrictions") or {}
    promotion_code = store.add(
        "promotion_code",
        {
            "active": params.get("active", True),
            "code": code,
            "customer": params.get("customer"),
            "customer_account": None,
            "expires_at": params.get("expires_at"),
            "max_redemptions": params.get("max_redemptions"),
            "metadata": params.get("metadata") or {},
            "promotion": {"coupon": coupon["id"], "type": "coupon"},
            "restrictions": {
                "first_time_transaction": wanted.get("first_time_transaction", False),
                "minimum_amount": wanted.get("minimum_amount"),
                "minimum_amount_currency": wanted.get("minimum_amount_currency"),
            },
            "times_redeemed": 0,
        },
    )
    events.emit(store, "promotion_code.created", promotion_code)
    return promotion_code


def update_code(store: Store, ident: str, params: Thing) -> Thing:
    """Switch a code on or off, or change its metadata."""
    before = store.get("promotion_code", ident)
    wanted = {key: params[key] for key in ("active", "metadata") if key in params}
    after = store.change(ident, **wanted)
    events.emit(store, "promotion_code.updated", after, before=before)
    return after


def active_code(store: Store, code: str) -> Thing | None:
    """The active promotion code that reads so, whatever its case."""
    for one in store.all("promotion_code"):
        if one["code"].lower() == code.strip().lower() and is_active(store, one):
            return one
    return None


def is_active(store: Store, code: Thing) -> bool:
    """Whether a code may still be used: switched on, in time, and not used up."""
    in_time = code["expires_at"] is None or store.now() < code["expires_at"]
    most = code["max_redemptions"]
    left = most is None or code["times_redeemed"] < most
    return bool(code["active"]) and in_time and left and is_valid(store, coupon_of(store, code))


def is_valid(store: Store, coupon: Thing) -> bool:
    in_time = coupon["redeem_by"] is None or store.now() < coupon["redeem_by"]
    most = coupon["max_redemptions"]
    return in_time and (most is None or coupon["times_redeemed"] < most)


def coupon_of(store: Store, code: Thing) -> Thing:
    return store.get("coupon", code["promotion"]["coupon"])


def resolve(store: Store, discount: Thing) -> Thing:
    """A discount as a request names it, as Stripe keeps it: the coupon and the code's id."""
    if ident := discount.get("promotion_code"):
        code = store.get("promotion_code", ident, param="discounts[0][promotion_code]")
        if not is_active(store, code):
            raise NotInThisState("This promotion code is expired or inactive.", param="discounts")
        return {"coupon": coupon_of(store, code)["id"], "promotion_code": ident}
    coupon = store.get("coupon", discount.get("coupon", ""), param="discounts[0][coupon]")
    if not is_valid(store, coupon):
        raise NotInThisState("This coupon is expired or used up.", param="discounts")
    return {"coupon": coupon["id"], "promotion_code": None}


def off(store: Store, discount: Thing, *, subtotal: int) -> int:
    """What a discount takes off this many cents, never more than all of them."""
    coupon = store.get("coupon", discount["coupon"])
    if coupon["percent_off"] is not None:
        return min(subtotal, int(subtotal * coupon["percent_off"] / WHOLE + 0.5))
    return min(subtotal, int(coupon["amount_off"]))


def redeem(store: Store, discounts: list[Thing]) -> None:
    """Count that these were used, once the session they stand in is complete."""
    for one in discounts:
        for kind, ident in (("coupon", one["coupon"]), ("promotion_code", one["promotion_code"])):
            if ident is not None:
                used = store.get(kind, ident)["times_redeemed"] + 1
                store.change(ident, times_redeemed=used)
