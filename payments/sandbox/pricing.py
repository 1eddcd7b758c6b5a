"""From line items to an amount: what a session costs, in cents."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from payments.sandbox import goods, promotions
from payments.sandbox.refusals import Refused

if TYPE_CHECKING:
    from payments.sandbox.store import Store, Thing

# Below this Stripe moves no money, in cents of a euro.
LEAST = 50


def lines(store: Store, wanted: list[Thing], discounts: list[Thing]) -> list[Thing]:
    """Line items as Stripe shows them, each with its share of the discount."""
    drafts = [_line(store, one, at=f"line_items[{place}]") for place, one in enumerate(wanted)]
    currencies = {one["currency"] for one in drafts}
    if len(currencies) != 1:
        raise Refused("All prices on a Checkout Session must be in one currency.")
    return share(store, drafts, discounts)


def share(store: Store, drafts: list[Thing], discounts: list[Thing]) -> list[Thing]:
    """The lines with the discount spread over them by size; the last one takes the odd cents."""
    subtotal = sum(one["amount_subtotal"] for one in drafts)
    left = sum(promotions.off(store, one, subtotal=subtotal) for one in discounts)
    whole, left_lines = left, len(drafts)
    shared = []
    for draft in drafts:
        left_lines -= 1
        mine = left if not left_lines else whole * draft["amount_subtotal"] // max(subtotal, 1)
        left -= mine
        after = draft["amount_subtotal"] - mine
        shared.append({**draft, "amount_discount": mine, "amount_total": after})
    return shared


def totals(line_items: list[Thing]) -> Thing:
    """The session's own figures."""
    return {
        "amount_subtotal": sum(one["amount_subtotal"] for one in line_items),
        "amount_total": sum(one["amount_total"] for one in line_items),
        "currency": line_items[0]["currency"],
        "total_details": {
            "amount_discount": sum(one["amount_discount"] for one in line_items),
            "amount_shipping": 0,
            "amount_tax": 0,
        },
    }


def refuse_crumbs(amount: int, currency: str) -> None:
    """Nothing at all is fine, a few cents are not."""
    if 0 < amount < LEAST:
        raise Refused(
            "The Checkout Session's total amount must convert to at least 50 cents. "
            f"{amount / 100:.2f} {currency} converts to less.",
            code="amount_too_small",
        )


def _line(store: Store, wanted: Thing, *, at: str) -> Thing:
    if wanted.get("tax_rates"):
        raise Refused(f"No such tax rate: '{wanted['tax_rates'][0]}'", code="resource_missing")
    price = _price(store, wanted, at=at)
    quantity = wanted.get("quantity", 1)
    amount = price["unit_amount"] * quantity
    product = store.get("product", price["product"])
    return {
        "id": f"li_{secrets.token_hex(12)}",
        "object": "item",
        "adjustable_quantity": None,
        "amount_discount": 0,
        "amount_subtotal": amount,
        "amount_tax": 0,
        "amount_total": amount,
        "currency": price["currency"],
        "description": product["name"],
        "metadata": wanted.get("metadata") or {},
        "price": price,
        "quantity": quantity,
    }


def _price(store: Store, wanted: Thing, *, at: str) -> Thing:
    """The price a line names, or a one-off made from its ``price_data``."""
    if ident := wanted.get("price"):
        return store.get("price", ident, param=f"{at}[price]")
    data = wanted.get("price_data")
    if data is None:
        raise Refused(
            f"You must specify either `price` or `price_data` when using `{at}`.",
            code="parameter_missing",
            param=at,
        )
    if "recurring" in data:
        raise Refused("A recurring price needs `subscription` mode.", param=f"{at}[price_data]")
    return goods.one_off_price(store, data, at=f"{at}[price_data]")
