"""A crowd of readers in one course, spread over a year and over its lessons, made in seconds.

Accounts and enrolments are made in bulk, the facts by the database itself: one statement a kind.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from django.db import ProgrammingError, connection

from courseapp.bench import material
from lessons.reading.models import Completed, Enrolment, Finished, Opened, Unlock

if TYPE_CHECKING:
    from django.db.models import Model

    from lessons.content.models import Course

NOW = datetime(2026, 1, 5, 19, 30, tzinfo=UTC)
DAYS = 365
# How many accounts are made at a time: enough to be quick, few enough to stay small in memory.
BATCH = 10_000
# Of how many lessons at the end each reader was promised a date.
PROMISED = 10
# Hours from one lesson to the next; every reader has a step of their own, from one hour to 18 days.
STEP = "(1 + (reader.id % 7) * (reader.id % 7) * 12)"
# How many lessons a reader finished: more stop early than late, and one in so many has them all.
DONE = "((reader.id % {most}) * (reader.id % {most}) / ({most} - 1))"
LATER = {
    "sqlite": "strftime('%Y-%m-%d %H:%M:%S', reader.enrolled_at, '+' || ({hours}) || ' hours')",
    "postgresql": "reader.enrolled_at + ({hours}) * interval '1 hour'",
}
LESSON = {"sqlite": "lesson.column2", "postgresql": "CAST(lesson.column2 AS uuid)"}
FACTS = """\
INSERT INTO {table} (enrolment_id, lesson_id, {columns})
SELECT reader.id, {lesson}, {values}
FROM lessons_enrolment AS reader CROSS JOIN (VALUES {lessons}) AS lesson
WHERE reader.course_id = '{course}' AND reader.id > {newest} AND {which}
ORDER BY reader.id, lesson.column1"""
COMPLETED = """\
INSERT INTO {table} (enrolment_id, edition_id, at)
SELECT reader.id, reader.edition_id, {at} FROM lessons_enrolment AS reader
WHERE reader.course_id = '{course}' AND reader.id > {newest} AND reader.id % {most} = {most} - 1"""


def grow(course: Course, *, wanted: int) -> None:
    """Have so many readers in this live course; whoever is there already stays as they are.

    Each opened one lesson more than they finished, and was promised a date for the last lessons.
    """
    there = Enrolment.objects.filter(course=course).order_by("-pk").values_list("pk", flat=True)
    newest = there.first() or 0
    for start in range(there.count(), wanted, BATCH):
        _enrol(course, start, min(BATCH, wanted - start))
    with suppress(ProgrammingError):  # For a role that may not say so, PostgreSQL checks them all.
        _trust("replica")
    try:
        _facts(course, newest)
    finally:
        with suppress(ProgrammingError):
            _trust("origin")
    # Planned by what is there now, as a database is that has been in use for a while.
    _run("ANALYZE")


def _enrol(course: Course, start: int, count: int) -> None:
    people = material.readers(f"{course.slug}-{start}", count, NOW)
    assert course.live_edition_id is not None  # noqa: S101 -- the caller published it.
    Enrolment.objects.bulk_create(
        Enrolment(
            reader=one,
            course=course,
            edition_id=course.live_edition_id,
            enrolled_at=NOW - timedelta(days=number * DAYS // count, minutes=number % 600),
            time_zone=one.time_zone,
        )
        for number, one in enumerate(people)
    )


def _facts(course: Course, newest: int) -> None:
    """What those whose number is above ``newest`` did."""
    lessons = material.lessons_of(course)
    later, most, place = LATER[connection.vendor], len(lessons) + 1, "lesson.column1"
    done = DONE.format(most=most)
    rows = {"course": course.pk.hex, "newest": newest, "most": most}
    opened = later.format(hours=f"{place} * {STEP}")
    finished = later.format(hours=f"{place} * {STEP} + 1")
    kinds: list[tuple[type[Model], str, str, str]] = [
        (Opened, "edition_id, at", f"edition_id, {opened}", f"{done} >= {place}"),
        (Finished, "edition_id, at", f"edition_id, {finished}", f"{done} > {place}"),
        (Unlock, "opens_at", later.format(hours=f"{place} * 48"), f"{place} >= {most - PROMISED}"),
    ]
    for model, columns, values, which in kinds:
        _run(
            FACTS.format(
                table=_table(model),
                lesson=LESSON[connection.vendor],
                lessons=", ".join(f"({n}, '{one.pk.hex}')" for n, one in enumerate(lessons)),
                columns=columns,
                values=values,
                which=which,
                **rows,
            )
        )
    at = later.format(hours=f"{most} * {STEP}")
    _run(COMPLETED.format(table=_table(Completed), at=at, **rows))


def _trust(role: str) -> None:
    """Whether PostgreSQL looks up what each row refers to, which takes most of the time."""
    if connection.vendor == "postgresql":
        _run(f"SET session_replication_role = {role}")


def _table(model: type[Model]) -> str:
    return connection.ops.quote_name(model._meta.db_table)


def _run(sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql)
