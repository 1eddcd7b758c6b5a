"""A crowd of readers in one course, spread over a year and over its lessons, made in seconds.

The database makes all rows itself, one statement for each kind.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from django.db import connection

from courseapp.accounts.models import User
from courseapp.bench import dialect, material
from lessons.content import editions
from lessons.reading.models import Completed, Enrolment, Finished, Opened, Unlock

if TYPE_CHECKING:
    from uuid import UUID

    from django.db.models import Model

    from lessons.content.models import Course

NOW = datetime(2026, 1, 5, 19, 30, tzinfo=UTC)
DAYS = 365
# Of how many lessons at the end each reader was promised a date.
PROMISED = 3
# Minutes from one lesson to the next; every reader has a step of their own, an hour to 18 days.
STEP = "60 * (1 + (reader.id % 7) * (reader.id % 7) * 12)"
# How many of n lessons a reader finished: many stop early, and one in so many has them all.
PLACE = "(reader.id % {most})"
DONE = f"({PLACE} * {PLACE} / ({{most}} - 1) * {PLACE} / ({{most}} - 1))"
COPIES = """\
WITH RECURSIVE copy (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM copy WHERE n < {count})
INSERT INTO {table} ({columns})
SELECT {values} FROM {table} AS person CROSS JOIN copy WHERE person.id = {person} AND n < {count}"""
ENROLMENTS = """\
INSERT INTO {table} (reader_id, course_id, edition_id, enrolled_at, time_zone)
SELECT reader.id, {course}, {edition}, {at}, reader.time_zone FROM {people} AS reader
WHERE reader.id >= {person}"""
FACTS = """\
INSERT INTO {table} (enrolment_id, lesson_id, {columns})
SELECT reader.id, {lesson}, {values}
FROM {readers} AS reader CROSS JOIN (VALUES {lessons}) AS lesson
WHERE reader.course_id = {course} AND reader.id > {newest} AND {which}
ORDER BY reader.id, lesson.column1"""
COMPLETED = """\
INSERT INTO {table} (enrolment_id, edition_id, at)
SELECT reader.id, reader.edition_id, {at} FROM {readers} AS reader
WHERE reader.course_id = {course} AND reader.id > {newest} AND {which}"""


def grow(course: Course, *, wanted: int) -> None:
    """Have so many readers in this live course; whoever is there already stays as they are.

    Each opened one lesson more than they finished, and was promised a date for the last lessons.
    """
    there = Enrolment.objects.filter(course=course).order_by("-pk").values_list("pk", flat=True)
    newest, count = there.first() or 0, there.count()
    with dialect.trusted():
        if wanted > count:
            _enrol(course, f"grown-{count}", wanted - count)
        _facts(course, newest)
    # Planned by what is there now, as a database is that has been in use for a while.
    dialect.run("ANALYZE")


def _enrol(course: Course, prefix: str, count: int) -> None:
    """Copies of one account under addresses of their own, each enrolled at another minute."""
    (person,) = material.readers(prefix, 1, NOW)
    own = {
        "email": f"'{prefix}-' || copy.n || '@bench.example'",
        "uuid": dialect.NEW_KEY[connection.vendor],
    }
    columns = [str(one.column) for one in User._meta.concrete_fields if not one.primary_key]
    dialect.run(
        COPIES.format(
            table=dialect.table(User),
            columns=", ".join(columns),
            values=", ".join(own.get(name, f"person.{name}") for name in columns),
            count=count,
            person=person.pk,
        )
    )
    assert course.live_edition_id is not None  # noqa: S101 -- the caller published it.
    dialect.run(
        ENROLMENTS.format(
            table=dialect.table(Enrolment),
            people=dialect.table(User),
            course=_key(course.pk),
            edition=_key(course.live_edition_id),
            at=dialect.moment(
                f"'{NOW:%Y-%m-%d %H:%M:%S}Z'", f"-(reader.id * 7919 % {DAYS * 24 * 60})"
            ),
            person=person.pk,
        )
    )


def _facts(course: Course, newest: int) -> None:
    """What those whose number is above ``newest`` did."""
    assert course.live_edition_id is not None  # noqa: S101 -- see above.
    lessons = [lesson.uuid.hex for lesson in editions.load(course.live_edition_id).lessons]
    most, place = len(lessons) + 1, "lesson.column1"
    done, began = DONE.format(most=most), "reader.enrolled_at"
    rows = {"course": _key(course.pk), "newest": newest, "readers": dialect.table(Enrolment)}
    opened = f"edition_id, {dialect.moment(began, f'{place} * {STEP}')}"
    finished = f"edition_id, {dialect.moment(began, f'{place} * {STEP} + 20')}"
    promised = dialect.moment(began, f"{place} * 48 * 60")
    kinds: list[tuple[type[Model], str, str, str]] = [
        (Opened, "edition_id, at", opened, f"{done} >= {place}"),
        (Finished, "edition_id, at", finished, f"{done} > {place}"),
        (Unlock, "opens_at", promised, f"{place} >= {len(lessons) - PROMISED}"),
    ]
    for model, columns, values, which in kinds:
        dialect.run(
            FACTS.format(
                table=dialect.table(model),
                lesson=dialect.KEY[connection.vendor].format("lesson.column2"),
                lessons=", ".join(f"({n}, '{key}')" for n, key in enumerate(lessons)),
                columns=columns,
                values=values,
                which=which,
                **rows,
            )
        )
    at = dialect.moment(began, f"{most} * {STEP}")
    which = f"{done} = {len(lessons)}"
    dialect.run(COMPLETED.format(table=dialect.table(Completed), at=at, which=which, **rows))


def _key(key: UUID) -> str:
    return dialect.KEY[connection.vendor].format(f"'{key.hex}'")
