"""The structure of a working copy: which modules and lessons there are, in which order.

Every act is written down with the layout before and after it, so that ``layout.undo`` can take it
back as long as nothing else has moved since. Nothing is ever deleted: what goes out of the course
keeps its row and all facts on it, and can be brought back.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from courseapp.accounts import audit
from courseapp.errors import NotFound, Refused
from lessons.content import blocks, layout, publishing
from lessons.content.article.passages import first_free, slugify
from lessons.content.models import Course, Lesson, Module

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from courseapp.accounts.models import User

TITLE_MAX = 200
SLUG_MAX = 60
LESSONS_MAX = 400


class ModuleNotFound(NotFound):
    code = "module_not_found"


class LessonNotFound(NotFound):
    code = "lesson_not_found"


class NoTitle(Refused):
    code = "no_title"


class CourseFull(Refused):
    code = "course_full"
    status = 409


class StructureChanged(Refused):
    """Somebody else moved something in between."""

    code = "structure_changed"
    status = 409


class ModuleHoldsLessons(Refused):
    code = "module_holds_lessons"
    status = 409


@dataclass(frozen=True)
class Placed:
    """A module and its lessons in order, as somebody wants them to be."""

    module: UUID
    lessons: tuple[UUID, ...]


# --- Adding -------------------------------------------------------------------------------------


def add_course(*, title: str, language: str, by: User | None, now: datetime) -> Course:
    """A new course with one empty module, seen by no reader. Raises ``NoTitle``."""
    title = tidy_title(title)
    with transaction.atomic():
        course = Course.objects.create(
            slug=first_free(
                slugify(title, limit=SLUG_MAX), Course.objects.values_list("slug", flat=True)
            ),
            title=title,
            language=language,
        )
        module = Module.objects.create(course=course, slug="deel-1", title=_("Part 1"))
        course.module_order = [str(module.pk)]
        course.save(update_fields=["module_order"])
        audit.record(by=by, act="course.added", on=course, within=course.pk, now=now)
    return course


def add_module(*, course: UUID, title: str, by: User | None, now: datetime) -> Module:
    """A module at the end of the course. Raises ``CourseNotFound`` and ``NoTitle``."""
    title = tidy_title(title)
    with layout.changing(course, by=by, now=now) as act:
        slugs = act.course.modules.values_list("slug", flat=True)
        module = Module.objects.create(
            course=act.course, title=title, slug=first_free(slugify(title, limit=SLUG_MAX), slugs)
        )
        act.course.module_order = [*act.course.module_order, str(module.pk)]
        act.course.save(update_fields=["module_order"])
        act.done("module.added", module)
    return module


def add_lesson(*, module: UUID, title: str, by: User | None, now: datetime) -> Lesson:
    """An empty lesson at the end of a module.

    Raises ``ModuleNotFound``, ``NoTitle`` and ``CourseFull``.
    """
    title = tidy_title(title)
    home = module_of(module)
    with layout.changing(home.course_id, by=by, now=now) as act:
        home.refresh_from_db()
        slugs = set(act.course.lessons.values_list("slug", flat=True))
        if len(slugs) >= LESSONS_MAX:
            raise CourseFull(_("A course holds at most %(n)s lessons.") % {"n": LESSONS_MAX})
        lesson = Lesson.objects.create(
            course=act.course,
            module=home,
            title=title,
            slug=first_free(slugify(title, limit=SLUG_MAX), slugs),
        )
        home.lesson_order = [*home.lesson_order, str(lesson.pk)]
        home.save(update_fields=["lesson_order"])
        act.done("lesson.added", lesson)
    return lesson


# --- Moving -------------------------------------------------------------------------------------


def arrange(*, course: UUID, order: Sequence[Placed], by: User | None, now: datetime) -> None:
    """Put all modules and lessons that are in the course in this order.

    The order names each exactly once; otherwise somebody added or took out something meanwhile, and
    ``StructureChanged`` is raised.
    """
    with layout.changing(course, by=by, now=now) as act:
        modules = {one.pk: one for one in act.course.modules.filter(retired_at=None)}
        lessons = {
            one.pk: one for one in act.course.lessons.filter(retired_at=None, module__in=modules)
        }
        named = [lesson for placed in order for lesson in placed.lessons]
        if sorted(named) != sorted(lessons) or sorted(p.module for p in order) != sorted(modules):
            raise StructureChanged(
                _("Something was added or taken out in the meantime. Look again and move it then.")
            )
        act.course.module_order = [str(placed.module) for placed in order]
        act.course.save(update_fields=["module_order"])
        for placed in order:
            _fill(modules[placed.module], [lessons[uuid] for uuid in placed.lessons])
        act.done("course.arranged", act.course)


def move_lesson(*, lesson: UUID, step: int, by: User | None, now: datetime) -> None:
    """One place up (-1) or down (1); past the edge of its module, into the one beside it."""
    row = lesson_of(lesson)
    order = placed_in(row.course)
    at = next((n for n, placed in enumerate(order) if lesson in placed.lessons), None)
    if at is None:
        raise StructureChanged(_("This lesson is not in the course now."))
    own = list(order[at].lessons)
    place = own.index(lesson) + step
    own.remove(lesson)
    beside = at + step
    if 0 <= place <= len(own):
        own.insert(place, lesson)
        order[at] = Placed(order[at].module, tuple(own))
    elif 0 <= beside < len(order):
        others = order[beside].lessons
        order[at] = Placed(order[at].module, tuple(own))
        joined = (*others, lesson) if step < 0 else (lesson, *others)
        order[beside] = Placed(order[beside].module, joined)
    else:
        return
    arrange(course=row.course_id, order=order, by=by, now=now)


def send_lesson(*, lesson: UUID, module: UUID, by: User | None, now: datetime) -> None:
    """To the end of another module of the same course. Raises ``ModuleNotFound``."""
    row = lesson_of(lesson)
    order = placed_in(row.course)
    if module not in {placed.module for placed in order}:
        raise ModuleNotFound(_("This module does not exist."))
    moved = [
        Placed(
            placed.module,
            tuple(one for one in placed.lessons if one != lesson)
            + ((lesson,) if placed.module == module else ()),
        )
        for placed in order
    ]
    arrange(course=row.course_id, order=moved, by=by, now=now)


def move_module(*, module: UUID, step: int, by: User | None, now: datetime) -> None:
    """One place up (-1) or down (1)."""
    row = module_of(module)
    order = placed_in(row.course)
    at = next((n for n, placed in enumerate(order) if placed.module == module), None)
    if at is None or not 0 <= at + step < len(order):
        return
    order[at], order[at + step] = order[at + step], order[at]
    arrange(course=row.course_id, order=order, by=by, now=now)


def placed_in(course: Course) -> list[Placed]:
    """The present order of what is in the course."""
    draft = publishing.working_copy(course)
    return [
        Placed(module.pk, tuple(lesson.pk for lesson in draft.lessons[module.pk]))
        for module in draft.modules
    ]


# --- Out of the course, and back ------------------------------------------------------------------


def retire_lesson(*, lesson: UUID, by: User | None, now: datetime) -> Lesson:
    """Take a lesson out of the next edition; readers keep what they did in it."""
    row = lesson_of(lesson)
    with layout.changing(row.course_id, by=by, now=now) as act:
        row.refresh_from_db()
        row.retired_at = row.retired_at or now
        row.save(update_fields=["retired_at"])
        act.done("lesson.retired", row)
    return row


def bring_back_lesson(*, lesson: UUID, by: User | None, now: datetime) -> Lesson:
    """Put a lesson back where it was; if its module is gone, at the end of the course."""
    row = lesson_of(lesson)
    with layout.changing(row.course_id, by=by, now=now) as act:
        row = lesson_of(lesson)
        row.retired_at = None
        if row.module.retired_at is not None:
            modules = publishing.working_copy(act.course).modules
            if not modules:
                raise ModuleNotFound(_("Bring a module back first; this lesson has none."))
            row.module = modules[-1]
        row.save(update_fields=["retired_at", "module"])
        if str(row.pk) not in row.module.lesson_order:
            row.module.lesson_order = [*row.module.lesson_order, str(row.pk)]
            row.module.save(update_fields=["lesson_order"])
        act.done("lesson.brought_back", row)
    return row


def retire_module(*, module: UUID, by: User | None, now: datetime) -> Module:
    """Take a module without lessons out of the course. Raises ``ModuleHoldsLessons``."""
    row = module_of(module)
    with layout.changing(row.course_id, by=by, now=now) as act:
        if row.lessons.filter(retired_at=None).exists():
            raise ModuleHoldsLessons(
                _("There are lessons in this module. Move them or take them out first.")
            )
        row.retired_at, row.publish_at = now, None
        row.save(update_fields=["retired_at", "publish_at"])
        act.done("module.retired", row)
    return row


def bring_back_module(*, module: UUID, by: User | None, now: datetime) -> Module:
    """Put a module back where it was."""
    row = module_of(module)
    with layout.changing(row.course_id, by=by, now=now) as act:
        row.retired_at = None
        row.save(update_fields=["retired_at"])
        act.done("module.brought_back", row)
    return row


# --- Underneath -----------------------------------------------------------------------------------


def _fill(module: Module, lessons: Sequence[Lesson]) -> None:
    """Give a module these lessons in this order; the places of those that are out stay known."""
    order = [str(lesson.pk) for lesson in lessons]
    kept = [one for one in module.lesson_order if one not in order]
    module.lesson_order = [*order, *kept]
    module.save(update_fields=["lesson_order"])
    for lesson in lessons:
        if lesson.module_id != module.pk:
            lesson.module = module
            lesson.save(update_fields=["module"])


def tidy_title(text: str) -> str:
    """A title as it is kept; raises ``NoTitle``."""
    title = " ".join(blocks.tidy(text, name="title", limit=TITLE_MAX).split())
    if not title:
        raise NoTitle(_("Give it a title first."))
    return title


def module_of(uuid: UUID) -> Module:
    """The module of this identity with its course; raises ``ModuleNotFound``."""
    found = Module.objects.select_related("course").filter(pk=uuid).first()
    if found is None:
        raise ModuleNotFound(_("This module does not exist."))
    return found


def lesson_of(uuid: UUID) -> Lesson:
    """The lesson of this identity with its course; raises ``LessonNotFound``."""
    found = Lesson.objects.select_related("course", "module").filter(pk=uuid).first()
    if found is None:
        raise LessonNotFound(_("This lesson does not exist."))
    return found
