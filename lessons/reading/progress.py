"""What a reader has done: facts inserted once, and the place where they stopped."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import connection, transaction
from django.db.models import Count, Exists, OuterRef, Q, Value

from lessons.reading import access, standing, standing_sql
from lessons.reading.models import Completed, Enrolment, Position

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from django.db.models import QuerySet

    from courseapp.accounts.models import User
    from lessons.content.models import Edition
    from lessons.reading.standing import Standing


@dataclass(frozen=True)
class Done:
    """A finished lesson: since when, whether this call was the first, and the course's state."""

    at: datetime
    first: bool
    completed_at: datetime | None


def record_opened(here: Standing, lesson: UUID, now: datetime) -> None:
    """Keep that an enrolled reader saw this lesson, the first time it is shown."""
    if here.enrolment is not None and lesson not in here.facts.opened:
        standing_sql.add("opened", here.enrolment, lesson, here.edition, now)


def open_lesson(*, reader: User, lesson: UUID, now: datetime) -> datetime:
    """Record that the lesson was opened; returns since when. Twice is once.

    Raises what ``access.require`` raises, and ``NotEnrolled`` also for a lesson open to everybody.
    """
    here = standing.of_lesson(reader, lesson=lesson)
    access.require(here, lesson, now)
    if here.enrolment is None:
        raise access.NotEnrolled(here.slug)
    record_opened(here, lesson, now)
    return here.facts.opened.get(lesson, now)


def finish(*, reader: User, lesson: UUID, now: datetime) -> Done:
    """Record "this lesson I have finished", and the course as completed with its last one.

    The enrolment is locked first and the live edition read after that: a publication that takes a
    lesson out locks the same rows (see ``settle``), so one of the two sees the other's work and no
    reader is left with every lesson finished and the course open.

    Twice is once. Raises what ``access.require`` raises, and ``NotEnrolled``.
    """
    with transaction.atomic():
        standing_sql.hold(lesson, reader)
        here = standing.of_lesson(reader, lesson=lesson)
        access.require(here, lesson, now)
        if here.enrolment is None:
            raise access.NotEnrolled(here.slug)
        if lesson in here.facts.finished:
            return Done(here.facts.finished[lesson], first=False, completed_at=here.completed_at)
        standing_sql.add("finished", here.enrolment, lesson, here.edition, now)
        done = {lesson, *here.facts.finished}
        completed_at = here.completed_at
        if completed_at is None and here.published.required <= done:
            completed_at = now
            Completed.objects.bulk_create(
                [Completed(enrolment_id=here.enrolment, edition_id=here.edition, at=now)],
                ignore_conflicts=True,
            )
    return Done(now, first=True, completed_at=completed_at)


def keep_position(*, reader: User, lesson: UUID, block: UUID | None, now: datetime) -> UUID | None:
    """Remember the block the reader has before them, to go on from there; returns what is kept.

    A block that is not (or no longer) in the lesson is kept as None, "the top of the lesson". A
    look back at a finished lesson keeps nothing, so that the place in the one under way stays.
    Raises what ``access.require`` raises, and ``NotEnrolled``.
    """
    here = standing.of_lesson(reader, lesson=lesson)
    access.require(here, lesson, now)
    if here.enrolment is None:
        raise access.NotEnrolled(here.slug)
    if lesson in here.facts.finished:
        return None
    known = {one.id for one in here.published.by_uuid[lesson].blocks}
    kept = block if block in known else None
    values = {"lesson_id": lesson, "block": kept, "at": now}
    Position.objects.update_or_create(enrolment_id=here.enrolment, defaults=values)
    return kept


def settle(*, edition: Edition, required: frozenset[UUID], now: datetime) -> int:
    """Complete the readers who, by this new edition, have finished every required lesson.

    One INSERT … SELECT, whatever the number of readers; returns how many it completed. Runs in the
    transaction that made the edition live, after locking the open enrolments: whoever is finishing
    a lesson right now is waited for, whoever comes later sees the new edition.
    """
    if not required:
        return 0
    completed = Completed.objects.filter(enrolment=OuterRef("pk"))
    still_open = Enrolment.objects.filter(~Exists(completed), course=edition.course_id)
    _lock_all(still_open)
    finished = Count("finished_facts", filter=Q(finished_facts__lesson__in=required))
    rows = (
        still_open.annotate(done=finished)
        .filter(done=len(required))
        .annotate(now=Value(now), in_edition=Value(edition.pk))
        .values_list("pk", "in_edition", "now")
    )
    sql, parameters = rows.query.sql_with_params()
    table = connection.ops.quote_name(Completed._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(  # Both parts come from Django's own compiler and model names.
            f"INSERT INTO {table} (enrolment_id, edition_id, at) {sql} ON CONFLICT DO NOTHING",
            parameters,
        )
        return int(cursor.rowcount)


def _lock_all(enrolments: QuerySet[Enrolment]) -> None:
    """Hold these rows for the rest of the transaction; they are counted, not fetched."""
    if not connection.features.has_select_for_update:
        return  # SQLite: the transaction took the one write lock at its BEGIN.
    rows = enrolments.select_for_update(no_key=True).order_by("pk").values("pk")
    sql, parameters = rows.query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(f"WITH held AS ({sql}) SELECT count(*) FROM held", parameters)  # noqa: S608
