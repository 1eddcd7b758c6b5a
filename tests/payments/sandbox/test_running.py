"""Starting, stopping, keeping; and where it may not run."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
import stripe

from courseapp.clock import set_ahead
from payments import sandbox
from payments.sandbox import api_version
from tests.payments.sandbox.dealing import Hook, client_of, order

if TYPE_CHECKING:
    from pathlib import Path

    from tests.payments.sandbox.dealing import Clock

pytestmark = pytest.mark.once


def test_a_world_with_a_file_goes_on_where_it_stopped(tmp_path: Path, clock: Clock) -> None:
    state, hook = tmp_path / "stripe.json", Hook()
    with sandbox.running(clock=clock, state=state, background=False) as first:
        client = client_of(first)
        session = client.v1.checkout.sessions.create(order(clock), {"idempotency_key": "k"})
        unpaid = client.v1.checkout.sessions.create(order(clock))
        endpoint = first.world.register("http://127.0.0.1:9/", secret="whsec_x")
        first.world.pay(session.id)

    with sandbox.running(clock=clock, state=state, background=False, webhook=hook) as second:
        client = client_of(second)
        assert client.v1.checkout.sessions.retrieve(session.id).payment_status == "paid"
        again = client.v1.checkout.sessions.create(order(clock), {"idempotency_key": "k"})
        assert again.id == session.id
        assert second.world.get(endpoint["id"])["secret"] == "whsec_x"
        waiting = [one["endpoint"] for one in second.world.deliveries("waiting")]
        assert waiting == [endpoint["id"]] * 5
        clock.pass_(3601)
        second.world.expire_due()
        assert client.v1.checkout.sessions.retrieve(unpaid.id).status == "expired"


def test_a_change_that_was_not_written_whole_does_not_count(tmp_path: Path, clock: Clock) -> None:
    state = tmp_path / "stripe.json"
    with sandbox.running(clock=clock, state=state, background=False) as first:
        kept = client_of(first).v1.checkout.sessions.create(order(clock))
    whole = state.read_text()
    state.write_text(whole + whole.splitlines()[-1][:100])

    with sandbox.running(clock=clock, state=state, background=False) as second:
        assert [one["id"] for one in second.world.all("checkout.session")] == [kept.id]
        session = client_of(second).v1.checkout.sessions.create(order(clock))

    with sandbox.running(clock=clock, state=state, background=False) as third:
        assert third.world.get(session.id)["status"] == "open"


def test_the_endpoint_of_the_command_line_is_not_doubled_by_a_restart(
    tmp_path: Path, clock: Clock
) -> None:
    state = tmp_path / "stripe.json"
    for secret in ("whsec_1", "whsec_2"):
        with sandbox.running(
            webhook="http://127.0.0.1:9/", secret=secret, clock=clock, state=state, background=False
        ) as here:
            (endpoint,) = here.world.all("endpoint")
            assert endpoint["secret"] == secret


def test_it_does_not_run_in_production(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PRODUCTION", "1")

    with pytest.raises(sandbox.NotHere), sandbox.running():
        pass


def test_it_does_not_run_beside_a_live_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STRIPE_SECRET_KEY", "sk_live_123")

    with pytest.raises(sandbox.NotHere, match="STRIPE_SECRET_KEY"), sandbox.running():
        pass


def test_it_plays_the_version_that_the_sdk_is_made_for() -> None:
    assert stripe.api_version == api_version.PINNED


def test_nothing_in_it_needs_django() -> None:
    code = "import sys, payments.sandbox; sys.exit('django' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_it_starts_from_the_command_line_and_stops_when_told(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "payments.sandbox", "--port", "0"]
    command += ["--state", str(tmp_path / "stripe.json")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        base = process.stdout.readline().split()[3].rstrip(",")
        client = stripe.StripeClient("sk_test_x", base_addresses={"api": base})
        try:
            assert client.v1.accounts.retrieve_current().country == "NL"
        finally:
            process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=5) == 0


def test_from_the_command_line_it_goes_by_a_clock_that_can_be_set_ahead(tmp_path: Path) -> None:
    file = tmp_path / "clock"
    command = [sys.executable, "-m", "payments.sandbox", "--port", "0", "--clock", str(file)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        base = process.stdout.readline().split()[3].rstrip(",")
        client = stripe.StripeClient("sk_test_x", base_addresses={"api": base})
        try:
            first = client.v1.products.create({"name": "Online training"}).created
            set_ahead(file, timedelta(days=30))
            second = client.v1.products.create({"name": "Online training"}).created
        finally:
            process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=5) == 0

    assert timedelta(days=30) <= timedelta(seconds=second - first) < timedelta(days=31)


def test_the_command_line_refuses_production_with_a_sentence() -> None:
    refused = subprocess.run(
        [sys.executable, "-m", "payments.sandbox"],
        env={**os.environ, "PRODUCTION": "1"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert refused.returncode == 1
    assert refused.stderr == "The local Stripe does not run in production.\n"
