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
       coalesce(sum(needed) FILTER (WHERE NOT completed AND finished > 0), 0),
       coalesce(sum(dropped) FILTER (WHERE NOT completed AND finished > 0), 0),
       coalesce(sum(asked) FILTER (WHERE NOT completed AND finished > 0), 0)
FROM (
    SELECT completed.enrolment_id IS NOT NULL AS completed,
           count(fact.id) AS finished,
           count(fact.id) FILTER (WHERE {in_after}) AS needed,
           count(fact.id) FILTER (WHERE {in_dropped}) AS dropped,
           count(fact.id) FILTER (WHERE {in_asked}) AS asked
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
# edition tells whose date a new lesson takes (its own, if it was promised once and comes back);
# then the promises of those few lessons are read. The CROSS JOINs keep SQLite to this order;
# PostgreSQL finds its own.
OPENING = """\
SELECT * FROM (
    WITH here (lesson, place) AS (VALUES {places}),
         fresh (lesson, place) AS (VALUES {fresh}),
         one AS (SELECT edition_id, min(id) AS id FROM lessons_enrolment
                 WHERE course_id = %s GROUP BY edition_id),
         source AS (SELECT one.edition_id AS edition, fresh.lesson AS lesson,
                           max(here.place) AS place
                    FROM one
                    JOIN lessons_unlock AS promise ON promise.enrolment_id = one.id
                    JOIN here ON here.lesson = promise.lesson_id
                    JOIN fresh ON here.place <= fresh.place
                    GROUP BY one.edition_id, fresh.lesson),
         asked AS (SELECT DISTINCT edition, place FROM source),
         dated AS (SELECT asked.edition, asked.place, count(*) AS readers,
                          min(promise.opens_at) AS earliest, max(promise.opens_at) AS latest
                   FROM asked
                   CROSS JOIN here
                   CROSS JOIN lessons_unlock AS promise
                   CROSS JOIN lessons_enrolment AS enrolment
                   WHERE here.place = asked.place
                     AND promise.lesson_id = here.lesson AND promise.opens_at > %s
                     AND enrolment.id = promise.enrolment_id
                     AND enrolment.edition_id = asked.edition
                   GROUP BY asked.edition, asked.place)
    SELECT 'opens', source.lesson, sum(dated.readers), min(dated.earliest), max(dated.latest)
    FROM source JOIN dated ON dated.edition = source.edition AND dated.place = source.place
    GROUP BY source.lesson
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


def groups(course: UUID, *, before: frozenset[UUID], after: frozenset[UUID]) -> Groups:
    """Count a course's readers, given the lessons required until now and from now on.

    Looking each finished lesson up in a long list is what takes the time, so that is done once: the
    lists of what is no longer asked, and of what is asked newly, are short.
    """
    in_after, now = _among("fact.lesson_id", after)
    in_dropped, dropped = _among("fact.lesson_id", before - after)
    in_asked, asked = _among("fact.lesson_id", after - before)
    # With nothing required nobody is completed by finishing it.
    statement = GROUPS.format(
        needed=len(after) or -1, in_after=in_after, in_dropped=in_dropped, in_asked=in_asked
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, [*now, *dropped, *asked, _known(course)])
        total, completed, midway, done, needed, less, more = map(int, cursor.fetchone())
    return Groups(total, completed, midway, done, had=needed + less - more, needed=needed)


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
    if added:
        places = [(lesson, number) for number, lesson in enumerate(order)]
        fresh = [(lesson, number) for lesson, number in places if lesson in set(added)]
        asked.append(OPENING.format(places=_rows(places), fresh=_rows(fresh)))
        values += [_known(lesson) for lesson, _place in (*places, *fresh)]
        values += [_known(course), connection.ops.adapt_datetimefield_value(now)]
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
