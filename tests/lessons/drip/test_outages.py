"""Mail survives what it stands on: workers, beats, brokers and the database go and come back.

The short form. The long one, three thousand mails and dozens of outages, is
``python -m tests.lessons.drip.outages`` (`docs/benchmarks.md` has its figures).
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from courseapp.bench import databases
from tests.lessons.drip import machines

ROOT = Path(__file__).resolve().parents[3]
pytestmark = [pytest.mark.slow, pytest.mark.once]
BROKERS = {"redis": "TEST_REDIS_URL", "amqp": "TEST_AMQP_URL"}


def lived_through(*arguments: str, broker: str) -> dict[str, Any]:
    """The figures of a run, on PostgreSQL where it answers."""
    database = "postgresql" if databases.server() else "sqlite"
    command = [sys.executable, "-m", "tests.lessons.drip.outages", *arguments]
    options = ["--broker", broker, "--database", database]
    done = subprocess.run(
        [*command, *options], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.stdout, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def require(broker: str) -> None:
    if broker in BROKERS and not os.environ.get(BROKERS[broker]):
        if os.environ.get("CI") == "true":
            pytest.fail(f"{BROKERS[broker]} is not set, and with CI=true nothing may be left out.")
        pytest.skip(f"{BROKERS[broker]} is not set.")


@pytest.mark.parametrize(
    ("broker", "faults"),
    [
        ("spool", ["kill", "flush", "empty", "beat"]),
        pytest.param("redis", ["kill", "empty", "broker", "crash"], marks=pytest.mark.broker),
        pytest.param("amqp", ["kill", "flush", "empty"], marks=pytest.mark.broker),
    ],
)
def test_no_mail_is_lost_and_no_offer_goes_twice_whatever_goes_away(
    broker: str, faults: list[str]
) -> None:
    """Who enrolled five days ago, and whom nobody looked at since, gets one mail, not five."""
    require(broker)
    if not machines.postgres_programs():
        faults = [fault for fault in faults if fault != "crash"]
    few = ("--readers", "60", "--kills", "1", "--others", "1")
    found = lived_through(*few, "--faults", *faults, broker=broker)

    assert found["kills"] >= 1
    assert found["came"] > 80
    assert found["faults"] == []


def test_of_bells_alone_those_that_were_lost_are_missed() -> None:
    """Control: without the beat, who enrolled while the folder was deleted gets no mail."""
    only_the_bell = ("--without-beat", "--faults", "flush", "--others", "1", "--patience", "8")
    found = lived_through("--readers", "12", *only_the_bell, broker="spool")

    assert "a mail was never decided on" in found["faults"]
