"""A reader's own pages: their courses, one course, one lesson, and what they say of it."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from lessons.pages import kept, places, rendering, rows
from lessons.pages.private import for_readers
from lessons.reading import outline as outlines
from lessons.reading import progress

if TYPE_CHECKING:
    from django.http import HttpRequest

    from courseapp.accounts.models import User
    from lessons.reading.outline import LessonView


@require_safe
@for_readers
def my_courses(request: HttpRequest, reader: User) -> HttpResponse:
    """The courses a reader began, each with the way on."""
    found = outlines.of_reader(reader=reader, now=timezone.now())
    offered = None if found else next(iter(outlines.public_courses()), None)
    return render(request, "lessons/my_courses.html", {"outlines": found, "offered": offered})


@require_safe
@for_readers
def outline(request: HttpRequest, reader: User, course: UUID) -> HttpResponse:
    """A course with one's own progress in it."""
    found = outlines.of_course(uuid=course, reader=reader, now=timezone.now())
    if not found.enrolled:
        return redirect("course", slug=found.course.slug)
    return kept.page(
        request,
        "lessons/outline.html",
        lambda: {"outline": found, "course": found.course},
        key=(found.edition, found.has_started, found.resume is None),
        filled={"progress": rows.progress(found), "modules": rows.modules(found)},
    )


@require_safe
@for_readers
def go_on(request: HttpRequest, reader: User, course: UUID) -> HttpResponse:
    """To the block where the reader stopped; when there is nothing left to read, to the outline."""
    found = outlines.of_course(uuid=course, reader=reader, now=timezone.now())
    if not found.enrolled:
        return redirect("enrol", slug=found.course.slug)
    if found.resume is None:
        return redirect("outline", course=course)
    address = reverse("lesson", args=[found.resume.lesson.uuid])
    block = found.resume.block
    return redirect(f"{address}#b-{block}" if block else address)


@require_safe
@for_readers
def lesson(request: HttpRequest, reader: User, lesson: UUID) -> HttpResponse:
    """A lesson that is open to this reader."""
    view = outlines.of_lesson(reader=reader, lesson=lesson, now=timezone.now())
    offered, writing = rendering.offered_in(view), places.writing_in(view)
    page = kept.page(
        request,
        "lessons/lesson.html",
        lambda: {
            "view": view,
            "body": rendering.body(view, offered, writing),
            "writes": writing == "kept",
        },
        key=(*_ending(view), offered, writing),
        filled={
            "stand": rendering.stand(view.outline, view.line),
            **(places.filled(request, reader, view) if writing == "kept" else {}),
        },
    )
    return rendering.with_players(page, view.blocks)


@require_POST
@for_readers
def finish(request: HttpRequest, reader: User, lesson: UUID) -> HttpResponse:
    """Take down "this lesson I have finished"; htmx gets the end of the page, others the page."""
    now = timezone.now()
    progress.finish(reader=reader, lesson=lesson, now=now)
    if not request.headers.get("HX-Request"):
        return redirect(f"{reverse('lesson', args=[lesson])}#ending")
    view = outlines.of_lesson(reader=reader, lesson=lesson, now=now)
    context = {"view": view, "stand": rendering.stand(view.outline, view.line)}
    return render(request, "lessons/finished.html", context)


@require_POST
@for_readers
def position(request: HttpRequest, reader: User, lesson: UUID) -> HttpResponse:
    """Remember the block before the reader; an id that is none means the top of the lesson."""
    try:
        block = UUID(request.POST.get("block", ""))
    except ValueError:
        block = None
    progress.keep_position(reader=reader, lesson=lesson, block=block, now=timezone.now())
    return HttpResponse(status=204)


def _ending(view: LessonView) -> tuple[object, ...]:
    """What the top and the end of a lesson's page depend on, apart from the row of lessons."""
    following = view.next
    return (
        view.edition,
        view.line.uuid,
        view.course.slug,
        view.outline.enrolled,
        view.finished,
        view.outline.completed_at is not None,
        following and (following.state in rows.READABLE, following.opens_at),
    )
