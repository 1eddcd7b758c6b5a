"""From what publishing returns to what the staff's API answers: plain dicts, built straight."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lessons.api import telling
from lessons.api.telling import moment
from lessons.api.telling_staff import person

if TYPE_CHECKING:
    from collections.abc import Sequence

    from courseapp.accounts.models import AuditEntry
    from lessons.api import shapes_publishing
    from lessons.content.changes import ChangedLesson, Changes
    from lessons.content.models import Course, Edition


def changes(found: Changes) -> shapes_publishing.Changes:
    return {
        "any": bool(found),
        "modules": [str(one) for one in found.modules],
        "lessons": [_changed_lesson(one) for one in found.lessons],
        "course": list(found.course),
        "renamed": [str(one) for one in found.renamed],
        "reordered": found.reordered,
    }


def _changed_lesson(lesson: ChangedLesson) -> shapes_publishing.ChangedLesson:
    return {
        "uuid": str(lesson.uuid),
        "title": lesson.title,
        "changes": list(lesson.changes),
        "flags": list(lesson.flags),
        "blocks": [
            {
                "block": str(one.block),
                "kind": one.kind,
                "change": one.change,
                "before": one.before,
                "after": one.after,
            }
            for one in lesson.blocks
        ],
    }


def live(course: Course) -> shapes_publishing.Live:
    edition = course.live_edition
    return {
        "course": str(course.uuid),
        "edition": telling.edition(edition) if edition else None,
    }


def edition_line(edition: Edition, course: Course) -> shapes_publishing.EditionLine:
    return {
        "uuid": str(edition.uuid),
        "number": edition.number,
        "published_at": moment(edition.published_at),
        "published_by": person(edition.published_by),
        "note": edition.note,
        "live": edition.pk == course.live_edition_id,
    }


def acts(entries: Sequence[AuditEntry]) -> shapes_publishing.Acts:
    return {"results": [_act(entry) for entry in entries]}


def _act(entry: AuditEntry) -> shapes_publishing.Act:
    return {
        "act": entry.act,
        "kind": entry.kind,
        "target": entry.target,
        "name": entry.name,
        "by": person(entry.by),
        "token": entry.token.name if entry.token else "",
        "before": entry.before,
        "after": entry.after,
        "at": moment(entry.at),
    }
