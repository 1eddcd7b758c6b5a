"""*Geschiedenis*: editions, compared and restored, and who did what."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from django.contrib import messages
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from courseapp.accounts import audit
from courseapp.errors import Refused
from lessons.content import changes, drafts, past, publishing
from lessons.desk import acts, changes_shown
from lessons.desk.door import for_staff
from lessons.staff import consequences, release

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse
    from django.urls import URLPattern

    from courseapp.accounts.models import User
    from lessons.content.models import Course, Edition

EDITIONS_A_PAGE = 10
ACTS_A_PAGE = 50
# Nobody turns more pages than this; what is older is in the database.
MOST_PAGES = 200


@require_safe
@for_staff
def history(request: HttpRequest, person: User, course: UUID) -> HttpResponse:
    """The editions, the newest first, and the last acts."""
    row = publishing.course_of(course)
    before = _number(request.GET.get("voor", ""))
    found = past.editions_of(row, before=before, most=EDITIONS_A_PAGE)
    context = {
        "course": row,
        "editions": [
            {
                "edition": one.edition,
                "live": one.live,
                "by": acts.name_of(one.edition.published_by),
                "in_short": changes_shown.in_short(one.made),
                "first": one.edition.number == 1,
            }
            for one in found
        ],
        "numbers": list(row.editions.order_by("-number").values_list("number", flat=True)),
        "newer": before is not None,
        "older": found[-1].edition.number if found and found[-1].edition.number > 1 else None,
        "acts": [acts.told(entry) for entry in audit.of([row.pk], limit=8)],
    }
    return render(request, "desk/history/history.html", context)


@require_safe
@for_staff
def trail(request: HttpRequest, person: User, course: UUID) -> HttpResponse:
    """Everything that was done in a course, or with one lesson of it, the last first."""
    row = publishing.course_of(course)
    lessons = list(row.lessons.order_by("title").values_list("pk", "title"))
    lesson = _one_of(request.GET.get("les", ""), {pk for pk, _title in lessons})
    page = min(_number(request.GET.get("blad", "")) or 1, MOST_PAGES)
    entries = audit.of([lesson or row.pk], limit=page * ACTS_A_PAGE + 1)
    shown = entries[(page - 1) * ACTS_A_PAGE : page * ACTS_A_PAGE]
    context = {
        "course": row,
        "lessons": lessons,
        "lesson": lesson,
        "acts": [acts.told(entry) for entry in shown],
        "newer": page - 1,
        "older": page + 1 if len(entries) > page * ACTS_A_PAGE else 0,
    }
    return render(request, "desk/history/trail.html", context)


@require_safe
@for_staff
def compare(request: HttpRequest, person: User, course: UUID) -> HttpResponse:
    """What makes one edition into another, word by word."""
    row = publishing.course_of(course)
    one, other = _edition(row, request.GET.get("a", "")), _edition(row, request.GET.get("b", ""))
    made = changes.between(changes.version_of(one), changes.version_of(other))
    context = {
        "course": row,
        "one": one,
        "other": other,
        "numbers": list(row.editions.order_by("-number").values_list("number", flat=True)),
        "by": {"one": acts.name_of(one.published_by), "other": acts.name_of(other.published_by)},
        **_shown(made),
    }
    return render(request, "desk/history/compare.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@for_staff
def restore(request: HttpRequest, person: User, course: UUID, number: int) -> HttpResponse:
    """What going back to an edition would do; a POST does it."""
    row = publishing.course_of(course)
    edition = release.edition_numbered(row, number)
    if request.method != "POST":
        return _restoring(request, row, edition)
    try:
        fresh = release.restore_edition(
            edition=edition.pk,
            by=person,
            now=timezone.now(),
            note=request.POST.get("note", ""),
            over=_over(request.POST.get("over", "")),
        )
    except Refused as refusal:
        return _restoring(request, row, edition, refusal)
    messages.success(request, _restored(row, edition, fresh))
    return redirect("desk:history", row.pk)


def _restoring(
    request: HttpRequest, row: Course, edition: Edition, refusal: Refused | None = None
) -> HttpResponse:
    both = drafts.both_of(row)
    told = consequences.of_restoring(edition=edition, both=both, now=timezone.now())
    context = {
        "course": row,
        "edition": edition,
        "by": acts.name_of(edition.published_by),
        "live": both.live.edition,
        "told": told,
        "out": past.out_of_the_course(told.changes.after.lessons),
        "refusal": refusal,
        "sent": request.POST,
        **_shown(told.changes),
    }
    status = refusal.status if refusal else 200
    return render(request, "desk/history/restore.html", context, status=status)


def _shown(made: changes.Changes) -> dict[str, object]:
    return {
        "made": made,
        "in_short": changes_shown.in_short(made),
        "fields": changes_shown.of_course(made),
        "modules": changes_shown.of_modules(made),
    }


def _restored(row: Course, edition: Edition, fresh: Edition) -> str:
    said = _("Edition %(old)s is live again, as edition %(new)s.") % {
        "old": edition.number,
        "new": fresh.number,
    }
    see = format_html(
        '<a href="{}">{}</a>', reverse("course", args=[row.slug]), _("See it on the site")
    )
    back = reverse("desk:edition_restore", args=[row.pk, fresh.number - 1])
    return format_html('{} {} · <a href="{}">{}</a>', said, see, back, _("Undo"))


def _edition(row: Course, said: str) -> Edition:
    return release.edition_numbered(row, _number(said) or 0)


def _number(said: str) -> int | None:
    """A positive number as people write it; None for anything else."""
    digits = said if said.isascii() and said.isdigit() and len(said) < 10 else ""  # noqa: PLR2004
    return int(digits) if digits and int(digits) > 0 else None


def _over(said: str) -> UUID:
    """The edition that was live when the page was shown; one that never is for anything else."""
    try:
        return UUID(said)
    except ValueError:
        return UUID(int=0)


def _one_of(said: str, known: set[UUID]) -> UUID | None:
    try:
        found = UUID(said)
    except ValueError:
        return None
    return found if found in known else None


paths: list[URLPattern] = [
    path("cursussen/<uuid:course>/geschiedenis/", history, name="history"),
    path("cursussen/<uuid:course>/geschiedenis/wie-wat/", trail, name="trail"),
    path("cursussen/<uuid:course>/geschiedenis/vergelijken/", compare, name="compare"),
    path(
        "cursussen/<uuid:course>/geschiedenis/<int:number>/terug/", restore, name="edition_restore"
    ),
]
