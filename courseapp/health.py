"""``/healthz``: is the site able to do its work? For a monitor; tells nothing secret.

The database decides: without it no page works, and the answer is 503. Without a broker or a beat
pages still work and mail waits, so that is ``degraded`` with 200: a load balancer that took the
site away for it would turn a late mail into an outage.
"""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import TYPE_CHECKING

from celery import current_app
from django.db import DatabaseError, connection, connections
from django.http import JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from courseapp import closing
from courseapp.post import doorbell, heartbeat

if TYPE_CHECKING:
    from datetime import datetime

    from django.http import HttpRequest

log = logging.getLogger(__name__)

# Ticks come every fifteen seconds; twenty missed ones are no coincidence.
LATE = timedelta(minutes=5)
PATIENCE = 1.0  # Seconds for the broker to answer.


@never_cache
@require_safe
def healthz(_request: HttpRequest) -> JsonResponse:
    """``{"status", "database", "keys", "broker", "beat", "beat_at"}``; 503 without a database."""
    now = timezone.now()
    try:
        beat_at = _beat()
    except closing.Closed:
        return JsonResponse({"status": "down", "database": "closed"}, status=503)
    except DatabaseError:
        log.exception("The database does not answer.")
        return JsonResponse({"status": "down", "database": "down"}, status=503)
    found = {
        "database": "ok",
        "keys": _keys(),
        "broker": _broker(),
        "beat": _judge(beat_at, now=now),
    }
    status = "ok" if set(found.values()) == {"ok"} else "degraded"
    return JsonResponse({"status": status, **found, "beat_at": beat_at})


def _beat() -> datetime | None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return heartbeat.last()


def _keys() -> str:
    """Without readers' keys what they wrote stays shut, and everything else works."""
    try:
        with connections["keys"].cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError as error:
        log.warning("The database of keys does not answer (%s).", type(error).__name__)
        return "down"
    return "ok"


def _judge(beat_at: datetime | None, *, now: datetime) -> str:
    if beat_at is None:
        return "never"
    return "late" if now - beat_at > LATE else "ok"


def _broker() -> str:
    try:
        doorbell.within(PATIENCE, _connect)
    except Exception as error:  # Each broker has errors of its own; all mean the same here.
        log.warning("The broker does not answer (%s).", type(error).__name__)
        return "down"
    return "ok"


def _connect() -> None:
    with current_app.connection_for_write(connect_timeout=PATIENCE) as broker:
        broker.connect()
        broker.default_channel.close()
