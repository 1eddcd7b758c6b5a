"""Putting what is due into the outbox: claim, plan, write, in that order.

Everything happens in the database: a mail is decided on by a row under a unique key, and its letter
is written in the same transaction. So a crash at any point leaves either both or neither, and the
outbox alone has to do with mail servers. The claim is a lease; a place whose claimer died is due
again when that ends.
"""

from __future__ import annotations

import logging
import uuid
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import connection, transaction
from django.db.models import F, Min

from courseapp.post import claiming, doorbell
from lessons.drip import gathering, letters, plan, spreading
from lessons.drip.models import Mail, Place, Sequence

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from django.db.models import QuerySet

    from courseapp.post.models import Form
    from lessons.drip.gathering import Reader, Situation
    from lessons.drip.plan import Planned

log = logging.getLogger(__name__)
# Longer than the hard time limit of a task.
LEASE = timedelta(seconds=180)
# A place that failed this often waits for a person.
ATTEMPTS = 5
# A place whose last planners died, and did not fail, goes alone from here on: whichever of two
# hundred it was, the others get their mail.
ALONE = 2
DIED = "every planner died over it"
PAUSE = timedelta(minutes=5)
NAMESPACE = uuid.UUID("7f0a4a61-2f49-4a39-9e52-9d0a0a4a2c55")


@dataclass(frozen=True)
class Run:
    """What one call did: places looked at, mails decided on; ``more``: some may still be due."""

    claimed: int
    queued: int
    more: bool = False


def is_due(*, now: datetime) -> bool:
    """Whether ``claim`` would find anything.

    Asked for the first moment of all, which PostgreSQL always finds at the end of the index.
    """
    waiting = Place.objects.filter(next_at__isnull=False)
    first: datetime | None = waiting.aggregate(at=Min("next_at"))["at"]
    return first is not None and first <= now


def soonest() -> datetime | None:
    """When a place has to be looked at next, perhaps in the past; None when none has."""
    running = Place.objects.filter(sequence__state=Sequence.State.RUNNING)
    found: datetime | None = running.aggregate(at=Min("next_at"))["at"]
    return found


def look(*, now: datetime, limit: int = 200) -> Run:
    """Look at up to ``limit`` places that are due, and write the letters that are due now."""
    places, more = claim(now=now, limit=limit)
    claimed = {place.pk: place for place in places}
    readers = gathering.of_readers(place.reader_id for place in places)
    queued = 0
    forms: dict[object, Form] = {}
    with transaction.atomic():
        for reader in readers:
            try:
                with transaction.atomic():
                    queued += _settle(reader, claimed, forms, now)
            except Exception as error:  # One reader's trouble must not keep back the others.
                log.exception("places of a reader could not be planned")
                _put_off(reader, claimed, f"{type(error).__name__}: {error}", now)
        if queued:
            transaction.on_commit(doorbell.ring, robust=True)
    return Run(claimed=len(places), queued=queued, more=more)


def claim(*, now: datetime, limit: int) -> tuple[list[Place], bool]:
    """Take places for the length of a lease, and tell whether some may be due that were not taken.

    The attempt counts here, so that a place that kills its planner comes to rest one day. The error
    of its last attempt goes: a planner that lives writes one down, one that dies does not.
    """
    if not is_due(now=now):  # Mostly; and that needs no transaction.
        return [], False
    free = connection.features.has_select_for_update_skip_locked
    with transaction.atomic():
        claiming.keep_to_the_index()
        found = list(_due(now).select_for_update(skip_locked=free)[:limit])
        places = _together(_without_poison(found))
        # In whole seconds, as what was planned is: SQLite keeps moments as text, and a row that
        # grows splits its page, so that 200 rows were 317 pages to write.
        ends = (now + LEASE).replace(microsecond=0)
        Place.objects.filter(pk__in=[place.pk for place in places]).update(
            next_at=ends, attempt=F("attempt") + 1, error=""
        )
    for place in places:
        place.attempt += 1
    return places, len(found) == limit or len(places) < len(found)


def _without_poison(found: list[Place]) -> list[Place]:
    poison = [place.pk for place in found if _deaths(place) >= ATTEMPTS]
    if poison:
        log.error("places %s ended every planner they had; they are not tried again", poison)
        Place.objects.filter(pk__in=poison).update(next_at=None, error=DIED)
    return [place for place in found if place.pk not in poison]


