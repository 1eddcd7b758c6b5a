"""What `stripe_doctor` says: all is well in a shop that works, and what is wrong in any other."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from io import StringIO
from secrets import token_hex
from typing import TYPE_CHECKING, Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from courseapp.post import heartbeat
from courseapp.post.models import Heartbeat
from payments import account, doctor, gateway, inbox, installation, sandbox
from payments.models import Cursor, StripeEvent
from tests.payments.conftest import SECRET, receive

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from payments.doctor import Finding
    from payments.installation import Here
    from payments.sandbox import Running

pytestmark = pytest.mark.django_db

PRACTICE = {
    "name": "De praktijk",
    "email": "praktijk@example.nl",
    "phone": "+31 20 123 45 67",
    "address": "Kade 1, 1011 AA Amsterdam",
    "register": "12345678",
    "vat": "NL123456789B01",
}
FAR = 3600.0


class Ago:
    """Stripe's clock: some time back, so that what happened is no longer young, then on time."""

    def __init__(self) -> None:
        self.back = FAR

    def __call__(self) -> float:
        return timezone.now().timestamp() - self.back


@pytest.fixture
def ago() -> Ago:
    return Ago()


@pytest.fixture
def well(settings: Any, ago: Ago) -> Iterator[Running]:
    """A shop where everything is right: something was bought an hour ago."""
    with sandbox.running(clock=ago, background=False) as stripe_:
        settings.STRIPE_SECRET_KEY = stripe_.key
        settings.STRIPE_API_BASE = stripe_.base
        settings.STRIPE_WEBHOOK_SECRETS = [SECRET]
        settings.PRACTICE = PRACTICE
        # The address in the world is a text; what is sent to it is handed over here.
        stripe_.world.receivers[installation.address()] = receive
        stripe_.world.register(
            installation.address(), secret=SECRET, payload="thin",
            events=[f"v1.{name}" for name in gateway.EVENTS],
        )  # fmt: skip
        _something_happens(stripe_)
        now = timezone.now()
        ago.back = 0
        stripe_.world.deliver_due()
        inbox.pull(now=now)
        StripeEvent.objects.update(state="done", next_at=None)
        heartbeat.note(now=now)
        yield stripe_


def _something_happens(stripe_: Running) -> None:
    """A session that ends; its event waits to be sent."""
    price = {"currency": "eur", "unit_amount": 100, "product_data": {"name": "Training"}}
    params: Any = {
        "mode": "payment",
        "success_url": "http://localhost:8000/",
        "line_items": [{"quantity": 1, "price_data": price}],
    }
    session = gateway.open_session(params, key=token_hex(8))
    stripe_.world.expire(session.session_id)


def examined() -> dict[str, Finding]:
    return {one.check: one for one in doctor.examine(now=timezone.now())}


def red() -> set[str]:
    return {name for name, one in examined().items() if one.state == "bad"}


def the_endpoint(stripe_: Running) -> str:
    (only,) = stripe_.world.all("endpoint")
    return str(only["id"])


def test_a_shop_that_works_is_green_in_every_line(well: Running) -> None:
    found = examined()

    assert {one.state for one in found.values()} == {"good"}
    assert len(found) >= 24


def test_looking_changes_nothing_at_stripe(well: Running) -> None:
    def everything() -> dict[str, int]:
        return {kind: len(things) for kind, things in well.world.store.things.items()}

    before = everything()
    examined()

    assert everything() == before


def test_a_snapshot_endpoint_of_our_version_is_as_good(well: Running) -> None:
    well.world.endpoint_change(
        the_endpoint(well), payload="snapshot", api_version=gateway.API_VERSION
    )

    assert red() == set()


