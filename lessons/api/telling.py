"""From what the domain returns to what the API answers: plain dicts, built straight."""

from __future__ import annotations

from datetime import UTC
from functools import lru_cache
from typing import TYPE_CHECKING, Any, cast

from django.utils import translation

from lessons.content import blocks, editions, richtext
from lessons.messages import ENROL_CONSENT

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from uuid import UUID

    from lessons.api import shapes
    from lessons.content.models import Edition
    from lessons.reading import outline, progress

LESSONS_KEPT = 512


def moment(at: datetime) -> str:
    """A moment in UTC, as RFC 3339 writes it."""
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def moment_or_none(at: datetime | None) -> str | None:
    return None if at is None else moment(at)


def id_or_none(uuid: UUID | None) -> str | None:
    return None if uuid is None else str(uuid)


def face(course: outline.CourseFace) -> shapes.CourseFace:
    return {
        "uuid": str(course.uuid),
        "slug": course.slug,
        "title": course.title,
        "tagline": course.tagline,
        "access": cast("Any", course.access),
        "language": course.language,
        "minutes": course.minutes,
        "lessons": course.lesson_count,
    }


def course(found: outline.Outline) -> shapes.Course:
    return {
        **face(found.course),
        "description": found.course.description,
        "description_html": richtext.to_html(found.course.description),
        "articles": list(found.course.article_slugs),
        "consent": {"nl": consent("nl"), "en": consent("en")},
        "modules": [
            {
                "uuid": str(module.uuid),
                "title": module.title,
                "description": module.description,
                "lessons": [_lesson_face(line) for line in module.lessons],
            }
            for module in found.modules
        ],
    }


def consent(language: str) -> str:
    """The words a reader agrees to, in this language."""
    with translation.override(language):
        return str(ENROL_CONSENT)


def _lesson_face(line: outline.LessonLine) -> shapes.LessonFace:
    return {
        "uuid": str(line.uuid),
        "slug": line.slug,
        "title": line.title,
        "lead": line.lead,
        "minutes": line.minutes,
        "required": line.required,
        "open_to_all": line.open_to_all,
    }


def outline_of(found: outline.Outline) -> shapes.Outline:
    return {
        "course": _name(found.course),
        "enrolled_at": moment_or_none(found.enrolled_at),
        "completed_at": moment_or_none(found.completed_at),
        "granted": found.granted,
        "finished": found.finished_count,
        "required": found.required_count,
        "percent": found.percent,
        "resume": _resume(found),
        "modules": [
            {
                "uuid": str(module.uuid),
                "title": module.title,
                "lessons": [_outline_lesson(line) for line in module.lessons],
            }
            for module in found.modules
        ],
    }


def _outline_lesson(line: outline.LessonLine) -> shapes.OutlineLesson:
    return {
        "uuid": str(line.uuid),
        "title": line.title,
        "minutes": line.minutes,
        "required": line.required,
        "state": line.state,
        "opens_at": moment_or_none(line.opens_at),
        "new": line.is_new,
    }


def enrolment(found: outline.Outline) -> shapes.Enrolment:
    return {
        "course": _name(found.course),
        "enrolled_at": moment_or_none(found.enrolled_at),
        "completed_at": moment_or_none(found.completed_at),
        "finished": found.finished_count,
        "required": found.required_count,
        "percent": found.percent,
        "resume": _resume(found),
    }


def _name(course: outline.CourseFace) -> shapes.CourseName:
    return {"slug": course.slug, "title": course.title}


def _resume(found: outline.Outline) -> shapes.Resume | None:
    if found.resume is None:
        return None
    return {"lesson": str(found.resume.lesson.uuid), "block": id_or_none(found.resume.block)}


def lesson(view: outline.LessonView) -> shapes.Lesson:
    line, resume = view.line, view.outline.resume
    stopped_here = resume is not None and resume.lesson.uuid == line.uuid
    return {
        "uuid": str(line.uuid),
        "slug": line.slug,
        "number": line.number,
        "title": line.title,
        "lead": line.lead,
        "minutes": line.minutes,
        "required": line.required,
        "course": _name(view.course),
        "module": {
            "uuid": str(view.module.uuid),
            "number": view.module.number,
            "title": view.module.title,
        },
        "finished": view.finished,
        "position": id_or_none(resume.block) if resume and stopped_here else None,
        "previous": _neighbour(view.previous),
        "next": _neighbour(view.next),
        "blocks": _blocks(view.edition, line.uuid),
    }


def _neighbour(line: outline.LessonLine | None) -> shapes.Neighbour | None:
    if line is None:
        return None
    return {
        "uuid": str(line.uuid),
        "title": line.title,
        "state": line.state,
        "opens_at": moment_or_none(line.opens_at),
    }


@lru_cache(maxsize=LESSONS_KEPT)
def _blocks(edition: UUID, lesson: UUID) -> list[dict[str, Any]]:
    """A lesson's text: the same for every reader of an edition, so it is rendered once and kept."""
    return [_block(block) for block in editions.load(edition).by_uuid[lesson].blocks]


def _block(block: blocks.Block) -> dict[str, Any]:
    stored = block.as_json()
    result: dict[str, Any] = {"id": stored["id"], "type": stored["type"]}
    for name, meta in blocks.fields_of(type(block)).items():
        result[name] = stored[name]
        if meta["form"] == "rich":
            result[f"{name}_html"] = richtext.to_html(stored[name])
        elif meta["form"] == "cards":
            result[name] = [_card(card) for card in stored[name]]
    return result


def _card(card: Mapping[str, str]) -> dict[str, str]:
    return {**card, "body_html": richtext.to_html(card["body"])}


def opened(lesson: UUID, at: datetime) -> shapes.Opened:
    return {"lesson": str(lesson), "opened_at": moment(at)}


def finished(lesson: UUID, done: progress.Done) -> shapes.Finished:
    return {
        "lesson": str(lesson),
        "finished_at": moment(done.at),
        "completed_at": moment_or_none(done.completed_at),
    }


def position(lesson: UUID, kept: UUID | None) -> shapes.Position:
    return {"lesson": str(lesson), "block": id_or_none(kept)}


def edition(published: Edition) -> shapes.Edition:
    return {
        "uuid": str(published.uuid),
        "course": published.course.slug,
        "number": published.number,
        "published_at": moment(published.published_at),
        "note": published.note,
        "modules": [
            {"uuid": str(module.uuid), "title": module.title, "lessons": len(module.lessons)}
            for module in editions.load(published.uuid).modules
        ],
    }
