"""A broker that is gone or hangs: the act it should hear of succeeds, and soon."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.once

# A process of its own, for Celery keeps the broker it was started with.
RING = """
from time import monotonic
import django
django.setup()
from courseapp.post import doorbell
for _ in range(3):
    started = monotonic()
    doorbell.ring()
    print(f"{monotonic() - started:.3f}", flush=True)
"""


@pytest.fixture
def hanging_port() -> Iterator[int]:
    """A port that takes connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


@pytest.fixture
def closed_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def ring_three_times(broker: str, *, answers: bool = False) -> list[float]:
    """How long each took, in seconds; makes sure that the broker did answer, or did not."""
    result = subprocess.run(
        [sys.executable, "-c", RING],
        # The suite's own settings take the broker out of the environment.
        env=os.environ | {"DJANGO_SETTINGS_MODULE": "courseapp.settings", "BROKER_URL": broker},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert ("does not answer" in result.stderr) is not answers, result.stderr
    return [float(row) for row in result.stdout.split()]


@pytest.mark.slow
@pytest.mark.parametrize("scheme", ["redis", "amqp"])
def test_a_dead_broker_delays_nobody(scheme: str, closed_port: int) -> None:
    times = ring_three_times(f"{scheme}://127.0.0.1:{closed_port}")
    assert times[0] < 1.5
    assert max(times[1:]) < 0.05


@pytest.mark.slow
@pytest.mark.parametrize("scheme", ["redis", "amqp"])
def test_a_hanging_broker_delays_one_request_by_less_than_a_second(
    scheme: str, hanging_port: int
) -> None:
    times = ring_three_times(f"{scheme}://127.0.0.1:{hanging_port}")
    assert times[0] < 1.5
    assert max(times[1:]) < 0.05


def test_a_folder_as_broker_takes_no_time() -> None:
    assert max(ring_three_times("spool://", answers=True)[1:]) < 0.5
