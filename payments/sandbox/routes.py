"""Which address does what, and by which of the SDK's types its parameters are held.

The types are named as the SDK names its files, so that a type that vanishes with a new SDK is found
at the start and not in the middle of a sale.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, cast

from payments.sandbox import (
    account,
    disputes,
    endpoints,
    events,
    goods,
    ledger,
    lists,
    promotions,
    reading,
    refunds,
    sessions,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from payments.sandbox.store import Store, Thing

    # What serves an address: the store, the ids in the path, the checked parameters.
    Handler = Callable[[Store, tuple[str, ...], Thing], Thing]


@dataclass(frozen=True)
class Route:
    """One method on one address, such as ``GET /v1/refunds/{}``."""

    method: str
    path: str
    params: type | None
    handler: Handler

    @property
    def pattern(self) -> re.Pattern[str]:
        return re.compile(self.path.replace("{}", "([^/]+)"))


def _params(name: str) -> type | None:
    """``checkout.session_create`` for SessionCreateParams of the SDK's checkout folder."""
    if not name:
        return None
    folder, _, file = name.rpartition(".")
    module = import_module(f"stripe.params{'.' if folder else ''}{folder}._{file}_params")
    words = "".join(word.capitalize() for word in file.split("_"))
    return cast("type", getattr(module, f"{words}Params"))


def _get(kind: str) -> Handler:
    return lambda store, ids, _params: store.get(kind, ids[0])


def _sessions() -> list[tuple[str, str, str, Handler]]:
    at = "/v1/checkout/sessions"
    kind = "checkout.session"
    return [
        ("POST", at, f"{kind}_create", lambda s, _i, p: sessions.create(s, p)),
        ("GET", at, f"{kind}_list", lambda s, _i, p: lists.sessions(s, p)),
        ("GET", f"{at}/{{}}", f"{kind}_retrieve", _get(kind)),
        ("POST", f"{at}/{{}}", f"{kind}_update", lambda s, i, p: sessions.update(s, i[0], p)),
        ("POST", f"{at}/{{}}/expire", f"{kind}_expire", lambda s, i, _p: sessions.expire(s, i[0])),
        ("GET", f"{at}/{{}}/line_items", f"{kind}_list_line_items", _line_items),
    ]


def _line_items(store: Store, ids: tuple[str, ...], params: Thing) -> Thing:
    return reading.session_lines(store, store.get("checkout.session", ids[0])["id"], params)


def _payments() -> list[tuple[str, str, str, Handler]]:
    return [
        ("GET", "/v1/payment_intents", "payment_intent_list", lists.plain("payment_intent")),
        ("GET", "/v1/payment_intents/{}", "payment_intent_retrieve", _get("payment_intent")),
        ("GET", "/v1/charges", "charge_list", lists.plain("charge")),
        ("GET", "/v1/charges/{}", "charge_retrieve", _get("charge")),
        ("GET", "/v1/refunds", "refund_list", lists.plain("refund")),
        ("POST", "/v1/refunds", "refund_create", lambda s, _i, p: refunds.create(s, p)),
        ("GET", "/v1/refunds/{}", "refund_retrieve", _get("refund")),
        ("POST", "/v1/refunds/{}", "refund_update", lambda s, i, p: refunds.update(s, i[0], p)),
        ("POST", "/v1/refunds/{}/cancel", "refund_cancel",
         lambda s, i, _p: refunds.cancel(s, i[0])),
        ("GET", "/v1/disputes", "dispute_list", lists.plain("dispute")),
        ("GET", "/v1/disputes/{}", "dispute_retrieve", _get("dispute")),
        ("POST", "/v1/disputes/{}", "dispute_update", lambda s, i, p: disputes.update(s, i[0], p)),
        ("POST", "/v1/disputes/{}/close", "dispute_close",
         lambda s, i, _p: disputes.accept(s, i[0])),
        ("GET", "/v1/balance", "balance_retrieve", lambda s, _i, _p: ledger.balance(s)),
        ("GET", "/v1/balance_transactions", "balance_transaction_list",
         lists.plain("balance_transaction")),
        ("GET", "/v1/balance_transactions/{}", "balance_transaction_retrieve",
         _get("balance_transaction")),
    ]  # fmt: skip


def _events() -> list[tuple[str, str, str, Handler]]:
    return [
        ("GET", "/v1/events", "event_list", lambda s, _i, p: lists.events_v1(s, p)),
        ("GET", "/v1/events/{}", "event_retrieve", _get("event")),
        ("GET", "/v2/core/events", "v2.core.event_list", lambda s, _i, p: lists.events_v2(s, p)),
        ("GET", "/v2/core/events/{}", "v2.core.event_retrieve",
         lambda s, i, _p: events.thin(lists.event_of_thin(s, i[0]))),
        ("GET", "/v1/webhook_endpoints", "webhook_endpoint_list",
         lambda s, _i, p: reading.page(endpoints.list_v1(s), p, url="/v1/webhook_endpoints")),
        ("POST", "/v1/webhook_endpoints", "webhook_endpoint_create",
         lambda s, _i, p: endpoints.create_v1(s, p)),
        ("GET", "/v1/webhook_endpoints/{}", "webhook_endpoint_retrieve",
         lambda s, i, _p: endpoints.shown_v1(endpoints.get_v1(s, i[0]))),
        ("POST", "/v1/webhook_endpoints/{}", "webhook_endpoint_update",
         lambda s, i, p: endpoints.update_v1(s, i[0], p)),
        ("DELETE", "/v1/webhook_endpoints/{}", "webhook_endpoint_delete",
         lambda s, i, _p: endpoints.delete_v1(s, i[0])),
    ]  # fmt: skip


