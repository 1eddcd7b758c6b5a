"""What happened, told: snapshot events, their thin twins, and who is to hear them."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from payments.sandbox.api_version import PINNED

if TYPE_CHECKING:
    from payments.sandbox.store import Store, Thing

# Where an object is found; thin events name it.
PATHS = {
    "checkout.session": "/v1/checkout/sessions",
    "payment_intent": "/v1/payment_intents",
    "charge": "/v1/charges",
    "refund": "/v1/refunds",
    "dispute": "/v1/disputes",
    "coupon": "/v1/coupons",
    "promotion_code": "/v1/promotion_codes",
    "product": "/v1/products",
    "price": "/v1/prices",
    "customer": "/v1/customers",
}


def emit(store: Store, kind: str, thing: Thing, *, before: Thing | None = None) -> Thing:
    """Tell that something happened to an object, and line up a webhook for each who listens.

    ``before`` is the object as it was; an event of a change then carries the former values.
    """
    data: Thing = {"object": thing}
    if before is not None:
        data["previous_attributes"] = _former(before, thing)
    event = store.add(
        "event",
        {
            "api_version": PINNED,
            "data": data,
            "pending_webhooks": 0,
            "request": dict(store.request),
            "type": kind,
        },
    )
    for endpoint in reversed(store.all("endpoint", status="enabled")):
        if hears(endpoint, kind):
            line_up(store, event, endpoint, copies=1 + store.knobs.duplicate)
    return event


def hears(endpoint: Thing, kind: str) -> bool:
    """Whether an endpoint asked for events of this type; thin ones are asked for as ``v1.…``."""
    asked = {name.removeprefix("v1.") for name in endpoint["enabled_events"]}
    return "*" in asked or kind in asked


def line_up(store: Store, event: Thing, endpoint: Thing, *, copies: int = 1) -> list[Thing]:
    """Put an event on its way to an endpoint, as the knobs have it."""
    knobs = store.knobs
    state = "held" if knobs.hold else "waiting"
    if knobs.drop & {"*", event["type"]}:
        state = "dropped"
    lined_up = [
        store.add(
            "delivery",
            {
                "event": event["id"],
                "endpoint": endpoint["id"],
                "state": state,
                "attempts": 0,
                "next_at": store.clock() + knobs.delay,
                "answer": "",
            },
        )
        for _copy in range(copies)
    ]
    already = store.note(event["id"]).get("deliveries", [])
    store.note(event["id"], deliveries=[*already, *(one["id"] for one in lined_up)])
    return lined_up


def snapshot(store: Store, event: Thing) -> Thing:
    """An event as v1 shows and sends it: with the number of endpoints still to be reached."""
    arrived, all_of_them = _reach(store, event["id"])
    return {**event, "pending_webhooks": len(all_of_them - arrived)}


def was_delivered(store: Store, event: Thing) -> bool:
    arrived, all_of_them = _reach(store, event["id"])
    return arrived == all_of_them


def thin(event: Thing) -> Thing:
    """The thin twin of an event: what happened and where to look, and no data."""
    thing = event["data"]["object"]
    told: Thing = {
        "id": thin_id(event),
        "object": "v2.core.event",
        "type": f"v1.{event['type']}",
        "created": iso(event["created"]),
        "livemode": False,
        "related_object": {
            "id": thing["id"],
            "type": thing["object"],
            "url": f"{PATHS[thing['object']]}/{thing['id']}",
        },
        "snapshot_event": event["id"],
    }
    request = event["request"]
    if request["id"]:
        told["reason"] = {
            "type": "request",
            "request": {"id": request["id"], "idempotency_key": request["idempotency_key"] or ""},
        }
    return told


def thin_id(event: Thing) -> str:
    return f"evt_test_{hashlib.sha256(event['id'].encode()).hexdigest()[:24]}"


def iso(seconds: float) -> str:
    """A moment as v2 writes it."""
    return datetime.fromtimestamp(seconds, tz=UTC).isoformat(timespec="milliseconds")[:-6] + "Z"


def _reach(store: Store, event_id: str) -> tuple[set[str], set[str]]:
    """The endpoints an event arrived at, and all it is meant for."""
    mine = [store.get("delivery", one) for one in store.note(event_id).get("deliveries", [])]
    return (
        {one["endpoint"] for one in mine if one["state"] == "arrived"},
        {one["endpoint"] for one in mine},
    )


def _former(before: Thing, after: Thing) -> Thing:
    return {key: before.get(key) for key in after if before.get(key) != after[key]}