def _together(found: list[Place]) -> list[Place]:
    """All up to the first that has to go alone, or that one."""
    for number, place in enumerate(found):
        if _deaths(place) >= ALONE:
            return found[: number or 1]
    return found


def _deaths(place: Place) -> int:
    """How many planners in a row may have died over it; none when the last one lived to fail."""
    return 0 if place.error else place.attempt


def _due(now: datetime) -> QuerySet[Place]:
    """In the order of the index."""
    return Place.objects.filter(next_at__lte=now).order_by("next_at")


def plans_of(reader: Reader, now: datetime) -> list[list[Planned]]:
    """The plan of each place of a reader, at most one mail a day over all of them."""
    return spreading.spread(
        [plan.plan(each.steps, each.facts, now, goal=each.goal) for each in reader.situations],
        taken=reader.taken,
        zone=reader.zone,
        now=now,
    )


def _settle(
    reader: Reader, claimed: dict[int, Place], forms: dict[object, Form], now: datetime
) -> int:
    """Decide on what is due at the claimed places of a reader; returns how many mails."""
    plans = zip(reader.situations, plans_of(reader, now), strict=True)
    ours = [(here, planned) for here, planned in plans if here.place.pk in claimed]
    mails = [
        _mail(here, one, now)
        for here, planned in ours
        if here.place.sequence.state == Sequence.State.RUNNING
        for one in planned
        if one.state == "due"
    ]
    written = _written(mails)
    for here, planned in ours:
        sent = {
            mail.step_key + mail.occurrence for mail in written if mail.place_id == here.place.pk
        }
        rest = [one for one in planned if one.step.key + one.occurrence not in sent]
        _rest(here, rest, now)
    letters.put(_with_situations(written, ours), forms=forms, now=now)
    return len(written)


def _mail(here: Situation, one: Planned, now: datetime) -> Mail:
    assert one.at is not None and here.place.sequence.live_id is not None  # noqa: S101, PT018
    return Mail(
        place=here.place,
        reader_id=here.place.reader_id,
        version_id=here.place.sequence.live_id,
        step_key=one.step.key,
        occurrence=one.occurrence,
        kind=one.step.kind,
        due_at=one.at,
        day=one.day,
        decided_at=now,
        letter=letter_of(here.place.pk, one.step.key, one.occurrence),
    )


def letter_of(place: int, step: str, occurrence: str) -> uuid.UUID:
    """The letter of a mail, the same however often it is asked for."""
    return uuid.uuid5(NAMESPACE, f"{place}:{step}:{occurrence}")


def _written(mails: list[Mail]) -> list[Mail]:
    """The mails that are ours to send: those another pump, or the day, took first are not."""
    if not mails:
        return []
    Mail.objects.bulk_create(mails, ignore_conflicts=True)
    wanted = {mail.letter: mail for mail in mails}
    found = Mail.objects.filter(letter__in=list(wanted), decided_at=mails[0].decided_at)
    return [wanted[letter] for letter in found.values_list("letter", flat=True)]


def _rest(here: Situation, planned: list[Planned], now: datetime) -> None:
    """When to look at a place again. What was due and did not get its row comes back at once.

    Only while it is our lease that stands there: if somebody wants it looked at sooner, because
    another version was published meanwhile, that stays.
    """
    at = plan.next_at(planned)
    if here.place.sequence.state == Sequence.State.STOPPED and at is not None:
        at = None if at <= now else at
    Place.objects.filter(pk=here.place.pk, next_at=here.place.next_at).update(
        next_at=max(at, now + timedelta(seconds=1)) if at else None,
        planned_at=now,
        attempt=0,
        error="",
    )


def _put_off(reader: Reader, claimed: dict[int, Place], error: str, now: datetime) -> None:
    """Try again later, or not at all: then it stands on *Vandaag*."""
    for here in reader.situations:
        place = claimed.get(here.place.pk)
        if place is not None:
            again = now + PAUSE * 2 ** (place.attempt - 1)
            Place.objects.filter(pk=place.pk).update(
                next_at=None if place.attempt >= ATTEMPTS else again, error=error[:300]
            )


def _with_situations(
    mails: list[Mail], ours: list[tuple[Situation, list[Planned]]]
) -> Iterator[tuple[Mail, Situation, Planned]]:
    known = {
        (here.place.pk, one.step.key, one.occurrence): (here, one)
        for here, planned in ours
        for one in planned
    }
    for mail in mails:
        here, one = known[mail.place_id, mail.step_key, mail.occurrence]
        yield mail, here, one
