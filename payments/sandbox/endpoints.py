"""Who listens: webhook endpoints, and the same ones seen through v2 as event destinations."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from payments.sandbox import events
from payments.sandbox.api_version import PINNED
from payments.sandbox.refusals import NoSuchThing, NotPlayedHere, Refused

if TYPE_CHECKING:
    from payments.sandbox.store import Store, Thing


def register(
    store: Store,
    *,
    url: str,
    payload: str,
    enabled_events: list[str],
    secret: str | None = None,
    **more: object,
) -> Thing:
    """One more endpoint that hears of events from now on."""
    if not enabled_events:
        raise Refused("Missing required param: enabled_events.", code="parameter_missing")
    fields: Thing = {
        "api_version": None,
        "description": None,
        "metadata": {},
        "name": url,
        **more,
        "enabled_events": enabled_events,
        "payload": payload,
        "secret": secret or f"whsec_{secrets.token_hex(16)}",
        "status": "enabled",
        "updated": store.now(),
        "url": url,
    }
    return store.add("endpoint", fields)


# v1: snapshot endpoints only.


def create_v1(store: Store, params: Thing) -> Thing:
    """A snapshot endpoint; its secret is shown only now."""
    version = params.get("api_version")
    if version not in {None, PINNED}:
        raise Refused(f"Invalid API version: {version}", param="api_version")
    made = register(
        store,
        url=params["url"],
        payload="snapshot",
        enabled_events=params["enabled_events"],
        api_version=version,
        description=params.get("description"),
        metadata=params.get("metadata") or {},
    )
    return {**shown_v1(made), "secret": made["secret"]}


def get_v1(store: Store, ident: str) -> Thing:
    found = store.get("endpoint", ident)
    if found["payload"] != "snapshot":
        raise NoSuchThing("webhook endpoint", ident, param="webhook_endpoint")
    return found


def update_v1(store: Store, ident: str, params: Thing) -> Thing:
    get_v1(store, ident)
    known = ("description", "enabled_events", "metadata", "url")
    wanted = {key: params[key] for key in known if key in params}
    if "disabled" in params:
        wanted["status"] = "disabled" if params["disabled"] else "enabled"
    return shown_v1(store.change(ident, **wanted, updated=store.now()))


def delete_v1(store: Store, ident: str) -> Thing:
    get_v1(store, ident)
    forget(store, ident)
    return {"id": ident, "object": "webhook_endpoint", "deleted": True}


def list_v1(store: Store) -> list[Thing]:
    return [shown_v1(one) for one in store.all("endpoint", payload="snapshot")]


def shown_v1(endpoint: Thing) -> Thing:
    copied = ("id", "api_version", "created", "description", "enabled_events", "metadata")
    return {
        **{key: endpoint[key] for key in copied},
        "object": "webhook_endpoint",
        "application": None,
        "livemode": False,
        "status": endpoint["status"],
        "url": endpoint["url"],
    }


# v2: both kinds.


def create_v2(store: Store, params: Thing) -> Thing:
    """An endpoint of either kind; its secret is shown only now, and only when asked for."""
    if params["type"] != "webhook_endpoint":
        raise NotPlayedHere(f"event destinations of type {params['type']}", param="type")
    if "webhook_endpoint" not in params:
        raise Refused("webhook_endpoint is required.", param="webhook_endpoint")
    made = register(
        store,
        url=params["webhook_endpoint"]["url"],
        payload=params["event_payload"],
        enabled_events=params["enabled_events"],
        api_version=params.get("snapshot_api_version"),
        description=params.get("description") or "",
        metadata=params.get("metadata") or {},
        name=params["name"],
    )
    return shown_v2(made, include=params.get("include") or [])


def update_v2(store: Store, ident: str, params: Thing) -> Thing:
    before = store.get("endpoint", ident)
    known = ("description", "enabled_events", "name")
    wanted = {key: params[key] for key in known if key in params}
    if "webhook_endpoint" in params:
        wanted["url"] = params["webhook_endpoint"]["url"]
    if "metadata" in params:
        both = {**before["metadata"], **params["metadata"]}
        wanted["metadata"] = {key: value for key, value in both.items() if value is not None}
    after = store.change(ident, **wanted, updated=store.now())
    return shown_v2(after, include=params.get("include") or [])


def switch_v2(store: Store, ident: str, *, status: str) -> Thing:
    store.get("endpoint", ident)
    return shown_v2(store.change(ident, status=status, updated=store.now()), include=[])


def delete_v2(store: Store, ident: str) -> Thing:
    store.get("endpoint", ident)
    forget(store, ident)
    return {"id": ident, "object": "v2.core.event_destination"}


def shown_v2(endpoint: Thing, *, include: list[str]) -> Thing:
    """The endpoint as v2 shows it, its address and secret only when asked for."""
    reveal = {"webhook_endpoint.signing_secret": "secret", "webhook_endpoint.url": "url"}
    names = {"secret": "signing_secret", "url": "url"}
    hook = {names[reveal[one]]: endpoint[reveal[one]] for one in include if one in reveal}
    disabled = endpoint["status"] == "disabled"
    told: Thing = {
        "id": endpoint["id"],
        "object": "v2.core.event_destination",
        "created": events.iso(endpoint["created"]),
        "description": endpoint["description"] or "",
        "enabled_events": endpoint["enabled_events"],
        "event_payload": endpoint["payload"],
        "events_from": ["@self"],
        "livemode": False,
        "metadata": endpoint["metadata"],
        "name": endpoint["name"],
        "status": endpoint["status"],
        "status_details": {"disabled": {"reason": "user"}} if disabled else {},
        "type": "webhook_endpoint",
        "updated": events.iso(endpoint["updated"]),
        "webhook_endpoint": hook,
    }
    if endpoint["payload"] == "snapshot":
        told["snapshot_api_version"] = endpoint["api_version"] or PINNED
    return told


def forget(store: Store, ident: str) -> None:
    """Remove an endpoint; what was still on its way to it is not sent."""
    store.remove(ident)
    for one in store.all("delivery", endpoint=ident, state="waiting"):
        store.change(one["id"], state="dropped")
