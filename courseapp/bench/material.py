"""What is measured with: words, lessons and readers, the same in every run.

Rows are made in bulk where making them is not what is measured.
"""

from __future__ import annotations

import random
import time
import uuid
from importlib import import_module
from typing import TYPE_CHECKING, Any

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.db import connection

from courseapp.accounts import lasting, shown
from courseapp.accounts.models import User
from lessons.content import blocks
from lessons.content.models import Course, Lesson, Module
from lessons.reading.models import Enrolment, Finished
from lessons.staff import release

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from django.contrib.sessions.backends.base import SessionBase

LESSONS = 40
NO_PASSWORD = "!"  # noqa: S105 -- as Django marks it.
LESSONS_A_MODULE = 10
SYLLABLES = (
    "aan be de dicht ge hart huis ie ken kies lief los na ont op rust samen stil ver wen".split()  # noqa: SIM905
)
# The mix of a long lesson: ten blocks, about 700 words.
TEXT_WORDS = 120
KINDS = (
    "text", "text", "quote", "cards", "story", "text", "selfcheck", "reflection", "callout",
    "exercise",
)  # fmt: skip


def words(chance: random.Random, count: int) -> str:
    """Sentences of made-up words, ``count`` words in all."""
    result: list[str] = []
    while len(result) < count:
        length = min(chance.randint(6, 18), count - len(result))
        sentence = [
            "".join(chance.choices(SYLLABLES, k=chance.randint(1, 3))) for _ in range(length)
        ]
        result += [sentence[0].capitalize(), *sentence[1:-1], sentence[-1] + "."][:length]
    return " ".join(result)


def _word(chance: random.Random) -> str:
    return "".join(chance.choices(SYLLABLES, k=chance.randint(1, 3)))


def block(chance: random.Random, kind: str) -> dict[str, Any]:
    """A block of this kind as it is stored."""
    paragraphs = "\n\n".join(words(chance, TEXT_WORDS // 2) for _ in range(2))
    fields: dict[str, dict[str, Any]] = {
        "text": {"body": paragraphs},
        "quote": {"body": words(chance, 20)},
        "cards": {"cards": [{"title": words(chance, 2), "body": words(chance, 20)}] * 3},
        "story": {"title": words(chance, 4), "body": paragraphs},
        "selfcheck": {"title": words(chance, 5), "statements": [words(chance, 10)] * 6},
        "reflection": {"prompt": words(chance, 12), "example": words(chance, 20)},
        "callout": {"title": words(chance, 3), "body": words(chance, 30)},
        "exercise": {"title": words(chance, 4), "minutes": 5, "steps": [words(chance, 8)] * 4},
    }
    identity = str(uuid.UUID(int=chance.getrandbits(128), version=4))
    data = {"id": identity, "type": kind, "passages": [], **fields[kind]}
    return blocks.from_json(data).as_json()


def draft_course(slug: str, lessons: int = LESSONS) -> Course:
    """A free course of so many lessons of ten blocks, ten in a module, not published."""
    chance = random.Random(slug)  # noqa: S311 -- words to measure with keep no secret.
    course = Course.objects.create(slug=slug, title=words(chance, 3), tagline=words(chance, 8))
    rows: list[Lesson] = []
    for start in range(0, lessons, LESSONS_A_MODULE):
        module = Module(course=course, slug=f"module-{start}", title=words(chance, 3))
        own = [
            Lesson(
                course=course,
                module=module,
                slug=f"les-{number}",
                title=words(chance, 4),
                lead=words(chance, 12),
                blocks=[block(chance, kind) for kind in KINDS],
            )
            for number in range(start, start + LESSONS_A_MODULE)
        ]
        module.lesson_order = [str(lesson.uuid) for lesson in own]
        module.save()
        course.module_order.append(str(module.uuid))
        rows += own
    course.save()
    Lesson.objects.bulk_create(rows)
    return course


def publish_all(course: Course, now: datetime) -> Course:
    """Publish the whole course; returns it as it is then."""
    modules = list(course.modules.values_list("pk", flat=True))
    release.publish(course=course, modules=modules, by=None, now=now)
    course.refresh_from_db()
    return course


def lessons_of(course: Course) -> list[Lesson]:
    """The lessons in reading order; their texts stay in the database."""
    rows = course.lessons.only("pk", "course_id", "module_id", "slug").order_by("slug")
    return sorted(rows, key=lambda row: int(row.slug.partition("-")[2]))


def readers(prefix: str, count: int, now: datetime) -> list[User]:
    """Accounts that no password opens, confirmed."""
    return User.objects.bulk_create(
        User(email=f"{prefix}-{number}@bench.example", password=NO_PASSWORD, confirmed_at=now)
        for number in range(count)
    )


def enrol_all(course: Course, people: Sequence[User], now: datetime) -> list[Enrolment]:
    """Enrolments in a live course without dates."""
    assert course.live_edition_id is not None  # noqa: S101 -- see the line above.
    return Enrolment.objects.bulk_create(
        Enrolment(
            reader=one,
            course=course,
            edition_id=course.live_edition_id,
            enrolled_at=now,
            time_zone=one.time_zone,
        )
        for one in people
    )


def finish_all(enrolments: Sequence[Enrolment], lessons: Sequence[Lesson]) -> None:
    """Facts for each of these readers and lessons, made by the database itself."""
    which = Enrolment.objects.filter(
        pk__gte=enrolments[0].pk, pk__lte=enrolments[-1].pk, course__lessons__in=lessons
    ).values_list("pk", "course__lessons__pk", "edition_id", "enrolled_at")
    sql, parameters = which.query.sql_with_params()
    table = connection.ops.quote_name(Finished._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} (enrolment_id, lesson_id, edition_id, at) {sql}",
            parameters,
        )


def sign_in(reader: User) -> str:
    """A session of the site as signing in leaves it; returns its key."""
    store = import_module(settings.SESSION_ENGINE).SessionStore()
    return _signed_in(store, reader, settings.AUTHENTICATION_BACKENDS[0])


def sign_in_staff(person: User) -> str:
    """The same for somebody of the practice, who showed a second step."""
    store = import_module(settings.SESSION_ENGINE).SessionStore()
    lasting.begin(store, is_staff=True)
    store[shown.METHODS] = [{"method": "mfa", "at": time.time(), "type": "totp"}]
    store[shown.WHOSE] = str(person.pk)
    return _signed_in(store, person, settings.AUTHENTICATION_BACKENDS[0])


def sign_in_at_floor(reader: User) -> str:
    """The same for the floor, which knows Django's own sessions and backend alone."""
    store = import_module("django.contrib.sessions.backends.db").SessionStore()
    return _signed_in(store, reader, "django.contrib.auth.backends.ModelBackend")


def _signed_in(store: SessionBase, reader: User, backend: str) -> str:
    """As signing in leaves a session, also in the list of a person's devices."""
    store[SESSION_KEY] = str(reader.pk)
    store[BACKEND_SESSION_KEY] = backend
    store[HASH_SESSION_KEY] = reader.get_session_auth_hash()
    store.create()
    key = str(store.session_key)
    UserSession.objects.create(user=reader, session_key=key, ip="192.0.2.1", user_agent="bench")
    return key
