"""The inbox: each hint of Stripe's kept once, and worked on until it led to an order or to nobody.

Keeping is one statement that commits itself, and calls nobody. Working on a hint means: find the
order it is about, and synchronise that order. A claim is a lease, so that a worker that dies leaves
nothing behind.
"""

from __future__ import annotations

import json
import logging
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import connection, transaction

from payments import doorbell, gateway, sync
from payments.models import Cursor, Order, StripeEvent

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from payments.answers import Hint

log = logging.getLogger(__name__)
LEASE = timedelta(minutes=2)
# How long a hint that leads nowhere is asked about again: its order may still be being written.
PATIENCE = timedelta(minutes=30)
# How far back the list of events is read again, for those that came late to it.
OVERLAP = timedelta(hours=1)
BATCH = 50
# Stripe waits for this one, and a buyer for Stripe: written out (docs/decisions/0010), and without
# a BEGIN and a COMMIT of its own, which are two more ways to PostgreSQL.
KEEP = """\
INSERT INTO payments_stripeevent
    (event_id, type, object_id, about, livemode, received_at, state, next_at, attempts, error)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, 0, '') ON CONFLICT (event_id) DO NOTHING"""


def keep(*, hints: Iterable[Hint], now: datetime) -> None:
    """Write the hints down, each once; of types or of a mode that is not ours as ignored."""
    are_ours = [_keep(hint, now) for hint in hints]
    if any(are_ours):
        transaction.on_commit(doorbell.ring_soon, robust=True)


def work(*, now: datetime, limit: int = BATCH) -> int:
    """Work on what is due; returns how many hints were taken."""
    claimed = _claim(now, limit)
    looked: set[UUID] = set()
    for event in claimed:
        try:
            _work_on(event, looked, now)
        except Exception as error:  # Kept with the row, for whoever looks; tried again later.
            log.warning("event %s: %s", event.event_id, type(error).__name__)
            event.error = f"{type(error).__name__}: {error}"[:500]
            event.next_at = now + timedelta(seconds=min(15 * 2**event.attempts, 3600))
            event.save(update_fields=["error", "next_at"])
    return len(claimed)


def pull(*, now: datetime) -> None:
    """Read what Stripe's own list of events says, for webhooks that never came."""
    cursor, _made = Cursor.objects.get_or_create(name="events", defaults={"at": now - OVERLAP})
    hints = list(gateway.events_since(cursor.at - OVERLAP))
    with transaction.atomic():  # One for all of them, after Stripe answered.
        keep(hints=hints, now=now)
        Cursor.objects.filter(name="events", at__lt=now).update(at=now)


def _keep(hint: Hint, now: datetime) -> bool:
    """Write a hint down, unless it is there already; returns whether it is any of ours."""
    ours = hint.type in gateway.EVENTS and hint.livemode == gateway.live()
    state = StripeEvent.State.RECEIVED if ours else StripeEvent.State.IGNORED
    moment = connection.ops.adapt_datetimefield_value(now)
    with connection.cursor() as cursor:
        cursor.execute(
            KEEP,
            [
                hint.event_id[:255],
                hint.type[:120],
                hint.object_id[:255],
                json.dumps(hint.about),
                hint.livemode,
                moment,
                state.value,
                moment if ours else None,
            ],
        )
    return ours


def _claim(now: datetime, limit: int) -> list[StripeEvent]:
    with transaction.atomic():
        due = (
            StripeEvent.objects.select_for_update(skip_locked=True)
            .filter(next_at__lte=now)
            .order_by("next_at")
        )
        claimed = list(due[:limit])
        for event in claimed:
            event.attempts += 1
            event.next_at = now + LEASE
        StripeEvent.objects.bulk_update(claimed, ["attempts", "next_at"])
    return claimed


def _work_on(event: StripeEvent, looked: set[UUID], now: datetime) -> None:
    """Synchronise the order of a hint; once for all hints of a round, which came before its look.

    One payment leads to three hints at least.
    """
    order = _order_of(event)
    if order is not None:
        if order not in looked:
            sync.sync_order(order=order, now=now)
            looked.add(order)
        _end(event, StripeEvent.State.DONE)
    elif now - event.received_at > PATIENCE:
        # Another shop's object in the same account: nobody's here.
        _end(event, StripeEvent.State.IGNORED)
    else:
        StripeEvent.objects.filter(pk=event.pk).update(
            next_at=now + timedelta(minutes=2), error="no order of ours"
        )


def _end(event: StripeEvent, state: StripeEvent.State) -> None:
    StripeEvent.objects.filter(pk=event.pk).update(state=state, next_at=None, error="")


def _order_of(event: StripeEvent) -> UUID | None:
    """The order an event is about: by what is known here, else by asking Stripe."""
    about = event.about
    found = _known(event.object_id) or _known(about.get("intent", ""))
    found = found or _named(about.get("order", ""))
    if found is not None:
        return found
    intent = about.get("intent") or gateway.intent_of(event.object_id)
    if not intent:
        return None
    return _known(intent) or _known(gateway.session_for_intent(intent))


def _known(object_id: str) -> UUID | None:
    """The order of one of Stripe's objects, if it was seen here before."""
    match object_id.partition("_")[0]:
        case "cs":
            path = "attempts__session_id"
        case "pi":
            path = "payments"
        case "re":
            path = "payments__refunds__stripe_id"
        case "dp" | "du":
            path = "payments__disputes"
        case _:
            return None
    return Order.objects.filter(**{path: object_id}).values_list("pk", flat=True).first()


def _named(order: str) -> UUID | None:
    """The order a metadata entry names: a hint like the rest, and anybody's words."""
    try:
        return Order.objects.filter(pk=UUID(order)).values_list("pk", flat=True).first()
    except ValueError:
        return None
