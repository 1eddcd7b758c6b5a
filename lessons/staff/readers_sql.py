"""What a change means for readers, counted in the database: two statements for any number of them.

Written out like `reading.standing_sql` (docs/decisions/0010): both count over all enrolments of a
course, and no row of a reader leaves the database.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import connection

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

# Completed readers' lessons are not counted: nothing a publication does changes theirs.
GROUPS = """\
SELECT count(*),
       count(*) FILTER (WHERE completed),
       count(*) FILTER (WHERE NOT completed AND finished > 0),
       count(*) FILTER (WHERE NOT completed AND needed = {needed}),
       coalesce(sum(had) FILTER (WHERE NOT completed AND finished > 0), 0),
       coalesce(sum(needed) FILTER (WHERE NOT completed AND finished > 0), 0)
FROM (
    SELECT completed.enrolment_id IS NOT NULL AS completed,
           count(fact.id) AS finished,
           count(fact.id) FILTER (WHERE {in_before}) AS had,
           count(fact.id) FILTER (WHERE {in_after}) AS needed
    FROM lessons_enrolment AS enrolment
    LEFT JOIN lessons_completed AS completed ON completed.enrolment_id = enrolment.id
    LEFT JOIN lessons_finished AS fact
           ON fact.enrolment_id = enrolment.id AND completed.enrolment_id IS NULL
    WHERE enrolment.course_id = %s
    GROUP BY enrolment.id, completed.enrolment_id
) AS reader"""
FINISHED = """\
SELECT 'finished' AS what, fact.lesson_id AS lesson, count(*) AS readers,
       {no_moment} AS earliest, {no_moment} AS latest
FROM lessons_finished AS fact WHERE {gone} GROUP BY fact.lesson_id"""
STOPPED = """\
SELECT 'stopped', place.lesson_id, count(*), {no_moment}, {no_moment}
FROM lessons_enrolment AS enrolment
JOIN lessons_position AS place ON place.enrolment_id = enrolment.id
LEFT JOIN lessons_completed AS completed ON completed.enrolment_id = enrolment.id
WHERE enrolment.course_id = %s AND completed.enrolment_id IS NULL AND {gone}
GROUP BY place.lesson_id"""
# Which lessons were promised depends on the edition somebody began with, so one enrolment of each
# edition tells after which promised lesson a new one comes; then one look-up for each enrolment.
OPENING = """\
SELECT * FROM (
    WITH here (lesson, place) AS (VALUES {places}),
         fresh (lesson, place) AS (VALUES {fresh}),
         one AS (SELECT edition_id, min(id) AS id FROM lessons_enrolment
                 WHERE course_id = %s GROUP BY edition_id),
         last AS (SELECT one.edition_id AS edition, fresh.lesson AS lesson,
                         max(here.place) AS place
                  FROM one
                  JOIN lessons_unlock AS promise ON promise.enrolment_id = one.id
                  JOIN here ON here.lesson = promise.lesson_id
                  JOIN fresh ON here.place < fresh.place
                  GROUP BY one.edition_id, fresh.lesson)
    SELECT 'opens', last.lesson, count(*), min(promise.opens_at), max(promise.opens_at)
    FROM last
    JOIN here ON here.place = last.place
    JOIN lessons_enrolment AS enrolment
      ON enrolment.edition_id = last.edition AND enrolment.course_id = %s
    JOIN lessons_unlock AS promise
      ON promise.enrolment_id = enrolment.id AND promise.lesson_id = here.lesson
    WHERE promise.opens_at > %s
    GROUP BY last.lesson
) AS dates"""


@dataclass(frozen=True)
class Groups:
    """Readers of a course: how many, and where they stand.

    ``midway`` finished something and not all; of them ``had`` and ``needed`` are the required
    lessons they finished, added up, before and after. ``done`` finished all that is left.
    """

    total: int
    completed: int
    midway: int
    done: int
    had: int
    needed: int


@dataclass(frozen=True)
class Touched:
    """Readers whom one lesson concerns: those who ``finished`` it, who ``stopped`` in it, or for
    whom it ``opens`` later, between two moments (UTC)."""

    what: str
    lesson: UUID
    readers: int
    earliest: datetime | None
    latest: datetime | None


def groups(course: UUID, *, before: Iterable[UUID], after: frozenset[UUID]) -> Groups:
    """Count a course's readers, given the lessons required until now and from now on."""
    in_before, was = _among("fact.lesson_id", before)
    in_after, now = _among("fact.lesson_id", after)
    # With nothing required nobody is completed by finishing it.
    asked = GROUPS.format(needed=len(after) or -1, in_before=in_before, in_after=in_after)
    with connection.cursor() as cursor:
        cursor.execute(asked, [*was, *now, _known(course)])
        return Groups(*map(int, cursor.fetchone()))


