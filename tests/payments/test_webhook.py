"""The door Stripe knocks on: what is let in, kept once, and what is turned away without a trace."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from typing import TYPE_CHECKING, Any

import pytest
import stripe
from django.db import connection, transaction
from django.test import Client, RequestFactory
from django.utils import timezone

from payments import inbox, webhook
from payments.models import StripeEvent
from tests.counting import counting
from tests.payments.conftest import SECRET

if TYPE_CHECKING:
    from django.test.client import _MonkeyPatchedWSGIResponse as Answer

    from tests.payments.conftest import Shop

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _secrets(settings: Any) -> None:
    settings.STRIPE_SECRET_KEY = "sk_test_x"
    settings.STRIPE_WEBHOOK_SECRETS = ["whsec_old", SECRET]


def event(**fields: Any) -> bytes:
    told = {
        "id": "evt_1",
        "object": "event",
        "type": "checkout.session.completed",
        "livemode": False,
        "created": 1_790_000_000,
        "data": {"object": {"id": "cs_test_1", "object": "checkout.session", "metadata": {}}},
    }
    return json.dumps({**told, **fields}).encode()


def signature(body: bytes, *, secret: str = SECRET, at: float | None = None) -> str:
    stamp = int(time.time() if at is None else at)
    signed: str = stripe.WebhookSignature.generate_signature_header(
        body.decode("utf-8", "surrogateescape"), secret, stamp
    )
    return signed


def knock(body: bytes, signed: str) -> Answer:
    return Client().post(
        "/hooks/stripe/",
        data=body,
        content_type="application/json",
        headers={"Stripe-Signature": signed},
    )


def test_what_stripe_signed_is_kept_once_in_at_most_three_statements() -> None:
    body = event()
    with counting() as seen:
        first = knock(body, signature(body))
    again = knock(body, signature(body))

    assert (first.status_code, again.status_code) == (200, 200)
    assert StripeEvent.objects.count() == 1
    assert int(seen) <= 3, str(seen)


def test_a_secret_that_is_being_replaced_still_counts() -> None:
    body = event()

    assert knock(body, signature(body, secret="whsec_old")).status_code == 200


@pytest.mark.parametrize(
    "signed",
    [
        "",
        "t=1,v1=abc",
        "v1=abc",
        "t=x,v1=abc",
        "nonsense",
        signature(event(), secret="whsec_other"),
        signature(event(id="evt_2")),
        signature(event(), at=time.time() - 3600),
        signature(event(), at=time.time() + 3600),
    ],
    ids=["none", "old", "unstamped", "stamped x", "words", "other", "mutated", "replay", "future"],
)
def test_what_stripe_did_not_sign_now_leaves_no_row(signed: str) -> None:
    assert knock(event(), signed).status_code == 400
    assert StripeEvent.objects.count() == 0


@pytest.mark.parametrize(
    "body",
    [
        *(b"\xff\xfe", b"", b"[]", b"null", b"{}", b'{"object": "event"}', b"{" * 900),
        *(event(id=None), event(id=5), event(id="evt_\0"), event(id="evt_\ud800")),
        *(event(type={}), event(created="now"), event(data={"object": []}), event(data=None)),
        event(data={"object": {"id": "cs_1", "metadata": {"order": "\0"}}}),
        event(object="v2.core.event", created="now"),
    ],
)
def test_a_signed_body_that_is_no_event_is_refused(body: bytes) -> None:
    stamp = int(time.time())
    digest = hmac.new(SECRET.encode(), f"{stamp}.".encode() + body, hashlib.sha256).hexdigest()

    assert knock(body, f"t={stamp},v1={digest}").status_code == 400
    assert StripeEvent.objects.count() == 0


def test_a_body_that_is_too_large_is_not_read() -> None:
    body = event(padding="x" * 600_000)

    assert knock(body, signature(body)).status_code == 413
    assert knock(b"x" * webhook.LARGEST, "").status_code == 400
    assert knock(b"x" * (webhook.LARGEST + 1), "").status_code == 413


def test_of_a_body_that_is_too_large_no_more_is_read_than_tells_so() -> None:
    request = RequestFactory().post(
        "/hooks/stripe/", data=b"x" * 2 * webhook.LARGEST, content_type="application/json"
    )

    assert webhook.receive(request).status_code == 413
    assert len(request.read()) == webhook.LARGEST - 1


def test_nothing_but_a_post_is_answered_and_no_header_is_no_signature() -> None:
    assert Client().get("/hooks/stripe/").status_code == 405
    assert Client().post("/hooks/stripe/", data=event(), content_type="x").status_code == 400


def test_what_cannot_be_kept_is_to_be_told_again() -> None:
    body = event()
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {StripeEvent._meta.db_table} RENAME TO gone")

    assert knock(body, signature(body)).status_code == 503


def test_it_is_kept_at_the_moment_it_came() -> None:
    body, before = event(), timezone.now()
    assert knock(body, signature(body)).content == b""

    assert before <= StripeEvent.objects.get().received_at <= timezone.now()


@pytest.mark.parametrize("fields", [{"type": "payout.paid"}, {"livemode": True}])
def test_what_is_not_ours_is_kept_and_ignored(fields: dict[str, Any]) -> None:
    body = event(**fields)

    assert knock(body, signature(body)).status_code == 200
    assert StripeEvent.objects.get().state == "ignored"


def test_a_dead_broker_costs_no_event(settings: Any) -> None:
    settings.CELERY_BROKER_URL = "redis://127.0.0.1:1/0"
    body = event()

    assert knock(body, signature(body)).status_code == 200
    assert StripeEvent.objects.count() == 1


def test_an_event_of_nobody_s_order_is_asked_about_and_let_go(shop: Shop) -> None:
    body = event(id="evt_foreign")
    knock(body, signature(body))

    inbox.work(now=timezone.now())
    assert StripeEvent.objects.get().state == "received"

    StripeEvent.objects.update(
        received_at=timezone.now() - inbox.PATIENCE * 2, next_at=timezone.now()
    )
    inbox.work(now=timezone.now())
    assert StripeEvent.objects.get().state == "ignored"


def test_what_several_events_say_of_one_order_is_asked_of_stripe_once(shop: Shop) -> None:
    order = shop.order()
    shop.stripe.world.pay(shop.session(order))
    shop.stripe.world.deliver_due()
    order.refresh_from_db()
    before = order.sync_no

    inbox.work(now=timezone.now())

    order.refresh_from_db()
    assert (order.state, order.sync_no) == ("paid", before + 1)
    assert not StripeEvent.objects.filter(state="received").exists()
    assert StripeEvent.objects.filter(state="done").count() > 1


def test_what_cannot_be_kept_is_asked_for_again() -> None:
    body = event()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("ALTER TABLE payments_stripeevent RENAME TO away")
        assert knock(body, signature(body)).status_code == 503
        transaction.set_rollback(True)
    assert knock(body, signature(body)).status_code == 200
    assert StripeEvent.objects.filter(pk="evt_1").exists()
