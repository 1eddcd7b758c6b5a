"""Noticing what happened: plans follow from rows that other rooms write and nobody reports.

Enrolling, getting a right and finishing a lesson know nothing of mail. The tick reads the rows that
are new since it looked last, makes the places that are missing, and lets the others be looked at
again. A key can be given out and its row appear later, so young rows are looked at once more.
A row that is seen for the first time stirs its place whatever the clocks say: those who write rows
and those who plan may not agree on the time. Only the second look goes by it.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Q

from lessons.drip.models import Mark, Place, Sequence
from lessons.reading.models import Access, Completed, Enrolment, Finished

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime
    from uuid import UUID

# How many keys back, and how long, a row may appear after its key was given out.
OVERLAP, YOUNG = 500, timedelta(minutes=10)
# The clock that wrote a row and the one that planned may differ by this.
SLACK = timedelta(seconds=60)
BATCH = 1000


@dataclass(frozen=True)
class Caught:
    """Places made, and places that are to be looked at again."""

    made: int
    stirred: int


def catch_up(*, now: datetime) -> Caught:
    """Look through what is new; safe to run twice, and by two at once."""
    with transaction.atomic():
        sequences = _sequences()
        made = _enrolled(sequences, now) + _granted(sequences, now)
        stirred = _stirred(Finished, now) + _stirred(Completed, now)
    return Caught(made=made, stirred=stirred)


def begin(*, enrolment: Enrolment, now: datetime) -> int:
    """The places of who began just now, whose page need not wait for the tick."""
    with transaction.atomic():
        return _begin([enrolment], _sequences(), now)


def fill(*, sequence: Sequence, now: datetime) -> int:
    """Places in a sequence that is new, for all who follow its course already."""
    before = Place.objects.filter(sequence=sequence).count()
    enrolments = Enrolment.objects.filter(course=sequence.course_id).order_by("pk")
    for start in range(0, enrolments.count(), BATCH):
        _make([_place(one, sequence, now) for one in enrolments[start : start + BATCH]])
    return Place.objects.filter(sequence=sequence).count() - before


def _sequences() -> dict[UUID, list[Sequence]]:
    """The sequences that are live, by their course."""
    found: dict[UUID, list[Sequence]] = defaultdict(list)
    for sequence in Sequence.objects.filter(live__isnull=False):
        found[sequence.course_id].append(sequence)
    return found


def _new(model: Any, moment: str, now: datetime) -> tuple[list[Any], int]:
    """The rows nobody looked at, and young ones that may have been hidden then, which have a key up
    to the second figure."""
    mark, _made = Mark.objects.select_for_update().get_or_create(name=model.__name__.lower())
    young = Q(pk__gt=mark.last - OVERLAP, **{f"{moment}__gt": now - YOUNG})
    rows = list(model.objects.filter(Q(pk__gt=mark.last) | young).order_by("pk")[:BATCH])
    last = max((row.pk for row in rows), default=0)
    if last > mark.last:
        Mark.objects.filter(pk=mark.pk).update(last=last)
    return rows, mark.last


def _enrolled(sequences: dict[UUID, list[Sequence]], now: datetime) -> int:
    """A place for who enrolled."""
    rows, _seen = _new(Enrolment, "enrolled_at", now)
    return _begin(rows, sequences, now)


def _begin(rows: list[Enrolment], sequences: dict[UUID, list[Sequence]], now: datetime) -> int:
    """Places for these. One that a right made earlier gets to know the enrolment."""
    made = _make(
        _place(one, sequence, now) for one in rows for sequence in sequences[one.course_id]
    )
    begun = {(one.reader_id, one.course_id): one for one in rows}
    waiting = Place.objects.filter(enrolment=None, reader__in={reader for reader, _ in begun})
    meant = []
    for place in waiting.select_related("sequence"):
        place.enrolment = begun.get((place.reader_id, place.sequence.course_id))
        place.next_at = now
        meant += [place] if place.enrolment else []
    Place.objects.bulk_update(meant, ["enrolment", "next_at"])
    return made


def _granted(sequences: dict[UUID, list[Sequence]], now: datetime) -> int:
    """A place for who may read a training before they begin it; what offered it to them looks."""
    found, seen = _new(Access, "granted_at", now)
    rows = [one for one in found if one.revoked_at is None]
    made = _make(
        Place(
            reader_id=one.reader_id, sequence=sequence, started_at=one.granted_at,
            next_at=now, planned_at=now,
        )
        for one in rows
        for sequence in sequences[one.course_id]
    )  # fmt: skip
    _look_at_offers({(one.reader_id, one.course_id): one for one in rows}, seen, now)
    return made


def _look_at_offers(rights: dict[tuple[int, UUID], Access], seen: int, now: datetime) -> None:
    """Look again at the places that offered readers what they may read now."""
    offering = Place.objects.filter(
        reader__in={reader for reader, _course in rights},
        sequence__sells__in={course for _reader, course in rights},
    ).values_list("pk", "reader", "sequence__sells", "planned_at")
    stale = []
    for pk, reader, course, at in offering:
        right = rights.get((reader, course))
        if right is not None and (right.pk > seen or at < right.granted_at + SLACK):
            stale.append(pk)
    Place.objects.filter(pk__in=stale).update(next_at=now)


def _place(enrolment: Enrolment, sequence: Sequence, now: datetime) -> Place:
    return Place(
        reader_id=enrolment.reader_id, sequence=sequence, enrolment=enrolment,
        started_at=enrolment.enrolled_at, next_at=now, planned_at=now,
    )  # fmt: skip


def _make(places: Iterable[Place]) -> int:
    """Write those that are missing; returns how many that were."""
    wanted = list(places)
    if not wanted:
        return 0
    readers = {place.reader_id for place in wanted}
    known = set(Place.objects.filter(reader__in=readers).values_list("reader", "sequence"))
    missing = [one for one in wanted if (one.reader_id, one.sequence_id) not in known]
    Place.objects.bulk_create(missing, ignore_conflicts=True)
    return len(missing)


def _stirred(model: Any, now: datetime) -> int:
    """Look again at the places where something happened since they were planned."""
    rows, seen = _new(model, "at", now)
    fresh = {row.enrolment_id for row in rows if row.pk > seen}
    latest: dict[int, datetime] = {}
    for row in rows:
        latest[row.enrolment_id] = max(row.at, latest.get(row.enrolment_id, row.at))
    if not latest:
        return 0
    places = Place.objects.filter(enrolment__in=latest, ended_at=None)
    stale = [
        pk
        for pk, enrolment, planned_at in places.values_list("pk", "enrolment", "planned_at")
        if enrolment in fresh or (enrolment is not None and planned_at < latest[enrolment] + SLACK)
    ]
    # Not those that somebody holds right now: their lease is their next look.
    due = Place.objects.filter(pk__in=stale).filter(Q(next_at=None) | Q(next_at__gt=now))
    return due.filter(attempt=0).update(next_at=now)
