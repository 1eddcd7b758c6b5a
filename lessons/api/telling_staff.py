"""From what the domain returns to what the staff's API answers: plain dicts, built straight."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from lessons.api.telling import moment, moment_or_none
from lessons.content import editing

if TYPE_CHECKING:
    from collections.abc import Sequence

    from courseapp.accounts.models import User
    from lessons.api import shapes_staff
    from lessons.content.accepting import Proposed
    from lessons.content.drafts import WorkingCopy
    from lessons.content.models import (
        Article,
        Course,
        Lesson,
        Module,
        UnsavedText,
    )
    from lessons.content.staleness import Coverage


def person(who: User | None) -> shapes_staff.Person | None:
    return None if who is None else {"uuid": str(who.uuid), "email": who.email}


def course_ref(course: Course) -> shapes_staff.CourseRef:
    return {"uuid": str(course.uuid), "slug": course.slug, "title": course.title}


def named(row: Lesson | Module) -> shapes_staff.Named:
    return {"uuid": str(row.uuid), "title": row.title}


def course_line(course: Course) -> shapes_staff.StaffCourseLine:
    counted = cast("Any", course)
    return {
        "uuid": str(course.uuid),
        "slug": course.slug,
        "title": course.title,
        "access": cast("Any", course.access),
        "edition": _edition_number(course),
        "modules": counted.module_count,
        "lessons": counted.lesson_count,
    }


def course(draft: WorkingCopy, articles: Sequence[Article]) -> shapes_staff.StaffCourse:
    row = draft.course
    return {
        "uuid": str(row.uuid),
        "slug": row.slug,
        "title": row.title,
        "tagline": row.tagline,
        "description": row.description,
        "access": cast("Any", row.access),
        "language": row.language,
        "pace": row.pace,
        "edition": _edition_number(row),
        "articles": [
            {"uuid": str(one.uuid), "slug": one.slug, "title": one.title} for one in articles
        ],
        "modules": [_module(module, draft.lessons[module.uuid]) for module in draft.modules],
    }


def _edition_number(course: Course) -> int | None:
    return course.live_edition.number if course.live_edition else None


def _module(module: Module, lessons: Sequence[Lesson]) -> shapes_staff.DraftModule:
    return {
        "uuid": str(module.uuid),
        "slug": module.slug,
        "title": module.title,
        "description": module.description,
        "publish_at": moment_or_none(module.publish_at),
        "publish_error": module.publish_error,
        "lessons": [_draft_lesson(lesson) for lesson in lessons],
    }


def _draft_lesson(lesson: Lesson) -> shapes_staff.DraftLesson:
    return {
        "uuid": str(lesson.uuid),
        "slug": lesson.slug,
        "title": lesson.title,
        "lead": lesson.lead,
        "minutes": lesson.minutes,
        "required": lesson.required,
        "open_to_all": lesson.open_to_all,
        "version": lesson.version,
        "blocks": len(lesson.blocks),
    }


def lesson(row: Lesson) -> shapes_staff.StaffLesson:
    text = cast("Any", editing.as_json(editing.state_of(row)))
    return {
        "uuid": str(row.uuid),
        "slug": row.slug,
        "course": course_ref(row.course),
        "module": named(row.module),
        "version": row.version,
        "retired": row.retired_at is not None,
        "title": text["title"],
        "lead": text["lead"],
        "minutes": text["minutes"],
        "required": text["required"],
        "open_to_all": text["open_to_all"],
        "blocks": text["blocks"],
    }


def unsaved(aside: UnsavedText) -> shapes_staff.Unsaved:
    text = cast("Any", editing.as_json(editing.state_from_json(aside.state)))
    return {
        "uuid": str(aside.uuid),
        "lesson": str(aside.lesson_id),
        "reason": cast("Any", aside.reason),
        "based_on": aside.based_on,
        "at": moment(aside.at),
        "text": text,
    }


def stale(proposed: Proposed) -> shapes_staff.StaleBlock:
    block = proposed.stale
    return {
        "lesson": named(block.lesson),
        "block": str(block.block),
        "kind": block.kind,
        "passage": block.passage,
        "before": block.before,
        "after": block.after,
        "version": block.lesson.version,
        "accepted": proposed.block.as_json() if proposed.block else None,
        "goes": proposed.goes,
    }


def coverage(found: Coverage) -> shapes_staff.Coverage:
    return {
        "passages": found.passages,
        "unused": list(found.unused),
        "unsupported": [
            {"lesson": named(lesson), "block": str(block.id), "kind": block.type}
            for lesson, block in found.unsupported
        ],
    }