# What is set wrong at Stripe, and the lines that have to turn red, no others.
AT_STRIPE: dict[str, tuple[Callable[[Running], object], set[str]]] = {
    "details are missing": (
        lambda s: s.world.account_change(details_submitted=False),
        {"account"},
    ),
    "payments are switched off": (
        lambda s: s.world.account_change(charges_enabled=False),
        {"account"},
    ),
    "the account may not be asked about": (
        lambda s: s.knobs.turn(denied=["GET /v1/account"]),
        {"account"},
    ),
    "clocks differ": (lambda s: s.knobs.turn(clock_skew=-61.0), {"clock"}),
    "clocks differ the other way": (lambda s: s.knobs.turn(clock_skew=62.0), {"clock"}),
    "nothing is sent": (lambda s: s.world.endpoint_forget(the_endpoint(s)), {"destination"}),
    "it is sent elsewhere": (
        lambda s: s.world.endpoint_change(the_endpoint(s), url="https://else.example/"),
        {"destination"},
    ),
    "it is sent twice": (lambda s: s.world.register(installation.address()), {"destination"}),
    "destinations may not be asked about": (
        lambda s: s.knobs.turn(denied=["GET /v2/core/event_destinations"]),
        {"destination"},
    ),
    "the destination is off": (
        lambda s: s.world.endpoint_change(the_endpoint(s), status="disabled"),
        {"destination on"},
    ),
    "an event is not told": (
        lambda s: s.world.endpoint_change(
            the_endpoint(s), enabled_events=[f"v1.{name}" for name in gateway.EVENTS[1:]]
        ),
        {"events"},
    ),
    "copies are of another version": (
        lambda s: s.world.endpoint_change(
            the_endpoint(s), payload="snapshot", api_version="2025-09-30.clover"
        ),
        {"payload"},
    ),
    "registered for taxes abroad": (lambda s: s.world.tax_register("BE"), {"tax"}),
    "taxes may not be asked about": (
        lambda s: s.knobs.turn(denied=["GET /v1/tax/*"]),
        {"tax"},
    ),
    "no cards": (lambda s: s.world.method_switch("card", on=False), {"methods"}),
    "no iDEAL": (lambda s: s.world.method_switch("ideal", on=False), {"methods"}),
    "no Bancontact": (lambda s: s.world.method_switch("bancontact", on=False), {"methods"}),
    "pay-later is offered": (
        lambda s: s.world.method_switch("billie", on=True),
        {"unwanted methods"},
    ),
    "methods may not be asked about": (
        lambda s: s.knobs.turn(denied=["GET /v1/payment_method_configurations"]),
        {"methods"},
    ),
    "sessions may not be read": (
        lambda s: s.knobs.turn(denied=["GET /v1/checkout/sessions"]),
        {"may Checkout Sessions: read"},
    ),
    "sessions may not be made": (
        lambda s: s.knobs.turn(denied=["POST /v1/checkout/*"]),
        {"may Checkout Sessions: write"},
    ),
    "payments may not be read": (
        lambda s: s.knobs.turn(denied=["GET /v1/payment_intents"]),
        {"may PaymentIntents: read"},
    ),
    "refunds may not be read": (
        lambda s: s.knobs.turn(denied=["GET /v1/refunds"]),
        {"may Charges and Refunds: read"},
    ),
    "refunds may not be made": (
        lambda s: s.knobs.turn(denied=["POST /v1/refunds"]),
        {"may Charges and Refunds: write"},
    ),
    "disputes may not be read": (
        lambda s: s.knobs.turn(denied=["GET /v1/disputes"]),
        {"may Disputes: read"},
    ),
    "events may not be read": (
        lambda s: s.knobs.turn(denied=["GET /v1/events"]),
        {"may Events: read", "delivery", "newest event"},
    ),
}


@pytest.mark.parametrize("seed", AT_STRIPE)
def test_what_is_wrong_at_stripe_is_red_and_says_what_to_do(well: Running, seed: str) -> None:
    act, expected = AT_STRIPE[seed]
    act(well)

    found = examined()

    assert {name for name, one in found.items() if one.state == "bad"} == expected
    assert all(found[name].says and found[name].do for name in expected)


def test_pay_later_and_debits_that_we_exclude_may_be_on(well: Running) -> None:
    well.world.method_switch("klarna", on=True)
    well.world.method_switch("sepa_debit", on=True)

    assert red() == set()


def test_a_wrong_signing_secret_shows_as_events_that_reach_nobody(
    well: Running, ago: Ago, settings: Any
) -> None:
    settings.STRIPE_WEBHOOK_SECRETS = ["whsec_another"]
    ago.back = FAR
    _something_happens(well)
    ago.back = 0
    well.world.deliver_due()

    assert red() == {"delivery", "newest event"}


def test_an_event_on_its_way_is_no_failure(well: Running, settings: Any) -> None:
    settings.STRIPE_WEBHOOK_SECRETS = ["whsec_another"]
    _something_happens(well)
    well.world.deliver_due()

    assert red() == set()


def test_without_an_answer_of_stripe_s_the_rest_is_still_told(well: Running, settings: Any) -> None:
    settings.STRIPE_SECRET_KEY = "nonsense"

    found = examined()

    assert found["account"].state == "bad"
    assert "Invalid API Key" in found["account"].says
    assert found["worker"].state == "good"


