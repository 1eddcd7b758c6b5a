"""Telling the worker that there is something in the outbox.

The table is the truth and the bell is only a hint: when the broker does not answer, the beat finds
the letter within fifteen seconds of its return. So ringing never fails and never takes long.
"""

from __future__ import annotations

import logging
from threading import Thread
from time import monotonic
from typing import TYPE_CHECKING

from celery import current_app

if TYPE_CHECKING:
    from collections.abc import Callable

log = logging.getLogger(__name__)

# Seconds a request may wait for the broker. Brokers have time limits of their own, per connection,
# per handshake, per command: their sum is minutes.
PATIENCE = 0.8
# After a bell that did not ring nobody tries for this long (seconds), so that a dead broker slows
# one request in ten seconds and not each.
QUIET = 10.0


class BrokerSilent(Exception):
    """The broker did not answer in time."""


class _Bell:
    """When the bell may be tried again, per process (seconds of the monotonic clock)."""

    silent_until = 0.0


def ring(task: str = "post.pump") -> None:
    """Ask the worker to look in the outbox, or for that task; log a broker that is silent."""
    if monotonic() < _Bell.silent_until:
        return
    try:
        within(PATIENCE, lambda: current_app.send_task(task, retry=False, expires=60))
    except Exception as error:  # Each broker has errors of its own; none may get out.
        _Bell.silent_until = monotonic() + QUIET
        log.warning("The broker does not answer (%s); the beat will find it.", type(error).__name__)


def within(seconds: float, act: Callable[[], object]) -> None:
    """Do ``act`` in a thread; its own error, or BrokerSilent when it takes longer."""
    errors: list[Exception] = []

    def run() -> None:
        try:
            act()
        except Exception as error:  # Handed to who waits, below.
            errors.append(error)

    thread = Thread(target=run, name="doorbell", daemon=True)
    thread.start()
    thread.join(seconds)
    if thread.is_alive():
        raise BrokerSilent
    if errors:
        raise errors[0]
