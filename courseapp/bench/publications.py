"""How long publishing takes, and in how many statements, with few readers and with many."""

from __future__ import annotations

import statistics
import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from courseapp.bench import material
from courseapp.bench.asking import statements
from courseapp.bench.report import EDITS, FIRST
from lessons.content.models import Lesson
from lessons.reading.models import Completed
from lessons.staff import release

if TYPE_CHECKING:
    from collections.abc import Iterator
    from uuid import UUID

    from lessons.content.models import Course
    from lessons.reading.models import Enrolment

NOW = datetime(2026, 1, 5, 19, 30, tzinfo=UTC)
# Of the readers midway a quarter each still has only the last, the last two, the last three lessons
# to do: retiring these one after the other completes a quarter each time.
RETIRED = 3
# How many lessons get an edit, spread over the course.
EDITED = 10


def first(*, times: int) -> Iterator[dict[str, Any]]:
    """Rows as below for what openedx-core can do too: publish a whole course, then ten edits."""
    drafts = [material.draft_course(f"first-{number}") for number in range(times)]
    yield _row(FIRST, [_publish(one, _modules(one)) for one in drafts])
    yield _row(EDITS, [_edit_and_publish(one) for one in drafts])


def measure(*, small: int, large: int, times: int) -> Iterator[dict[str, Any]]:
    """One row per situation: ``name``, ``ms`` (median), ``statements`` (most), ``note``."""
    course = material.publish_all(material.draft_course("changed"), NOW)
    enrolments: list[Enrolment] = []
    for wanted in (0, small, large):
        people = material.readers(f"publish-{wanted}", wanted - len(enrolments), NOW)
        enrolments += material.enrol_all(course, people, NOW)
        lesson = material.lessons_of(course)[0]
        runs = [_change_and_publish(course, lesson, f"{wanted}/{n}") for n in range(times)]
        yield _row(f"publish a changed module, {wanted:,} enrolled", runs)
    yield _retiring(course, enrolments)


def _retiring(course: Course, enrolments: list[Enrolment]) -> dict[str, Any]:
    lessons = material.lessons_of(course)
    quarter = len(enrolments) // (RETIRED + 1)
    for number in range(RETIRED):
        group = enrolments[number * quarter : (number + 1) * quarter]
        material.finish_all(group, lessons[: -(number + 1)])
    material.finish_all(enrolments[RETIRED * quarter :], lessons[: len(lessons) // 2])
    runs = [_retire_and_publish(course, lesson) for lesson in reversed(lessons[-RETIRED:])]
    completed = Completed.objects.filter(enrolment__course=course).count()
    row = _row(f"retire a lesson, {len(enrolments):,} readers midway", runs)
    return {**row, "note": f"completes {completed // RETIRED:,} readers each time"}


def _edit_and_publish(course: Course) -> tuple[float, int]:
    """Change one block in each of ten lessons, and publish every module."""
    course.refresh_from_db()
    lessons = list(course.lessons.all())
    for lesson in lessons[:: len(lessons) // EDITED][:EDITED]:
        lesson.blocks[0]["body"] += " En nog iets."
        lesson.save(update_fields=["blocks"])
    return _publish(course, _modules(course))


def _modules(course: Course) -> list[UUID]:
    return list(course.modules.values_list("pk", flat=True))


def _change_and_publish(course: Course, lesson: Lesson, title: str) -> tuple[float, int]:
    Lesson.objects.filter(pk=lesson.pk).update(title=title)
    return _publish(course, [lesson.module_id])


def _retire_and_publish(course: Course, lesson: Lesson) -> tuple[float, int]:
    Lesson.objects.filter(pk=lesson.pk).update(retired_at=NOW)
    return _publish(course, [lesson.module_id])


def _publish(course: Course, modules: list[UUID]) -> tuple[float, int]:
    """Publish; returns milliseconds and statements."""
    with statements() as seen:
        start = time.perf_counter()
        release.publish(course=course, modules=modules, by=None, now=NOW + timedelta(days=1))
        return 1000 * (time.perf_counter() - start), len(seen)


def _row(name: str, runs: list[tuple[float, int]]) -> dict[str, Any]:
    return {
        "name": name,
        "ms": statistics.median(ms for ms, _count in runs),
        "statements": max(count for _ms, count in runs),
        "note": "",
    }
