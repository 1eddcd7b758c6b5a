"""Sending webhooks: signed, at least once, again after a failure, and as badly as the knobs say."""

from __future__ import annotations

import hashlib
import hmac
import http.client
import json
import random
from collections.abc import Callable
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from payments.sandbox import events

if TYPE_CHECKING:
    from payments.sandbox.store import Store, Thing

# A function that takes a webhook's body and headers and returns a status, instead of an address.
Receiver = Callable[[bytes, dict[str, str]], int]
# Stripe gives an endpoint this many seconds to answer.
PATIENCE = 10.0
GOOD = range(200, 300)


def deliver_due(store: Store, receivers: dict[str, Receiver]) -> int:
    """Send every webhook whose moment has come, one after the other; how many were sent."""
    with store.news:
        now = store.clock()
        due = [
            one for one in _under_way(store) if one["state"] == "waiting" and one["next_at"] <= now
        ]
        if store.knobs.shuffle is not None:
            random.Random(store.knobs.shuffle).shuffle(due)  # noqa: S311 -- no secret hangs on it.
        for one in due:
            store.change(one["id"], state="sending")
    for one in due:
        deliver(store, receivers, one["id"])
    return len(due)


def deliver(store: Store, receivers: dict[str, Receiver], ident: str) -> Thing:
    """Send one webhook now, whatever its state; the delivery after that."""
    with store.news:
        delivery = store.get("delivery", ident)
        endpoint = store.find(delivery["endpoint"])
        body = b"" if endpoint is None else _body(store, delivery, endpoint)
    if endpoint is None:
        with store.turn():
            return store.change(ident, state="dropped", answer="the endpoint is gone")
    headers = _headers(body, endpoint["secret"], at=store.now())
    answer = _send(endpoint["url"], body, headers, receivers)
    with store.turn():
        return _written_down(store, store.get("delivery", ident), answer)


def resend(store: Store, event_id: str) -> list[Thing]:
    """Line an event up once more, for every endpoint that listens to its type now."""
    event = store.get("event", event_id)
    return [
        delivery
        for endpoint in store.all("endpoint", status="enabled")
        if events.hears(endpoint, event["type"])
        for delivery in events.line_up(store, event, endpoint)
    ]


def are_under_way(store: Store) -> bool:
    """Whether anything is being sent, or is due and will be."""
    now = store.clock()
    return any(one["state"] == "sending" or one["next_at"] <= now for one in _under_way(store))


def sign(body: bytes, secret: str, *, at: int) -> str:
    """The ``Stripe-Signature`` header for a body sent at this second."""
    digest = hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={at},v1={digest}"


def _under_way(store: Store) -> list[Thing]:
    return [store.get("delivery", ident) for ident in store.under_way]


def _body(store: Store, delivery: Thing, endpoint: Thing) -> bytes:
    event = store.get("event", delivery["event"])
    if endpoint["payload"] == "thin":
        return json.dumps(events.thin(event)).encode()
    return json.dumps(events.snapshot(store, event), indent=2).encode()


def _headers(body: bytes, secret: str, *, at: int) -> dict[str, str]:
    return {
        "Content-Type": "application/json; charset=utf-8",
        "User-Agent": "Stripe/1.0 (+https://stripe.com/docs/webhooks)",
        "Stripe-Signature": sign(body, secret, at=at),
    }


def _send(
    url: str, body: bytes, headers: dict[str, str], receivers: dict[str, Receiver]
) -> int | str:
    """The status an endpoint answered, or what kept it from answering."""
    try:
        if url in receivers:
            return receivers[url](body, headers)
        return _post(url, body, headers)
    except Exception as trouble:  # Nothing a receiver does may stop the others.
        return f"{type(trouble).__name__}: {trouble}"[:200]


def _post(url: str, body: bytes, headers: dict[str, str]) -> int:
    parts = urlsplit(url)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    line = kind(parts.netloc, timeout=PATIENCE)
    try:
        line.request("POST", parts.path + (f"?{parts.query}" if parts.query else ""), body, headers)
        answer = line.getresponse()
        answer.read()
        return answer.status
    finally:
        line.close()


def _written_down(store: Store, delivery: Thing, answer: int | str) -> Thing:
    """What became of an attempt: arrived, another one later, or given up."""
    attempts = delivery["attempts"] + 1
    told: Thing = {"attempts": attempts, "answer": str(answer)}
    if isinstance(answer, int) and answer in GOOD:
        return store.change(delivery["id"], state="arrived", **told)
    pauses = store.knobs.retry_after
    if attempts > len(pauses):
        return store.change(delivery["id"], state="failed", **told)
    next_at = store.clock() + pauses[attempts - 1]
    return store.change(delivery["id"], state="waiting", next_at=next_at, **told)
