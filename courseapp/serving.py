"""How the site is served: the one command line of granian (docs/decisions/0012-granian.md)."""

from __future__ import annotations

import sys

from django.conf import settings

# Python runs one thread at a time: more of them only wait, and hold a connection each.
THREADS = 4
# Requests that one process holds on to; further ones wait in the system's queue.
HELD = 128
# Seconds that a process has to finish what it began, after it was asked to end.
GRACE = 20


def command(*, host: str) -> list[str]:
    """granian on ``settings.PORT`` of this address, as a list of arguments."""
    return [
        *(sys.executable, "-m", "granian", "--interface", "wsgi"),
        *("--host", host, "--port", str(settings.PORT)),
        *("--workers", str(settings.WEB_WORKERS), "--blocking-threads", str(THREADS)),
        *("--backpressure", str(HELD), "--respawn-failed-workers"),
        *("--workers-kill-timeout", str(GRACE), "--log-level", "warning"),
        "courseapp.wsgi:application",
    ]
