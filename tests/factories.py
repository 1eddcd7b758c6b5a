"""Plain functions that make what a test speaks of."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from itertools import count
from typing import TYPE_CHECKING, Any

from courseapp.accounts.models import User
from lessons.content import blocks, publishing
from lessons.content.models import Course, Edition, Lesson, Module
from lessons.reading import enrolling
from lessons.staff import release

if TYPE_CHECKING:
    from lessons.reading.models import Enrolment

NOW = datetime(2026, 11, 22, 20, 15, tzinfo=UTC)
_numbers = count(1)


def make_reader(**fields: Any) -> User:
    fields.setdefault("email", f"reader{next(_numbers)}@example.org")
    fields.setdefault("confirmed_at", NOW)
    return User.objects.create_user(**fields)


def make_block(kind: str = "text", **fields: Any) -> dict[str, Any]:
    if kind == "text":
        fields.setdefault("body", "Het is stil in huis. Jij kijkt naar je telefoon.")
    return blocks.from_json({"id": str(uuid.uuid4()), "type": kind, **fields}).as_json()


def make_lesson(module: Module, **fields: Any) -> Lesson:
    number = next(_numbers)
    fields.setdefault("slug", f"les-{number}")
    fields.setdefault("title", f"Les {number}")
    fields.setdefault("blocks", [make_block()])
    lesson = Lesson.objects.create(course=module.course, module=module, **fields)
    module.lesson_order = [*module.lesson_order, str(lesson.uuid)]
    module.save(update_fields=["lesson_order"])
    return lesson


def make_module(course: Course, *, lessons: int = 2, **fields: Any) -> Module:
    number = next(_numbers)
    fields.setdefault("slug", f"module-{number}")
    fields.setdefault("title", f"Module {number}")
    module = Module.objects.create(course=course, **fields)
    course.module_order = [*course.module_order, str(module.uuid)]
    course.save(update_fields=["module_order"])
    for _ in range(lessons):
        make_lesson(module)
    return module


def make_course(*, modules: int = 2, lessons: int = 2, live: bool = True, **fields: Any) -> Course:
    """A course with its modules and lessons, published unless ``live`` is False."""
    number = next(_numbers)
    fields.setdefault("slug", f"cursus-{number}")
    fields.setdefault("title", f"Cursus {number}")
    course = Course.objects.create(**fields)
    for _ in range(modules):
        make_module(course, lessons=lessons)
    if live:
        publish_all(course)
    return course


def publish_all(course: Course, *, now: datetime = NOW) -> None:
    """Publish every module that is not retired."""
    modules = course.modules.filter(retired_at__isnull=True).values_list("pk", flat=True)
    release.publish(course=course, modules=list(modules), by=None, now=now)
    course.refresh_from_db()


def live(course: Course) -> Edition:
    """The edition that readers of this course see."""
    course.refresh_from_db()
    assert course.live_edition is not None
    return course.live_edition


def make_enrolment(reader: User, course: Course, *, now: datetime = NOW) -> Enrolment:
    return enrolling.enrol(
        reader=reader, course=course.slug, wording="Ja", place="test", now=now
    ).enrolment


def lessons_of(course: Course) -> list[Lesson]:
    """The lessons of the working copy in reading order."""
    draft = publishing.working_copy(course)
    return [lesson for module in draft.modules for lesson in draft.lessons[module.uuid]]
