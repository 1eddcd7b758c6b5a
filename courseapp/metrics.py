"""``/metrics``: what a monitor asks for, in Prometheus' text format. Off without METRICS_TOKEN.

What happened is counted where it happens (``courseapp.meters``); what waits is asked of the
database, here and when somebody asks. Each question is answered from an index, and no count goes
further than ``MOST``, so that a flood of mail is not made worse by watching it.
"""

from __future__ import annotations

import hmac
import logging
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import DatabaseError
from django.db.models import Min
from django.http import Http404, HttpResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CollectorRegistry
from prometheus_client.core import GaugeMetricFamily as Gauge
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_1_0_0, generate_latest

from courseapp import meters
from courseapp.post import breaker, heartbeat, outbox
from courseapp.post.models import Letter
from lessons.drip import pump
from lessons.drip.models import Place, Sequence
from payments.models import Order, StripeEvent

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime
    from typing import Any

    from django.db.models import QuerySet
    from django.http import HttpRequest

log = logging.getLogger(__name__)
MOST = 10_000  # A count that reaches it means: so many or more.


@never_cache
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """For whoever brings the token as ``Authorization: Bearer``; else there is nothing (404)."""
    if not _may(request):
        raise Http404
    waiting = CollectorRegistry()
    waiting.register(_Waiting(timezone.now()))
    told = meters.counted() + generate_latest(waiting)
    return HttpResponse(told, content_type=CONTENT_TYPE_PLAIN_1_0_0)


def _may(request: HttpRequest) -> bool:
    token: str = settings.METRICS_TOKEN
    scheme, _space, given = request.headers.get("Authorization", "").partition(" ")
    return (
        bool(token) and scheme == "Bearer" and hmac.compare_digest(given.encode(), token.encode())
    )


class _Waiting:
    """What waits in the database, as gauges."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def collect(self) -> Iterator[Gauge]:
        try:
            found = list(self._found())
        except DatabaseError as error:
            log.warning("The database does not answer (%s).", type(error).__name__)
            found = []
        up = Gauge("courseapp_database_up", "1 where the database answers.")
        up.add_metric([], float(bool(found)))
        yield from [up, *found]

    def _found(self) -> Iterable[Gauge]:
        yield from self._letters()
        yield from self._queues()
        beat = heartbeat.last()
        yield _one("courseapp_beat_age_seconds", "Since the beat was here; -1: never.",
                   -1.0 if beat is None else self._since(beat))  # fmt: skip
        yield _one("courseapp_mail_server_left_alone", "1 while no mail is tried.",
                   float(breaker.state(now=self.now)[0]))  # fmt: skip
        yield _one("courseapp_letters_in_doubt", "Offers that went or not; nobody knows.",
                   _bounded(Letter.objects.doubtful()))  # fmt: skip

    def _letters(self) -> Iterable[Gauge]:
        lag = Gauge(
            "courseapp_letters_lag_seconds", "How late the oldest due is.", labels=["stream"]
        )
        due = Gauge("courseapp_letters_due", f"Due now, at most {MOST}.", labels=["stream"])
        for stream, priority in outbox.PRIORITY.items():
            waiting = Letter.objects.filter(priority=priority, next_at__isnull=False)
            first = waiting.order_by("next_at").values_list("next_at", flat=True).first()
            lag.add_metric([stream], self._since(first))
            due.add_metric([stream], _bounded(waiting.filter(next_at__lte=self.now)))
        return lag, due

    def _queues(self) -> Iterable[Gauge]:
        lag = Gauge("courseapp_queue_lag_seconds", "How late the oldest due is.", labels=["queue"])
        due = Gauge("courseapp_queue_due", f"Due now, at most {MOST}.", labels=["queue"])
        events = StripeEvent.objects.filter(next_at__isnull=False)
        queues: list[tuple[str, datetime | None, QuerySet[Any]]] = [
            ("places", pump.soonest(),
             Place.objects.filter(next_at__lte=self.now, sequence__state=Sequence.State.RUNNING)),
            # Since it came: one that fails is put off, and would seem to be in time.
            ("stripe_events", _first(events, "received_at"), events),
            ("orders", _first(Order.objects.filter(next_sync_at__isnull=False), "next_sync_at"),
             Order.objects.filter(next_sync_at__lte=self.now)),
        ]  # fmt: skip
        for name, first, rows in queues:
            lag.add_metric([name], self._since(first))
            due.add_metric([name], _bounded(rows))
        return lag, due

    def _since(self, moment: datetime | None) -> float:
        return 0.0 if moment is None else max(0.0, (self.now - moment).total_seconds())


def _first(rows: QuerySet[Any], field: str) -> datetime | None:
    found: datetime | None = rows.aggregate(at=Min(field))["at"]
    return found


def _bounded(rows: QuerySet[Any]) -> float:
    return float(rows.order_by()[:MOST].count())


def _one(name: str, about: str, value: float) -> Gauge:
    gauge = Gauge(name, about)
    gauge.add_metric([], value)
    return gauge
