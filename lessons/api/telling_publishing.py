"""From what publishing returns to what the staff's API answers: plain dicts, built straight."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lessons.api import telling
from lessons.api.telling import moment, moment_or_none
from lessons.api.telling_staff import person

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime
    from uuid import UUID

    from courseapp.accounts.models import AuditEntry
    from lessons.api import shapes_publishing, shapes_staff
    from lessons.content.changes import ChangedLesson, Changes
    from lessons.content.checklist import Finding
    from lessons.content.models import Course, Edition
    from lessons.staff.consequences import Consequences


def changes(found: Changes) -> shapes_publishing.Changes:
    return {
        "any": bool(found),
        "modules": [str(one) for one in found.modules],
        "lessons": [_changed_lesson(one) for one in found.lessons],
        "course": list(found.course),
        "renamed": [str(one) for one in found.renamed],
        "reordered": found.reordered,
        "articles": list(found.articles),
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
                "fields": list(one.fields),
            }
            for one in lesson.blocks
        ],
    }


def preview(
    found: Consequences, checklist: Iterable[Finding], edition: int
) -> shapes_publishing.Preview:
    return {
        "edition": edition,
        "digest": found.changes.digest,
        "changes": changes(found.changes),
        "consequences": _consequences(found),
        "checklist": [_finding(one) for one in checklist],
    }


def _consequences(found: Consequences) -> shapes_publishing.Consequences:
    readers = found.readers
    return {
        "first": found.first,
        "readers": {
            "total": readers.total,
            "waiting": readers.waiting,
            "midway": readers.midway,
            "completed": readers.completed,
            "by_this": readers.by_this,
            "percent_before": readers.percent_before,
            "percent_after": readers.percent_after,
        },
        "gone": [
            {
                "lesson": _named(one.lesson, one.title),
                "finished": one.finished,
                "stopped": one.stopped,
            }
            for one in found.gone
        ],
        "coming": [
            {
                "lesson": _named(one.lesson, one.title),
                "later": one.later,
                "earliest": moment_or_none(one.earliest),
                "latest": moment_or_none(one.latest),
            }
            for one in found.added
        ],
        "pace_changed": found.pace_changed,
        "mails": found.mails,
    }


def _named(uuid: UUID, title: str) -> shapes_staff.Named:
    return {"uuid": str(uuid), "title": title}


def _finding(one: Finding) -> shapes_publishing.Finding:
    return {
        "code": one.code,
        "level": one.level,
        "soft": one.soft,
        "sentence": one.sentence,
        "lesson": _named(one.lesson, one.title) if one.lesson else None,
        "block": str(one.block) if one.block else None,
        "kind": one.kind,
        "pieces": list(one.pieces),
    }


def comparison(before: Edition, after: Edition, made: Changes) -> shapes_publishing.Comparison:
    return {"before": before.number, "after": after.number, "changes": changes(made)}


def planned(module: UUID, at: datetime | None) -> shapes_publishing.Planned:
    return {"module": str(module), "publish_at": moment_or_none(at)}


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
