"""A broker that dies while the worker is at work."""

from __future__ import annotations

import logging
import shutil
from typing import TYPE_CHECKING

import kombu
import pytest
from celery.worker.consumer import Consumer
from kombu.asynchronous import Hub
from kombu.asynchronous.timer import Timer

from courseapp import hearing
from tests.lessons.drip.machines import Redis
from tests.living import needed

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

log = logging.getLogger(__name__)
pytestmark = [pytest.mark.broker, pytest.mark.once]


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Redis]:
    if shutil.which("redis-server") is None:
        needed("redis-server")
    own = Redis(tmp_path)
    yield own
    own.stop()


@pytest.mark.parametrize("dies", [True, False])
def test_who_cannot_acknowledge_gives_the_connection_up(server: Redis, *, dies: bool) -> None:
    with kombu.Connection(server.url) as line:
        errors = line.connection_errors
        with line.SimpleQueue("bells") as queue:
            queue.put("a bell")
            message = queue.get(timeout=5)
            if dies:
                server.stop()
                # Celery's own way: it is written in the log, and that is all.
                message.ack_log_error(log, errors)
                with pytest.raises(errors):
                    hearing.or_give_up(message.ack_log_error)(log, errors)
            else:
                hearing.or_give_up(message.ack_log_error)(log, errors)
                assert message.acknowledged


def test_the_loop_looks_up_often_whatever_else_there_is_to_do() -> None:
    """Only then does it see that the worker is to stop."""
    listener = object.__new__(hearing.Hearing)
    listener.steps, listener.blueprint = [], Consumer.Blueprint()
    hub = Hub(timer=Timer())
    hub.call_later(60, print)
    assert hub.fire_timers() > hearing.ATTENTION
    listener.register_with_event_loop(hub)
    assert hub.fire_timers() <= hearing.ATTENTION
    hub.close()
