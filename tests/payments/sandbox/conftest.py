"""A local Stripe per test, watched: whatever it says is held against Stripe's own description."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from payments import sandbox
from tests.payments.sandbox import openapi
from tests.payments.sandbox.dealing import Clock, Hook, client_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    import stripe

    from payments.sandbox import Running
    from payments.sandbox.api import Answer, Call


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def hook() -> Hook:
    """Somebody who takes webhooks."""
    return Hook()


@pytest.fixture
def said() -> Iterator[list[str]]:
    """What the local Stripe said against its description; none of it may be left at the end."""
    wrong: list[str] = []
    yield wrong
    assert wrong == []


@pytest.fixture
def stripe_(clock: Clock, hook: Hook, said: list[str]) -> Iterator[Running]:
    """A local Stripe with a snapshot endpoint and no thread: a test says when webhooks go out."""

    def watch(call: Call, answer: Answer) -> None:
        if not isinstance(answer.body, bytes):
            said.extend(f"{call.method} {call.path}: {one}" for one in openapi.faults(answer.body))

    with sandbox.running(webhook=hook, clock=clock, background=False, watch=watch) as stripe_:
        stripe_.knobs.settle_after = stripe_.knobs.refund_after = None
        yield stripe_
        for event in stripe_.world.events():
            said.extend(openapi.faults(event))
        for body, _headers in hook.heard:
            said.extend(openapi.faults(json.loads(body)))


@pytest.fixture
def client(stripe_: Running) -> stripe.StripeClient:
    return client_of(stripe_)
