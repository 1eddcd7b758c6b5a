"""Events and webhooks: what is told, to whom, in which shape, and again when nobody listened."""

from __future__ import annotations

import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import TYPE_CHECKING

import pytest
import stripe

from payments import sandbox
from tests.payments.sandbox.dealing import SECRET, Hook, client_of, order, paid

if TYPE_CHECKING:
    from payments.sandbox import Running
    from tests.payments.sandbox.dealing import Clock

pytestmark = pytest.mark.once
FUTURE = 10**10  # The SDK reads the wall's clock, tests have their own: seconds of tolerance.


def test_a_snapshot_is_verified_by_the_sdk_and_carries_the_object(
    stripe_: Running, client: stripe.StripeClient, clock: Clock, hook: Hook
) -> None:
    paid(stripe_, client, clock)
    stripe_.world.wait()
    body, headers = hook.heard[-1]

    event = stripe.Webhook.construct_event(body, headers["Stripe-Signature"], SECRET, FUTURE)

    assert event.type == "checkout.session.completed"
    assert event.api_version == "2026-10-28.endive"
    assert event.pending_webhooks == 1
    assert event.data.object["payment_status"] == "paid"
    assert client.v1.events.retrieve(event.id).pending_webhooks == 0
    with pytest.raises(stripe.SignatureVerificationError):
        stripe.Webhook.construct_event(body, headers["Stripe-Signature"], "whsec_other", FUTURE)


def test_a_thin_event_is_verified_by_the_sdk_and_leads_to_the_object(
    stripe_: Running, client: stripe.StripeClient, clock: Clock
) -> None:
    thin = Hook()
    made = stripe_.world.register(thin, payload="thin", events=["v1.checkout.session.completed"])
    intent = paid(stripe_, client, clock)
    stripe_.world.wait()
    ((body, headers),) = thin.heard

    told = client.parse_event_notification(
        body, headers["Stripe-Signature"], made["secret"], FUTURE
    )

    assert told.type == "v1.checkout.session.completed"
    assert told.fetch_related_object().payment_intent == intent
    whole = told.fetch_event()
    (snapshot,) = stripe_.world.events("checkout.session.completed")
    assert whole.snapshot_event == snapshot["id"]


def test_an_event_of_a_call_names_the_call_and_its_key(
    stripe_: Running, client: stripe.StripeClient, clock: Clock
) -> None:
    intent = paid(stripe_, client, clock)
    refund = client.v1.refunds.create({"payment_intent": intent}, {"idempotency_key": "re-1"})
    assert refund.last_response is not None

    (created,) = stripe_.world.events("refund.created")
    (completed,) = stripe_.world.events("checkout.session.completed")

    assert created["request"] == {
        "id": refund.last_response.headers["Request-Id"],
        "idempotency_key": "re-1",
    }
    assert completed["request"] == {"id": None, "idempotency_key": None}
    (thin,) = client.v2.core.events.list({"object_id": refund.id, "types": ["v1.refund.created"]})
    assert thin.reason is not None
    assert thin.reason.request is not None
    assert thin.reason.request.idempotency_key == "re-1"


def test_events_are_listed_both_ways_by_type_and_moment(
    stripe_: Running, client: stripe.StripeClient, clock: Clock
) -> None:
    paid(stripe_, client, clock)
    clock.pass_(100)
    paid(stripe_, client, clock)
    told = [event["id"] for event in stripe_.world.events()]
    events = client.v1.events

    assert [one.id for one in events.list({"limit": 3}).auto_paging_iter()] == told[::-1]
    forward = events.list({"ending_before": told[0], "limit": 4}).auto_paging_iter()
    assert [one.id for one in forward] == told[1:]
    completed = events.list({"types": ["checkout.session.completed", "refund.created"]})
    assert len(completed.data) == 2
    assert len(events.list({"type": "charge.*"}).data) == 4
    assert len(events.list({"created": {"gte": int(clock())}}).data) == len(told) // 2


def test_thin_events_are_listed_over_pages(
    stripe_: Running, client: stripe.StripeClient, clock: Clock
) -> None:
    paid(stripe_, client, clock)

    found = client.v2.core.events.list({"limit": 2, "created": {"gte": "2026-01-01T00:00:00Z"}})

    assert [one.type for one in found.auto_paging_iter()] == [
        f"v1.{event['type']}" for event in stripe_.world.events()[::-1]
    ]


def test_events_are_gone_after_thirty_days(
    stripe_: Running, client: stripe.StripeClient, clock: Clock
) -> None:
    paid(stripe_, client, clock)

    clock.pass_(31 * 24 * 3600)

    assert [one.type for one in client.v1.events.list().data] == []