# What this installation has wrong: settings by name, and the red lines.
HERE: dict[str, tuple[dict[str, Any], set[str]]] = {
    "no key": ({"STRIPE_SECRET_KEY": ""}, {"key", "account"}),
    "a live key on a site that tries things out": (
        {"STRIPE_SECRET_KEY": "rk_live_x"},
        {"key", "account"},
    ),
    "a test key in production": (
        {"PRODUCTION": True, "SITE_URL": "https://site.example"},
        {"key", "destination"},
    ),
    "production without https": ({"PRODUCTION": True}, {"key", "site"}),
    "nobody says who sells": (
        {"PRODUCTION": True, "PRACTICE": {}},
        {"key", "site", "identity"},
    ),
    "no signing secret": ({"STRIPE_WEBHOOK_SECRETS": []}, {"secret"}),
    "a secret that is none": ({"STRIPE_WEBHOOK_SECRETS": ["sk_test_x"]}, {"secret"}),
    "a VAT scheme nobody knows": ({"VAT_MODE": "oss"}, {"tax"}),
}


@pytest.mark.parametrize("seed", HERE)
def test_what_is_wrong_here_is_red_and_says_what_to_do(
    well: Running, settings: Any, seed: str
) -> None:
    wrong, expected = HERE[seed]
    for name, value in wrong.items():
        setattr(settings, name, value)

    found = examined()

    assert {name for name, one in found.items() if one.state == "bad"} == expected
    assert all(found[name].says and found[name].do for name in expected)


def test_no_vat_and_a_registration_for_it_do_not_go_together(well: Running, settings: Any) -> None:
    well.world.tax_register("NL")
    assert red() == set()

    settings.VAT_MODE = "kor"

    assert red() == {"tax"}


def test_work_that_lies_still_is_red(well: Running) -> None:
    late = timezone.now() - timedelta(hours=2)
    StripeEvent.objects.update(next_at=late)
    Cursor.objects.update(at=late)
    Heartbeat.objects.update(at=late)
    assert red() == {"inbox", "cursor", "worker"}

    Cursor.objects.all().delete()
    Heartbeat.objects.all().delete()
    assert red() == {"inbox", "cursor", "worker"}


def test_an_event_that_neither_came_nor_was_fetched_is_red(well: Running) -> None:
    StripeEvent.objects.all().delete()

    assert red() == {"newest event"}


def here(**fields: Any) -> Here:
    """A restricted live key in production, all else as well as can be."""
    now = timezone.now()
    good = installation.Here(
        production=True, key="rk_live_x", secrets=(SECRET,), site="https://site.example",
        url="https://site.example/hooks/stripe/", vat_mode="nl21", lacking=(), beat_at=now,
        inbox_since=None, cursor_at=now, last_at=now, knows_newest=True,
    )  # fmt: skip
    return replace(good, **fields)


def states(seen: account.Seen | account.Trouble, of: Here) -> dict[str, str]:
    return {one.check: one.state for one in doctor.judge(seen, of, now=timezone.now())}


def test_a_restricted_key_is_advised_in_production() -> None:
    asleep = account.Trouble("no answer")

    assert states(asleep, here())["key"] == "good"
    assert states(asleep, here(key="sk_live_x"))["key"] == "advice"
    assert states(asleep, here(secrets=("whsec_a", "whsec_b")))["secret"] == "advice"


def test_versions_that_drift_apart_are_red(well: Running) -> None:
    seen = account.look(url=installation.address(), now=timezone.now())
    assert isinstance(seen, account.Seen)
    assert isinstance(seen.account, account.Account)
    assert states(seen, here())["version"] == "good"

    newer = replace(seen, sdk_version="2027-01-01.x")
    turned = replace(seen, account=replace(seen.account, version="2025-01-01.y"))

    assert states(newer, here())["version"] == "bad"
    assert states(turned, here())["version"] == "bad"


def test_the_command_prints_a_line_a_check_and_fails_when_one_is_red(well: Running) -> None:
    told = StringIO()
    call_command("stripe_doctor", stdout=told, no_color=True)
    assert "ok    key" in told.getvalue()
    assert "RED" not in told.getvalue()
    assert well.key not in told.getvalue()
    assert SECRET not in told.getvalue()

    well.world.method_switch("ideal", on=False)
    told = StringIO()
    with pytest.raises(CommandError, match=r"1 of \d+ checks are red"):
        call_command("stripe_doctor", stdout=told, no_color=True)

    (line,) = [row for row in told.getvalue().splitlines() if row.startswith("RED")]
    assert "ideal" in line


def test_the_command_tells_programs_the_same(well: Running) -> None:
    told = StringIO()
    call_command("stripe_doctor", "--json", stdout=told)
    assert json.loads(told.getvalue())["ok"] is True

    well.world.account_change(charges_enabled=False)
    told = StringIO()
    with pytest.raises(CommandError):
        call_command("stripe_doctor", "--json", stdout=told)

    found = json.loads(told.getvalue())
    assert found["ok"] is False
    assert [one["check"] for one in found["findings"] if one["state"] == "bad"] == ["account"]
