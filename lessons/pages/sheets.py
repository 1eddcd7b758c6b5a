"""The sheet of an exercise, to print: its steps with room to write under each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from lessons.content.blocks import Exercise
from lessons.pages.private import keep_nowhere, reader_of
from lessons.reading import outline
from lessons.reading.standing import LessonNotFound

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpRequest, HttpResponse

    from lessons.reading.outline import LessonView


@require_safe
def sheet(request: HttpRequest, lesson: UUID, block: UUID) -> HttpResponse:
    """A sheet of a lesson this person may read; nothing is kept, it is paper."""
    view = outline.of_lesson(reader=reader_of(request), lesson=lesson, now=timezone.now())
    context = {"view": view, "exercise": _exercise(view, block)}
    return keep_nowhere(render(request, "lessons/sheet.html", context))


def _exercise(view: LessonView, block: UUID) -> Exercise:
    for one in view.blocks:
        if one.id == block and isinstance(one, Exercise) and one.sheet:
            return one
    raise LessonNotFound(_("This sheet does not exist."))