def test_an_endpoint_that_fails_is_tried_again_until_it_takes_the_event(
    stripe_: Running, client: stripe.StripeClient, clock: Clock, hook: Hook
) -> None:
    stripe_.knobs.retry_after = [1, 5]
    hook.answers = [500, 302]
    session = client.v1.checkout.sessions.create(order(clock))
    client.v1.checkout.sessions.expire(session.id)
    stripe_.world.wait()
    assert len(hook.heard) == 1
    assert len(client.v1.events.list({"delivery_success": False}).data) == 1

    clock.pass_(1)
    stripe_.world.wait()
    clock.pass_(4.9)
    stripe_.world.wait()
    assert len(hook.heard) == 2
    clock.pass_(0.1)
    stripe_.world.wait()

    assert len(hook.heard) == 3
    assert len({json.loads(body)["id"] for body, _headers in hook.heard}) == 1
    assert client.v1.events.list({"delivery_success": False}).data == []


def test_an_event_nobody_takes_is_given_up_and_can_be_sent_again(
    stripe_: Running, client: stripe.StripeClient, clock: Clock, hook: Hook
) -> None:
    stripe_.knobs.retry_after = [1]
    hook.answers = [500, 500]
    session = client.v1.checkout.sessions.create(order(clock))
    client.v1.checkout.sessions.expire(session.id)
    stripe_.world.wait()
    clock.pass_(2)
    stripe_.world.wait()
    (given_up,) = stripe_.world.deliveries()
    assert given_up["state"] == "failed"

    stripe_.world.resend(given_up["event"])
    stripe_.world.wait()

    assert len(hook.heard) == 3
    assert client.v1.events.list({"delivery_success": True}).data[0].id == given_up["event"]


def test_an_endpoint_hears_only_what_it_asked_for(
    stripe_: Running, client: stripe.StripeClient, clock: Clock
) -> None:
    some = Hook()
    stripe_.world.register(some, events=["refund.created"])

    stripe_.world.refund(paid(stripe_, client, clock))
    stripe_.world.wait()

    assert some.types == ["refund.created"]


def test_webhook_endpoints_are_made_changed_switched_off_and_removed(
    client: stripe.StripeClient,
) -> None:
    endpoints = client.v1.webhook_endpoints
    made = endpoints.create(
        {
            "url": "http://127.0.0.1:9/hook",
            "enabled_events": ["*"],
            "api_version": "2026-10-28.endive",
        }
    )
    assert made.secret is not None
    assert made.secret.startswith("whsec_")
    assert not hasattr(endpoints.retrieve(made.id), "secret")

    changed = endpoints.update(made.id, {"disabled": True, "enabled_events": ["refund.created"]})
    assert (changed.status, changed.enabled_events) == ("disabled", ["refund.created"])
    assert endpoints.delete(made.id).deleted
    assert made.id not in {one.id for one in endpoints.list().data}


def test_event_destinations_show_their_secret_once_and_when_asked(
    client: stripe.StripeClient,
) -> None:
    destinations = client.v2.core.event_destinations
    made = destinations.create(
        {
            "name": "shop",
            "type": "webhook_endpoint",
            "event_payload": "thin",
            "enabled_events": ["v1.checkout.session.completed"],
            "webhook_endpoint": {"url": "http://127.0.0.1:9/hook"},
            "include": ["webhook_endpoint.signing_secret", "webhook_endpoint.url"],
        }
    )
    assert made.webhook_endpoint is not None
    assert str(made.webhook_endpoint.signing_secret).startswith("whsec_")

    assert made.id in {one.id for one in destinations.list({"limit": 1}).auto_paging_iter()}
    assert destinations.disable(made.id).status == "disabled"
    changed = destinations.update(made.id, {"enabled_events": ["v1.refund.created"]})
    assert changed.enabled_events == ["v1.refund.created"]
    destinations.delete(made.id)
    with pytest.raises(stripe.StripeError):
        destinations.retrieve(made.id)


def test_webhooks_come_by_themselves_to_an_address_on_this_machine(clock: Clock) -> None:
    heard: list[str] = []

    class Shop(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            stripe.WebhookSignature.verify_header(
                body, self.headers["Stripe-Signature"], "whsec_x", FUTURE
            )
            heard.append(json.loads(body)["type"])
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_args: object) -> None:
            """Quiet."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Shop) as shop:
        Thread(target=shop.serve_forever, args=(0.02,), daemon=True).start()
        url = f"http://127.0.0.1:{shop.server_port}/hooks/stripe/"
        with sandbox.running(webhook=url, secret="whsec_x", payload="thin", clock=clock) as here:
            client = client_of(here)
            session = client.v1.checkout.sessions.create(order(clock))
            here.world.pay(session.id)
            assert here.world.wait()
            later = client.v1.checkout.sessions.create(order(clock))
            clock.pass_(3601)
            assert here.world.wait()
        shop.shutdown()

    assert heard[-2:] == ["v1.checkout.session.completed", "v1.checkout.session.expired"]
    assert later.id != session.id
