"""A lesson told under its version, and the problem of who wrote on an older one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from courseapp.api import conditions
from courseapp.api.errors import problem
from courseapp.api.view import answer
from lessons.api import telling_staff
from lessons.content import editing

if TYPE_CHECKING:
    from django.http import HttpResponse

    from lessons.content.models import Lesson

LETTER: conditions.Letter = "v"
# What every write of a lesson may be refused for.
WRITING = (
    editing.LessonNotFound,
    conditions.PreconditionRequired,
    conditions.InvalidPrecondition,
    editing.ChangedMeanwhile,
)


def etag_of(row: Lesson) -> str:
    return conditions.tag(LETTER, row.version)


def told(row: Lesson) -> HttpResponse:
    """The lesson, under the tag of its version."""
    return answer(telling_staff.lesson(row), etag=etag_of(row))


def told_not_saved(error: editing.NotSaved) -> HttpResponse:
    """The problem, with where the text is kept and which version stands there."""
    response = problem(
        error.status,
        error.code,
        str(error),
        {
            "lesson": str(error.lesson.pk),
            "version": error.lesson.version,
            "unsaved": str(error.unsaved) if error.unsaved else None,
        },
    )
    response["ETag"] = etag_of(error.lesson)
    return response
