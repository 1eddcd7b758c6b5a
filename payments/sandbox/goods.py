"""Products and prices, as far as a sale with ``price_data`` needs them, and customers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from payments.sandbox import events
from payments.sandbox.refusals import Refused

if TYPE_CHECKING:
    from payments.sandbox.store import Store, Thing


def create_product(store: Store, params: Thing, *, active: bool = True) -> Thing:
    ident = params.get("id")
    if ident and store.find(ident):
        raise Refused("Product already exists.", code="resource_already_exists", param="id")
    fields = {
        "active": params.get("active", active),
        "default_price": None,
        "description": params.get("description"),
        "images": params.get("images") or [],
        "marketing_features": params.get("marketing_features") or [],
        "metadata": params.get("metadata") or {},
        "name": params["name"],
        "package_dimensions": None,
        "shippable": None,
        "statement_descriptor": params.get("statement_descriptor"),
        "tax_code": params.get("tax_code"),
        "unit_label": None,
        "updated": store.now(),
        "url": params.get("url"),
    }
    return store.add("product", fields, ident=ident)


def create_price(store: Store, params: Thing) -> Thing:
    """A price that stays, of an existing product or of one made with it."""
    if "recurring" in params:
        raise Refused("The local Stripe does not play recurring prices.", param="recurring")
    return _price(store, params, at="", active=True)


def one_off_price(store: Store, data: Thing, *, at: str) -> Thing:
    """The inactive price that Stripe makes from ``price_data``, and its product if it is new."""
    return _price(store, data, at=at, active=False)


def create_customer(store: Store, params: Thing) -> Thing:
    customer = store.add(
        "customer",
        {
            "address": params.get("address") or None,
            "balance": 0,
            "currency": None,
            "default_source": None,
            "delinquent": False,
            "description": params.get("description"),
            "discount": None,
            "email": params.get("email"),
            "invoice_prefix": "SANDBOX",
            "invoice_settings": {
                "custom_fields": None,
                "default_payment_method": None,
                "footer": None,
                "rendering_options": None,
            },
            "metadata": params.get("metadata") or {},
            "name": params.get("name"),
            "phone": params.get("phone"),
            "preferred_locales": params.get("preferred_locales") or [],
            "shipping": None,
            "tax_exempt": params.get("tax_exempt", "none"),
            "test_clock": None,
        },
    )
    events.emit(store, "customer.created", customer)
    return customer


def _price(store: Store, params: Thing, *, at: str, active: bool) -> Thing:
    amount = params.get("unit_amount")
    if amount is None and "unit_amount_decimal" in params:
        amount = int(params["unit_amount_decimal"])
    if amount is None or amount < 0:
        where = f"{at}[unit_amount]" if at else "unit_amount"
        told = "This value must be greater than or equal to 0."
        raise Refused(told, code="parameter_invalid_integer", param=where)
    return store.add(
        "price",
        {
            "active": active,
            "billing_scheme": "per_unit",
            "currency": params["currency"].lower(),
            "custom_unit_amount": None,
            "lookup_key": params.get("lookup_key"),
            "metadata": params.get("metadata") or {},
            "nickname": params.get("nickname"),
            "product": _product(store, params, at=at, active=active)["id"],
            "recurring": None,
            "tax_behavior": params.get("tax_behavior", "unspecified"),
            "tiers_mode": None,
            "transform_quantity": None,
            "type": "one_time",
            "unit_amount": amount,
            "unit_amount_decimal": str(amount),
        },
    )


def _product(store: Store, params: Thing, *, at: str, active: bool) -> Thing:
    if "product" in params:
        return store.get("product", params["product"], param=f"{at}[product]" if at else "product")
    if "product_data" not in params:
        raise Refused(
            "You must specify either `product` or `product_data`.",
            code="parameter_missing",
            param=at or "product",
        )
    return create_product(store, params["product_data"], active=active)
