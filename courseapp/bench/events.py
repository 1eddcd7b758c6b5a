"""Events as Stripe sends them: of a sale in the local Stripe, under new ids, signed when needed.

Knows nothing of the site, so that every side can be asked the very same.
"""

from __future__ import annotations

import json
import time
from itertools import cycle, islice
from typing import TYPE_CHECKING, Any

from courseapp.bench import asking
from payments.sandbox import account, deliveries, sessions
from payments.sandbox.events import snapshot
from payments.sandbox.store import Store
from payments.sandbox.world import World

if TYPE_CHECKING:
    from collections.abc import Iterator

    from courseapp.bench.asking import Environ

SECRET = "whsec_bench"  # noqa: S105 -- signs what nobody pays.
PATH = "/hooks/stripe/"
# Where an event's own id stands in its template.
ID = "evt_of_the_template"
SALE: dict[str, Any] = {
    "mode": "payment",
    "success_url": "https://bench.example/",
    "client_reference_id": "7d5c1d0e-6df3-4d2b-9a0f-0c1d7a4f2b11",
    "metadata": {"order": "7d5c1d0e-6df3-4d2b-9a0f-0c1d7a4f2b11", "env": "bench"},
    "line_items": [
        {
            "quantity": 1,
            "price_data": {
                "currency": "eur",
                "unit_amount": 14_900,
                "product_data": {"name": "Online training"},
            },
        }
    ],
}
# A body and its signature.
Event = tuple[str, str]


def world() -> World:
    """A local Stripe without a socket, in which nothing happened yet."""
    store = Store(clock=time.time)
    with store.turn():
        account.furnish(store)
    return World(store, background=False)


def sale(world: World, wanted: set[str]) -> dict[str, str]:
    """The bodies by type, of a session that runs out and of a sale that is given back.

    What they are about is to be found in this world afterwards.
    """
    with world.store.turn():
        unpaid, sold = (sessions.create(world.store, SALE)["id"] for _ in range(2))
    world.expire(unpaid)
    world.refund(world.pay(sold)["payment_intent"])
    return {
        one["type"]: json.dumps(snapshot(world.store, one), indent=2).replace(one["id"], ID)
        for one in world.events()
        if one["type"] in wanted
    }


def signed(bodies: list[str], *, prefix: str) -> Iterator[Event]:
    """Events that were never sent before, signed as they are taken: good for five minutes."""
    for number, body in enumerate(cycle(bodies)):
        own = body.replace(ID, f"evt_{prefix}{number:08}")
        yield own, deliveries.sign(own.encode(), SECRET, at=int(time.time()))


def some(events: Iterator[Event], count: int) -> list[Event]:
    return list(islice(events, count))


def request(event: Event, path: str = PATH) -> Environ:
    """A POST as Stripe sends it, behind the usual proxy."""
    body, signature = event
    data = body.encode()
    return {
        **asking.get(path, cookies="", accept="*/*; q=0.5, application/json"),
        "REQUEST_METHOD": "POST",
        "CONTENT_TYPE": "application/json; charset=utf-8",
        "CONTENT_LENGTH": str(len(data)),
        "HTTP_STRIPE_SIGNATURE": signature,
        "HTTP_USER_AGENT": "Stripe/1.0 (+https://stripe.com/docs/webhooks)",
        "bench.body": data,
    }
