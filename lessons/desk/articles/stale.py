"""Blocks that have not followed the article: accept its new words, or leave them as they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from lessons.content import accepting, shelf, staleness
from lessons.content.accepting import NotStale, OwnWords
from lessons.content.editing import ChangedMeanwhile
from lessons.desk.articles import going
from lessons.desk.door import for_staff

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from uuid import UUID

    from django.http import HttpRequest, HttpResponse

    from courseapp.accounts.models import User
    from lessons.content.accepting import Proposed, StaleLesson
    from lessons.content.models import Course

DIGITS = 10  # More than any version has.


def by_course(
    proposed: Iterable[Proposed],
) -> list[tuple[Course, list[StaleLesson]]]:
    """Stale blocks as a page shows them: course by course, lesson by lesson."""
    found: dict[UUID, tuple[Course, list[Proposed]]] = {}
    for one in proposed:
        course = one.stale.lesson.course
        found.setdefault(course.pk, (course, []))[1].append(one)
    return [(course, accepting.by_lesson(ones)) for course, ones in found.values()]


@require_safe
@for_staff
def course(request: HttpRequest, _person: User, course: UUID) -> HttpResponse:
    """All the stale blocks of a course, whichever article they rest on."""
    row = shelf.course_of(course)
    proposed = accepting.proposals(staleness.of_course(row))
    return render(
        request, "desk/articles/stale.html", {"course": row, "courses": by_course(proposed)}
    )


@require_POST
@for_staff
def accept(
    request: HttpRequest, person: User, lesson: UUID, block: UUID, passage: str
) -> HttpResponse:
    def act() -> str:
        row = accepting.accept(
            lesson=lesson, block=block, passage=passage, version=_version(request),
            by=person, now=timezone.now(),
        )  # fmt: skip
        return _("Accepted in “%(lesson)s”.") % {"lesson": row.title}

    return _told(request, lesson, act, going.to_block(lesson, block))


@require_POST
@for_staff
def leave(
    request: HttpRequest, person: User, lesson: UUID, block: UUID, passage: str
) -> HttpResponse:
    def act() -> str:
        row = accepting.leave(
            lesson=lesson, block=block, passage=passage, version=_version(request),
            by=person, now=timezone.now(),
        )  # fmt: skip
        return _("Left as it is in “%(lesson)s”.") % {"lesson": row.title}

    return _told(request, lesson, act, going.to_block(lesson, block))


@require_POST
@for_staff
def accept_all(request: HttpRequest, person: User, lesson: UUID) -> HttpResponse:
    def act() -> str:
        row, left = accepting.accept_all(
            lesson=lesson, version=_version(request), by=person, now=timezone.now()
        )
        said = _("Accepted in “%(lesson)s”.") % {"lesson": row.title}
        if not left:
            return said
        rest = ngettext(
            "%(count)s block in your own words still wants a look.",
            "%(count)s blocks in your own words still want a look.",
            left,
        )
        return f"{said} {rest % {'count': left}}"

    return _told(request, lesson, act, reverse("desk:lesson", args=[lesson]))


@require_POST
@for_staff
def leave_all(request: HttpRequest, person: User, lesson: UUID) -> HttpResponse:
    def act() -> str:
        row = accepting.leave_all(
            lesson=lesson, version=_version(request), by=person, now=timezone.now()
        )
        return _("Everything left as it is in “%(lesson)s”.") % {"lesson": row.title}

    return _told(request, lesson, act, reverse("desk:lesson", args=[lesson]))


def _told(
    request: HttpRequest, lesson: UUID, act: Callable[[], str], otherwise: str
) -> HttpResponse:
    """Do it, say what happened and where it is undone, and go back to the page."""
    try:
        said = act()
    except (ChangedMeanwhile, NotStale, OwnWords) as refused:
        messages.warning(request, str(refused))
    else:
        versions = reverse("desk:lesson_versions", args=[lesson])
        link = format_html('{} <a href="{}">{}</a>', said, versions, _("Undo"))
        messages.success(request, link)
    return going.back(request, otherwise)


def _version(request: HttpRequest) -> int:
    """The version of the lesson that the form was made for; one that no lesson has, if amiss."""
    given = request.POST.get("version", "")
    return int(given) if given.isascii() and given.isdigit() and len(given) < DIGITS else 0
