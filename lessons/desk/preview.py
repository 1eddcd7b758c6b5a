"""*Voorbeeld*: what a reader would see of the working copy, recording nothing.

The page is the reader's own, rendered by the reader's template. What would lead into the live
course or write something is turned: links lead to other previews, forms send nothing.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from django.contrib.auth.models import AnonymousUser
from django.http import HttpResponse
from django.template.loader import render_to_string
from django.urls import path, reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from courseapp.errors import Refused
from lessons.content import blocks, layout, structure
from lessons.desk.door import for_staff
from lessons.pages import rendering, rows
from lessons.staff import previewing

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from django.http import HttpRequest
    from django.urls import URLPattern

    from courseapp.accounts.models import User
    from lessons.content.models import Course
    from lessons.reading.outline import LessonView
    from lessons.staff.previewing import Reader

# The frame of the reader's pages begins with this; the link that skips it stays first.
TOP = '<header class="top">'
UUID_FORM = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
TO_LESSON = re.compile(rf'href="/mijn/les/({UUID_FORM})/(?:#[^"]*)?"')
TO_COURSE = re.compile(rf'href="/mijn/cursus/({UUID_FORM})/(?:verder/)?"')
FORM = re.compile(r'<form\b([^>]*?)\bmethod="post"([^>]*)>')
WRITES = re.compile(r'\s(?:hx-post|action|data-position|formaction)="[^"]*"')
TOKEN = re.compile(r'<input type="hidden" name="csrfmiddlewaretoken"[^>]*>')
POSITION = re.compile(r'\sdata-position="[^"]*"')


@require_safe
@for_staff
def lesson(request: HttpRequest, person: User, lesson: UUID) -> HttpResponse:
    """A lesson as it would be read."""
    row = structure.lesson_of(lesson)
    reader = _reader(request)

    def show() -> str:
        view = previewing.of_lesson(
            course=row.course, lesson=lesson, reader=reader, now=timezone.now()
        )
        return _lesson(request, view)

    back = reverse("desk:lesson", args=[lesson])
    page = _page(request, row.course, reader, show, back=back)
    return rendering.with_players(page, blocks.many_from_json(row.blocks))


@require_safe
@for_staff
def course(request: HttpRequest, person: User, course: UUID) -> HttpResponse:
    """The outline as it would be seen; to who is outside, the page that presents the course."""
    row = layout.course_of(course)
    reader = _reader(request)

    def show() -> str:
        found = previewing.of_course(course=row, reader=reader, now=timezone.now())
        context = {
            "outline": found,
            "course": found.course,
            "progress": rows.progress(found),
            "modules": rows.modules(found),
            "page": {"title": found.course.title, "description": ""},
        }
        template = "lessons/course.html" if reader == "outside" else "lessons/outline.html"
        return render_to_string(template, context, request)

    back = reverse("desk:course", args=[course])
    return _page(request, row, reader, show, back=back)


def _reader(request: HttpRequest) -> Reader:
    asked = request.GET.get("als", "new")
    return asked if asked in previewing.READERS else "new"


def _lesson(request: HttpRequest, view: LessonView) -> str:
    offered = rendering.offered_in(view)
    context = {
        "view": view,
        "body": rendering.draft_body(view, offered),
        "stand": rendering.stand(view.outline, view.line),
        "page": {"title": view.line.title, "description": view.line.lead},
    }
    template = "lesson" if view.outline.enrolled else "open_lesson"
    return render_to_string(f"lessons/{template}.html", context, request)


def _page(
    request: HttpRequest, course: Course, reader: Reader, show: Callable[[], str], *, back: str
) -> HttpResponse:
    """The reader's page under a bar that says what it is; a refusal is shown as readers get it."""
    bar = render_to_string(
        "desk/preview/bar.html",
        {"reader": reader, "readers": previewing.READERS, "back": back, "course": course},
        request,
    )
    person, status = request.user, 200
    if reader == "outside":
        request.user = AnonymousUser()
    try:
        html = show()
    except Refused as refusal:
        html = render_to_string("refused.html", {"error": refusal}, request)
        status = 404 if refusal.status == 404 else 200  # noqa: PLR2004
    finally:
        request.user = person
    shown = _turned(html, reader).replace(TOP, f"{bar}{TOP}", 1)
    return HttpResponse(shown, status=status)


def _turned(html: str, reader: Reader) -> str:
    """The page with its ways on leading to previews, and nothing in it that writes."""

    def to(name: str) -> Callable[[re.Match[str]], str]:
        return lambda found: f'href="{reverse(name, args=[found[1]])}?als={reader}"'

    html = TO_LESSON.sub(to("desk:preview_lesson"), html)
    html = TO_COURSE.sub(to("desk:preview_course"), html)
    html = FORM.sub(_still, html)
    return POSITION.sub("", TOKEN.sub("", html))


def _still(form: re.Match[str]) -> str:
    """A form that sends nothing; a self-check goes on counting on the screen, as for readers."""
    attributes = WRITES.sub("", form[1] + form[2])
    return f"<form{attributes}>" if "data-selfcheck" in attributes else f"<form{attributes} inert>"


paths: list[URLPattern] = [
    path("les/<uuid:lesson>/voorbeeld/", lesson, name="preview_lesson"),
    path("cursussen/<uuid:course>/voorbeeld/", course, name="preview_course"),
]
