"""`stripe_setup`: one destination at our address, made once, its secret told once."""

from __future__ import annotations

import re
from io import StringIO
from typing import TYPE_CHECKING, Any

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse
from django.utils import timezone

from payments import gateway, installation, listening, sandbox

if TYPE_CHECKING:
    from collections.abc import Iterator

    from payments.sandbox import Running
    from payments.sandbox.store import Thing

pytestmark = pytest.mark.once
SECRET = re.compile(r"^STRIPE_WEBHOOK_SECRETS=(whsec_\w+)$", re.M)
KINDS = [[], ["--snapshot"]]


@pytest.fixture
def stripe_(settings: Any) -> Iterator[Running]:
    """An account to which nobody listens yet."""
    with sandbox.running(background=False) as stripe_:
        settings.STRIPE_SECRET_KEY = stripe_.key
        settings.STRIPE_API_BASE = stripe_.base
        settings.STRIPE_WEBHOOK_SECRETS = []
        yield stripe_


def setup(*arguments: str) -> str:
    told = StringIO()
    call_command("stripe_setup", *arguments, stdout=told)
    return told.getvalue()


def begun() -> str:
    """A session that can be paid."""
    price = {"currency": "eur", "unit_amount": 100, "product_data": {"name": "Training"}}
    params: Any = {
        "mode": "payment",
        "success_url": "http://localhost:8000/",
        "line_items": [{"quantity": 1, "price_data": price}],
    }
    return gateway.open_session(params, key="begun").session_id


def endpoints(stripe_: Running) -> list[Thing]:
    return stripe_.world.all("endpoint")


@pytest.mark.parametrize("kind", KINDS)
def test_it_makes_a_destination_and_tells_its_secret_once(
    stripe_: Running, kind: list[str]
) -> None:
    first = setup(*kind)
    made = endpoints(stripe_)
    second = setup(*kind)

    assert len(made) == 1
    assert made[0]["url"] == f"http://localhost:8000{reverse('stripe_webhook')}"
    found = SECRET.search(first)
    assert found is not None
    assert found[1] == made[0]["secret"]
    assert endpoints(stripe_) == made
    assert made[0]["secret"] not in second
    assert "Nothing to do" in second


def test_thin_events_are_asked_for_as_v1_and_copies_in_our_version(stripe_: Running) -> None:
    setup()
    setup("--snapshot", "--url", "http://localhost:8000/other/")
    snapshot, thin = endpoints(stripe_)

    assert (thin["payload"], snapshot["payload"]) == ("thin", "snapshot")
    assert thin["enabled_events"] == [f"v1.{name}" for name in gateway.EVENTS]
    assert snapshot["enabled_events"] == list(gateway.EVENTS)
    assert snapshot["api_version"] == gateway.API_VERSION


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("wrong", ["events", "switched off"])
def test_what_is_there_is_set_right_and_not_doubled(
    stripe_: Running, kind: list[str], wrong: str
) -> None:
    setup(*kind)
    (before,) = endpoints(stripe_)
    change = {"enabled_events": before["enabled_events"][:3]}
    stripe_.world.endpoint_change(
        before["id"], **(change if wrong == "events" else {"status": "disabled"})
    )

    told = setup(*kind)

    (after,) = endpoints(stripe_)
    assert "Set right" in told
    assert before["secret"] not in told
    assert {**after, "updated": 0} == {**before, "updated": 0}
    assert endpoints(stripe_) == [after]
    assert "Nothing to do" in setup(*kind)


def test_more_than_we_need_is_left_alone(stripe_: Running) -> None:
    stripe_.world.register(installation.address(), payload="thin", events=["*"])

    assert "Nothing to do" in setup()


def test_a_dry_run_only_says_what_it_would_do(stripe_: Running) -> None:
    assert "Would be made" in setup("--dry-run")
    assert endpoints(stripe_) == []

    setup()
    (made,) = endpoints(stripe_)
    off = stripe_.world.endpoint_change(made["id"], status="disabled")
    assert "Would be set right" in setup("--dry-run")
    assert endpoints(stripe_) == [off]


@pytest.mark.parametrize(
    "fields",
    [{"payload": "snapshot", "api_version": gateway.API_VERSION}, {"payload": "snapshot"}],
)
def test_what_stripe_lets_nobody_change_is_left_to_a_person(
    stripe_: Running, fields: dict[str, str]
) -> None:
    setup()
    (made,) = endpoints(stripe_)
    other = stripe_.world.endpoint_change(made["id"], **fields)

    with pytest.raises(CommandError, match="delete it in the dashboard"):
        setup()
    assert endpoints(stripe_) == [other]


def test_copies_in_an_older_version_are_left_to_a_person(stripe_: Running) -> None:
    setup("--snapshot")
    (made,) = endpoints(stripe_)
    stripe_.world.endpoint_change(made["id"], api_version="2025-09-30.clover")

    with pytest.raises(CommandError, match=r"2025-09-30\.clover"):
        setup("--snapshot")


def test_two_at_one_address_are_not_guessed_between(stripe_: Running) -> None:
    for _ in range(2):
        stripe_.world.register(installation.address(), payload="thin")

    with pytest.raises(CommandError, match="Delete all but one"):
        setup()


def test_a_key_that_may_not_is_told_in_stripe_s_words(stripe_: Running) -> None:
    stripe_.knobs.turn(denied=["POST /v2/*"])

    with pytest.raises(CommandError, match="does not have the required permissions"):
        setup()
    assert endpoints(stripe_) == []


def test_what_it_made_is_what_the_doctor_looks_for(stripe_: Running) -> None:
    setup()

    (found,) = listening.destinations(installation.address())
    assert (found.payload, found.enabled, found.lacks) == ("thin", True, [])


@pytest.mark.parametrize("kind", KINDS)
def test_its_secret_verifies_what_is_then_sent(
    stripe_: Running, settings: Any, kind: list[str]
) -> None:
    setup(*kind)
    (made,) = endpoints(stripe_)
    heard: list[tuple[bytes, dict[str, str]]] = []

    def hear(body: bytes, headers: dict[str, str]) -> int:
        heard.append((body, headers))
        return 200

    stripe_.world.receivers[made["url"]] = hear
    settings.STRIPE_WEBHOOK_SECRETS = [made["secret"]]
    stripe_.world.expire(begun())
    stripe_.world.deliver_due()
    ((body, headers),) = heard

    hint = gateway.hint_of(body, headers["Stripe-Signature"], now=timezone.now())
    assert hint.type == "checkout.session.expired"
