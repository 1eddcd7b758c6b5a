"""A reader's notes as a file of plain text, that every machine can read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from courseapp.vault.keys import Unreadable
from lessons.reading.replies import Ticked

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from lessons.reading.answers import Reply
    from lessons.reading.journal import CourseNotes


def written(courses: Sequence[CourseNotes], now: datetime) -> str:
    """All of it, by lesson; times on the active clock."""
    title = _("My notes")
    return "\n".join([f"{title}, {_moment(now)}", *_courses(courses), ""])


def _courses(courses: Sequence[CourseNotes]) -> Iterator[str]:
    for course in courses:
        yield from ("", "", course.title, "=" * len(course.title))
        for lesson in course.lessons:
            title = f"{lesson.number}. {lesson.title}" if lesson.number else lesson.title
            yield from ("", title, "-" * len(title))
            for entry in lesson.entries:
                for reply in entry.replies:
                    yield from ("", *_reply(reply))


def _reply(reply: Reply) -> Iterator[str]:
    yield _moment(reply.saved_at)
    content = reply.content
    if content is None:
        yield str(Unreadable("not opened for a file"))
        return
    if content.heading:
        yield content.heading
    if isinstance(content, Ticked):
        for number, statement in enumerate(content.statements, start=1):
            yield f"[{'x' if number in content.recognised else ' '}] {statement}"
        return
    if content.question:
        yield content.question
    yield from ("", content.text)


def _moment(at: datetime) -> str:
    return date_format(localtime(at), "j F Y, H:i")
