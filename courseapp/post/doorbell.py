"""Telling the worker that there is something in the outbox.

The table is the truth and the bell is only a hint: when the broker does not answer, the beat finds
the letter within fifteen seconds of its return. So ringing never fails and never takes long.
"""

from __future__ import annotations

import logging
from time import monotonic

from celery import current_app

log = logging.getLogger(__name__)

# After a bell that did not ring nobody tries for a while, so that a dead broker slows one request
# in ten seconds and not each.
QUIET = 10.0


class _Bell:
    """When the bell may be tried again, per process (seconds of the monotonic clock)."""

    silent_until = 0.0


def ring() -> None:
    """Ask the worker to look in the outbox; log a broker that does not answer."""
    if monotonic() < _Bell.silent_until:
        return
    try:
        current_app.send_task("post.pump", retry=False, expires=60)
    except Exception as error:  # Each broker has errors of its own; none may get out.
        _Bell.silent_until = monotonic() + QUIET
        log.warning("The broker does not answer (%s); the beat will find it.", type(error).__name__)
