"""Where everything in a working copy has its place, and taking back what moved it.

An act on the structure (``content.structure``) holds the course and is written down with the layout
before and after it. ``undo`` puts the layout back as long as nothing else has moved since.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from courseapp.accounts import audit
from courseapp.accounts.models import AuditEntry
from courseapp.errors import NotFound, Refused
from lessons.content.models import Course

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from courseapp.accounts.models import User
    from lessons.content.models import Lesson, Module

UNDO_WITHIN = timedelta(days=30)
PARTS = {"modules", "lessons", "homes", "out"}


class CourseNotFound(NotFound):
    code = "course_not_found"


class CannotUndo(Refused):
    code = "cannot_undo"
    status = 409


def course_of(uuid: UUID) -> Course:
    """The course of this identity; raises ``CourseNotFound``."""
    course = Course.objects.filter(pk=uuid).first()
    if course is None:
        raise CourseNotFound(_("This course does not exist."))
    return course


@dataclass
class Act:
    """An act under way on a course that nobody else moves meanwhile."""

    course: Course
    before: dict[str, Any]
    by: User | None
    now: datetime

    def done(self, act: str, on: Course | Module | Lesson) -> None:
        """Write it down, unless nothing moved."""
        after = layout_of(self.course)
        if after != self.before:
            audit.record(
                by=self.by, act=act, on=on, name=on.title, within=self.course.pk, now=self.now,
                before=self.before, after=after,
            )  # fmt: skip


@contextmanager
def changing(course: UUID, *, by: User | None, now: datetime) -> Iterator[Act]:
    """An act on this course, in a transaction that holds it. Raises ``CourseNotFound``."""
    with transaction.atomic():
        row = Course.objects.select_for_update().filter(pk=course).first()
        if row is None:
            raise CourseNotFound(_("This course does not exist."))
        yield Act(row, layout_of(row), by, now)


def can_undo(entry: AuditEntry) -> bool:
    """Whether this entry tells of an act on the structure, which ``undo`` takes back."""
    return _is_layout(entry.before) and _is_layout(entry.after)


def undo(*, entry: int, by: User, now: datetime) -> UUID:
    """Take an act on the structure back; the identity of its course.

    Raises ``CannotUndo`` when it is none, is too old, or something else has moved since.
    """
    found = AuditEntry.objects.filter(pk=entry, at__gte=now - UNDO_WITHIN).first()
    if found is None or not can_undo(found):
        raise CannotUndo(_("This cannot be undone any more."))
    with changing(UUID(found.within), by=by, now=now) as act:
        if layout_of(act.course) != found.after:
            raise CannotUndo(
                _("More was moved since then, so this step alone cannot be undone any more.")
            )
        _apply(act.course, found.before or {}, now)
        act.done("course.undone", act.course)
    return UUID(found.within)


def layout_of(course: Course) -> dict[str, Any]:
    """Everything about places in a working copy, as JSON."""
    return {
        "modules": list(course.module_order),
        "lessons": {str(one.pk): list(one.lesson_order) for one in course.modules.order_by("pk")},
        "homes": {str(one.pk): str(one.module_id) for one in course.lessons.only("module_id")},
        "out": sorted(
            str(pk)
            for rows in (course.modules, course.lessons)
            for pk in rows.exclude(retired_at=None).values_list("pk", flat=True)
        ),
    }


def _is_layout(value: object) -> bool:
    return isinstance(value, dict) and set(value) == PARTS


def _apply(course: Course, layout: Mapping[str, Any], now: datetime) -> None:
    """Make the places what they were; what was not there yet goes out."""
    course.module_order = layout["modules"]
    course.save(update_fields=["module_order"])
    out = set(layout["out"])
    for module in course.modules.all():
        known = str(module.pk) in layout["lessons"]
        module.lesson_order = layout["lessons"].get(str(module.pk), module.lesson_order)
        module.retired_at = _retired(module, known and str(module.pk) not in out, now)
        module.save(update_fields=["lesson_order", "retired_at"])
    for lesson in course.lessons.all():
        known = str(lesson.pk) in layout["homes"]
        if known:
            lesson.module_id = UUID(layout["homes"][str(lesson.pk)])
        lesson.retired_at = _retired(lesson, known and str(lesson.pk) not in out, now)
        lesson.save(update_fields=["module", "retired_at"])


def _retired(row: Module | Lesson, is_in: bool, now: datetime) -> datetime | None:  # noqa: FBT001
    return None if is_in else row.retired_at or now
