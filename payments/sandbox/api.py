"""Answering one call of the API, apart from the socket it came by."""

from __future__ import annotations

import json
import secrets
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from payments.sandbox import agenda, authentication, forms, idempotency, reading, routes, shapes
from payments.sandbox.api_version import PINNED
from payments.sandbox.refusals import NOT_FOUND, Refused

if TYPE_CHECKING:
    from collections.abc import Mapping

    from payments.sandbox.knobs import Fault
    from payments.sandbox.routes import Route
    from payments.sandbox.store import Store, Thing


class Cut(Exception):
    """The line breaks before anything was answered."""


@dataclass(frozen=True)
class Call:
    """A request as it came: its target is the path with the query."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes = b""
    id: str = field(default_factory=lambda: f"req_{secrets.token_hex(7)}")

    @property
    def path(self) -> str:
        return urlsplit(self.target).path

    @property
    def is_v2(self) -> bool:
        return self.path.startswith("/v2/")

    @property
    def key(self) -> str | None:
        """Its idempotency key, where one counts."""
        writes = self.method == "POST" or (self.method == "DELETE" and self.is_v2)
        return self.headers.get("Idempotency-Key") if writes else None


@dataclass(frozen=True)
class Answer:
    """What goes back: a status, a JSON body and headers."""

    status: int
    body: Any
    headers: dict[str, str] = field(default_factory=dict)


def answer(store: Store, call: Call) -> Answer:
    """Do what a call asks. Cut when a knob says that the line breaks."""
    fault = store.knobs.take(call.method, call.path)
    how = fault.how if fault else ""
    if how == "cut_before":
        raise Cut
    try:
        authentication.check(store, method=call.method, path=call.path, headers=call.headers)
        _refuse_if_told(how)
        answered = _once(store, call, fault)
    except Refused as refused:
        answered = _refusal(refused, call)
    if how == "slow_after_effect" and fault:
        time.sleep(fault.seconds)
    if how == "cut_after_effect":
        raise Cut
    if how == "garbage":
        return Answer(200, b"<html>502 Bad Gateway", answered.headers)
    return answered


def _once(store: Store, call: Call, fault: Fault | None) -> Answer:
    """Under an idempotency key, do it unless it has been done."""
    route, ids = _route(call)
    raw = _raw_params(call)
    if call.key is None:
        return _done(store, call, route, ids, raw, fault)
    with store.turn():
        kept = idempotency.begin(
            store, call.key, address=f"{call.method} {call.path}", params=raw, request_id=call.id
        )
    if kept is not None:
        status, body = kept["answer"]
        again = {"Idempotent-Replayed": "true", "Original-Request": kept["request_id"]}
        return Answer(status, body, {**_headers(call), **again})
    answered: Answer | None = None
    try:
        answered = _done(store, call, route, ids, raw, fault)
    except Refused as refused:
        if refused.began:
            answered = _refusal(refused, call)
        else:
            raise
    finally:
        with store.turn():
            kept_answer = answered and [answered.status, answered.body]
            idempotency.end(store, call.key, kept_answer)
    return answered


def _done(
    store: Store,
    call: Call,
    route: Route,
    ids: tuple[str, ...],
    raw: Thing,
    fault: Fault | None,
) -> Answer:
    params = shapes.check(route.params, {key: raw[key] for key in raw if key != "page"})
    if call.is_v2 and "page" in raw:
        params["page"] = raw["page"]
    how = fault.how if fault else ""
    if how == "slow" and fault:
        time.sleep(fault.seconds)
    if how == "500_stored":
        raise _broken(began=True)
    with store.turn({"id": call.id, "idempotency_key": call.key}):
        agenda.run_due(store)
        thing = route.handler(store, ids, params)
        if how == "stale" and fault:
            thing = _older(store, thing, fault.back)
        thing = _shown(store, thing)
        thing = reading.expanded(store, thing, params.get("expand") or [])
    if how == "500_after_effect":
        raise _broken(began=True)
    return Answer(200, thing, _headers(call))


def _shown(store: Store, thing: Thing) -> Thing:
    if thing.get("object") == "list":
        return {**thing, "data": [reading.shown(store, one) for one in thing["data"]]}
    return reading.shown(store, thing)


def _older(store: Store, thing: Thing, back: int) -> Thing:
    """A copy of so many changes ago, or the oldest there is; of each object of a list as well."""
    if "data" in thing and "id" not in thing:
        return {**thing, "data": [_older(store, one, back) for one in thing["data"]]}
    copies = [*store.older.get(thing.get("id", ""), []), thing]
    return copies[max(0, len(copies) - 1 - back)]


def _route(call: Call) -> tuple[Route, tuple[str, ...]]:
    found = routes.find(call.method, call.path)
    if found is None:
        raise Refused(
            f"Unrecognized request URL ({call.method}: {call.path}). Maybe the local Stripe does "
            "not play it.",
            status=NOT_FOUND,
            began=False,
        )
    return found


def _raw_params(call: Call) -> Thing:
    """The parameters as they came; nothing is left out and nothing read into them yet."""
    query = forms.read(urlsplit(call.target).query)
    if not call.body:
        return query
    if not call.is_v2:
        return {**query, **forms.read(call.body.decode())}
    try:
        told = json.loads(call.body)
    except ValueError:
        raise Refused("Invalid JSON.", code="invalid_json", began=False) from None
    return {**query, **told}


def _refuse_if_told(how: str) -> None:
    if how == "429":
        raise Refused("Request rate limit exceeded.", status=429, code="rate_limit", began=False)
    if how == "500":
        raise _broken(began=False)


def _broken(*, began: bool) -> Refused:
    return Refused("An unknown error occurred", status=500, kind="api_error", began=began)


def _refusal(refused: Refused, call: Call) -> Answer:
    return Answer(refused.status, refused.body(request_id=call.id), _headers(call))


def _headers(call: Call) -> dict[str, str]:
    told = {"Request-Id": call.id, "Stripe-Version": PINNED}
    if call.key is not None:
        told["Idempotency-Key"] = call.key
    return told
