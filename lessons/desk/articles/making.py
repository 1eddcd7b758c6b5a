"""Making courses of an article: a new one, or more for one that is there; shown before written."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from courseapp.errors import Refused
from lessons.content import articles as content
from lessons.content import drafting, merging, shelf
from lessons.content.models import Course
from lessons.desk.door import for_staff

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from courseapp.accounts.models import User
    from lessons.content.merging import Merged


@require_http_methods(["GET", "HEAD", "POST"])
@for_staff
def derive(request: HttpRequest, person: User, article: UUID) -> HttpResponse:
    """The course an article would become, and the form that makes it."""
    row = content.called(article)
    draft = drafting.draft_of(row)
    typed = {"title": draft.title, "slug": drafting.proposed_slug(draft.title)}
    error: Refused | None = None
    if request.method == "POST":
        typed |= {name: request.POST.get(name, "").strip() or typed[name] for name in typed}
        try:
            course = drafting.derive_course(article=row, **typed, by=person, now=timezone.now())
        except Refused as refused:
            error = refused
        else:
            messages.success(request, _("The course is there. No reader sees it yet."))
            return HttpResponseRedirect(reverse("desk:course", args=[course.pk]))
    context = {
        "article": row,
        "draft": draft,
        "typed": typed,
        "error": error,
        "courses": Course.objects.order_by("title"),
    }
    status = error.status if error else 200
    return render(request, "desk/articles/derive.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@for_staff
def merge(request: HttpRequest, person: User, article: UUID, course: UUID) -> HttpResponse:
    """What a course could take from the article, each block with a box to tick."""
    row, home = content.called(article), shelf.course_of(course)
    if request.method == "POST":
        chosen = {uuid for one in request.POST.getlist("block") if (uuid := _uuid(one))}
        merged = merging.merge(
            course=home, article=row, chosen=chosen, by=person, now=timezone.now()
        )
        messages.success(request, _told(merged))
        return HttpResponseRedirect(reverse("desk:course", args=[home.pk]))
    context = {
        "article": row,
        "course": home,
        "proposal": merging.propose(course=home, article=row),
        "cited": home.articles.filter(pk=row.pk).exists(),
    }
    return render(request, "desk/articles/merge.html", context)


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _told(merged: Merged) -> str:
    if not merged.blocks:
        return _("No block was added. The course rests on this article too from now on.")
    blocks = ngettext(
        "%(count)s block was added.", "%(count)s blocks were added.", merged.blocks
    ) % {"count": merged.blocks}
    if not merged.added:
        return blocks
    lessons = ngettext(
        "%(count)s lesson is new.", "%(count)s lessons are new.", len(merged.added)
    ) % {"count": len(merged.added)}
    return f"{blocks} {lessons}"
