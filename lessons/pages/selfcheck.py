"""A self-check without JavaScript: counted, told, and forgotten.

The ticks come in the body of a POST, so they stand in no address and no access log; nothing is
written to a database or session.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from lessons.content.blocks import SelfCheck
from lessons.pages.private import keep_nowhere, reader_of
from lessons.reading import outline
from lessons.reading.standing import LessonNotFound

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpRequest, HttpResponse

    from lessons.reading.outline import LessonView


@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def count_recognised(request: HttpRequest, lesson: UUID, block: UUID) -> HttpResponse:
    """Say how many statements were ticked; the address by itself leads back to the lesson."""
    view = outline.of_lesson(reader=reader_of(request), lesson=lesson, now=timezone.now())
    check = _selfcheck(view, block)
    if request.method != "POST":
        return keep_nowhere(redirect("lesson", lesson=lesson))
    numbers = {str(number) for number in range(1, len(check.statements) + 1)}
    context = {
        "view": view,
        "check": check,
        "count": len(numbers.intersection(request.POST.getlist("recognised"))),
        "total": len(numbers),
    }
    return keep_nowhere(render(request, "lessons/selfcheck.html", context))


def _selfcheck(view: LessonView, block: UUID) -> SelfCheck:
    for one in view.blocks:
        if one.id == block and isinstance(one, SelfCheck):
            return one
    raise LessonNotFound(_("This self-check does not exist."))
