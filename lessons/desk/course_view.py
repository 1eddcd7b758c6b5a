"""What the page of a course shows: its working copy beside what readers see of it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Count, Q

from lessons.content import changes, publishing, staleness
from lessons.content.models import Course, Lesson, Module

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID


@dataclass(frozen=True)
class LessonRow:
    """A lesson of the working copy; ``changes`` in words of ``content.changes``."""

    lesson: Lesson
    number: int
    changes: tuple[str, ...]
    stale: int
    is_first: bool
    is_last: bool


@dataclass(frozen=True)
class ModuleRows:
    module: Module
    rows: tuple[LessonRow, ...]
    is_first: bool
    is_last: bool


@dataclass(frozen=True)
class CourseView:
    """A course with everything in it and everything that went out of it."""

    course: Course
    modules: tuple[ModuleRows, ...]
    out_lessons: tuple[Lesson, ...]
    out_modules: tuple[Module, ...]
    changed: bool
    edition: int | None
    stale: int

    @property
    def homes(self) -> list[Module]:
        return [rows.module for rows in self.modules]


def every() -> Sequence[Course]:
    """All courses by title, each with the number of its lessons and its live edition."""
    return list(
        Course.objects.select_related("live_edition")
        .annotate(lesson_count=Count("lessons", filter=Q(lessons__retired_at=None)))
        .order_by("title", "slug")
    )


def of(course: Course) -> CourseView:
    """The page of a course, in a number of queries that does not grow with it."""
    draft = publishing.working_copy(course)
    found = changes.of_modules(course, {module.pk for module in draft.modules} | _gone(course))
    changed = {one.uuid: one.changes for one in found.lessons}
    stale = Counter(one.lesson.pk for one in staleness.of_course(course))
    return CourseView(
        course=course,
        modules=tuple(_modules(draft, changed, stale)),
        out_lessons=tuple(course.lessons.exclude(retired_at=None).order_by("-retired_at")),
        out_modules=tuple(course.modules.exclude(retired_at=None).order_by("-retired_at")),
        changed=bool(found),
        edition=course.live_edition.number if course.live_edition else None,
        stale=sum(stale.values()),
    )


def _gone(course: Course) -> set[UUID]:
    """Modules that readers still see and that are out of the working copy."""
    return set(publishing.live(course).snapshots)


def _modules(
    draft: publishing.WorkingCopy,
    changed: dict[UUID, tuple[changes.LessonChange, ...]],
    stale: Counter[UUID],
) -> list[ModuleRows]:
    result: list[ModuleRows] = []
    number = 0
    every_lesson = [one.pk for module in draft.modules for one in draft.lessons[module.pk]]
    for place, module in enumerate(draft.modules):
        rows: list[LessonRow] = []
        for lesson in draft.lessons[module.pk]:
            number += 1
            rows.append(
                LessonRow(
                    lesson=lesson,
                    number=number,
                    changes=changed.get(lesson.pk, ()),
                    stale=stale[lesson.pk],
                    is_first=place == 0 and lesson.pk == every_lesson[0],
                    is_last=place == len(draft.modules) - 1 and lesson.pk == every_lesson[-1],
                )
            )
        result.append(ModuleRows(module, tuple(rows), place == 0, place == len(draft.modules) - 1))
    return result
