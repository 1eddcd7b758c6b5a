"""Telling the worker that there is something to do with money.

The tables are the truth and the bell is only a hint: the sweeper comes by every half minute.
"""

from __future__ import annotations

import os
import time
from threading import Event, Lock, Thread

from courseapp.post import doorbell

# Seconds between two rings for hints that come in a burst.
PAUSE = 0.05


def ring() -> None:
    """Ask the worker to look in the inbox and at what is due; a dead broker is logged only."""
    doorbell.ring("payments.sweep")


def ring_soon() -> None:
    """The same without waiting for the broker, once for all that asks while the bell is ringing.

    For the webhook: Stripe waits for its answer, and a buyer for Stripe. The ring follows after
    what was committed before it, so that the worker sees all of it.
    """
    _bell.want()


class _Bell:
    """A thread of this process, from the first ring on; it ends with it."""

    def __init__(self) -> None:
        self.wanted = Event()
        self.starting = Lock()
        self.process = 0

    def want(self) -> None:
        self.wanted.set()
        if self.process != os.getpid():  # Also in a process that was forked off later.
            with self.starting:
                if self.process != os.getpid():
                    self.process = os.getpid()
                    Thread(target=self._ring_on, name="payments-bell", daemon=True).start()

    def _ring_on(self) -> None:
        while self.wanted.wait():
            # Before the ring: whoever asks during it has to be rung for once more.
            self.wanted.clear()
            ring()
            time.sleep(PAUSE)


_bell = _Bell()