def _destinations() -> list[tuple[str, str, str, Handler]]:
    at, kind = "/v2/core/event_destinations", "v2.core.event_destination"
    one = f"{at}/{{}}"
    return [
        ("GET", at, f"{kind}_list", lambda s, _i, p: lists.destinations(s, p)),
        ("POST", at, f"{kind}_create", lambda s, _i, p: endpoints.create_v2(s, p)),
        ("GET", one, f"{kind}_retrieve",
         lambda s, i, p: endpoints.shown_v2(s.get("endpoint", i[0]), include=p.get("include", []))),
        ("POST", one, f"{kind}_update", lambda s, i, p: endpoints.update_v2(s, i[0], p)),
        ("DELETE", one, f"{kind}_delete", lambda s, i, _p: endpoints.delete_v2(s, i[0])),
        ("POST", f"{one}/disable", f"{kind}_disable",
         lambda s, i, _p: endpoints.switch_v2(s, i[0], status="disabled")),
        ("POST", f"{one}/enable", f"{kind}_enable",
         lambda s, i, _p: endpoints.switch_v2(s, i[0], status="enabled")),
    ]  # fmt: skip


def _goods() -> list[tuple[str, str, str, Handler]]:
    return [
        ("POST", "/v1/coupons", "coupon_create", lambda s, _i, p: promotions.create_coupon(s, p)),
        ("GET", "/v1/coupons", "coupon_list", lists.plain("coupon")),
        ("GET", "/v1/coupons/{}", "coupon_retrieve", _get("coupon")),
        ("POST", "/v1/promotion_codes", "promotion_code_create",
         lambda s, _i, p: promotions.create_code(s, p)),
        ("GET", "/v1/promotion_codes", "promotion_code_list", lambda s, _i, p: lists.codes(s, p)),
        ("GET", "/v1/promotion_codes/{}", "promotion_code_retrieve", _get("promotion_code")),
        ("POST", "/v1/promotion_codes/{}", "promotion_code_update",
         lambda s, i, p: promotions.update_code(s, i[0], p)),
        ("POST", "/v1/products", "product_create", lambda s, _i, p: goods.create_product(s, p)),
        ("GET", "/v1/products", "product_list", lists.plain("product")),
        ("GET", "/v1/products/{}", "product_retrieve", _get("product")),
        ("POST", "/v1/prices", "price_create", lambda s, _i, p: goods.create_price(s, p)),
        ("GET", "/v1/prices", "price_list", lists.plain("price")),
        ("GET", "/v1/prices/{}", "price_retrieve", _get("price")),
        ("POST", "/v1/customers", "customer_create",
         lambda s, _i, p: goods.create_customer(s, p)),
        ("GET", "/v1/customers", "customer_list", lists.plain("customer")),
        ("GET", "/v1/customers/{}", "customer_retrieve", _get("customer")),
    ]  # fmt: skip


def _account() -> list[tuple[str, str, str, Handler]]:
    configurations, kind = "/v1/payment_method_configurations", "payment_method_configuration"
    return [
        ("GET", "/v1/account", "account_retrieve_current", lambda s, _i, _p: account.mine(s)),
        ("GET", "/v1/accounts/{}", "account_retrieve", lambda s, i, _p: account.named(s, i[0])),
        ("GET", configurations, f"{kind}_list", lists.plain(kind)),
        ("GET", f"{configurations}/{{}}", f"{kind}_retrieve", _get(kind)),
        ("POST", "/v1/tax/registrations", "tax.registration_create",
         lambda s, _i, p: account.register_for_tax(s, p)),
        ("GET", "/v1/tax/registrations", "tax.registration_list",
         lambda s, _i, p: lists.registrations(s, p)),
        ("GET", "/v1/tax/registrations/{}", "tax.registration_retrieve", _get("tax.registration")),
    ]  # fmt: skip


ROUTES = [
    Route(method, path, _params(name), handler)
    for method, path, name, handler in (
        *_sessions(),
        *_payments(),
        *_events(),
        *_destinations(),
        *_goods(),
        *_account(),
    )
]
_BY_METHOD = {
    method: [(route.pattern, route) for route in ROUTES if route.method == method]
    for method in {route.method for route in ROUTES}
}


def find(method: str, path: str) -> tuple[Route, tuple[str, ...]] | None:
    """The route of an address and the ids in it; None when Stripe has no such address."""
    for pattern, route in _BY_METHOD.get(method, []):
        if match := pattern.fullmatch(path):
            return route, match.groups()
    return None
