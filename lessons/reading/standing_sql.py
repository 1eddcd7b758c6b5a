"""The queries that every page of a reader waits for, written out.

As querysets they cost four times what the database needs, in building the same SQL again for each
request (docs/decisions/0010). They stand here and nowhere else; both databases read them alike.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any, Literal, NamedTuple
from uuid import UUID

from django.db import connection

if TYPE_CHECKING:
    from courseapp.accounts.models import User

By = Literal["slug", "uuid", "lesson"]
Fact = Literal["opened", "finished"]
Moments = dict[UUID, datetime]
FACT_KINDS: tuple[Fact, ...] = ("opened", "finished")

WHICH: dict[By, str] = {
    "slug": "course.slug = %s",
    "uuid": "course.uuid = %s",
    "lesson": "course.uuid = (SELECT course_id FROM lessons_lesson WHERE uuid = %s)",
}
# All live slugs, in the way each database joins texts: what a lesson offers is among them or not.
JOINED = {"sqlite": "group_concat(slug, ' ')", "postgresql": "string_agg(slug, ' ')"}
# Facts come as one object of JSON for each kind: lesson to moment.
GATHERED = {"sqlite": "json_group_object", "postgresql": "json_object_agg"}
STANDING = """\
SELECT course.uuid, course.slug, course.live_edition_id,
       EXISTS (SELECT 1 FROM lessons_access AS held
               WHERE held.reader_id = %s AND held.course_id = course.uuid
                 AND held.suspended_at IS NULL AND held.revoked_at IS NULL),
       mine.id, mine.enrolled_at, completed.at, position.lesson_id, position.block,
       (SELECT {joined} FROM lessons_course WHERE live_edition_id IS NOT NULL),
       (SELECT said.act FROM accounts_consent AS said
        WHERE said.user_id = %s AND said.purpose = 'answers'
        ORDER BY said.at DESC, said.id DESC LIMIT 1),
       (SELECT {gathered}(lesson_id, at) FROM lessons_opened WHERE enrolment_id = mine.id),
       (SELECT {gathered}(lesson_id, at) FROM lessons_finished WHERE enrolment_id = mine.id),
       (SELECT {gathered}(lesson_id, opens_at) FROM lessons_unlock WHERE enrolment_id = mine.id)
FROM lessons_course AS course
LEFT JOIN lessons_enrolment AS mine
       ON mine.course_id = course.uuid AND mine.reader_id = %s
LEFT JOIN lessons_completed AS completed ON completed.enrolment_id = mine.id
LEFT JOIN lessons_position AS position ON position.enrolment_id = mine.id
WHERE course.live_edition_id IS NOT NULL AND """
ADD: dict[Fact, str] = {
    kind: f"INSERT INTO lessons_{kind} (enrolment_id, lesson_id, edition_id, at)"  # noqa: S608
    " VALUES (%s, %s, %s, %s) ON CONFLICT DO NOTHING"
    for kind in FACT_KINDS
}
HOLD = """\
SELECT id FROM lessons_enrolment
WHERE reader_id = %s AND course_id = (SELECT course_id FROM lessons_lesson WHERE uuid = %s)
FOR NO KEY UPDATE"""
# No reader has this number: a visitor joins with nothing.
NOBODY = 0
# How a consent's act reads when it was given.
GIVEN = "given"


class Row(NamedTuple):
    """A course and a reader's place in it, in the order of ``standing.Standing``'s fields.

    ``facts``: what was opened, finished and promised, each lesson to moment (UTC).
    """

    course: UUID
    slug: str
    edition: UUID
    granted: bool
    enrolment: int | None
    enrolled_at: datetime | None
    completed_at: datetime | None
    last_lesson: UUID | None
    last_block: UUID | None
    live_courses: frozenset[str]
    keeps_answers: bool | None
    facts: tuple[Moments, Moments, Moments]


def row(by: By, value: UUID | str, reader: User | None) -> Row | None:
    """The live course with this slug, identity or lesson, and where this reader is in it."""
    number = reader.pk if reader else NOBODY
    with connection.cursor() as cursor:
        cursor.execute(_asked(connection.vendor, by), [number] * 3 + [_to_database(value)])
        found = cursor.fetchone()
    if found is None:
        return None
    course, slug, edition, granted, enrolment, enrolled, *found = found
    completed, lesson, block, live, said, opened, finished, promised = found
    return Row(
        course=_known_uuid(course),
        slug=slug,
        edition=_known_uuid(edition),
        granted=bool(granted),
        enrolment=enrolment,
        enrolled_at=_moment(enrolled),
        completed_at=_moment(completed),
        last_lesson=_uuid(lesson),
        last_block=_uuid(block),
        live_courses=frozenset(live.split()),
        keeps_answers=None if said is None else said == GIVEN,
        facts=(_moments(opened), _moments(finished), _moments(promised)),
    )


@cache
def _asked(vendor: str, by: By) -> str:
    return STANDING.format(joined=JOINED[vendor], gathered=GATHERED[vendor]) + WHICH[by]


def add(fact: Fact, enrolment: int, lesson: UUID, edition: UUID, at: datetime) -> None:
    """Insert a fact, unless it is there already."""
    moment = connection.ops.adapt_datetimefield_value(at)
    values = [enrolment, _to_database(lesson), _to_database(edition), moment]
    with connection.cursor() as cursor:
        cursor.execute(ADD[fact], values)


def hold(lesson: UUID, reader: User) -> None:
    """Keep everybody else from this reader's enrolment until the transaction ends."""
    if not connection.features.has_select_for_update:
        return  # SQLite: the transaction took the one write lock at its BEGIN.
    with connection.cursor() as cursor:
        cursor.execute(HOLD, [reader.pk, lesson])


# PostgreSQL has types for these; SQLite keeps a UUID as 32 digits and a moment as text in UTC.


def _to_database(value: UUID | str) -> UUID | str:
    is_text = connection.vendor == "sqlite" and isinstance(value, UUID)
    return value.hex if is_text and isinstance(value, UUID) else value


# The lessons, courses and editions of a site are few, and asked for all the time.
_uuid_of = lru_cache(maxsize=20_000)(UUID)


def _known_uuid(value: Any) -> UUID:
    return value if isinstance(value, UUID) else _uuid_of(value)


def _moments(found: Any) -> Moments:
    """PostgreSQL's driver reads JSON itself, and there is nothing where there are no rows."""
    read = json.loads(found) if isinstance(found, str) else found or {}
    return {_uuid_of(lesson): _known_moment(at) for lesson, at in read.items()}


def _uuid(value: Any) -> UUID | None:
    return None if value is None else _known_uuid(value)


# What happened to a reader is read again with each page of theirs.
@lru_cache(maxsize=50_000)
def _known_moment(value: datetime | str) -> datetime:
    moment = value if isinstance(value, datetime) else datetime.fromisoformat(value)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _moment(value: Any) -> datetime | None:
    return None if value is None else _known_moment(value)
