"""Proof that the comparison sees: each loss and each double, made on purpose, has to be found.

Each is done to the databases of a run that was found right, looked for, and taken back.
"""

from __future__ import annotations

import uuid
from dataclasses import replace
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from courseapp.post.models import Letter
from courseapp.vault.models import DataKey
from lessons.reading.models import Access, Answer, Enrolment, Finished, Rhythm
from payments.models import InvoiceSeries, LedgerEntry, Order
from tests.faults.kills import reckoning

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.faults.kills.reckoning import Ended

    # Gives back what is to be looked at then; None where the run made nothing to spoil.
    Spoil = Callable[[Ended], Ended | None]


def _without(rows: object) -> bool:
    """Whether there was one to delete."""
    first = rows.first()  # type: ignore[attr-defined]
    if first is None:
        return False
    type(first).objects.filter(pk=first.pk).delete()
    return True


def lose_a_fact(ended: Ended) -> Ended | None:
    return ended if _without(Finished.objects.all()) else None


def lose_a_text(ended: Ended) -> Ended | None:
    return ended if _without(Answer.objects.exclude(kind="selfcheck")) else None


def lose_a_wish(ended: Ended) -> Ended | None:
    return ended if _without(Rhythm.objects.all()) else None


def lose_a_right(ended: Ended) -> Ended | None:
    return ended if _without(Access.objects.all()) else None


def lose_a_booking(ended: Ended) -> Ended | None:
    return ended if _without(LedgerEntry.objects.all()) else None


def lose_an_invoice_number(ended: Ended) -> Ended | None:
    series = InvoiceSeries.objects.first()
    if series is None:
        return None
    InvoiceSeries.objects.filter(pk=series.pk).update(last=series.last + 1)
    return ended


def lose_a_letter(ended: Ended) -> Ended | None:
    sent = Letter.objects.filter(sent_at__isnull=False).first()
    if sent is None:
        return None
    return replace(ended, came=[name for name in ended.came if name != sent.message_id])


def lose_a_letter_before_it_goes(ended: Ended) -> Ended | None:
    return ended if _without(Letter.objects.filter(key__startswith="drip:")) else None


def lose_a_key(ended: Ended) -> Ended | None:
    return ended if _without(DataKey.objects.all()) else None


def order_twice(ended: Ended) -> Ended | None:
    order = Order.objects.first()
    if order is None:
        return None
    order.pk, order.number, order._state.adding = uuid.uuid4(), "DUBBEL", True
    order.save(force_insert=True)
    return ended


def enrol_somebody_who_did_not_ask(ended: Ended) -> Ended | None:
    asked = [act for act in ended.history.acts if act.what != "enrol"]
    has_any = Enrolment.objects.exists()
    return replace(ended, history=replace(ended.history, acts=asked)) if has_any else None


def write_twice_to_everybody(ended: Ended) -> Ended | None:
    return replace(ended, came=ended.came * 2, senders=0) if ended.came else None


def keep_a_key_of_nobody(ended: Ended) -> Ended | None:
    DataKey.objects.create(
        owner=uuid.uuid4(), generation=1, wrapped=b"-", wrapped_by="x", made_at=timezone.now()
    )
    return ended


EVERY: tuple[Spoil, ...] = (
    lose_a_fact,
    lose_a_text,
    lose_a_wish,
    lose_a_right,
    lose_a_booking,
    lose_an_invoice_number,
    lose_a_letter,
    lose_a_letter_before_it_goes,
    lose_a_key,
    order_twice,
    enrol_somebody_who_did_not_ask,
    write_twice_to_everybody,
    keep_a_key_of_nobody,
)


def unseen(ended: Ended) -> tuple[int, list[str]]:
    """How many were tried, and the names of those that nobody noticed. All is taken back."""
    tried, missed = 0, list[str]()
    for spoil in EVERY:
        with transaction.atomic(), transaction.atomic(using="keys"):
            spoilt = spoil(ended)
            if spoilt is not None:
                tried += 1
                missed += [] if reckoning.broken(spoilt) else [spoil.__name__]
            transaction.set_rollback(True)
            transaction.set_rollback(True, using="keys")
    return tried, missed