def touched(
    course: UUID,
    *,
    gone: Sequence[UUID],
    order: Sequence[UUID],
    added: Sequence[UUID],
    now: datetime,
) -> list[Touched]:
    """Readers touched by lessons that go and, by date, by lessons ``added`` in this ``order``.

    No statement when nothing goes and nothing is added.
    """
    asked, values = _parts(course, gone, order, added, now)
    if not asked:
        return []
    with connection.cursor() as cursor:
        cursor.execute("\nUNION ALL\n".join(asked), values)
        return [
            Touched(what, _uuid(lesson), int(readers), _moment(first), _moment(last))
            for what, lesson, readers, first, last in cursor.fetchall()
        ]


def _parts(
    course: UUID,
    gone: Sequence[UUID],
    order: Sequence[UUID],
    added: Sequence[UUID],
    now: datetime,
) -> tuple[list[str], list[Any]]:
    asked: list[str] = []
    values: list[Any] = []
    none = "CAST(NULL AS timestamptz)" if connection.vendor == "postgresql" else "NULL"
    if gone:
        condition, keys = _among("fact.lesson_id", gone)
        asked.append(FINISHED.format(gone=condition, no_moment=none))
        values += keys
        condition, keys = _among("place.lesson_id", gone)
        asked.append(STOPPED.format(gone=condition, no_moment=none))
        values += [_known(course), *keys]
    if added and len(added) < len(order):
        place = {lesson: number for number, lesson in enumerate(order)}
        stays = [(lesson, place[lesson]) for lesson in order if lesson not in set(added)]
        fresh = [(lesson, place[lesson]) for lesson in added]
        asked.append(OPENING.format(places=_rows(stays), fresh=_rows(fresh)))
        values += [_known(lesson) for lesson, _place in (*stays, *fresh)]
        values += [_known(course)] * 2
        values.append(connection.ops.adapt_datetimefield_value(now))
    return asked, values


def _rows(pairs: Iterable[tuple[UUID, int]]) -> str:
    kind = "CAST(%s AS uuid)" if connection.vendor == "postgresql" else "%s"
    return ", ".join(f"({kind}, {place})" for _lesson, place in pairs)


def _among(column: str, lessons: Iterable[UUID]) -> tuple[str, list[Any]]:
    keys = [_known(lesson) for lesson in sorted(lessons)]
    marks = ", ".join(["%s"] * len(keys))
    return (f"{column} IN ({marks})", keys) if keys else ("1 = 0", keys)


# PostgreSQL has types for these; SQLite keeps a UUID as 32 digits and a moment as text in UTC.


def _known(value: UUID) -> UUID | str:
    return value if connection.vendor == "postgresql" else value.hex


def _uuid(value: Any) -> UUID:
    return value if isinstance(value, UUID) else UUID(value)


def _moment(value: Any) -> datetime | None:
    if value is None or isinstance(value, datetime):
        return value
    moment = datetime.fromisoformat(value)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
