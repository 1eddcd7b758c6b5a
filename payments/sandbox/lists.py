"""The lists of the API, each with the filters it knows."""

from __future__ import annotations

from datetime import datetime
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from payments.sandbox import endpoints, events, reading
from payments.sandbox.refusals import NoSuchThing, Refused

if TYPE_CHECKING:
    from collections.abc import Callable

    from payments.sandbox.store import Store, Thing

# These turn the pages; whatever else a list takes is a filter.
PAGING = {"limit", "starting_after", "ending_before", "expand", "created"}
PATHS = {
    "balance_transaction": "/v1/balance_transactions",
    "payment_method_configuration": "/v1/payment_method_configurations",
    **events.PATHS,
}
MOST_TYPES = 20
# Thin events are kept for 30 days, as Stripe does.
KEPT = 30 * 24 * 60 * 60


def plain(kind: str) -> Callable[[Store, tuple[str, ...], Thing], Thing]:
    """A list whose filters are fields of the objects themselves."""

    def listed(store: Store, _ids: tuple[str, ...], params: Thing) -> Thing:
        wanted = {name: value for name, value in params.items() if name not in PAGING}
        found = [
            reading.shown(store, one)
            for one in store.all(kind)
            if reading.within(one.get("created", 0), params.get("created"))
        ]
        found = [one for one in found if all(one.get(key) == wanted[key] for key in wanted)]
        return reading.page(found, params, url=PATHS[kind])

    return listed


def sessions(store: Store, params: Thing) -> Thing:
    """Sessions by the fields they have, and by the buyer's e-mail address."""
    email = params.pop("customer_details", {}).get("email")
    wanted = {name: value for name, value in params.items() if name not in PAGING}
    found = [
        one
        for one in store.all("checkout.session", **wanted)
        if reading.within(one["created"], params.get("created"))
        and email in {None, (one["customer_details"] or {}).get("email")}
    ]
    return reading.page(found, params, url=PATHS["checkout.session"])


def codes(store: Store, params: Thing) -> Thing:
    """Promotion codes, by their text whatever its case, by coupon, and by being active."""
    code = params.pop("code", None)
    coupon = params.pop("coupon", None)
    found = [
        one
        for one in (reading.shown(store, one) for one in store.all("promotion_code"))
        if (code is None or one["code"].lower() == code.lower())
        and (coupon is None or one["promotion"]["coupon"] == coupon)
        and ("active" not in params or one["active"] == params["active"])
        and reading.within(one["created"], params.get("created"))
    ]
    return reading.page(found, params, url=PATHS["promotion_code"])


def registrations(store: Store, params: Thing) -> Thing:
    status = params.get("status", "all")
    found = [one for one in store.all("tax.registration") if status in {"all", one["status"]}]
    return reading.page(found, params, url="/v1/tax/registrations")


def events_v1(store: Store, params: Thing) -> Thing:
    """Snapshot events of the last 30 days by type (``charge.*`` too), moment and delivery."""
    if "type" in params and "types" in params:
        raise Refused("You may only specify one of these parameters: type, types.")
    types = params.get("types") or [params.get("type", "*")]
    if len(types) > MOST_TYPES:
        raise Refused("You may pass up to 20 types.", param="types")
    found = [
        events.snapshot(store, one)
        for one in _recent(store)
        if any(fnmatchcase(one["type"], pattern) for pattern in types)
        and reading.within(one["created"], params.get("created"))
        and (
            "delivery_success" not in params
            or events.was_delivered(store, one) == params["delivery_success"]
        )
    ]
    return reading.page(found, params, url="/v1/events")


def events_v2(store: Store, params: Thing) -> Thing:
    """Thin events of the last 30 days, by type (``v1.…``), object and moment (ISO 8601)."""
    bounds = {
        name: datetime.fromisoformat(value).timestamp()
        for name, value in (params.get("created") or {}).items()
    }
    types, ident = params.get("types"), params.get("object_id")
    found = [
        events.thin(one)
        for one in _recent(store)
        if (types is None or f"v1.{one['type']}" in types)
        and (ident is None or one["data"]["object"]["id"] == ident)
        and reading.within(one["created"], bounds)
    ]
    return _page_v2(found, params, path="/v2/core/events")


def event_of_thin(store: Store, ident: str) -> Thing:
    """The event whose thin twin has this id; its own id serves as well."""
    for one in _recent(store):
        if ident in {one["id"], events.thin_id(one)}:
            return one
    raise NoSuchThing("event", ident)


def destinations(store: Store, params: Thing) -> Thing:
    include = params.get("include", [])
    found = [endpoints.shown_v2(one, include=include) for one in store.all("endpoint")]
    return _page_v2(found, params, path="/v2/core/event_destinations")


def _recent(store: Store) -> list[Thing]:
    oldest = store.now() - KEPT
    return [one for one in store.all("event") if one["created"] >= oldest]


def _page_v2(found: list[Thing], params: Thing, *, path: str) -> Thing:
    """A page as v2 gives it: the way on is an address, which carries the filters along."""
    start, limit = int(params.get("page", 0)), params.get("limit", reading.USUAL)

    def address(at: int) -> str:
        kept = {"limit": limit, "page": at}
        for name in ("types", "include"):
            kept |= {f"{name}[{place}]": one for place, one in enumerate(params.get(name) or [])}
        kept |= {f"created[{name}]": one for name, one in (params.get("created") or {}).items()}
        if "object_id" in params:
            kept["object_id"] = params["object_id"]
        return f"{path}?{urlencode(kept)}"

    return {
        "data": found[start : start + limit],
        "next_page_url": address(start + limit) if start + limit < len(found) else None,
        "previous_page_url": address(max(0, start - limit)) if start else None,
    }
